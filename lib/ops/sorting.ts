/** Values in order: where each comes from is decided without a derivative, and they are gathered from there. */

import type { Block } from "../backends/backend.js";
import type { Dtype } from "../dtype.js";
import { call, ShapeError, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed, type Sample } from "../op.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { type Axes, choice, lineAxis, lines, type ReduceOptions, type Reduction, rowsOf } from "./common/axes.js";

/** Which end comes first. */
export type SortOptions = { descending?: boolean };
/** Which end is taken. */
export type TopkOptions = { largest?: boolean };

type Sort = (x: Tensor, axis?: number, options?: SortOptions) => Tensor;
type Topk = (x: Tensor, k: number, axis?: number, options?: TopkOptions) => Tensor;

type Order = { axis: number; count: number; descending: boolean };

/** What finds where the first `count` values of each line in order are. */
const ordering = {
  shape: ({ axis, count }: Order, [x]: readonly Tensor[]): Shape => x.shape.map((n, i) => (i === axis ? count : n)),
  run: ([x]: readonly Block[], y: Block, _: unknown, { axis, count, descending }: Order) => {
    const [from, to] = [x.storage.data, y.storage.data];
    const n = x.shape[axis];
    const sign = descending ? -1 : 1;
    const values = new Float64Array(n);
    const order = new Int32Array(n);
    const nan = (i: number): number => sign * +Number.isNaN(values[i]);
    lines(x.shape, axis, (c, j, step) => {
      for (let i = 0; i < n; i++) {
        order[i] = i;
        values[i] = sign * from[(c * n + i) * step + j];
      }
      order.sort((a, b) => values[a] - values[b] || nan(a) - nan(b) || a - b); // of NaN and of ∞ − ∞ the next one decides
      for (let i = 0; i < count; i++) to[(c * count + i) * step + j] = order[i];
    });
    y.storage.below = n;
  },
  vjp: [null],
  dtype: (): Dtype => "int32",
  ties: true,
} as const;

const sorts: readonly Sample[] = [
  { shapes: [[2, 3]] },
  { shapes: [[5]], args: [0, { descending: true }] },
  { shapes: [[2, 3, 2]], args: [-2] },
  { shapes: [[2, 0]] },
];

/** Where the values of an axis (default the last) lie in order, int32. Equals keep their order; NaN is the largest. */
export const argsort: Sort = kernelOp<Order>("argsort", {
  ...ordering,
  args: (x: Tensor, given = -1, { descending = false }: SortOptions = {}) => {
    const axis = lineAxis("argsort", x, given);
    return [[x], { axis, count: x.shape[axis], descending }];
  },
  samples: sorts,
});

/** The values along an axis (default the last) in order, NaN the largest. Gives values only: `argsort` tells where they come from. */
export const sort: Sort = composed("sort", { samples: sorts, ties: true }, (x: Tensor, given = -1, options) => {
  const axis = lineAxis("sort", x, given);
  return x.gather(axis, x.argsort(axis, options));
});

const tops: readonly Sample[] = [
  { shapes: [[2, 4]], args: [2] },
  { shapes: [[3, 2]], args: [1, 0, { largest: false }] },
  { shapes: [[2, 3, 2]], args: [3, -2] },
  { shapes: [[3]], args: [0] },
];

/** Where the k largest (or smallest) values along an axis (default the last) are, int32, the first of equals before the next; NaN is the largest. */
export const argTopk: Topk = kernelOp<Order>("argTopk", {
  ...ordering,
  args: (x: Tensor, count: number, given = -1, { largest = true }: TopkOptions = {}) => {
    const axis = lineAxis("argTopk", x, given);
    const n = x.shape[axis];
    if (!Number.isInteger(count) || count < 0 || count > n)
      throw new ShapeError(
        `${call("argTopk", [x])}: k must be a whole number from 0 to ${n}, the length of axis ${axis} (given ${count})`,
      );
    return [[x], { axis, count, descending: largest }];
  },
  samples: tops,
});

/** The k largest (or, `largest: false`, smallest) values along an axis (default the last), in order. Gives values only: `argTopk` tells where. */
export const topk: Topk = composed(
  "topk",
  { samples: tops, ties: true },
  (x: Tensor, k: number, given = -1, options) => {
    const axis = lineAxis("topk", x, given);
    return x.gather(axis, x.argTopk(k, axis, options));
  },
);

/** A reduction to what lies `q` of the way along the sorted values, made of the two on either side by `join`. */
function ranked(
  name: string,
  x: Tensor,
  given: Axes | undefined,
  options: ReduceOptions | undefined,
  q: number,
  join: (a: Tensor, b: Tensor, way: number) => Tensor,
): Tensor {
  const { args, shape } = choice(name);
  const [, found] = args(x, given, options);
  const to = shape(found, [x]);
  const rows = rowsOf(name, x, found.axes);
  const order = rows.argsort();
  const pick = (place: number): Tensor => rows.gather(1, order.slice(null, [place, place + 1]));
  const last = rows.shape[1] - 1;
  const [most, at] = [pick(last), Math.floor(q * last)];
  const y = join(pick(at), pick(Math.min(at + 1, last)), q * last - at);
  return most.ne(most).where(most, y).reshape(to); // NaN is the last of all
}

/** The middle value, of an even number the lower of both; NaN if one is. Of equals one gets the gradient (PyTorch's `median()` shares it). */
export const median: Reduction = composed(
  "median",
  {
    ties: true,
    samples: [
      { shapes: [[2, 3]] },
      { shapes: [[2, 3, 2]], args: [1] },
      { shapes: [[2, 2, 3]], args: [[0, -1], { keepDims: true }] },
      { shapes: [[]] },
    ],
  },
  (x: Tensor, axes?: Axes, options?: ReduceOptions) => ranked("median", x, axes, options, 0.5, (lower) => lower),
);

/** The value below which a share q of the others lie, from 0 to 1, on the line between the two nearest; NaN if one is. */
export const quantile: (x: Tensor, q: number, axes?: Axes, options?: ReduceOptions) => Tensor = composed(
  "quantile",
  {
    ties: true,
    samples: [
      { shapes: [[5]], args: [0.3] },
      { shapes: [[2, 3]], args: [0.5, 1] },
      { shapes: [[2, 3, 2]], args: [0.9, [0, -1], { keepDims: true }] },
      { shapes: [[3, 2]], args: [1, 0] },
    ],
  },
  (x: Tensor, q: number, axes?: Axes, options?: ReduceOptions) => {
    if (typeof q !== "number" || !(q >= 0 && q <= 1))
      throw new ValueError(`quantile: q must be a number from 0 to 1 (given ${q})`);
    // Each by its share, and not a + (b − a) · way, which may overflow; equals, ∞ too, are what they are.
    return ranked("quantile", x, axes, options, q, (a, b, way) =>
      way === 0 ? a : a.eq(b).where(a, a.mul(1 - way).add(b.mul(way))),
    );
  },
);
