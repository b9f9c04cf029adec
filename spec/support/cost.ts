/** What a computation costs, in a measure that is the same in every run: the elements of all tensors that it makes. */
import { sizeOf } from "../../lib/shape.js";
import { Storage } from "../../lib/storage.js";

export function elementsMadeBy(f: () => void): number {
  const { allocate } = Storage;
  let elements = 0;
  Storage.allocate = (op, shape, dtype) => {
    elements += sizeOf(shape);
    return allocate(op, shape, dtype);
  };
  try {
    f();
    return elements;
  } finally {
    Storage.allocate = allocate;
  }
}
