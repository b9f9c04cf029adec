/** Parts of a tensor cut out, and put back among zeros: an adjoint pair. */
import type { Dtype } from "../dtype.js";
import { call, ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed } from "../op.js";
import { axisOf, checkShape, type Shape, sameShape, shapeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { indexWithin } from "./common/indices.js";
import { type AxisRange, lengthsOf, put, rows, type Span, spansOf } from "./common/spans.js";

export type { AxisRange };

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
  vjpInto: (g, onto, { spans }) => {
    onto.storage.change();
    put(g, onto, spans, true);
  },
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

/** `length` indices of an axis from `start` on; it may be counted from the end. */
export const narrow: (x: Tensor, axis: number, start: number, length: number) => Tensor = composed(
  "narrow",
  {
    samples: [
      { shapes: [[2, 4]], args: [1, 1, 2] },
      { shapes: [[3, 2]], args: [-2, -2, 1] },
      { shapes: [[3]], args: [0, 3, 0] },
    ],
  },
  (x: Tensor, given: number, start: number, length: number) => {
    checkTensor("narrow", x);
    const axis = axisOf("narrow", given, x.rank);
    const from = start < 0 ? start + x.shape[axis] : start;
    if (![start, length].every(Number.isInteger) || from < 0 || length < 0 || from + length > x.shape[axis])
      throw new ShapeError(
        `narrow(${show(x.shape)}): start and length must name a part of axis ${axis} (given ${start}, ${length})`,
      );
    return x.slice(...x.shape.slice(0, axis).map(() => null), [from, from + length]);
  },
);

/** The part of x at one index of an axis, which is gone in the result; negative indices count from the end. */
export const select: (x: Tensor, axis: number, index: number) => Tensor = composed(
  "select",
  {
    samples: [
      { shapes: [[2, 3]], args: [0, 1] },
      { shapes: [[2, 3, 2]], args: [-2, -1] },
      { shapes: [[3]], args: [0, 0] },
    ],
  },
  (x: Tensor, given: number, index: number) => {
    checkTensor("select", x);
    const axis = axisOf("select", given, x.rank);
    return x.narrow(axis, indexWithin("select", x.shape, axis, index), 1).reshape(x.shape.filter((_, i) => i !== axis));
  },
);

/** The parts of x at each index of an axis (default the first), which is gone in them. */
export function unbind(x: Tensor, axis = 0): Tensor[] {
  checkTensor("unbind", x);
  return Array.from({ length: x.shape[axisOf("unbind", axis, x.rank)] }, (_, i) => x.select(axis, i));
}

/**
 * x cut along an axis (default the first) into pieces of the given lengths, which must add up to its own; of one number, into
 * pieces of that length, the last of which may be shorter. As in PyTorch. `concat` joins them.
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  checkTensor("split", x);
  const length = x.shape[axisOf("split", axis, x.rank)];
  const fail = (): never => {
    throw new ShapeError(
      `split(${show(x.shape)}): the sizes must be whole numbers that add up to ${length}, or one above 0 (given ${JSON.stringify(sizes)})`,
    );
  };
  if (typeof sizes === "number") {
    if (!Number.isInteger(sizes) || sizes <= 0) return fail();
    const count = Math.max(1, Math.ceil(length / sizes));
    return Array.from({ length: count }, (_, i) => x.narrow(axis, i * sizes, Math.min(sizes, length - i * sizes)));
  }
  const whole = (size: unknown): boolean => Number.isInteger(size) && (size as number) >= 0;
  if (!Array.isArray(sizes) || !sizes.every(whole) || sizes.reduce((a, b) => a + b, 0) !== length) return fail();
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return x.narrow(axis, end - size, size);
  });
}

/** x cut along an axis (default the first) into `count` pieces of equal length; the last may be shorter, or missing. As in PyTorch. */
export function chunk(x: Tensor, count: number, axis = 0): Tensor[] {
  checkTensor("chunk", x);
  const length = x.shape[axisOf("chunk", axis, x.rank)];
  if (!Number.isInteger(count) || count <= 0)
    throw new ValueError(
      `chunk(${show(x.shape)}): the number of pieces must be a whole number above 0 (given ${count})`,
    );
  return split(x, Math.ceil(length / count) || new Array<number>(count).fill(0), axis);
}
