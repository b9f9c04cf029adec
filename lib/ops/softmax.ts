/** Exponentials beside their sum, none of which overflows: log Σ e^x and the softmax family. */

import { mapRows, sum as pairwise } from "../backends/loops.js";
import type { Data } from "../dtype.js";
import { kernelOp } from "../kernel.js";
import { composed } from "../op.js";
import { axesOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { type Axes, type ReduceOptions, type Reduction, reduction, samples } from "./common/axes.js";

/** The largest value along the axes, to subtract before e^x: a constant, since the result does not depend on it. Of nothing, 0. */
const largest = (x: Tensor, axes: readonly number[]): Tensor | number =>
  axes.some((axis) => x.shape[axis] === 0) ? 0 : x.detach().max(axes, { keepDims: true });

/** log Σ e^x, through e^(x − max x), so that it does not overflow. All −∞, or nothing, gives −∞, with slopes of 0 (PyTorch: NaN). */
export const logSumExp: Reduction = composed(
  "logSumExp",
  { samples },
  (x: Tensor, axes?: Axes, options?: ReduceOptions) => {
    const { args, shape } = reduction("logSumExp");
    const [, found] = args(x, axes, options);
    const m = largest(x, found.axes);
    const shift = typeof m === "number" ? m : m.abs().lt(Infinity).where(m, 0); // ∞ − ∞ would be NaN
    const total = x.sub(shift).exp().sum(found.axes, { keepDims: true });
    const none = total.eq(0); // the slope of log there, ∞, would make NaN of 0
    const y = none.where(-Infinity, none.where(1, total).log()).add(shift);
    return y.reshape(shape(found, [x]));
  },
);

type Softmax = (x: Tensor, axes?: Axes) => Tensor;
type Pull = (g: Tensor, y: Tensor, axes: readonly number[]) => Tensor;

const axesFor = (name: string, x: Tensor, axes?: Axes): number[] => {
  checkTensor(name, x);
  return axesOf(name, axes ?? (x.rank === 0 ? [] : -1), x.rank);
};

/** The softmax family: an op that changes rows along `axes` (default the last). */
const softmaxLike = (name: string, row: (e: Data, x: Data, sum: number, most: number) => void, pull: Pull): Softmax =>
  kernelOp<{ axes: number[] }>(name, {
    args: (x: Tensor, axes?: Axes) => [[x], { axes: axesFor(name, x, axes) }],
    shape: (_, [x]) => x.shape,
    run: ([x], y, _, { axes }) => {
      mapRows(x, axes, y, (values) => {
        let most = -Infinity;
        for (const value of values) most = Math.max(most, value);
        const e = Float64Array.from(values, (value) => Math.exp(value - most));
        row(e, values, pairwise(e, 0, e.length, Number), most);
      });
    },
    vjp: [(g, y, _, { axes }) => pull(g, y, axes)],
    samples: rows,
  });

const rows = [
  { shapes: [[2, 3]] },
  { shapes: [[4]], args: [0] },
  { shapes: [[2, 2, 3]], args: [[0, 2]] },
  { shapes: [[2, 0]] },
];

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

/** softmax of −x over `axes` (default the last): the smallest gets the most. */
export const softmin: Softmax = composed("softmin", { samples: rows }, (x: Tensor, axes?: Axes) => {
  checkTensor("softmin", x);
  return x.neg().softmax(axes);
});
