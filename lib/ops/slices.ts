/** Parts of a tensor cut out, and put back among zeros: an adjoint pair. */
import type { Block } from "../backends/backend.js";
import type { Dtype } from "../dtype.js";
import { call, ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { checkIntegers } from "../nested.js";
import { checkShape, type Shape, sameShape, shapeOf, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** What is cut out of an axis, in NumPy's terms: `[start, end, step]`, each of which may be left out; `[]` or null is all of it. */
export type AxisRange = readonly [start?: number | null, end?: number | null, step?: number | null] | null;

/** A range of an axis of known length: `length` indices from `start`. */
type Span = { start: number; step: number; length: number };

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
function spansOf(op: string, shape: Shape, ranges: readonly AxisRange[]): Span[] {
  if (ranges.length > shape.length)
    throw new ShapeError(
      `${op}(${show(shape)}): there may be one range for each axis, ${shape.length} (given ${ranges.length})`,
    );
  return shape.map((_, axis) => spanOf(op, shape, axis, ranges[axis]));
}

const lengthsOf = (spans: readonly Span[]): number[] => spans.map(({ length }) => length);

/** Visits the rows of a part along the last axis: where each begins in the part and in the whole, and the step between values there. */
function rows(whole: Shape, spans: readonly Span[], visit: (part: number, whole: number, step: number) => void): void {
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

/** Writes the values of x over those of y that the spans name. */
function put(x: Block, y: Block, spans: readonly Span[]): void {
  const [from, to] = [x.storage.data, y.storage.data];
  const inner = spans.at(-1)?.length ?? 1;
  rows(y.shape, spans, (part, whole, step) => {
    for (let i = part, at = whole; i < part + inner; i++, at += step) to[at] = from[i];
  });
}

const sameDtype = ([x]: readonly Tensor[]): Dtype => x.dtype;

const samples: readonly { shape: Shape; ranges: readonly AxisRange[] }[] = [
  { shape: [4, 3], ranges: [[1, 3]] },
  { shape: [2, 5], ranges: [null, [-1, 0, -2]] },
  { shape: [3, 2, 4], ranges: [[-2], [], [null, null, 3]] },
  { shape: [4], ranges: [[2, 2]] },
  { shape: [], ranges: [] },
];

type Ranges = { ranges: readonly AxisRange[]; spans: readonly Span[] };

/**
 * The part of x within a range of each leading axis, as in NumPy: `x.slice([0, 2], null, [-1])` is `x[0:2, :, -1:]`.
 * Negative indices count from the end, steps may be negative, bounds beyond the axis are the axis's. The adjoint of `place`.
 */
export const slice: (x: Tensor, ...ranges: AxisRange[]) => Tensor = kernelOp<Ranges>("slice", {
  args: (x: Tensor, ...ranges: AxisRange[]) => {
    checkTensor("slice", x);
    return [[x], { ranges, spans: spansOf("slice", x.shape, ranges) }];
  },
  shape: ({ spans }, _) => lengthsOf(spans),
  run: ([x], y, _, { spans }) => {
    const [from, to] = [x.storage.data, y.storage.data];
    const inner = spans.at(-1)?.length ?? 1;
    rows(x.shape, spans, (part, whole, step) => {
      for (let i = part, at = whole; i < part + inner; i++, at += step) to[i] = from[at];
    });
  },
  vjp: [(g, _, [x], { ranges }) => g.place(x.shape, ...ranges)],
  dtype: sameDtype,
  samples: samples.map(({ shape, ranges }) => ({ shapes: [shape], args: ranges })),
});

/** Zeros of `shape` with x where `slice` with the same ranges would find it. The adjoint of `slice`. */
export const place: (x: Tensor, shape: Shape, ...ranges: AxisRange[]) => Tensor = kernelOp<Ranges & { shape: Shape }>(
  "place",
  {
    args: (x: Tensor, given: Shape, ...ranges: AxisRange[]) => {
      checkTensor("place", x);
      const shape = checkShape("place", shapeOf("place", given));
      return [[x], { shape, ranges, spans: spansOf("place", shape, ranges) }];
    },
    shape: ({ shape, spans }, [x]) => {
      if (!sameShape(x.shape, lengthsOf(spans)))
        throw new ShapeError(
          `${call("place", [x, { shape }])}: the first must have the shape of the ranges, ${show(lengthsOf(spans))}`,
        );
      return shape;
    },
    run: ([x], y, _, { spans }) => put(x, y, spans),
    vjp: [(g, _, _x, { ranges }) => g.slice(...ranges)],
    dtype: sameDtype,
    samples: samples.map(({ shape, ranges }) => ({
      shapes: [lengthsOf(spansOf("place", shape, ranges))],
      args: [shape, ...ranges],
    })),
  },
);

type Widths = readonly (readonly [before: number, after: number])[];

/**
 * x with `value` around it: for each axis, the first one first as in NumPy, how many `[before, after]`. For the last two of
 * four axes `x.pad([[0, 0], [0, 0], [1, 1], [1, 1]])`.
 */
export const pad: (x: Tensor, widths: Widths, value?: number) => Tensor = kernelOp<{
  spans: readonly Span[];
  shape: Shape;
  value: number;
}>("pad", {
  args: (x: Tensor, widths: Widths, value = 0) => {
    checkTensor("pad", x);
    const whole = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
    const fits = (width: unknown): boolean => Array.isArray(width) && width.length === 2 && width.every(whole);
    if (!Array.isArray(widths) || widths.length !== x.rank || !widths.every(fits))
      throw new ShapeError(
        `pad(${show(x.shape)}): each of the ${x.rank} axes must have its [before, after], whole numbers from 0 ` +
          `(given ${JSON.stringify(widths)})`,
      );
    if (typeof value !== "number") throw new ValueError(`pad: the value must be a number (given ${typeof value})`);
    if (x.dtype === "int32") checkIntegers("pad", [value]);
    const spans = x.shape.map((length, axis) => ({ start: widths[axis][0], step: 1, length }));
    return [[x], { spans, shape: x.shape.map((length, axis) => length + widths[axis][0] + widths[axis][1]), value }];
  },
  shape: ({ shape }, _) => shape,
  run: ([x], y, _, { spans, value }) => {
    y.storage.data.fill(value);
    put(x, y, spans);
  },
  vjp: [(g, _, _x, { spans }) => g.slice(...spans.map(({ start, length }): AxisRange => [start, start + length]))],
  dtype: sameDtype,
  samples: [
    {
      shapes: [[2, 3]],
      args: [
        [
          [1, 0],
          [2, 1],
        ],
      ],
    },
    {
      shapes: [[2, 1, 2]],
      args: [
        [
          [0, 1],
          [1, 1],
          [0, 0],
        ],
        -1.5,
      ],
    },
    { shapes: [[]], args: [[]] },
    { shapes: [[0]], args: [[[1, 2]]] },
  ],
});
