/** Values moved, repeated or picked, never changed. Those that lose or repeat values come as adjoint pairs, each the other's rule. */
import { backend } from "../backends/index.js";
import { permuted, reduce, sum } from "../backends/loops.js";
import { checkDtype, type Dtype } from "../dtype.js";
import { call, ShapeError, show } from "../error.js";
import { kernelOp } from "../kernel.js";
import { checkIntegers } from "../nested.js";
import { composed, type Sample } from "../op.js";
import { axisOf, broadcast, type Shape, sameShape, shapeOf, sizeOf, summedAxes } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { Word } from "../word.js";

const sameDtype = ([x]: readonly Tensor[]): Dtype => x.dtype;

/** The same values in another shape; one length may be −1: what is left. Shares the storage. */
export const reshape: (x: Tensor, shape: Shape) => Tensor = kernelOp<{ shape: Shape }>("reshape", {
  args: (x, shape) => [[x], { shape: shapeOf("reshape", shape) }],
  shape: ({ shape }, [x]) => {
    const known = sizeOf(shape.filter((length) => length !== -1));
    const found = shape.map((length) => (length === -1 ? x.size / known : length));
    if (sizeOf(found) !== x.size || !found.every((length) => Number.isInteger(length) && length >= 0))
      throw new ShapeError(
        `reshape(${show(x.shape)}, ${show(shape)}): the shape must hold ${x.size} values; one length may be -1, for what is left`,
      );
    return found;
  },
  vjp: [(g, _, [x]) => g.reshape(x.shape)],
  dtype: sameDtype,
  samples: [
    { shapes: [[2, 3, 2]], args: [[4, 3]] },
    { shapes: [[6]], args: [[2, -1]] },
    { shapes: [[]], args: [[1, 1]] },
    { shapes: [[0, 2]], args: [[0]] },
  ],
});

/** A copy with values of its own; gradients flow through. For a copy without a past, `x.detach().clone()`. */
export const clone: (x: Tensor) => Tensor = kernelOp("clone", {
  shape: (_, [x]) => x.shape,
  run: ([x], y) => y.storage.data.set(x.storage.data),
  vjp: [(g) => g],
  dtype: sameDtype,
  samples: [{ shapes: [[2, 3]] }, { shapes: [[]] }, { shapes: [[0]] }],
});

/** The axes in another order: the result's axis i is x's axis `axes[i]`. */
export const permute: (x: Tensor, axes: readonly number[]) => Tensor = kernelOp<{ axes: number[] }>("permute", {
  args: (x: Tensor, axes: readonly number[]) => {
    checkTensor("permute", x);
    return [[x], { axes: shapeOf("permute", axes).map((axis) => axisOf("permute", axis, x.rank)) }];
  },
  shape: ({ axes }, [x]) => {
    if (axes.length !== x.rank || new Set(axes).size !== x.rank)
      throw new ShapeError(
        `permute(${show(x.shape)}, ${show(axes)}): every one of the ${x.rank} axes must be named once`,
      );
    return axes.map((axis) => x.shape[axis]);
  },
  run: ([x], y, _, { axes }) => permuted(x, axes, y.storage.data),
  vjp: [(g, _, _x, { axes }) => g.permute(axes.map((_, i) => axes.indexOf(i)))],
  dtype: sameDtype,
  samples: [
    { shapes: [[2, 3, 4]], args: [[2, 0, 1]] },
    { shapes: [[2, 3]], args: [[1, 0]] },
    { shapes: [[]], args: [[]] },
    { shapes: [[0, 2]], args: [[-1, 0]] },
  ],
});

/** Two axes exchanged, by default the last two: of a matrix, its transpose. */
export const transpose: (x: Tensor, axis0?: number, axis1?: number) => Tensor = composed(
  "transpose",
  { samples: [{ shapes: [[2, 3]] }, { shapes: [[2, 3, 2]], args: [0, -1] }] },
  (x: Tensor, axis0 = -2, axis1 = -1) => {
    checkTensor("transpose", x);
    if (x.rank < 2) throw new ShapeError(`transpose(${show(x.shape)}): the tensor must have at least 2 axes`);
    const [a, b] = [axisOf("transpose", axis0, x.rank), axisOf("transpose", axis1, x.rank)];
    return x.permute(x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)));
  },
);

const expansions: readonly Sample[] = [
  { shapes: [[2, 1]], args: [[3, 2, 4]] },
  { shapes: [[]], args: [[2, 2]] },
  { shapes: [[2, 3]], args: [[2, 2, 3]] },
  { shapes: [[1, 2]], args: [[0, 2]] },
];

/** x repeated along new leading axes and axes of length 1 until it has `shape`. The adjoint of `sumTo`. */
export const expandTo: (x: Tensor, shape: Shape) => Tensor = kernelOp<{ shape: Shape }>("expandTo", {
  args: (x, shape) => [[x], { shape: shapeOf("expandTo", shape) }],
  shape: ({ shape }, [x]) => {
    if (!sameShape(broadcast("expandTo", [x, { shape }]), shape))
      throw new ShapeError(`${call("expandTo", [x, { shape }])}: the first must broadcast to the second`);
    return shape;
  },
  run: ([x], y) => backend().word(Word.argument(0), [x], y),
  vjp: [(g, _, [x]) => g.sumTo(x.shape)],
  dtype: sameDtype,
  samples: expansions,
});

/** Sums over the axes along which `shape` would have to be repeated to give x. The adjoint of `expandTo`. */
export const sumTo: (x: Tensor, shape: Shape) => Tensor = kernelOp<{ shape: Shape }>("sumTo", {
  args: (x, shape) => [[x], { shape: shapeOf("sumTo", shape) }],
  shape: ({ shape }, [x]) => {
    if (!sameShape(broadcast("sumTo", [x, { shape }]), x.shape))
      throw new ShapeError(`${call("sumTo", [x, { shape }])}: the second must broadcast to the first`);
    return shape;
  },
  run: ([x], y) => reduce(x, summedAxes(x.shape, y.shape), y, sum),
  vjp: [(g) => g],
  samples: expansions.map(({ shapes, args }) => ({ shapes: args as Shape[], args: [...shapes] })),
});

/** The same values as `float32`, `float64` or (whole numbers) `int32`; gradients flow back between the floats. */
export const to: (x: Tensor, dtype: Dtype) => Tensor = kernelOp<{ dtype: Dtype }>("to", {
  args: (x, dtype) => [[x], { dtype: checkDtype("to", dtype) }],
  shape: (_, [x]) => x.shape,
  run: ([x], y) => {
    if (y.storage.dtype === "int32") checkIntegers("to", x.storage.data);
    y.storage.data.set(x.storage.data);
  },
  vjp: [(g, _, [x]) => g.to(x.dtype)],
  dtype: (_, { dtype }) => dtype,
  samples: [{ shapes: [[2, 3]], args: ["float64"] }],
});
