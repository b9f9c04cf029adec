/** Rows and values picked by number, and added back: adjoint pairs. */
import { tensor, zerosLike } from "../create.js";
import { promote } from "../dtype.js";
import { call, DtypeError, ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { checkIntegers, flatten, type Nested, type TypedArray } from "../nested.js";
import { axisOf, type Shape, sameShape, sizeOf } from "../shape.js";
import { checkTensor, Tensor } from "../tensor.js";

/** Indices given as plain numbers. */
type Rows = readonly number[] | TypedArray;

/** Where the rows of an axis lie: `count` pieces, each of `length` rows of `width` values. */
const along = (shape: Shape, axis: number) => ({
  count: sizeOf(shape.slice(0, axis)),
  length: shape[axis],
  width: sizeOf(shape.slice(axis + 1)),
});

/** The index as int32: of one axis, or (`each`) of the shape of x save along `axis`; all of it within x. */
function indexTensor(op: string, x: Tensor, axis: number, given: Tensor | Nested | TypedArray, each = false): Tensor {
  const index = given instanceof Tensor ? given : integers(op, given);
  if (index.dtype !== "int32")
    throw new DtypeError(`${op}: the index must be int32 (given ${index.dtype}); convert with .to("int32")`);
  if (!each && index.rank !== 1)
    throw new ShapeError(`${op}(${show(x.shape)}): the index must have one axis (given ${show(index.shape)})`);
  if (each && (index.rank !== x.rank || !x.shape.every((length, i) => i === axis || length === index.shape[i])))
    throw new ShapeError(
      `${op}(${show(x.shape)}): the index must have the lengths of the tensor on every axis but ${axis} (given ${show(index.shape)})`,
    );
  const length = x.shape[axis];
  const { storage } = index;
  if (storage.below <= length) return index;
  const places = storage.data;
  for (let at = 0; at < places.length; at++)
    if (places[at] >>> 0 >= length)
      // without its sign a negative number is large
      throw new ValueError(
        `${op}(${show(x.shape)}): indices along axis ${axis} must lie from 0 to ${length - 1} (given ${places[at]} at ${at})`,
      );
  if (!storage.handedOut) storage.below = length;
  return index;
}

function integers(op: string, given: Nested | TypedArray): Tensor {
  const { data, shape } = flatten(op, given);
  checkIntegers(op, data);
  return tensor(Int32Array.from(data), { shape });
}

/** The rows of `axis` that an int32 `index` names, in its order, repeats allowed. The adjoint of `indexAdd`. */
export const indexSelect: (x: Tensor, axis: number, index: Tensor | Rows) => Tensor = kernelOp<{
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
  dtype: ([x]) => x.dtype,
  samples: [
    { shapes: [[4, 3]], args: [0, [2, 0, 2]] },
    { shapes: [[2, 3, 2]], args: [-2, [1]] },
    { shapes: [[3]], args: [0, []] },
  ],
});

/** x with the rows of `source` added to the rows of `axis` that `index` names. The adjoint of `indexSelect`. */
export const indexAdd: (x: Tensor, axis: number, index: Tensor | Rows, source: Tensor) => Tensor = kernelOp<{
  axis: number;
}>("indexAdd", {
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
  dtype: ([x, source]) => promote("indexAdd", [x, source]),
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

/**
 * For each element of an int32 `index` the value of x that it names along `axis`, at the same place on the others: of a
 * matrix and axis 1, y[i, j] = x[i, index[i, j]]. As in PyTorch, save that the lengths of the other axes must be equal.
 * The adjoint of `scatterAdd`.
 */
export const gather: (x: Tensor, axis: number, index: Tensor | Nested) => Tensor = kernelOp<{ axis: number }>(
  "gather",
  {
    args: (x: Tensor, given: number, index) => {
      checkTensor("gather", x);
      const axis = axisOf("gather", given, x.rank);
      return [[x, indexTensor("gather", x, axis, index, true)], { axis }];
    },
    shape: (_, [, index]) => index.shape,
    run: ([x, index], y, _, { axis }) => {
      const { count, length, width } = along(x.shape, axis);
      const [from, to, places] = [x.storage.data, y.storage.data, index.storage.data];
      const size = index.shape[axis] * width;
      for (let c = 0, o = 0; c < count; c++)
        for (let start = c * length * width, end = o + size, j = 0; o < end; o++) {
          to[o] = from[start + places[o] * width + j];
          if (++j === width) j = 0; // one loop and not two: width is often 1
        }
    },
    vjp: [(g, _, [x, index], { axis }) => zerosLike(x).scatterAdd(axis, index, g), null],
    dtype: ([x]) => x.dtype,
    samples: [
      {
        shapes: [[2, 3]],
        args: [
          1,
          [
            [2, 0, 2, 1],
            [1, 1, 0, 1],
          ],
        ],
      },
      { shapes: [[3, 2]], args: [0, [[2, 0]]] },
      { shapes: [[2, 2, 2]], args: [-2, [[[1, 0]], [[0, 0]]]] },
      { shapes: [[3]], args: [0, []] },
    ],
  },
);

/**
 * x with each value of `source` added where `index`, int32 and of its shape, says along `axis`: of a matrix and axis 1,
 * y[i, index[i, j]] += source[i, j]. As in PyTorch, save that the lengths of the other axes must be equal. The adjoint of `gather`.
 */
export const scatterAdd: (x: Tensor, axis: number, index: Tensor | Nested, source: Tensor) => Tensor = kernelOp<{
  axis: number;
}>("scatterAdd", {
  args: (x: Tensor, given: number, index, source) => {
    checkTensor("scatterAdd", x);
    const axis = axisOf("scatterAdd", given, x.rank);
    return [[x, source, indexTensor("scatterAdd", x, axis, index, true)], { axis }];
  },
  shape: (_, [x, source, index]) => {
    if (!sameShape(source.shape, index.shape))
      throw new ShapeError(
        `${call("scatterAdd", [x, index, source])}: the source must have the shape of the index, ${show(index.shape)}`,
      );
    return x.shape;
  },
  run: ([x, source, index], y, _, { axis }) => {
    const { count, length, width } = along(x.shape, axis);
    const [from, to, places] = [source.storage.data, y.storage.data, index.storage.data];
    const size = index.shape[axis] * width;
    to.set(x.storage.data);
    for (let c = 0, o = 0; c < count; c++)
      for (let start = c * length * width, end = o + size, j = 0; o < end; o++) {
        to[start + places[o] * width + j] += from[o];
        if (++j === width) j = 0;
      }
  },
  vjp: [(g) => g, (g, _, [, , index], { axis }) => g.gather(axis, index), null],
  dtype: ([x, source]) => promote("scatterAdd", [x, source]),
  samples: [
    {
      shapes: [
        [2, 3],
        [2, 2],
      ],
      call: (x, source) => [
        x,
        1,
        [
          [2, 2],
          [0, 1],
        ],
        source,
      ],
    },
    {
      shapes: [
        [3, 2],
        [1, 2],
      ],
      call: (x, source) => [x, 0, [[1, 2]], source],
    },
    {
      shapes: [
        [2, 2, 2],
        [2, 1, 2],
      ],
      call: (x, source) => [x, -2, [[[1, 0]], [[1, 1]]], source],
    },
  ],
});
