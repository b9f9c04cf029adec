/** IDX, the format of the MNIST files: big-endian words that tell the shape, then one byte for each value. */
import { zeros } from "../create.js";
import type { Dtype } from "../dtype.js";
import { DataError, show } from "../error.js";
import type { Tensor } from "../tensor.js";

/** An IDX file taken apart: its lengths, and the values where they lie. */
export type Idx = { shape: readonly number[]; values: Uint8Array };

const mostAxes = 4;

/** The element types of the format, of which only bytes are read. */
const types = new Map([
  [0x08, "unsigned bytes"],
  [0x09, "signed bytes"],
  [0x0b, "16-bit integers"],
  [0x0c, "32-bit integers"],
  [0x0d, "32-bit floats"],
  [0x0e, "64-bit floats"],
]);

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

/**
 * Takes an IDX file of unsigned bytes apart, without a copy. Nothing is believed but what the file's own length confirms;
 * a DataError that begins with `name` says what is wrong.
 */
export function readHeader(bytes: Uint8Array, name: string): Idx {
  const fail = (what: string, given: string): never => {
    throw new DataError(`${name}: ${what} (${given})`);
  };
  const [zero, alsoZero, type, rank] = bytes;
  if (bytes.length < 4) fail("an IDX file must begin with 4 bytes of magic", `it has ${bytes.length} bytes`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) fail("must be inflated first, it is a gzip file", hex(bytes.slice(0, 4)));
  if (zero !== 0 || alsoZero !== 0 || !types.has(type) || rank < 1 || rank > mostAxes)
    fail(
      `an IDX file must begin with 00 00 08 and its number of axes, 01 to 0${mostAxes}`,
      `it begins with ${hex(bytes.slice(0, 4))}`,
    );
  if (type !== 0x08)
    fail("must hold unsigned bytes, type 08", `it holds ${types.get(type)}, type ${hex(bytes.slice(2, 3))}`);

  const header = 4 + 4 * rank;
  if (bytes.length < header) fail(`a header of ${rank} axes must have ${header} bytes`, `the file has ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, header);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  // A product in doubles may round, but never from above 2^53 to below it.
  const size = shape.reduce((n, length) => n * length, 1);
  if (size > Number.MAX_SAFE_INTEGER) fail("must hold at most 2^53 - 1 values", `its header says ${show(shape)}`);
  const given = bytes.length - header;
  if (given !== size)
    fail(
      `a header that says ${show(shape)} must be followed by ${size} bytes`,
      `${given} follow, ${given < size ? `${size - given} are missing` : `${given - size} too many`}`,
    );
  return { shape, values: bytes.subarray(header) };
}

/**
 * The values of an IDX file, 0 to 255, in a tensor of its shape (1 to 4 axes). Without a `dtype` those of one axis, which
 * are labels, become int32, others float32. `name` is what errors call the file. Throws a DataError on anything but a
 * well-formed file of unsigned bytes, neither shorter nor longer than its header says.
 */
export function parseIdx(bytes: Uint8Array, name = "parseIdx", { dtype }: { dtype?: Dtype } = {}): Tensor {
  const { shape, values } = readHeader(bytes, name);
  const y = zeros(shape, { dtype: dtype ?? (shape.length === 1 ? "int32" : "float32") });
  y.storage.data.set(values);
  return y;
}
