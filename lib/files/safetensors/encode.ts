/** Writing safetensors: the same state gives the same bytes, aligned so that every reader can take them where they lie. */
import { arrays } from "../../dtype.js";
import { kindOf, ShapeError, show, ValueError } from "../../error.js";
import { Tensor } from "../../tensor.js";
import { bytesOf } from "../elements.js";
import { broken, quote } from "../scanner.js";
import { Sha256 } from "../sha256.js";
import { blank, digestKey, kindKey, metadataKey, mostAxes, mostHeader, mostTensors, wrongName } from "./format.js";

/** Options of `encodeSafetensors`. */
export type SafetensorsSaveOptions = {
  /** Texts to keep with the tensors, by name. */
  metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
  /** Put a SHA-256 of the whole file into its metadata, which `parseSafetensors` checks (default false). */
  checksum?: boolean;
};

const types = { float64: "F64", float32: "F32", int32: "I32" } as const;

/**
 * Tensors by name as the bytes of a safetensors file, those of float64 first, else in the order of the Map. Throws a ValueError
 * on a name that the format does not allow.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  options: SafetensorsSaveOptions = {},
): Uint8Array {
  const { metadata = {}, checksum = false } = options;
  const texts = metadata instanceof Map ? [...metadata] : Object.entries(metadata);
  check(tensors, texts);
  const width = (x: Tensor): number => arrays[x.dtype].BYTES_PER_ELEMENT;
  const order = [...tensors].sort(([, a], [, b]) => width(b) - width(a));

  const members: string[] = [];
  if (checksum) texts.unshift([kindKey, "sha256"], [digestKey, blank]);
  const notes = texts.map(([key, text]) => `${JSON.stringify(key)}:${JSON.stringify(text)}`);
  if (notes.length > 0) members.push(`"${metadataKey}":{${notes.join()}}`);
  let size = 0;
  for (const [name, x] of order) {
    const begin = size;
    size += x.size * width(x);
    members.push(
      `${JSON.stringify(name)}:{"dtype":"${types[x.dtype]}","shape":${show(x.shape)},"data_offsets":[${begin},${size}]}`,
    );
  }
  const text = `{${members.join()}}`;
  const header = new TextEncoder().encode(text);
  // Padded with spaces, so that the data begins at a multiple of 8 and so does every float64.
  const start = 8 * Math.ceil((8 + header.length) / 8);
  if (start - 8 > mostHeader)
    throw new ValueError(`encodeSafetensors: names and metadata must fit in ${mostHeader} bytes (given ${start - 8})`);

  const bytes = new Uint8Array(start + size).fill(0x20, 8 + header.length, start);
  new DataView(bytes.buffer).setUint32(0, start - 8, true);
  bytes.set(header, 8);
  let at = start;
  for (const [, x] of order) {
    bytes.set(bytesOf(x.storage.data), at);
    at += x.size * width(x);
  }
  if (checksum) bytes.set(new TextEncoder().encode(new Sha256().update(bytes).hex()), 8 + text.indexOf(blank));
  return bytes;
}

function check(tensors: ReadonlyMap<string, Tensor>, texts: readonly (readonly [string, string])[]): void {
  const refuse = (must: string): never => {
    throw new ValueError(`encodeSafetensors: ${must}`);
  };
  if (!(tensors instanceof Map))
    refuse(
      "tensors must be a Map by name, such as model.stateDict() gives; new Map(Object.entries(tensors)) makes one",
    );
  if (tensors.size > mostTensors) refuse(`there must be at most ${mostTensors} tensors (given ${tensors.size})`);
  for (const [name, x] of tensors) {
    if (typeof name !== "string") refuse(`names must be strings (given ${kindOf(name)})`);
    if (name === metadataKey) refuse(`no tensor can have the name ${name}, which stands for the metadata`);
    const must = wrongName(name);
    if (must) refuse(`the name of a tensor must have ${must} (given ${quote(name)})`);
    if (!(x instanceof Tensor)) refuse(`${quote(name)} must be a tensor (given ${kindOf(x)})`);
    if (x.rank > mostAxes)
      throw new ShapeError(`encodeSafetensors: ${quote(name)} must have at most ${mostAxes} axes (given ${x.rank})`);
  }
  for (const [key, text] of texts) {
    if (typeof text !== "string") refuse(`metadata ${quote(key)} must be text (given ${kindOf(text)})`);
    if (broken(key + text)) refuse(`metadata ${quote(key)} must have no halves of surrogate pairs`);
    if (key === kindKey || key === digestKey) refuse(`metadata ${key} is what { checksum: true } writes; leave it out`);
  }
}
