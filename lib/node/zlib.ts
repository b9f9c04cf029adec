/** Node's own deflate, for archives. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Codec } from "../files/zip/format.js";

export const zlib: Codec = {
  deflate: (bytes) => deflateRawSync(bytes),
  inflate: (bytes, size) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) }),
};
