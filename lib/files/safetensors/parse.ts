/** Reading safetensors, more strictly than its format asks: nothing is allocated before the whole file is known to be sound. */
import { ValueError } from "../../error.js";
import { check } from "../../range.js";
import type { StateDict } from "../../state.js";
import type { Tensor } from "../../tensor.js";
import { misfit, tensorOf } from "../elements.js";
import { quote } from "../scanner.js";
import { Sha256 } from "../sha256.js";
import { blank, digestKey, type Fail, failing, kindKey, mostHeader } from "./format.js";
import { type Entry, type Header, readHeader } from "./header.js";

/** What a safetensors file holds: its tensors in its order, and the texts that were saved with them. */
export type Safetensors = { tensors: StateDict; metadata: Map<string, string> };

/** Options of `parseSafetensors`. */
export type SafetensorsLoadOptions = {
  /** `"required"` refuses files without a checksum; one that is there is checked in any case. */
  checksum?: "required";
  /** The most bytes the header may have (default 2^24; the format allows 10^8). */
  maxHeader?: number;
};

/**
 * The tensors of a safetensors file, copied. float16 and bfloat16 become float32; whole numbers of all sizes, and booleans,
 * become int32 if every value fits. Throws a CheckpointError that begins with `name` on anything that is not as the format has
 * it, to the last byte.
 */
export function parseSafetensors(
  bytes: Uint8Array,
  name = "parseSafetensors",
  options: SafetensorsLoadOptions = {},
): Safetensors {
  const { checksum, maxHeader = 2 ** 24 } = options;
  if (!(bytes instanceof Uint8Array)) throw new ValueError("parseSafetensors: bytes must be a Uint8Array");
  if (checksum !== undefined && checksum !== "required")
    throw new ValueError(`parseSafetensors: checksum must be "required", or be left out (given ${checksum})`);
  check(
    "parseSafetensors",
    { maxHeader },
    { holds: (x) => x >= 2 && x <= mostHeader, text: `a number from 2 to ${mostHeader}` },
  );

  const fail = failing(name);
  const start = 8 + headerLength(bytes, maxHeader, fail);
  const header = readHeader(decode(bytes.subarray(8, start), fail), fail);
  const data = bytes.subarray(start);
  checkCover(header.entries, data.length, fail);
  checkDigest(bytes, header, checksum === "required", fail);
  for (const entry of header.entries) checkValues(entry, data, start, fail);

  const tensors: StateDict = new Map();
  for (const entry of header.entries) tensors.set(entry.name, load(entry, data, fail));
  const { metadata } = header;
  for (const key of [kindKey, digestKey]) metadata.delete(key);
  return { tensors, metadata };
}

/** How long the header is, by the first 8 bytes: never longer than what follows. */
function headerLength(bytes: Uint8Array, most: number, fail: Fail): number {
  const follow = bytes.length - 8;
  if (follow < 0)
    fail("must begin with the length of its header, in 8 bytes", { code: "length", given: `${bytes.length} bytes` });
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > follow) {
    const converts = "which Python's safetensors.torch.save_file converts";
    const kind =
      bytes[0] === 0x50 && bytes[1] === 0x4b
        ? `a ZIP archive: NumPy's .npz, or PyTorch's .pt, ${converts}`
        : bytes[0] === 0x80
          ? `perhaps a pickle, ${converts}`
          : `a header of ${length} bytes, of which there are ${follow}`;
    fail("must be a safetensors file, whose header ends within it", { code: "length", given: kind });
  }
  if (length > most)
    fail(`the header must have at most ${most} bytes, or a larger maxHeader be allowed`, {
      code: "length",
      given: `${length}`,
    });
  return Number(length);
}

function decode(bytes: Uint8Array, fail: Fail): string {
  if (bytes[0] !== 0x7b)
    fail("the header must begin with {", {
      code: "header",
      given: bytes.length > 0 ? `${bytes[0]}` : "nothing",
      offset: 8,
    });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return fail("the header must be UTF-8", { code: "header", given: "other bytes" });
  }
}

/** The tensors must lie side by side and cover the data: what they leave out could hide anything, what they share cost twice. */
function checkCover(entries: readonly Entry[], length: number, fail: Fail): void {
  let reached = 0;
  for (const { name: tensor, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== reached)
      fail(`must begin at byte ${reached} of the data, where the one before it ends`, {
        code: "offsets",
        tensor,
        given: `data_offsets [${begin},${end}]`,
      });
    reached = end;
  }
  if (reached !== length)
    fail(`the header must be followed by ${reached} bytes, those of its tensors`, {
      code: "length",
      given: `${length}, ${reached > length ? `${reached - length} are missing` : `${length - reached} too many`}`,
    });
}

function checkDigest(bytes: Uint8Array, { metadata, digestAt }: Header, required: boolean, fail: Fail): void {
  const [kind, digest] = [metadata.get(kindKey), metadata.get(digestKey)];
  if (kind === undefined && digest === undefined) {
    if (required) fail("must have a checksum", { code: "checksum", given: `no ${digestKey} in its metadata` });
    return;
  }
  if (kind !== "sha256" || digest === undefined)
    fail(`the metadata must have ${kindKey} "sha256" and ${digestKey}, or neither`, {
      code: "checksum",
      given: `${kind === undefined ? "none" : quote(kind)} and ${digest === undefined ? "none" : "a digest"}`,
    });
  const found = new Sha256()
    .update(bytes.subarray(0, digestAt))
    .update(new TextEncoder().encode(blank))
    .update(bytes.subarray(digestAt + blank.length))
    .hex();
  if (found !== digest)
    fail(
      `its SHA-256 must be ${digest}, as when it was saved; it is damaged, or was changed by a program that kept the checksum`,
      {
        code: "checksum",
        given: found,
      },
    );
}

function checkValues({ name: tensor, element, begin, end }: Entry, data: Uint8Array, start: number, fail: Fail): void {
  const found = misfit(element, data.subarray(begin, end));
  if (found) fail(found.must, { code: "values", tensor, given: found.given, offset: start + begin + found.at });
}

function load({ name: tensor, element, shape, begin, end }: Entry, data: Uint8Array, fail: Fail): Tensor {
  try {
    return tensorOf(shape, element, data.subarray(begin, end));
  } catch (cause) {
    return fail("must fit in the memory there is", { code: "shape", tensor, given: (cause as Error).message, cause });
  }
}
