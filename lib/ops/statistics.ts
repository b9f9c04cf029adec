/** How far values spread and how large they are: variance, standard deviation, norms; sums of powers, in float64 whatever the dtype. */

import { reduce, sum } from "../backends/loops.js";
import { call, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { type Axes, choice, kept, type Reduced, type ReduceOptions, reduction } from "./common/axes.js";

/** What is taken from the number of values that a variance divides by: 1 (default) for samples, 0 for all there is. */
export type VarianceOptions = ReduceOptions & { correction?: number };

type Spread = (x: Tensor, axes?: Axes, options?: VarianceOptions) => Tensor;
type Corrected = Reduced & { correction: number };

/** What a variance divides by; of too few values 0, which makes ∞ or NaN of it. */
const divisor = (n: number, correction: number): number => Math.max(n - correction, 0);

/** An op of the mean square of what lies between the values and their mean; `pull` gets the gradient over the divisor. */
const spread = (
  name: string,
  tell: (variance: number) => number,
  pull: (g: Tensor, y: Tensor, centred: Tensor) => Tensor,
): Spread =>
  kernelOp<Corrected>(name, {
    ...reduction(name),
    args: (x: Tensor, axes?: Axes, options: VarianceOptions = {}) => {
      const [inputs, reduced] = reduction(name).args(x, axes, options);
      return [inputs, { ...reduced, correction: options.correction ?? 1 }];
    },
    run: ([x], y, _, { axes, correction }) =>
      reduce(x, axes, y, (data, start, n) => {
        const mean = sum(data, start, n, Number) / n;
        let total = 0;
        for (let i = start; i < start + n; i++) total += (data[i] - mean) ** 2;
        return tell(total / divisor(n, correction));
      }),
    vjp: [
      (g, y, [x], { axes, correction }) => {
        const shape = kept(x, axes);
        const n = sizeOf(axes.map((axis) => x.shape[axis]));
        const share = g.reshape(shape).div(divisor(n, correction));
        return pull(share, y.reshape(shape), x.sub(x.mean(axes, { keepDims: true })));
      },
    ],
    samples: [
      { shapes: [[2, 3]] },
      { shapes: [[2, 3, 2]], args: [1, { correction: 0 }] },
      { shapes: [[2, 3, 2]], args: [[0, -1], { keepDims: true }] },
      { shapes: [[4]], args: [0, { correction: 0.5 }] },
    ],
  });

/** PyTorch's var: Σ (x − mean x)² / (n − `correction`), in two passes. Of one value 0 / 0 = NaN, unless `correction` is 0. */
export const variance: Spread = spread(
  "variance",
  (variance) => variance,
  (g, _, centred) => centred.mul(2).mul(g),
);

/** The standard deviation, √variance; where it is 0 its slope is 0. */
export const std: Spread = spread("std", Math.sqrt, (g, y, centred) => centred.div(nonzero(y)).mul(g));

/** y to divide by: ∞ in place of 0, so that slopes there are 0, the least of all that hold. */
const nonzero = (y: Tensor): Tensor => y.eq(0).where(Infinity, y);

type Norm = Reduced & { p: number };

/**
 * The p-norm (Σ |x|^p)^(1/p), by default p = 2; of p = ∞ the largest |x|, of −∞ the smallest. Divided by one of them first,
 * so that powers neither overflow nor vanish. The slope of a norm that is 0 is 0, of |x| at 0 too; ties share as in `max`.
 */
export const norm: (x: Tensor, p?: number, axes?: Axes, options?: ReduceOptions) => Tensor = kernelOp<Norm>("norm", {
  args: (x: Tensor, p = 2, axes?: Axes, options?: ReduceOptions) => {
    const [inputs, reduced] = reduction("norm").args(x, axes, options);
    if (typeof p !== "number" || !(Math.abs(p) > 0))
      throw new ValueError(`${call("norm", [x])}: p must be a number other than 0 (given ${p})`);
    return [inputs, { ...reduced, p }];
  },
  shape: (attributes, inputs): Shape =>
    (attributes.p > 0 && attributes.p < Infinity ? reduction : choice)("norm").shape(attributes, inputs),
  run: ([x], y, _, { axes, p }) =>
    reduce(x, axes, y, (data, start, n) => {
      let unit = p > 0 ? 0 : Infinity;
      for (let i = start; i < start + n; i++) unit = (p > 0 ? Math.max : Math.min)(unit, Math.abs(data[i]));
      if (Math.abs(p) === Infinity || !(unit > 0 && unit < Infinity)) return unit;
      let total = 0;
      for (let i = start; i < start + n; i++) {
        const part = Math.abs(data[i]) / unit;
        total += p === 2 ? part * part : part ** p;
      }
      return unit * total ** (1 / p);
    }),
  vjp: [
    (g, y, [x], { axes, p }) => {
      const whole = y.reshape(kept(x, axes));
      const arriving = g.reshape(kept(x, axes));
      if (p === 1) return x.sign().mul(arriving);
      if (Math.abs(p) === Infinity) {
        const best = x.abs().eq(whole);
        return x
          .sign()
          .mul(best.div(best.sum(axes, { keepDims: true })))
          .mul(arriving);
      }
      const part = x.div(nonzero(whole));
      if (p === 2) return part.mul(arriving);
      return part
        .sign()
        .mul(
          part
            .eq(0)
            .where(1, part.abs())
            .pow(p - 1),
        )
        .mul(arriving); // 1: 0 to a negative power is ∞
    },
  ],
  kinks: [[0]],
  ties: true,
  samples: [
    { shapes: [[2, 3]] },
    { shapes: [[2, 3, 2]], args: [2, 1] },
    { shapes: [[2, 3]], args: [1, [0], { keepDims: true }] },
    { shapes: [[2, 3]], call: (x) => [x.sub(3), Infinity, -1] }, // of one sign: sizes are apart where values are
    { shapes: [[3, 2]], call: (x) => [x.add(3), -Infinity, 0] },
    { shapes: [[4]], args: [3] },
    { shapes: [[2, 2]], args: [1.5, 0] },
    { shapes: [[0, 2]], args: [2, 0] },
  ],
});
