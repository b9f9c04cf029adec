/** The header of a safetensors file: what its JSON must say, word for word, before anything is made of it. */
import { type CheckpointCode, show } from "../../error.js";
import { bytesFor, type Element, elements } from "../elements.js";
import { quote, Scanner } from "../scanner.js";
import { blank, digestKey, type Fail, metadataKey, mostAxes, mostTensors, types, wrongName } from "./format.js";

/** One tensor as the header tells of it: its bytes are those of the data from `begin` to before `end`. */
export type Entry = { name: string; element: Element; shape: number[]; begin: number; end: number };

/** All that a header says, and where in the file the digits of the digest begin, if there are any. */
export type Header = { entries: Entry[]; metadata: Map<string, string>; digestAt: number };

/** Reads a header's text, which begins at byte 8. The entries are in its order; that their sizes are right is known, but not how they lie. */
export function readHeader(text: string, fail: Fail): Header {
  const entries: Entry[] = [];
  const metadata = new Map<string, string>();
  let digest = -1;
  let tensor: string | undefined;

  const bytesBefore = (at: number): number => 8 + new TextEncoder().encode(text.slice(0, at)).length;
  const refuse = (code: CheckpointCode, must: string, given: string, at: number): never =>
    fail(must, { code, tensor, given, offset: bytesBefore(at) });
  const scanner = new Scanner(text, (must, given, at) =>
    refuse(
      "header",
      `${tensor === undefined ? "the header must have" : "must have, in the header,"} ${must}`,
      given,
      at,
    ),
  );

  const integers = (most: number, code: CheckpointCode, must: string): number[] => {
    const found: number[] = [];
    const at = scanner.here();
    scanner.list("[", "]", () => {
      if (found.length === most) refuse(code, must, "more", at);
      found.push(scanner.integer());
    });
    return found;
  };

  const entry = (name: string, at: number): Entry => {
    const found: { dtype?: string; shape?: number[]; data_offsets?: number[] } = {};
    scanner.object((field, fieldAt) => {
      if (field === "dtype") found.dtype = scanner.string();
      else if (field === "shape") found.shape = integers(mostAxes, "shape", `must have at most ${mostAxes} axes`);
      else if (field === "data_offsets") found.data_offsets = integers(2, "offsets", "must have two data_offsets");
      else refuse("header", "must have no fields but dtype, shape and data_offsets", quote(field), fieldAt);
    });
    const { dtype, shape, data_offsets: offsets } = found;
    if (dtype === undefined || !shape || !offsets)
      return refuse(
        "header",
        "must have the fields dtype, shape and data_offsets",
        Object.keys(found).join() || "none",
        at,
      );
    if (!Object.hasOwn(types, dtype))
      refuse("dtype", `must be of a type that can be read: ${Object.keys(types).join(", ")}`, quote(dtype), at);
    const element: Element = elements[types[dtype as keyof typeof types]];
    const size = bytesFor(shape, element);
    if (size === Infinity) refuse("shape", "must have less than 2^53 bytes", `${dtype} ${show(shape)}`, at);
    const [begin, end] = offsets;
    if (offsets.length < 2 || end - begin !== size)
      refuse(
        "offsets",
        `must take ${size} bytes, as ${dtype} ${show(shape)} does`,
        `data_offsets ${show(offsets)}`,
        at,
      );
    return { name, element, shape, begin, end };
  };

  scanner.object((name, at) => {
    if (name === metadataKey)
      scanner.object((key) => {
        if (key === digestKey) digest = scanner.here() + 1;
        metadata.set(key, scanner.string());
      });
    else {
      tensor = name;
      const must = wrongName(name);
      if (must) refuse("name", `must have a name of ${must}`, `${name.length} characters`, at);
      if (entries.length === mostTensors)
        fail(`must hold at most ${mostTensors} tensors`, { code: "header", given: "more" });
      entries.push(entry(name, at));
      tensor = undefined;
    }
  });
  scanner.pass(/ */y);
  if (scanner.at < text.length) scanner.fail("nothing but spaces after its last }");
  if (digest >= 0 && !/^[\da-f]{64}"/.test(text.slice(digest, digest + blank.length + 1)))
    refuse(
      "checksum",
      `the metadata's ${digestKey} must be 64 hexadecimal digits`,
      quote(metadata.get(digestKey) as string, 80),
      digest,
    );
  return { entries, metadata, digestAt: digest < 0 ? digest : bytesBefore(digest) };
}
