/** gradtape/npz, NumPy's archives of arrays as bytes, in browsers and elsewhere: the package "fflate" compresses. `gradtape/node` does without. */
import { deflateSync, Inflate, inflateSync } from "fflate";
import { encodeWith, type NpzLoadOptions, type NpzSaveOptions, parseWith } from "./files/npz.js";
import type { Codec } from "./files/zip/format.js";
import { joined } from "./files/zip/write.js";
import type { StateDict, Tensor } from "./index.js";
import "./index.js"; // gives tensors their operations

export type { NpzLoadOptions, NpzSaveOptions };

/** How much is inflated at once: at most a thousand times as much comes out before it can be stopped. */
const piece = 2 ** 14;

const fflate: Codec = {
  deflate: (bytes) => deflateSync(bytes),
  inflate: (bytes, size) => {
    if (bytes.length <= piece) return inflateSync(bytes, { out: new Uint8Array(size + 1) });
    const pieces: Uint8Array[] = [];
    let length = 0;
    const stream = new Inflate((found) => {
      length += found.length;
      if (length > size) throw new Error("more");
      pieces.push(found);
    });
    for (let at = 0; at < bytes.length; at += piece)
      stream.push(bytes.subarray(at, at + piece), at + piece >= bytes.length);
    return joined(pieces);
  },
};

/** Tensors by name as the bytes of a .npz file, which `np.load` reads; the same tensors give the same bytes. */
export const encodeNpz = (tensors: ReadonlyMap<string, Tensor>, { compress }: NpzSaveOptions = {}): Uint8Array =>
  encodeWith(fflate, tensors, compress);

/**
 * The tensors of a .npz file, as `np.savez` and `np.savez_compressed` write it, by name. Throws a DataError that begins with `name`
 * on anything but a sound archive of arrays of numbers within the limits.
 */
export const parseNpz = (bytes: Uint8Array, name = "parseNpz", options?: NpzLoadOptions): StateDict =>
  parseWith(fflate, bytes, name, options);
