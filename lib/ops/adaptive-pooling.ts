/** Pooling to a given size: windows that cover images as evenly as can be, and so may differ by one row or column; composed. */
import { tensor } from "../create.js";
import { promote } from "../dtype.js";
import { composed, type Sample } from "../op.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { areaOf, checkRank, checkValues, layout, type Pair, pairOf, type Sliding } from "./common/windows.js";

/** Which rows or columns each of `count` windows holds. */
const shares = (length: number, count: number): number[][] =>
  Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * length) / count);
    return Array.from({ length: Math.ceil(((i + 1) * length) / count) - first }, (_, k) => first + k);
  });

/** The length of the longest. */
const most = (all: readonly (readonly number[])[]): number => all.reduce((n, { length }) => Math.max(n, length), 0);

/**
 * One value for each window, of its values along the last axis: smaller windows repeat their last row or column, and
 * `real` has 1 for each value that is not repeated. `composed` replaces the name that errors begin with.
 */
function adaptive(axes: Sliding, x: Tensor, size: unknown, pool: (values: Tensor, real: number[]) => Tensor): Tensor {
  checkRank("pool", x, layout(axes));
  const counts = pairOf("pool", "outputSize", size, 1, axes);
  checkValues("pool", x);
  const area = areaOf(x.shape);
  const [rows, columns] = area.map((length, k) => shares(length, counts[k]));
  const [height, width] = [most(rows), most(columns)];
  const [places, real]: [number[], number[]] = [[], []];
  for (const row of rows)
    for (const column of columns)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          places.push((row[i] ?? row[i - 1]) * area[1] + (column[j] ?? column[j - 1]));
          real.push(+(i < row.length && j < column.length));
        }
  const [n, c] = x.shape;
  const values = x.reshape([n, c, sizeOf(area)]).indexSelect(2, places);
  return pool(values.reshape([n, c, sizeOf(counts), height * width]), real).reshape([n, c, ...counts.slice(2 - axes)]);
}

/** Means; a value that is repeated is left out, not multiplied by 0, since it may be infinite. */
function average(axes: Sliding, x: Tensor, outputSize: unknown): Tensor {
  return adaptive(axes, x, outputSize, (values, all) => {
    if (!all.includes(0)) return values.mean(3);
    const real = tensor(all, { shape: values.shape.slice(2), dtype: promote("pool", [x]) });
    return real.where(values, 0).sum(3).div(real.sum(1));
  });
}

const largest = (axes: Sliding, x: Tensor, outputSize: unknown): Tensor =>
  adaptive(axes, x, outputSize, (values) => values.gather(3, values.argmax(3, { keepDims: true })));

type AdaptivePool<P> = (x: Tensor, outputSize: P) => Tensor;

const pools: readonly Sample[] = [
  { shapes: [[1, 2, 2, 3]], args: [2] },
  { shapes: [[2, 1, 3, 2]], args: [[1, 2]] },
  { shapes: [[1, 1, 4, 3]], args: [[2, 1]] },
];

const rowPools: readonly Sample[] = [
  { shapes: [[1, 2, 5]], args: [3] },
  { shapes: [[2, 1, 4]], args: [2] },
];

/**
 * The mean of each of `outputSize` windows of images [N, C, H, W], which together cover them: window i of o has the rows from
 * ⌊i · H / o⌋ to ⌈(i + 1) · H / o⌉, as in PyTorch. [N, C, rows, columns]; a size of 1 gives the mean of each image.
 */
export const adaptiveAvgPool2d: AdaptivePool<Pair> = /* @__PURE__ */ composed(
  "adaptiveAvgPool2d",
  { samples: pools },
  (x: Tensor, outputSize: Pair) => average(2, x, outputSize),
);

/** `adaptiveAvgPool2d` of sequences [N, C, L]: [N, C, outputSize]. */
export const adaptiveAvgPool1d: AdaptivePool<number> = /* @__PURE__ */ composed(
  "adaptiveAvgPool1d",
  { samples: rowPools },
  (x: Tensor, outputSize: number) => average(1, x, outputSize),
);

/** The largest value of each window of `adaptiveAvgPool2d`; the first of equals takes the whole gradient, NaN wins. */
export const adaptiveMaxPool2d: AdaptivePool<Pair> = /* @__PURE__ */ composed(
  "adaptiveMaxPool2d",
  { ties: true, samples: pools },
  (x: Tensor, outputSize: Pair) => largest(2, x, outputSize),
);

/** `adaptiveMaxPool2d` of sequences [N, C, L]: [N, C, outputSize]. */
export const adaptiveMaxPool1d: AdaptivePool<number> = /* @__PURE__ */ composed(
  "adaptiveMaxPool1d",
  { ties: true, samples: rowPools },
  (x: Tensor, outputSize: number) => largest(1, x, outputSize),
);
