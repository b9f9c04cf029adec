/** Values moved, repeated or picked, never changed. Those that lose or repeat values come as adjoint pairs, each the other's rule. */
import { backend } from "../backends/index.js";
import { permuted, reduce, sum } from "../backends/loops.js";
import { checkDtype, type Dtype } from "../dtype.js";
import { call, ShapeError, show } from "../error.js";
import { kernelOp } from "../kernel.js";
import { checkIntegers } from "../nested.js";
import { composed, type Sample } from "../op.js";
import { axesOf, axisOf, broadcast, type Shape, sameShape, shapeOf, sizeOf, summedAxes } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { Word } from "../word.js";

const sameDtype = ([x]: readonly Tensor[]): Dtype => x.dtype;

/** The shape with what is left of `whole` in place of −1. */
function filled(op: string, whole: Shape, shape: Shape): Shape {
  const size = sizeOf(whole);
  const known = sizeOf(shape.filter((length) => length !== -1));
  const found = shape.map((length) => (length === -1 ? size / known : length));
  if (sizeOf(found) !== size || !found.every((length) => Number.isInteger(length) && length >= 0))
    throw new ShapeError(
      `${op}(${show(whole)}, ${show(shape)}): the shape must hold ${size} values; one length may be -1, for what is left`,
    );
  return found;
}

/** The same values in another shape; one length may be −1: what is left. Shares the storage. */
export const reshape: (x: Tensor, shape: Shape) => Tensor = kernelOp<{ shape: Shape }>("reshape", {
  args: (x, shape) => [[x], { shape: shapeOf("reshape", shape) }],
  shape: ({ shape }, [x]) => filled("reshape", x.shape, shape),
  vjp: [(g, _, [x]) => g.reshape(x.shape)],
  dtype: sameDtype,
  samples: [
    { shapes: [[2, 3, 2]], args: [[4, 3]] },
    { shapes: [[6]], args: [[2, -1]] },
    { shapes: [[]], args: [[1, 1]] },
    { shapes: [[0, 2]], args: [[0]] },
  ],
});

/** The axes from `startAxis` to `endAxis`, both included, as one; by default all. A tensor of no axes gets one. */
export const flatten: (x: Tensor, startAxis?: number, endAxis?: number) => Tensor = composed(
  "flatten",
  {
    samples: [
      { shapes: [[2, 3, 2]] },
      { shapes: [[2, 1, 3, 2]], args: [1, -2] },
      { shapes: [[3, 2]], args: [-1] },
      { shapes: [[]] },
    ],
  },
  (x: Tensor, startAxis = 0, endAxis = -1) => {
    checkTensor("flatten", x);
    const [from, to] = [startAxis, endAxis].map((axis) => axisOf("flatten", axis, Math.max(1, x.rank)));
    if (from > to)
      throw new ShapeError(`flatten(${show(x.shape)}): the axes must be in order (given ${startAxis} to ${endAxis})`);
    return x.reshape([...x.shape.slice(0, from), sizeOf(x.shape.slice(from, to + 1)), ...x.shape.slice(to + 1)]);
  },
);

/** An axis as several, of lengths `shape`; one may be −1: what is left. Undoes `flatten`. */
export const unflatten: (x: Tensor, axis: number, shape: Shape) => Tensor = composed(
  "unflatten",
  {
    samples: [
      { shapes: [[2, 6]], args: [1, [3, 2]] },
      { shapes: [[4, 3]], args: [-2, [-1, 2]] },
      { shapes: [[2]], args: [0, [2]] },
    ],
  },
  (x: Tensor, given: number, shape: Shape) => {
    checkTensor("unflatten", x);
    const axis = axisOf("unflatten", given, x.rank);
    const inner = filled("unflatten", [x.shape[axis]], shapeOf("unflatten", shape));
    return x.reshape([...x.shape.slice(0, axis), ...inner, ...x.shape.slice(axis + 1)]);
  },
);

/** x without its axes of length 1: all of them, or those that are named; named ones of another length stay, as in PyTorch. */
export const squeeze: (x: Tensor, axes?: number | readonly number[]) => Tensor = composed(
  "squeeze",
  { samples: [{ shapes: [[1, 2, 1, 3]] }, { shapes: [[1, 3, 1]], args: [-1] }, { shapes: [[1, 2]], args: [[0, 1]] }] },
  (x: Tensor, axes?: number | readonly number[]) => {
    checkTensor("squeeze", x);
    const found = axesOf("squeeze", axes, x.rank);
    return x.reshape(x.shape.filter((length, axis) => length !== 1 || !found.includes(axis)));
  },
);

/** x with an axis of length 1 put in, the result's axis `axis`. */
export const unsqueeze: (x: Tensor, axis: number) => Tensor = composed(
  "unsqueeze",
  {
    samples: [
      { shapes: [[2, 3]], args: [1] },
      { shapes: [[2, 3]], args: [-1] },
      { shapes: [[]], args: [0] },
    ],
  },
  (x: Tensor, given: number) => {
    checkTensor("unsqueeze", x);
    const axis = axisOf("unsqueeze", given, x.rank + 1);
    return x.reshape([...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
  },
);

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

/** The axes `from` moved to the places `to`, the others in their order: one axis, or as many of both. */
export const movedim: (x: Tensor, from: number | readonly number[], to: number | readonly number[]) => Tensor =
  composed(
    "movedim",
    {
      samples: [
        { shapes: [[2, 3, 2]], args: [0, -1] },
        {
          shapes: [[2, 3, 1, 2]],
          args: [
            [-1, 0],
            [0, 2],
          ],
        },
      ],
    },
    (x: Tensor, from: number | readonly number[], to: number | readonly number[]) => {
      checkTensor("movedim", x);
      const [a, b] = [from, to].map((axes) => [axes].flat().map((axis) => axisOf("movedim", axis as number, x.rank)));
      if (a.length !== b.length || new Set(a).size < a.length || new Set(b).size < b.length)
        throw new ShapeError(
          `movedim(${show(x.shape)}): as many axes must be named as places, each once (given ${show([from].flat() as Shape)} to ${show([to].flat() as Shape)})`,
        );
      const rest = x.shape.flatMap((_, axis) => (a.includes(axis) ? [] : [axis])).values();
      return x.permute(x.shape.map((_, i) => (b.includes(i) ? a[b.indexOf(i)] : (rest.next().value as number))));
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

/** The same by PyTorch's rule: −1 keeps the length of an axis. */
export const expand: (x: Tensor, shape: Shape) => Tensor = composed(
  "expand",
  {
    samples: [
      { shapes: [[2, 1]], args: [[-1, 3]] },
      { shapes: [[3, 1]], args: [[2, -1, 2]] },
      { shapes: [[2]], args: [[-1]] },
    ],
  },
  (x: Tensor, given: Shape) => {
    checkTensor("expand", x);
    const shape = shapeOf("expand", given);
    return x.expandTo(shape.map((length, i) => (length === -1 ? (x.shape.at(i - shape.length) ?? -1) : length)));
  },
);

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
