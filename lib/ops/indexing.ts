/** Rows picked by number, and added back: an adjoint pair. */
import { tensor, zerosLike } from "../create.js";
import { promote } from "../dtype.js";
import { call, DtypeError, ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import type { TypedArray } from "../nested.js";
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

function indexTensor(op: string, x: Tensor, axis: number, given: Tensor | Rows): Tensor {
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
