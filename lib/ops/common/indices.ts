/** Indices as users give them: int32 tensors or plain numbers, checked to lie within the axes they index. */
import { tensor } from "../../create.js";
import { call, DtypeError, ShapeError, show, ValueError } from "../../error.js";
import { checkIntegers, flatten, type Nested, type TypedArray } from "../../nested.js";
import { broadcast, type Shape, sizeOf } from "../../shape.js";
import { Tensor } from "../../tensor.js";

/** Indices of any shape. */
export type Indices = Tensor | Nested | TypedArray;

/** Indices given as plain numbers. */
export type Rows = readonly number[] | TypedArray;

/** Where the rows of an axis lie: `count` pieces, each of `length` rows of `width` values. */
export const along = (shape: Shape, axis: number) => ({
  count: sizeOf(shape.slice(0, axis)),
  length: shape[axis],
  width: sizeOf(shape.slice(axis + 1)),
});

/** Indices as an int32 tensor. */
function integers(op: string, given: Indices): Tensor {
  if (given instanceof Tensor) {
    if (given.dtype !== "int32")
      throw new DtypeError(`${op}: the index must be int32 (given ${given.dtype}); convert with .to("int32")`);
    return given;
  }
  const { data, shape } = flatten(op, given);
  checkIntegers(op, data);
  return tensor(Int32Array.from(data), { shape });
}

/** The index as int32: of one axis, or (`each`) of the shape of x save along `axis`; all of it within x. */
export function indexTensor(op: string, x: Tensor, axis: number, given: Indices, each = false): Tensor {
  const index = integers(op, given);
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

/** An index of one axis as a count from the front; negative ones count from the back. */
export function indexWithin(op: string, shape: Shape, axis: number, index: number): number {
  const length = shape[axis];
  const found = index < 0 ? index + length : index;
  if (!Number.isInteger(index) || found < 0 || found >= length)
    throw new ValueError(
      `${op}(${show(shape)}): an index of axis ${axis} must be a whole number from ${-length} to ${length - 1} (given ${index})`,
    );
  return found;
}

/** Which parts of x indices name, one index for each leading axis, broadcast together: int32 counts of those parts. */
export function partsOf(op: string, x: Tensor, given: readonly Indices[]): Tensor {
  if (given.length > x.rank)
    throw new ShapeError(`${call(op, [x])}: there may be one index for each axis, ${x.rank} (given ${given.length})`);
  const indices = given.map((index) => integers(op, index));
  const shape = broadcast(op, indices);
  const parts = new Int32Array(sizeOf(shape));
  indices.forEach((index, axis) => {
    const { data } = index.expandTo(shape).storage;
    for (let i = 0; i < parts.length; i++)
      parts[i] = parts[i] * x.shape[axis] + indexWithin(op, x.shape, axis, data[i]);
  });
  return tensor(parts, { shape });
}
