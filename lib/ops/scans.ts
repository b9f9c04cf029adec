/** Each value along an axis joined with all before it: running sums, products, extremes. */

import { promote } from "../dtype.js";
import { kernelOp } from "../kernel.js";
import { composed, type Facts, type Sample } from "../op.js";
import type { Tensor } from "../tensor.js";
import { lineAxis, lines } from "./common/axes.js";
import { concat } from "./lists.js";

const samples: readonly Sample[] = [
  { shapes: [[2, 3]], args: [1] },
  { shapes: [[5]], args: [0] },
  { shapes: [[2, 3, 2]], args: [-2] },
  { shapes: [[1, 2]], args: [0] },
  { shapes: [[0, 2]], args: [0] },
];

/** The sums of each value and all before it along an axis, or (`reverse`) all after it: each the other's rule. Added in float64. */
export const cumsum: (x: Tensor, axis: number, options?: { reverse?: boolean }) => Tensor = kernelOp<{
  axis: number;
  reverse: boolean;
}>("cumsum", {
  args: (x: Tensor, axis: number, { reverse = false } = {}) => [[x], { axis: lineAxis("cumsum", x, axis), reverse }],
  shape: (_, [x]) => x.shape,
  run: ([x], y, _, { axis, reverse }) => {
    const [from, to] = [x.storage.data, y.storage.data];
    const n = x.shape[axis];
    lines(x.shape, axis, (c, j, step) => {
      let sum = -0;
      for (let i = 0; i < n; i++) {
        const at = (c * n + (reverse ? n - 1 - i : i)) * step + j;
        to[at] = sum += from[at];
      }
    });
  },
  vjp: [(g, _, _x, { axis, reverse }) => g.cumsum(axis, { reverse: !reverse })],
  samples: [...samples, { shapes: [[2, 3]], args: [0, { reverse: true }] }],
});

type Scan = (x: Tensor, axis: number) => Tensor;

/**
 * By doubling (Hillis & Steele 1986): what is joined of k values is joined with the k before, so that after log n steps it
 * is all of them, and no two parts overlap.
 */
const scan = (name: string, join: (y: Tensor, before: Tensor) => Tensor, facts?: Facts): Scan =>
  composed(name, { ...facts, samples }, (x: Tensor, given: number) => {
    const axis = lineAxis(name, x, given);
    promote(name, [x]);
    const n = x.shape[axis];
    let y = x;
    for (let k = 1; k < n; k *= 2) {
      const [first, before, rest] = [y.narrow(axis, 0, k), y.narrow(axis, 0, n - k), y.narrow(axis, k, n - k)];
      y = concat([first, join(rest, before)], axis);
    }
    return y === x ? x.clone() : y;
  });

/** The products of each value and all before it along an axis. No gradient of any order divides by a value, which may be 0. */
export const cumprod: Scan = scan("cumprod", (y, before) => y.mul(before));

/** The largest of each value and all before it along an axis; NaN from the first one on. The first of ties gets the gradient (PyTorch: the last). */
export const cummax: Scan = scan("cummax", (y, before) => y.maximum(before), { ties: true });

/** The smallest of each value and all before it along an axis; NaN from the first one on. The first of ties gets the gradient (PyTorch: the last). */
export const cummin: Scan = scan("cummin", (y, before) => y.minimum(before), { ties: true });

/** log Σ e^x of each value and all before it along an axis, joined two by two, so that nothing overflows or vanishes beside what comes later. */
export const logCumSumExp: Scan = scan("logCumSumExp", (y, before) => y.logAddExp(before));
