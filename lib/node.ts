/** gradtape/node, what needs a file system: the files of MNIST, and of other data sets in its format. */
import { type Stats, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Idx, parseIdx, readHeader } from "./data/idx.js";
import type { Dtype } from "./dtype.js";
import { DataError, oneHot, type Tensor, tensor, ValueError, zeros } from "./index.js";

export { parseIdx };

/** Options of `readIdx`. */
export type IdxOptions = {
  /** The dtype of the result (default: int32 for one axis, which holds labels; else float32). */
  dtype?: Dtype;
  /** The most bytes a file may have, inflated: what a gzip file claims is not to be trusted (default 2^28, five times MNIST). */
  maxBytes?: number;
};

const most = 2 ** 28;

/**
 * The values of one IDX file of unsigned bytes, plain or gzipped (told by its content), 0 to 255, in a tensor of its shape.
 * Throws a DataError that names the file when it is missing, malformed, truncated, too long, or fails gzip's checksum.
 */
export const readIdx = (path: string, { dtype, maxBytes }: IdxOptions = {}): Tensor =>
  parseIdx(readBytes(path, maxBytes), path, { dtype });

/** A file's bytes, inflated if it is a gzip file. */
function readBytes(path: string, maxBytes = most): Uint8Array {
  const bytes = attempt(path, "cannot be read", () => {
    checkSize(path, statSync(path), maxBytes);
    return readFileSync(path);
  });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  // zlib inflates piece by piece and stops at the limit, so that a bomb costs no more than an honest file.
  return attempt(path, "is a damaged gzip file", () => gunzipSync(bytes, { maxOutputLength: maxBytes }));
}

function checkSize(path: string, file: Stats, maxBytes: number): void {
  if (!file.isFile()) throw new DataError(`${path}: must be a file (it is ${file.isDirectory() ? "a folder" : "none"})`);
  if (file.size > maxBytes) throw tooLarge(path, maxBytes, `it has ${file.size}`);
}

const tooLarge = (path: string, maxBytes: number, given: string) =>
  new DataError(`${path}: must have at most ${maxBytes} bytes, or a larger maxBytes be given (${given})`);
