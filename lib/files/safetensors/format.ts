/** The format safetensors: its types, the limits that readers set, and what this library adds to the metadata. */
import { type CheckpointDetails, CheckpointError } from "../../error.js";
import { broken, quote } from "../scanner.js";

/** The types that have a counterpart here; the others of the format (eight-bit floats, complex numbers) are refused by name. */
export const types = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
} as const;

export const metadataKey = "__metadata__";
export const mostTensors = 100_000;
export const mostAxes = 32;
export const mostHeader = 1e8;

/** Two entries that need each other: no change of a single letter can hide that there is a checksum. */
export const kindKey = "gradtape.checksum";
export const digestKey = "gradtape.sha256";
/** What stands in the digest's place while the digest is computed, of all bytes of the file. */
export const blank = /* @__PURE__ */ "0".repeat(64);

/** What the name of a tensor must have, if this one has not. */
export function wrongName(name: string): string | undefined {
  if (name.length > 1024) return "at most 1024 characters";
  if (name.includes("\0")) return "no NUL";
  if (broken(name)) return "no halves of surrogate pairs";
  return undefined;
}

/** Throws the CheckpointError of a file: what must hold, of which tensor, and what was given at which byte. */
export type Fail = (must: string, details: CheckpointDetails & { given: string }) => never;

export const failing =
  (file: string): Fail =>
  (must, { given, ...details }) => {
    const { tensor, offset } = details;
    const subject = tensor === undefined ? "" : `tensor ${quote(tensor)} `;
    const place = offset === undefined ? "" : ` at byte ${offset}`;
    throw new CheckpointError(`${file}: ${subject}${must} (given ${given}${place})`, details);
  };
