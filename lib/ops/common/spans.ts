/** Ranges of axes, as users write them and as loops read them: where a part of a tensor lies in the whole. */
import type { Block } from "../../backends/backend.js";
import { ShapeError, show, ValueError } from "../../error.js";
import { type Shape, sizeOf } from "../../shape.js";

/** What is cut out of an axis, in NumPy's terms: `[start, end, step]`, each of which may be left out; `[]` or null is all of it. */
export type AxisRange = readonly [start?: number | null, end?: number | null, step?: number | null] | null;

/** A range of an axis of known length: `length` indices from `start`. */
export type Span = { start: number; step: number; length: number };

function spanOf(op: string, shape: Shape, axis: number, range: AxisRange | undefined): Span {
  const fail = (what: string): never => {
    throw new ValueError(`${op}(${show(shape)}): the range of axis ${axis} must ${what}`);
  };
  const given: unknown = range ?? [];
  if (!Array.isArray(given) || given.length > 3)
    return fail(`be [start, end, step] or null (given ${JSON.stringify(given)}); for 1 and 2 write [1, 3]`);
  const [start, end, step = 1] = given.map((number) => number ?? undefined) as (number | undefined)[];
  for (const number of [start, end, step])
    if (number !== undefined && !Number.isInteger(number)) fail(`hold whole numbers (given ${number})`);
  if (step === 0) fail("have a step that is not 0");
  const length = shape[axis];
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const bound = (index: number): number => Math.min(Math.max(index < 0 ? index + length : index, low), high);
  const from = start === undefined ? (step > 0 ? low : high) : bound(start);
  const to = end === undefined ? (step > 0 ? high : low) : bound(end);
  return { start: from, step, length: Math.max(0, Math.ceil((to - from) / step)) };
}

/** One span for each axis, given ranges for the leading ones. */
export function spansOf(op: string, shape: Shape, ranges: readonly AxisRange[]): Span[] {
  if (ranges.length > shape.length)
    throw new ShapeError(
      `${op}(${show(shape)}): there may be one range for each axis, ${shape.length} (given ${ranges.length})`,
    );
  return shape.map((_, axis) => spanOf(op, shape, axis, ranges[axis]));
}

export const lengthsOf = (spans: readonly Span[]): number[] => spans.map(({ length }) => length);

/** Visits the rows of a part along the last axis: where each begins in the part and in the whole, and the step between values there. */
export function rows(
  whole: Shape,
  spans: readonly Span[],
  visit: (part: number, whole: number, step: number) => void,
): void {
  const last = spans.length - 1;
  const strides = whole.map((_, axis) => sizeOf(whole.slice(axis + 1)));
  const moves = spans.map(({ step }, axis) => step * strides[axis]);
  const size = sizeOf(lengthsOf(spans));
  const index = spans.map(() => 0);
  let at = spans.reduce((sum, { start }, axis) => sum + start * strides[axis], 0);
  for (let part = 0; part < size; part += spans[last]?.length ?? 1) {
    visit(part, at, moves[last] ?? 1);
    for (let k = last - 1; k >= 0; k--) {
      at += moves[k];
      if (++index[k] < spans[k].length) break;
      at -= spans[k].length * moves[k];
      index[k] = 0;
    }
  }
}

/** Writes the values of x over those of y that the spans name, or adds them. */
export function put(x: Block, y: Block, spans: readonly Span[], add = false): void {
  const [from, to] = [x.storage.data, y.storage.data];
  const inner = spans.at(-1)?.length ?? 1;
  rows(y.shape, spans, (part, whole, step) => {
    for (let i = part, at = whole; i < part + inner; i++, at += step) to[at] = add ? to[at] + from[i] : from[i];
  });
}
