/** Reading ZIP archives by their directory, of which every number is checked against the file before it is used. */
import { type Fail, quote } from "../scanner.js";
import { crc32 } from "./crc32.js";
import { type Codec, central, deflated, encrypted, ending, local, stored, unicode, wrongName } from "./format.js";

/** One member as the directory tells of it: where it begins, and its bytes as they lie in the file. */
export type Member = { name: string; from: number; method: number; check: number; size: number; packed: Uint8Array };

type Archive = { bytes: Uint8Array; view: DataView; start: number; end: number; count: number };

const zip64 = "ZIP64, which cannot be read";

/** The members of an archive, in the order of its directory; that they inflate to what it says is not known. */
export function readZip(bytes: Uint8Array, fail: Fail): Member[] {
  const archive = open(bytes, fail);
  const found = new Map<string, Member>();
  let at = archive.start;
  for (let i = 0; i < archive.count; i++) {
    const { member, next } = readEntry(archive, at, fail);
    if (found.has(member.name)) fail(`${quote(member.name)} must be there once`, "another of this name");
    found.set(member.name, member);
    at = next;
  }
  if (at !== archive.end) fail("the directory must end with its last entry", `${archive.end - at} bytes more`);
  // Members that share bytes are how small archives inflate to enormous ones.
  let reached = 0;
  for (const { name, from, packed } of [...found.values()].sort((a, b) => a.from - b.from)) {
    if (from < reached) fail(`${quote(name)} must have bytes of its own`, `some of another's, at byte ${from}`);
    reached = packed.byteOffset - bytes.byteOffset + packed.length;
  }
  return [...found.values()];
}

/** Where the directory begins and ends, and how many entries it has, by the archive's last bytes. */
function open(bytes: Uint8Array, fail: Fail): Archive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - ending.bytes;
  if (end < 0 || view.getUint32(end, true) !== ending.mark || view.getUint16(end + 20, true) !== 0)
    fail("must be a ZIP archive, to its last byte and without a comment", `${bytes.length} bytes that end otherwise`);
  const count = view.getUint16(end + 10, true);
  const [size, start] = [12, 16].map((place) => view.getUint32(end + place, true));
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) fail("must have less than 4 GiB", zip64);
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    fail("must be a whole archive", "one part of several");
  if (start + size !== end) fail(`the directory must end at byte ${end}`, `${start} + ${size}`);
  return { bytes, view, start, end, count };
}

/** Reads the entry of the directory at a place; where the next one begins. */
function readEntry(archive: Archive, at: number, fail: Fail): { member: Member; next: number } {
  const { bytes, view, end } = archive;
  if (at + central.bytes > end || view.getUint32(at, true) !== central.mark)
    fail(`the directory must have ${archive.count} entries`, `other bytes at ${at}`);
  const short = (place: number): number => view.getUint16(at + place, true);
  const long = (place: number): number => view.getUint32(at + place, true);
  const [flags, method, check, size, from] = [short(8), short(10), long(16), long(24), long(42)];
  const letters = short(28);
  const next = at + central.bytes + letters + short(30) + short(32);
  if (next > end) fail("the directory must end with its last entry", `one of ${next - at} bytes at byte ${at}`);
  const text = bytes.subarray(at + central.bytes, at + central.bytes + letters);
  const name = decode(text, flags, fail);
  const refuse: Fail = (must, given) => fail(`${quote(name)} must ${must}`, given);

  const must = wrongName(name);
  if (must) refuse(must, "this name");
  if (flags & encrypted) refuse("not be encrypted", `flags ${flags}`);
  if ([long(20), size, from].includes(0xffffffff)) refuse("have less than 4 GiB", zip64);
  if (method !== stored && method !== deflated) refuse("be stored or deflated", `method ${method}`);
  if (method === stored && long(20) !== size) refuse(`have ${size} bytes, as it is stored`, `${long(20)}`);
  const packed = readLocal(archive, { from, method, length: long(20), text }, refuse);
  return { member: { name, from, method, check, size, packed }, next };
}

/** The bytes of a member, before which its name and method stand again. */
function readLocal(
  { bytes, view, start }: Archive,
  { from, method, length, text }: { from: number; method: number; length: number; text: Uint8Array },
  refuse: Fail,
): Uint8Array {
  const name = from + local.bytes;
  if (name + text.length > start) refuse("begin before the directory", `byte ${from}`);
  if (
    view.getUint32(from, true) !== local.mark ||
    view.getUint16(from + 8, true) !== method ||
    view.getUint16(from + 26, true) !== text.length ||
    text.some((letter, i) => letter !== bytes[name + i])
  )
    refuse("be the same where it lies as in the directory", `another header at byte ${from}`);
  const data = name + text.length + view.getUint16(from + 28, true);
  if (data + length > start) refuse("end before the directory", `${length} bytes from byte ${data}`);
  return bytes.subarray(data, data + length);
}

function decode(text: Uint8Array, flags: number, fail: Fail): string {
  // Without the flag other letters are those of the first IBM PC.
  if (!(flags & unicode) && text.some((letter) => letter > 0x7f)) fail("names must be in UTF-8", "other bytes");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return fail("names must be in UTF-8", "other bytes");
  }
}

/** What a member holds: of the size, and with the check, that the directory says. */
export function contents({ name, method, check, size, packed }: Member, codec: Codec, fail: Fail): Uint8Array {
  const must = `${quote(name)} must inflate to ${size} bytes`;
  let found = packed;
  if (method === deflated) {
    // Two bits give 258 bytes at most: room is made for no more than can come.
    if (size > 1032 * packed.length) fail(must, `${packed.length}, too few for that`);
    try {
      found = codec.inflate(packed, size);
    } catch (error) {
      fail(must, (error as Error).message);
    }
  }
  if (found.length !== size) fail(must, found.length > size ? "more" : `${found.length}`);
  const sum = crc32(found);
  if (sum !== check) fail(`${quote(name)} must have the CRC-32 ${check}; it is damaged`, `${sum}`);
  return found;
}
