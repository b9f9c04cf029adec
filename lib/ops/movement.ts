/** Values moved, repeated or picked, never changed. Those that lose or repeat values come as adjoint pairs, each the other's rule. */
import { backend } from "../backends/index.js";
import { permuted, reduce, sum } from "../backends/loops.js";
import { tensor, zerosLike } from "../create.js";
import { checkDtype, type Dtype, promote } from "../dtype.js";
import { call, DtypeError, ShapeError, show, ValueError } from "../error.js";
import { composed, kernelOp, type Sample } from "../op.js";
import { axisOf, broadcast, type Shape, sameShape, sizeOf } from "../shape.js";
import { checkIntegers, checkTensor, Tensor } from "../tensor.js";
import { Word } from "../word.js";

const sameDtype = ([x]: readonly Tensor[]): Dtype => x.dtype;

/** The same values in another shape; one length may be −1: what is left. Shares the storage. */
export const reshape: (x: Tensor, shape: Shape) => Tensor = kernelOp<{ shape: Shape }>("reshape", {
  args: (x, shape) => [[x], { shape }],
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

/** The axes in another order: the result's axis i is x's axis `axes[i]`. */
export const permute: (x: Tensor, axes: readonly number[]) => Tensor = kernelOp<{ axes: number[] }>("permute", {
  args: (x: Tensor, axes: readonly number[]) => [[x], { axes: axes.map((axis) => axisOf("permute", axis, x.rank)) }],
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
    const [a, b] = [axisOf("transpose", axis0, x.rank), axisOf("transpose", axis1, x.rank)];
    return x.permute(x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)));
  },
);

/** The axes of `shape` that `small` lacks, or has once. */
const summed = (shape: Shape, small: Shape): number[] =>
  shape.flatMap((_, axis) => ((small[axis - shape.length + small.length] ?? 1) === 1 ? [axis] : []));

const expansions: readonly Sample[] = [
  { shapes: [[2, 1]], args: [[3, 2, 4]] },
  { shapes: [[]], args: [[2, 2]] },
  { shapes: [[3]], args: [[3]] },
  { shapes: [[1, 2]], args: [[0, 2]] },
];

/** x repeated along new leading axes and axes of length 1 until it has `shape`. The adjoint of `sumTo`. */
export const expandTo: (x: Tensor, shape: Shape) => Tensor = kernelOp<{ shape: Shape }>("expandTo", {
  args: (x, shape) => [[x], { shape }],
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
  args: (x, shape) => [[x], { shape }],
  shape: ({ shape }, [x]) => {
    if (!sameShape(broadcast("sumTo", [x, { shape }]), x.shape))
      throw new ShapeError(`${call("sumTo", [x, { shape }])}: the second must broadcast to the first`);
    return shape;
  },
  run: ([x], y) => reduce(x, summed(x.shape, y.shape), y, sum),
  vjp: [(g, _, [x]) => g.expandTo(x.shape)],
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

/** Where the rows of an axis lie: `count` pieces, each of `length` rows of `width` values. */
const along = (shape: Shape, axis: number) => ({
  count: sizeOf(shape.slice(0, axis)),
  length: shape[axis],
  width: sizeOf(shape.slice(axis + 1)),
});

function indexTensor(op: string, x: Tensor, axis: number, given: Tensor | ArrayLike<number>): Tensor {
  const index = given instanceof Tensor ? given : tensor(given, { dtype: "int32" });
  if (index.dtype !== "int32")
    throw new DtypeError(`${op}: the index must be int32 (given ${index.dtype}); convert with .to("int32")`);
  if (index.rank !== 1)
    throw new ShapeError(`${op}(${show(x.shape)}): the index must have one axis (given ${show(index.shape)})`);
  const length = x.shape[axis];
  index.data.some((i, at) => {
    if (i < 0 || i >= length)
      throw new ValueError(
        `${op}(${show(x.shape)}): indices along axis ${axis} must lie from 0 to ${length - 1} (given ${i} at ${at})`,
      );
    return false;
  });
  return index;
}

/** The rows of `axis` that an int32 `index` names, in its order, repeats allowed. The adjoint of `indexAdd`. */
export const indexSelect: (x: Tensor, axis: number, index: Tensor | ArrayLike<number>) => Tensor = kernelOp<{
  axis: number;
}>("indexSelect", {
  args: (x: Tensor, given: number, index) => {
    checkTensor("indexSelect", x);
    const axis = axisOf("indexSelect", given, x.rank);
    return [[x, indexTensor("indexSelect", x, axis, index)], { axis }];
  },
  shape: ({ axis }, [x, index]) => x.shape.map((length, i) => (i === axis ? index.size : length)),
  run: ([x, index], y, _, { axis }) => {
    const { count, length, width } = along(x.shape, axis);
    const [from, to, places] = [x.storage.data, y.storage.data, index.storage.data];
    for (let c = 0, o = 0; c < count; c++)
      for (let i = 0; i < places.length; i++)
        for (let j = 0, at = (c * length + places[i]) * width; j < width; j++) to[o++] = from[at++];
  },
  vjp: [(g, _, [x, index], { axis }) => zerosLike(x).indexAdd(axis, index, g), null],
  dtype: sameDtype,
  samples: [
    { shapes: [[4, 3]], args: [0, [2, 0, 2]] },
    { shapes: [[2, 3, 2]], args: [-2, [1]] },
    { shapes: [[3]], args: [0, []] },
  ],
});

/** x with the rows of `source` added to the rows of `axis` that `index` names. The adjoint of `indexSelect`. */
export const indexAdd: (x: Tensor, axis: number, index: Tensor | ArrayLike<number>, source: Tensor) => Tensor =
  kernelOp<{ axis: number }>("indexAdd", {
    args: (x: Tensor, given: number, index, source) => {
      checkTensor("indexAdd", x);
      const axis = axisOf("indexAdd", given, x.rank);
      return [[x, source, indexTensor("indexAdd", x, axis, index)], { axis }];
    },
    shape: ({ axis }, [x, source, index]) => {
      const expected = x.shape.map((length, i) => (i === axis ? index.size : length));
      if (!sameShape(source.shape, expected))
        throw new ShapeError(`${call("indexAdd", [x, index, source])}: the source must have shape ${show(expected)}`);
      return x.shape;
    },
    run: ([x, source, index], y, _, { axis }) => {
      const { count, length, width } = along(x.shape, axis);
      const [from, to, places] = [source.storage.data, y.storage.data, index.storage.data];
      to.set(x.storage.data);
      for (let c = 0, o = 0; c < count; c++)
        for (let i = 0; i < places.length; i++)
          for (let j = 0, at = (c * length + places[i]) * width; j < width; j++) to[at++] += from[o++];
    },
    vjp: [(g) => g, (g, _, [, , index], { axis }) => g.indexSelect(axis, index), null],
    dtype: ([x, source]) => promote("indexAdd", [x.dtype, source.dtype]),
    samples: [
      {
        shapes: [
          [4, 2],
          [3, 2],
        ],
        call: (x, source) => [x, 0, [1, 3, 1], source],
      },
      {
        shapes: [
          [2, 3],
          [2, 1],
        ],
        call: (x, source) => [x, -1, [2], source],
      },
    ],
  });
