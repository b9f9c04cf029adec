/** Values put around a tensor: one value, or its own, read on beyond the edges. */
import { ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { checkIntegers } from "../nested.js";
import type { Shape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { type AxisRange, put, type Span } from "./common/spans.js";

type Widths = readonly (readonly [before: number, after: number])[];

/** What lies beyond the edges: a `value` (default 0), or x mirrored at its edge, its edge value, or x from its other end. */
export type PadOptions = { mode?: "constant" | "reflect" | "replicate" | "circular"; value?: number };

/** Which of n indices stands for index i beyond the edges, and how far beyond there is one. */
const modes = {
  reflect: { at: (i: number, n: number) => n - 1 - Math.abs(n - 1 - Math.abs(i)), most: (n: number) => n - 1 },
  replicate: { at: (i: number, n: number) => Math.max(0, Math.min(i, n - 1)), most: (n: number) => n && Infinity },
  circular: { at: (i: number, n: number) => (i + n) % n, most: (n: number) => n },
};

/** x read on beyond its edges. */
function extended(x: Tensor, widths: Widths, mode: keyof typeof modes): Tensor {
  if (!Object.hasOwn(modes, mode))
    throw new ValueError(
      `pad: the mode must be "constant", "reflect", "replicate" or "circular" (given ${JSON.stringify(mode)})`,
    );
  const { at, most } = modes[mode];
  return widths.reduce((y, [before, after], axis) => {
    const n = x.shape[axis];
    if (Math.max(before, after) > Math.max(0, most(n)))
      throw new ShapeError(
        `pad(${show(x.shape)}): mode "${mode}" puts at most ${Math.max(0, most(n))} values on a side of axis ${axis} (given ${show([before, after])})`,
      );
    if (before + after === 0) return y;
    return y.indexSelect(
      axis,
      Array.from({ length: before + n + after }, (_, i) => at(i - before, n)),
    );
  }, x);
}

/**
 * x with values around it: for each axis, the first one first as in NumPy, how many `[before, after]`. For the last two of
 * four axes `x.pad([[0, 0], [0, 0], [1, 1], [1, 1]])`. They are a number (default 0), or by the `mode` PyTorch's.
 */
export const pad: (x: Tensor, widths: Widths, how?: number | PadOptions) => Tensor = kernelOp<{
  spans: readonly Span[];
  shape: Shape;
  value: number;
}>("pad", {
  args: (x: Tensor, widths: Widths, how: number | PadOptions = 0) => {
    checkTensor("pad", x);
    const whole = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;
    const fits = (width: unknown): boolean => Array.isArray(width) && width.length === 2 && width.every(whole);
    if (!Array.isArray(widths) || widths.length !== x.rank || !widths.every(fits))
      throw new ShapeError(
        `pad(${show(x.shape)}): each of the ${x.rank} axes must have its [before, after], whole numbers from 0 ` +
          `(given ${JSON.stringify(widths)})`,
      );
    const { mode = "constant", value = 0 }: PadOptions = typeof how === "object" ? { ...how } : { value: how };
    if (typeof value !== "number") throw new ValueError(`pad: the value must be a number (given ${typeof value})`);
    if (x.dtype === "int32") checkIntegers("pad", [value]);
    // What is read on from x is picked from it before, and leaves nothing to fill.
    const inner = mode === "constant" ? x : extended(x, widths, mode);
    const spans = inner.shape.map((length, axis) => ({ start: inner === x ? widths[axis][0] : 0, step: 1, length }));
    return [[inner], { spans, shape: x.shape.map((n, axis) => n + widths[axis][0] + widths[axis][1]), value }];
  },
  shape: ({ shape }, _) => shape,
  run: ([x], y, _, { spans, value }) => {
    y.storage.data.fill(value);
    put(x, y, spans);
  },
  vjp: [(g, _, _x, { spans }) => g.slice(...spans.map(({ start, length }): AxisRange => [start, start + length]))],
  dtype: ([x]) => x.dtype,
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
    {
      shapes: [[3, 2]],
      args: [
        [
          [2, 1],
          [0, 1],
        ],
        { mode: "reflect" },
      ],
    },
    {
      shapes: [[2, 3]],
      args: [
        [
          [3, 0],
          [1, 2],
        ],
        { mode: "replicate" },
      ],
    },
    {
      shapes: [[3, 2]],
      args: [
        [
          [1, 3],
          [0, 1],
        ],
        { mode: "circular" },
      ],
    },
    { shapes: [[]], args: [[]] },
    { shapes: [[0]], args: [[[1, 2]]] },
  ],
});
