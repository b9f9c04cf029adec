/** Many values become one, over any axes: sums, products, extremes and where they are, and what is true of them. */

import { sum as pairwise, reduce } from "../backends/loops.js";
import { type Data, type Dtype, defaultDtype } from "../dtype.js";
import { kernelOp } from "../kernel.js";
import { composed } from "../op.js";
import { axesOf, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import {
  type Axes,
  choice,
  empty,
  kept,
  type Reduced,
  type ReduceOptions,
  type Reduction,
  reduction,
  rowsOf,
  samples,
} from "./common/axes.js";

export type { Axes, ReduceOptions } from "./common/axes.js";

/** The sum, in NumPy's pairwise order. */
export const sum: Reduction = kernelOp<Reduced>("sum", {
  ...reduction("sum"),
  run: ([x], y, _, { axes }) => reduce(x, axes, y, pairwise),
  vjp: [(g, _, [x], { axes }) => g.reshape(kept(x, axes))], // the same for all that was added up: the driver repeats it where it must
  samples: [...samples, ...empty],
});

/** The mean; of nothing it is NaN. */
export const mean: Reduction = composed("mean", { samples }, (x: Tensor, axes?: Axes, options?: ReduceOptions) => {
  checkTensor("mean", x);
  return x.sum(axes, options).div(sizeOf(axesOf("mean", axes, x.rank).map((axis) => x.shape[axis])));
});

/** The product; of nothing it is 1. Halves are multiplied, so that no gradient of any order divides by a value, which may be 0. */
export const prod: Reduction = composed(
  "prod",
  { samples: [...samples, ...empty] },
  (x: Tensor, given?: Axes, options?: ReduceOptions) => {
    const { args, shape } = reduction("prod");
    const [, found] = args(x, given, options);
    const rows = rowsOf("prod", x, found.axes);
    const n = rows.shape[1];
    const size = 2 ** Math.ceil(Math.log2(n || 1));
    let y =
      size > n
        ? rows.pad(
            [
              [0, 0],
              [0, size - n],
            ],
            1,
          )
        : rows;
    for (let half = size / 2; half >= 1; half /= 2) y = y.slice(null, [0, half]).mul(y.slice(null, [half]));
    return y.reshape(shape(found, [x]));
  },
);

const extreme = (name: string, better: (a: number, b: number) => number): Reduction =>
  kernelOp<Reduced>(name, {
    ...choice(name),
    run: ([x], y, _, { axes }) =>
      reduce(x, axes, y, (data, start, n) => {
        let best = data[start];
        for (let i = start + 1; i < start + n; i++) best = better(best, data[i]);
        return best;
      }),
    vjp: [
      (g, y, [x], { axes }) => {
        const best = x.eq(y.reshape(kept(x, axes)));
        return best.div(best.sum(axes, { keepDims: true })).mul(g.reshape(kept(x, axes)));
      },
    ],
    ties: true,
    samples,
  });

/** The largest value; NaN if one is. Ties share the gradient equally. Gives values only: `argmax` tells where. */
export const max: Reduction = extreme("max", Math.max);

/** The smallest value; NaN if one is. Ties share the gradient equally. Gives values only: `argmin` tells where. */
export const min: Reduction = extreme("min", Math.min);

const place = (name: string, better: (a: number, b: number) => boolean): Reduction =>
  kernelOp<Reduced>(name, {
    ...choice(name),
    run: ([x], y, _, { axes }) =>
      reduce(x, axes, y, (data: Data, start, n) => {
        let best = start;
        for (let i = start; i < start + n; i++) {
          if (Number.isNaN(data[i])) return i - start;
          if (better(data[i], data[best])) best = i;
        }
        return best - start;
      }),
    vjp: [null],
    dtype: () => "int32",
    ties: true,
    samples,
  });

/** Where the largest value is, int32: the first of equals, or the first NaN; over several axes, counted along them in order. */
export const argmax: Reduction = place("argmax", (a, b) => a > b);

/** Where the smallest value is, int32: the first of equals, or the first NaN; over several axes, counted along them in order. */
export const argmin: Reduction = place("argmin", (a, b) => a < b);

const counting = (name: string, tell: (found: number, n: number) => number, dtype: (x: Tensor) => Dtype): Reduction =>
  kernelOp<Reduced>(name, {
    ...reduction(name),
    run: ([x], y, _, { axes }) =>
      reduce(x, axes, y, (data, start, n) => {
        let found = 0;
        for (let i = start; i < start + n; i++) if (data[i] !== 0) found++;
        return tell(found, n);
      }),
    vjp: [null],
    dtype: ([x]) => dtype(x),
    kinks: [[0]],
    samples: [...samples, ...empty],
  });

const truth = ({ dtype }: Tensor): Dtype => (dtype === "int32" ? defaultDtype() : dtype);

/** 1 if a value is not 0 (NaN is not), else 0, in the float dtype of x, of int32 the default; of nothing 0. PyTorch gives booleans. */
export const any: Reduction = counting("any", (found) => +(found > 0), truth);

/** 1 if no value is 0, else 0, in the float dtype of x, of int32 the default; of nothing 1. PyTorch gives booleans. */
export const all: Reduction = counting("all", (found, n) => +(found === n), truth);

/** How many values are not 0 (NaN is not), int32. */
export const countNonzero: Reduction = counting(
  "countNonzero",
  (found) => found,
  () => "int32",
);
