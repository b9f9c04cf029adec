/** Reading .npy, NumPy's file of one array (numpy.lib.format). */
import { DataError, show, ValueError } from "../../error.js";
import { sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import { bytesFor, misfit, tensorOf } from "../elements.js";
import type { Fail } from "../scanner.js";
import { readHeader } from "./header.js";

/**
 * The array of a .npy file, of any order of bytes and axes: float16 becomes float32; whole numbers of all sizes, and booleans, become
 * int32 if every value fits. Throws a DataError that begins with `name` on anything but a well-formed file of numbers, neither
 * shorter nor longer than its header says.
 */
export function parseNpy(bytes: Uint8Array, name = "parseNpy"): Tensor {
  if (!(bytes instanceof Uint8Array)) throw new ValueError("parseNpy: bytes must be a Uint8Array");
  const fail: Fail = (must, given) => {
    throw new DataError(`${name}: ${must} (given ${given})`);
  };
  const { element, little, columns, shape, start } = readHeader(bytes, fail);
  const size = bytesFor(shape, element);
  const data = bytes.subarray(start);
  if (data.length !== size) {
    const rest = data.length < size ? `${size - data.length} are missing` : `${data.length - size} too many`;
    fail(`a header that says ${show(shape)} must be followed by ${size} bytes`, `${data.length}, ${rest}`);
  }
  const wrong = misfit(element, data, little);
  if (wrong) fail(wrong.must, wrong.given);
  try {
    return tensorOf(shape, element, columns ? rows(data, shape, element.bytes) : data, little);
  } catch (error) {
    return fail("must fit in the memory there is", (error as Error).message);
  }
}

/** Elements that lie with the first axis fastest, as Fortran has them, laid in rows. */
function rows(bytes: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const y = new Uint8Array(bytes.length);
  const steps = shape.map((_, axis) => width * sizeOf(shape.slice(axis + 1)));
  const index = shape.map(() => 0);
  let to = 0;
  for (let from = 0; from < bytes.length; from += width) {
    for (let i = 0; i < width; i++) y[to + i] = bytes[from + i];
    for (let axis = 0; axis < shape.length; axis++) {
      to += steps[axis];
      if (++index[axis] < shape[axis]) break;
      to -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return y;
}
