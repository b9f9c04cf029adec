/** Images made larger or smaller: values repeated, interpolated, or moved between channels and places; composed. */
import { tensor } from "../create.js";
import { promote } from "../dtype.js";
import { call, ShapeError, show, ValueError } from "../error.js";
import { composed } from "../op.js";
import type { Tensor } from "../tensor.js";
import { checkRank, checkValues, images, layout, type Pair, pairOf, type Sliding } from "./common/windows.js";

/** By which factor a result is larger than x, any number above 0; or of which size it is. */
export type UpsampleOptions<P = Pair> = { scale?: P; size?: P };

/** The same, and whether the first and last values stay where they are, or (default) the outer borders of both do. */
export type InterpolateOptions<P = Pair> = UpsampleOptions<P> & { alignCorners?: boolean };

/** Where value i of a result lies in x, in values from the first; `at` gives the place in x of a place in the result. */
type Position = (i: number, at: (place: number) => number) => number;

const nearest: Position = (i, at) => Math.floor(at(i));
const centred: Position = (i, at) => at(i + 0.5) - 0.5;
const corners: Position = (i, at) => at(i);

/** x at `length` positions along an axis, each between two values that share it; beyond the ends, the first or the last. */
function along(x: Tensor, axis: number, length: number, position: (i: number) => number): Tensor {
  const last = x.shape[axis] - 1;
  const found = Array.from({ length }, (_, i) => Math.min(Math.max(position(i), 0), last));
  const low = x.indexSelect(axis, found.map(Math.floor));
  if (found.every(Number.isInteger)) return low;
  const shape = [length, ...x.shape.slice(axis + 1).fill(1)];
  const share = tensor(
    found.map((at) => at % 1),
    { shape, dtype: promote("upsample", [x]) },
  );
  const high = x.indexSelect(axis, found.map(Math.ceil)).mul(share);
  // What has no share is left out: 0 · ∞ would be NaN.
  return low.mul(share.neg().add(1)).add(share.where(high, 0));
}

/** Each of the last axes in turn. `composed` replaces the name that errors begin with. */
function upsample(axes: Sliding, x: Tensor, to: unknown, position: Position): Tensor {
  checkRank("upsample", x, layout(axes));
  const { scale, size } = (typeof to === "number" || Array.isArray(to) ? { scale: to } : (to ?? {})) as UpsampleOptions;
  if ((scale === undefined) === (size === undefined))
    throw new ValueError("upsample: either a scale or a size must be given, such as 2 or { size: 6 }");
  checkValues("upsample", x);
  const before = x.shape.slice(2);
  const factors: unknown = typeof scale === "number" ? before.map(() => scale) : (scale ?? before.map(() => 1));
  if (!Array.isArray(factors) || factors.length !== axes || !factors.every((factor) => factor > 0 && factor < Infinity))
    throw new ValueError(
      `upsample: scale must be a number above 0${axes === 2 ? ", or two" : ""} (given ${JSON.stringify(scale)})`,
    );
  const after = scale
    ? before.map((length, k) => Math.floor(length * factors[k]))
    : pairOf("upsample", "size", size, 1, axes).slice(2 - axes);
  if (after.includes(0))
    throw new ShapeError(
      `${call("upsample", [x])}: results must have at least one value along each axis (given scale ${show(factors)})`,
    );
  return after.reduce((y, length, k) => {
    const [n, m] =
      position === corners ? [before[k] - 1, Math.max(1, length - 1)] : scale ? [1, factors[k]] : [before[k], length];
    return along(y, 2 + k, length, (i) => position(i, (place) => (place * n) / m));
  }, x);
}

type Upsample<P, Options> = (x: Tensor, to: P | Options) => Tensor;

const interpolated = (axes: Sliding, x: Tensor, to: unknown): Tensor =>
  upsample(axes, x, to, (to as InterpolateOptions | undefined)?.alignCorners ? corners : centred);

/**
 * Sequences [N, C, L] or images [N, C, H, W] made `scale` times as long, or of a given `size`: each value is that of x at
 * ⌊i / scale⌋, or ⌊i · H / size⌋. PyTorch's interpolate with mode "nearest", which computes places in float32.
 */
