/** Writing ZIP archives: the same members give the same bytes, as none has a date. */
import { ValueError } from "../../error.js";
import { crc32 } from "./crc32.js";
import { type Codec, central, deflated, ending, local, stored, unicode } from "./format.js";

/** An archive of named bytes, deflated if there is a codec. */
export function writeZip(members: readonly (readonly [name: string, bytes: Uint8Array])[], codec?: Codec): Uint8Array {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, bytes] of members) {
    const text = new TextEncoder().encode(name);
    const packed = codec ? codec.deflate(bytes) : bytes;
    const head = new DataView(new ArrayBuffer(local.bytes));
    head.setUint32(0, local.mark, true);
    head.setUint16(4, 20, true); // the version of ZIP that deflates
    head.setUint16(6, unicode, true);
    head.setUint16(8, codec ? deflated : stored, true);
    head.setUint16(12, 33, true); // 1980-01-01, the first day there is
    head.setUint32(14, crc32(bytes), true);
    head.setUint32(18, packed.length, true);
    head.setUint32(22, bytes.length, true);
    head.setUint16(26, text.length, true);
    const fields = new Uint8Array(head.buffer);

    const entry = new DataView(new ArrayBuffer(central.bytes));
    entry.setUint32(0, central.mark, true);
    entry.setUint16(4, 0x0314, true); // made on Unix, where the mode means something
    new Uint8Array(entry.buffer).set(fields.subarray(4), 6);
    entry.setUint32(38, 0o100644 * 2 ** 16, true);
    entry.setUint32(42, at, true);
    directory.push(new Uint8Array(entry.buffer), text);
    pieces.push(fields, text, packed);
    at += fields.length + text.length + packed.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  if (members.length >= 2 ** 16 - 1 || at + size >= 2 ** 32 - 1)
    throw new ValueError(
      `encodeNpz: an archive must have less than 65,535 members and 4 GiB (given ${members.length}, of ${at + size} bytes)`,
    );
  const end = new DataView(new ArrayBuffer(ending.bytes));
  end.setUint32(0, ending.mark, true);
  for (const place of [8, 10]) end.setUint16(place, members.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, at, true);
  return joined([...pieces, ...directory, new Uint8Array(end.buffer)]);
}

/** Pieces in a row. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const y = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    y.set(piece, at);
    at += piece.length;
  }
  return y;
}
