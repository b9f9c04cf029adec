/** Writing .npy, NumPy's file of one array (numpy.lib.format, version 1.0). */
import { ShapeError } from "../../error.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { bytesOf } from "../elements.js";
import { magic, mostAxes } from "./header.js";

/** A tensor as the bytes of a .npy file: float32, float64 or int32, little-endian, in rows. */
export function encodeNpy(x: Tensor): Uint8Array {
  checkTensor("encodeNpy", x);
  if (x.rank > mostAxes) throw new ShapeError(`encodeNpy: NumPy reads at most ${mostAxes} axes (given ${x.rank})`);
  const code = { float32: "f4", float64: "f8", int32: "i4" }[x.dtype];
  const tuple = x.rank === 1 ? `(${x.shape[0]},)` : `(${x.shape.join(", ")})`;
  const text = `{'descr': '<${code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The values begin at a multiple of 64, for those who map the file into memory.
  const start = 64 * Math.ceil((10 + text.length + 1) / 64);
  const data = bytesOf(x.storage.data);
  const bytes = new Uint8Array(start + data.length);
  const header = `${magic}\x01\x00${String.fromCharCode((start - 10) & 255, (start - 10) >> 8)}${text}`;
  bytes.set(Uint8Array.from(`${header.padEnd(start - 1)}\n`, (char) => char.charCodeAt(0)));
  bytes.set(data, start);
  return bytes;
}