export const upsampleNearest: Upsample<Pair, UpsampleOptions> = /* @__PURE__ */ composed(
  "upsampleNearest",
  {
    samples: [
      { shapes: [[1, 2, 2, 2]], args: [[2, 3]] },
      { shapes: [[2, 1, 3]], args: [1.5] },
      { shapes: [[1, 1, 3, 4]], args: [{ size: [2, 5] }] },
    ],
  },
  (x: Tensor, to: Pair | UpsampleOptions) => upsample((x as Tensor | undefined)?.rank === 3 ? 1 : 2, x, to, nearest),
);

/**
 * Images [N, C, H, W] made `scale` times as large, or of a given `size`, each value interpolated between its four neighbours;
 * with `alignCorners` the corner values stay where they are. PyTorch's interpolate with mode "bilinear", save that there a
 * scale does nothing along an axis that keeps its length.
 */
export const upsampleBilinear: Upsample<Pair, InterpolateOptions> = /* @__PURE__ */ composed(
  "upsampleBilinear",
  {
    samples: [
      { shapes: [[1, 2, 2, 3]], args: [2] },
      { shapes: [[2, 1, 3, 2]], args: [{ size: [2, 3], alignCorners: true }] },
      { shapes: [[1, 1, 3, 4]], args: [{ scale: [1.5, 0.75] }] },
    ],
  },
  (x: Tensor, to: Pair | InterpolateOptions) => interpolated(2, x, to),
);

/** `upsampleBilinear` of sequences [N, C, L], between two neighbours: PyTorch's interpolate with mode "linear". */
export const upsampleLinear: Upsample<number, InterpolateOptions<number>> = /* @__PURE__ */ composed(
  "upsampleLinear",
  {
    samples: [
      { shapes: [[2, 1, 3]], args: [2] },
      { shapes: [[1, 2, 4]], args: [{ size: 3 }] },
      { shapes: [[1, 2, 3]], args: [{ size: 5, alignCorners: true }] },
    ],
  },
  (x: Tensor, to: number | InterpolateOptions<number>) => interpolated(1, x, to),
);

/** The factor of a shuffle. */
const factorOf = (x: Tensor, given: unknown): number => {
  checkRank("shuffle", x, images);
  return pairOf("shuffle", "factor", given, 1, 1)[1];
};

type Shuffle = (x: Tensor, factor: number) => Tensor;

/** Images [N, C · r², H, W] as [N, C, H · r, W · r]: of every r² channels each gives one value of squares of r by r. As in PyTorch. */
export const pixelShuffle: Shuffle = /* @__PURE__ */ composed(
  "pixelShuffle",
  {
    samples: [
      { shapes: [[1, 4, 1, 3]], args: [2] },
      { shapes: [[1, 8, 1, 2]], args: [2] },
    ],
  },
  (x: Tensor, factor: number) => {
    const r = factorOf(x, factor);
    const [n, c, h, w] = x.shape;
    if (c % (r * r) !== 0)
      throw new ShapeError(
        `${call("shuffle", [x])}: the channels must be a multiple of ${r * r}, factor² (given ${c})`,
      );
    return x
      .reshape([n, c / r / r, r, r, h, w])
      .permute([0, 1, 4, 2, 5, 3])
      .reshape([n, c / r / r, h * r, w * r]);
  },
);

/** Images [N, C, H · r, W · r] as [N, C · r², H, W]: undoes `pixelShuffle`. As in PyTorch. */
export const pixelUnshuffle: Shuffle = /* @__PURE__ */ composed(
  "pixelUnshuffle",
  {
    samples: [
      { shapes: [[1, 1, 2, 6]], args: [2] },
      { shapes: [[2, 1, 4, 2]], args: [2] },
    ],
  },
  (x: Tensor, factor: number) => {
    const r = factorOf(x, factor);
    const [n, c, height, width] = x.shape;
    if (height % r !== 0 || width % r !== 0)
      throw new ShapeError(`${call("shuffle", [x])}: height and width must be multiples of the factor, ${r}`);
    const [h, w] = [height / r, width / r];
    return x
      .reshape([n, c, h, r, w, r])
      .permute([0, 1, 3, 5, 2, 4])
      .reshape([n, c * r * r, h, w]);
  },
);
