/** .npz, NumPy's archives of arrays: a ZIP file with one .npy for each; what compresses is handed in. */
import { DataError, kindOf, ValueError } from "../error.js";
import { check } from "../range.js";
import type { StateDict } from "../state.js";
import { Tensor } from "../tensor.js";
import { encodeNpy } from "./npy/encode.js";
import { parseNpy } from "./npy/parse.js";
import { broken, quote } from "./scanner.js";
import { type Codec, wrongName } from "./zip/format.js";
import { contents, readZip } from "./zip/read.js";
import { writeZip } from "./zip/write.js";

/** Options of `encodeNpz`. */
export type NpzSaveOptions = {
  /** Deflate the arrays (default: store them as they are). */
  compress?: boolean;
};

/** Options of `parseNpz`. */
export type NpzLoadOptions = {
  /** The most bytes that all arrays together may inflate to, whatever the archive claims (default 2^30). */
  maxBytes?: number;
  /** How many times its own size an archive of more than 16 MiB may inflate to (default 200; zeros reach 1000). */
  maxRatio?: number;
};

const suffix = ".npy";
const small = 2 ** 24;

/** Tensors by name as an archive. */
export function encodeWith(codec: Codec, tensors: ReadonlyMap<string, Tensor>, compress = false): Uint8Array {
  if (!(tensors instanceof Map))
    throw new ValueError("encodeNpz: tensors must be a Map by name; new Map(Object.entries(tensors)) makes one");
  const members = [...tensors].map(([name, x]): [string, Uint8Array] => {
    if (!(x instanceof Tensor)) throw new ValueError(`encodeNpz: ${quote(name)} must be a tensor (given ${kindOf(x)})`);
    const must = broken(name) ? "have no halves of surrogate pairs" : wrongName(name + suffix);
    if (must) throw new ValueError(`encodeNpz: the name of a tensor must ${must} (given ${quote(name)})`);
    return [name + suffix, encodeNpy(x)];
  });
  return writeZip(members, compress ? codec : undefined);
}

/** The tensors of an archive, by the names of its members without `.npy`. */
export function parseWith(
  codec: Codec,
  bytes: Uint8Array,
  name: string,
  { maxBytes = 2 ** 30, maxRatio = 200 }: NpzLoadOptions = {},
): StateDict {
  if (!(bytes instanceof Uint8Array)) throw new ValueError("parseNpz: bytes must be a Uint8Array");
  check("parseNpz", { maxBytes, maxRatio }, { holds: (x) => x >= 1, text: "a number of at least 1" });
  const fail = (must: string, given: string): never => {
    throw new DataError(`${name}: ${must} (given ${given})`);
  };
  const members = readZip(bytes, fail);
  const size = members.reduce((sum, member) => sum + member.size, 0);
  if (size > maxBytes) fail(`must inflate to at most ${maxBytes} bytes, or a larger maxBytes be allowed`, `${size}`);
  if (size > small && size > maxRatio * bytes.length)
    fail(`must inflate to at most ${maxRatio} times its size, or a larger maxRatio be allowed`, `${size} bytes`);
  for (const member of members) if (!member.name.endsWith(suffix)) fail("must hold .npy files", quote(member.name));
  return new Map(
    members.map((member) => [
      member.name.slice(0, -suffix.length),
      parseNpy(contents(member, codec, fail), `${name}: ${member.name}`),
    ]),
  );
}
