/** Storage: the memory behind tensors, and how often it was written. */
import { arrays, type Data, type Dtype } from "./dtype.js";
import { ShapeError, show } from "./error.js";
import { checkShape, type Shape, sizeOf } from "./shape.js";

/** Where values lie; tensors that are reshapes of each other share one. `version` counts the assignments. */
export class Storage {
  version = 0;
  constructor(
    readonly data: Data,
    readonly dtype: Dtype,
  ) {}

  /** Storage for a shape, checked before it is allocated; all zeros. */
  static allocate(op: string, shape: Shape, dtype: Dtype): Storage {
    const size = sizeOf(checkShape(op, shape));
    try {
      return new Storage(new arrays[dtype](size), dtype);
    } catch (error) {
      const bytes = size * arrays[dtype].BYTES_PER_ELEMENT;
      throw new ShapeError(`${op}(${show(shape)}): ${bytes} bytes cannot be allocated (${(error as Error).message})`);
    }
  }
}
