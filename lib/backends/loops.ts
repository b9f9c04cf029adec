/** The plain loops behind the reference kernels: sums in NumPy's order, and values put in another order. */
import { arrays, type Data, round } from "../dtype.js";
import { sizeOf } from "../shape.js";
import { Storage } from "../storage.js";
import type { Block } from "./backend.js";

/** Values read with their axes in the order `axes`: y's axis i is x's axis `axes[i]`. */
export function permuted(x: Block, axes: readonly number[], y: Data): Data {
  const rank = axes.length;
  const steps = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
  const lengths = axes.map((axis) => x.shape[axis]);
  const moves = axes.map((axis) => steps[axis]);
  const from = x.storage.data;
  const inner = lengths[rank - 1] ?? 1;
  const step = moves[rank - 1] ?? 0;
  const index = new Array<number>(rank).fill(0);
  for (let o = 0, start = 0; o < y.length; ) {
    for (let i = 0, at = start; i < inner; i++, at += step) y[o++] = from[at];
    for (let k = rank - 2; k >= 0; k--) {
      start += moves[k];
      if (++index[k] < lengths[k]) break;
      start -= lengths[k] * moves[k];
      index[k] = 0;
    }
  }
  return y;
}

/** What a reduction of some axes reads: each result's values in a row of `length`, one row after the other. */
function rows(x: Block, axes: readonly number[]): { data: Data; length: number; order: number[] } {
  const { data } = x.storage;
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const length = axes.reduce((n, axis) => n * x.shape[axis], 1);
  const order = [...kept, ...axes];
  const inPlace = order.every((axis, i) => axis === i);
  return { data: inPlace ? data : permuted(x, order, new arrays[x.storage.dtype](data.length)), length, order };
}

/**
 * The sum of `n` values from `start`, in NumPy's order: blocks of up to 128 by eight running sums, blocks pairwise, so that
 * the error grows with log n; rounded after every addition.
 */
export const sum: Fold = (x, start, n, rounded) => {
  if (n > 128) {
    const half = (n >> 1) - ((n >> 1) % 8);
    return rounded(sum(x, start, half, rounded) + sum(x, start + half, n - half, rounded));
  }
  const end = start + n;
  let i = start;
  let total = n === 0 ? 0 : -0; // -0 keeps the sign of a sum of negative zeros
  if (n >= 8) {
    let s0 = x[i];
    let s1 = x[i + 1];
    let s2 = x[i + 2];
    let s3 = x[i + 3];
    let s4 = x[i + 4];
    let s5 = x[i + 5];
    let s6 = x[i + 6];
    let s7 = x[i + 7];
    for (i += 8; i + 8 <= end; i += 8) {
      s0 = rounded(s0 + x[i]);
      s1 = rounded(s1 + x[i + 1]);
      s2 = rounded(s2 + x[i + 2]);
      s3 = rounded(s3 + x[i + 3]);
      s4 = rounded(s4 + x[i + 4]);
      s5 = rounded(s5 + x[i + 5]);
      s6 = rounded(s6 + x[i + 6]);
      s7 = rounded(s7 + x[i + 7]);
    }
    total = rounded(rounded(rounded(s0 + s1) + rounded(s2 + s3)) + rounded(rounded(s4 + s5) + rounded(s6 + s7)));
  }
  for (; i < end; i++) total = rounded(total + x[i]);
  return total;
};

/** Every row of values along `axes` made another by `f`, which is given a row in place; the rows put back where they were. */
export function mapRows(x: Block, axes: readonly number[], y: Block, f: (row: Data) => void): void {
  const { data, length, order } = rows(x, axes);
  const made = data.slice();
  for (let start = 0; start < made.length; start += length) f(made.subarray(start, start + length));
  const back = order.map((_, axis) => order.indexOf(axis));
  const shape = order.map((axis) => x.shape[axis]);
  permuted({ storage: Storage.of(made, x.storage.dtype), shape }, back, y.storage.data);
}

/** A number for `n` values from `start`, rounded to the dtype by `rounded`. */
type Fold = (x: Data, start: number, n: number, rounded: (x: number) => number) => number;

/** One number for each element of y, from the values of x along `axes`. */
export function reduce(x: Block, axes: readonly number[], y: Block, fold: Fold): void {
  const { data, length } = rows(x, axes);
  const rounded = round[y.storage.dtype];
  const to = y.storage.data;
  for (let i = 0; i < to.length; i++) to[i] = fold(data, i * length, length, rounded);
}
