/** Many values become one, over any axes: sums, means, extremes, and the softmax family composed of them. */
import { mapRows, sum as pairwise, reduce } from "../backends/loops.js";
import { type Data, round } from "../dtype.js";
import { call, ShapeError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed, type Sample } from "../op.js";
import { axesOf, type Shape, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** One axis or several, counted from the front or (negative) the back; left out, all. */
export type Axes = number | readonly number[];

/** Whether the reduced axes stay, with length 1. */
export type ReduceOptions = { keepDims?: boolean };

type Reduction = (x: Tensor, axes?: Axes, options?: ReduceOptions) => Tensor;
type Reduced = { axes: number[]; keepDims: boolean };

/** The shape with the reduced axes of length 1. */
const kept = (x: Tensor, axes: readonly number[]): Shape => x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));

/** How the user's call of a reduction is read, and its shape. */
const reduction = (name: string) => ({
  args: (x: Tensor, axes?: Axes, { keepDims = false }: ReduceOptions = {}): [Tensor[], Reduced] => {
    checkTensor(name, x);
    return [[x], { axes: axesOf(name, axes, x.rank), keepDims }];
  },
  shape: ({ axes, keepDims }: Reduced, [x]: readonly Tensor[]): Shape =>
    keepDims ? kept(x, axes) : x.shape.filter((_, axis) => !axes.includes(axis)),
});

/** The same, of one that nothing has no value of. */
const choice = (name: string) => ({
  ...reduction(name),
  shape: (attributes: Reduced, [x]: readonly Tensor[]): Shape => {
    for (const axis of attributes.axes)
      if (x.shape[axis] === 0)
        throw new ShapeError(`${call(name, [x])}: axis ${axis} has length 0; of nothing there is no ${name}`);
    return reduction(name).shape(attributes, [x]);
  },
});

const samples: readonly Sample[] = [
  { shapes: [[2, 3]] },
  { shapes: [[2, 3, 4]], args: [1] },
  { shapes: [[2, 3, 4]], args: [[0, -1], { keepDims: true }] },
  { shapes: [[3, 1, 2]], args: [[1]] },
  { shapes: [[]] },
];

const empty: readonly Sample[] = [
  { shapes: [[0, 2]], args: [0] },
  { shapes: [[2, 0]], args: [0] },
];

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

/** The largest value along the axes, to subtract before e^x: a constant, since the result does not depend on it. Of nothing, 0. */
const largest = (x: Tensor, axes: readonly number[]): Tensor | number =>
  axes.some((axis) => x.shape[axis] === 0) ? 0 : x.detach().max(axes, { keepDims: true });

/** log Σ e^x, through e^(x − max x), so that it does not overflow. All −∞, or nothing, gives −∞. */
export const logSumExp: Reduction = composed(
  "logSumExp",
  { samples },
  (x: Tensor, axes?: Axes, options?: ReduceOptions) => {
    const { args, shape } = reduction("logSumExp");
    const [, found] = args(x, axes, options);
    const m = largest(x, found.axes);
    const shift = typeof m === "number" ? m : m.abs().lt(Infinity).where(m, 0); // ∞ − ∞ would be NaN
    const y = x.sub(shift).exp().sum(found.axes, { keepDims: true }).log().add(shift);
    return y.reshape(shape(found, [x]));
  },
);

type Softmax = (x: Tensor, axes?: Axes) => Tensor;

/** The softmax family: an op that changes rows along `axes` (default the last). */
const softmaxLike = (name: string, row: (e: Data, x: Data, sum: number, most: number) => void, pull: Pull): Softmax =>
  kernelOp<{ axes: number[] }>(name, {
    args: (x: Tensor, axes?: Axes) => {
      checkTensor(name, x);
      return [[x], { axes: axesOf(name, axes ?? (x.rank === 0 ? [] : -1), x.rank) }];
    },
    shape: (_, [x]) => x.shape,
    run: ([x], y, _, { axes }) => {
      const rounded = round[y.storage.dtype];
      mapRows(x, axes, y, (values) => {
        let most = -Infinity;
        for (const value of values) most = Math.max(most, value);
        const e = values.map((value) => Math.exp(value - most));
        row(e, values, pairwise(e, 0, e.length, rounded), most);
      });
    },
    vjp: [(g, y, _, { axes }) => pull(g, y, axes)],
    samples: [
      { shapes: [[2, 3]] },
      { shapes: [[4]], args: [0] },
      { shapes: [[2, 2, 3]], args: [[0, 2]] },
      { shapes: [[2, 0]] },
    ],
  });

type Pull = (g: Tensor, y: Tensor, axes: readonly number[]) => Tensor;

/** e^x / Σ e^x over `axes` (default the last), through e^(x − max x). All −∞ gives NaN. */
export const softmax: Softmax = softmaxLike(
  "softmax",
  (e, x, sum) => x.set(e.map((value) => value / sum)),
  (g, y, axes) => y.mul(g.sub(g.mul(y).sum(axes, { keepDims: true }))),
);

/** log of softmax over `axes` (default the last), without the loss of digits of taking it afterwards. */
export const logSoftmax: Softmax = softmaxLike(
  "logSoftmax",
  (_, x, sum, most) => {
    const log = Math.log(sum);
    x.forEach((value, i) => {
      x[i] = value - most - log;
    });
  },
  (g, y, axes) => g.sub(y.exp().mul(g.sum(axes, { keepDims: true }))),
);
