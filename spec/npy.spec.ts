// usual environment only: no backend takes part
/** .npy and .npz as bytes: what is written comes back bit for bit, and what is malformed, or a bomb, is refused with its own message. */
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { unzipSync } from "fflate";
import {
  configure,
  DataError,
  type Dtype,
  encodeNpy,
  normal,
  parseNpy,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "gradtape";
import { encodeNpz, parseNpz } from "gradtape/npz";
import * as assert from "uvu/assert";
import { parseWith } from "../lib/files/npz.js";
import { crc32 } from "../lib/files/zip/crc32.js";
import { zlib } from "../lib/node/zlib.js";
import { attack, bits, digest, ofBytes } from "./support/files.js";
import { long, suite } from "./support/suite.js";

const test = suite("npy");
/** A .npy file of this header, whatever it says, and these bytes (so many zeros). */
function npy(header: string, data: number | Iterable<number> = 0, version = [1, 0], length?: number): Uint8Array {
  const word = Buffer.alloc(version[0] === 1 ? 2 : 4);
  word.writeUIntLE(length ?? header.length, 0, word.length);
  const values = typeof data === "number" ? Buffer.alloc(data) : Buffer.from([...data]);
  return Uint8Array.from(
    Buffer.concat([
      Buffer.from("\x93NUMPY", "latin1"),
      Buffer.from(version),
      word,
      Buffer.from(header, "latin1"),
      values,
    ]),
  );
}
const dict = (descr: string, shape: string, fortran = "False") =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

/** Any tensor of a few bits. */
const values = fc
  .record({
    dtype: fc.constantFrom<Dtype>("float32", "float64", "int32"),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  })
  .map(({ dtype, shape, bytes }) => ofBytes(dtype, shape, bytes));

test("a file by hand is read, and written, byte by byte", () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  const data = [0, 0, 0x80, 0x3f, 0, 0, 0, 0x80];
  const x = parseNpy(npy(header, data));
  assert.equal([x.dtype, x.shape, [...x.data]], ["float32", [1, 2], [1, -0]]);
  const written = encodeNpy(x);
  assert.equal(written, npy(`${header.padEnd(117)}\n`, data));
  assert.is(written.length, 128 + 8);
  assert.match(Buffer.from(encodeNpy(zeros([3]))).toString("latin1"), "'shape': (3,), }");
  assert.match(Buffer.from(encodeNpy(zeros([]))).toString("latin1"), "'shape': (), }");
});

test("bits and shapes come back, alone and in archives, whose bytes are the same each time", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 12 }).filter((name) => !/[\0\\:]|^\/|(^|\/)\.\.\//.test(name));
  fc.assert(
    fc.property(values, (x) => {
      const bytes = encodeNpy(x);
      assert.is((bytes.length - bits(x).length) % 64, 0);
      assert.is(digest(new Map([["", parseNpy(bytes)]])), digest(new Map([["", x]])));
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(name, fc.constantFrom("__proto__", "..", "a/..")), values), { maxLength: 6 }),
      fc.boolean(),
      (named, compress) => {
        const state = new Map(named);
        const bytes = encodeNpz(state, { compress });
        const read = parseNpz(bytes);
        assert.equal([...read.keys()], [...state.keys()]);
        assert.is(digest(read), digest(state));
        assert.equal(encodeNpz(read, { compress }), bytes);
      },
    ),
  );
});

test("columns become rows, whatever the axes and the order of bytes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      fc.constantFrom("<i4", ">i4", ">f8", "|i1"),
      (shape, code) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const width = Number(code[2]);
        const data = Buffer.alloc(size * width);
        for (let i = 0; i < size; i++)
          if (code === "|i1") data.writeInt8(i - 128, i);
          else if (code === ">f8") data.writeDoubleBE(i - 128, 8 * i);
          else if (code === ">i4") data.writeInt32BE(i - 128, 4 * i);
          else data.writeInt32LE(i - 128, 4 * i);
        const tuple = `(${shape.map((length) => `${length},`).join(" ")})`;
        const flat = parseNpy(npy(dict(`'${code}'`, tuple), data));
        assert.equal(
          [...flat.data],
          Array.from({ length: size }, (_, i) => i - 128),
        );
        const columns = parseNpy(npy(dict(`'${code}'`, tuple, "True"), data));
        const turned = parseNpy(
          npy(
            dict(
              `'${code}'`,
              `(${[...shape]
                .reverse()
                .map((length) => `${length},`)
                .join(" ")})`,
            ),
            data,
          ),
        );
        assert.equal(columns.shape, shape);
        const rank = shape.length;
        assert.equal([...columns.data], [...turned.permute(shape.map((_, axis) => rank - 1 - axis)).data]);
      },
    ),
  );
});

const dtypes = "must be of a dtype that can be read: < or > with one of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4, u8, b1";

/** Headers that someone may have made on purpose: what is odd, the header, how many bytes follow (zeros, or these), and what is said. */
const hostile = String.raw`
no dict                | []                                                                | 0  | the header must have { (given [] at byte 10)
no end                 | {'descr': '<f4'                                                   | 0  | the header must have , or } (given its end at byte 25)
no quotes              | {descr: '<f4'}                                                    | 0  | the header must have a quoted text (given descr: '<f4'} at byte 11)
an open quote          | {'descr: 1}                                                       | 0  | the header must have a quoted text (given 'descr: 1} at byte 11)
an escape              | {'de\x73cr': '<f4'}                                               | 0  | the header must have a quoted text (given 'de\\x73cr': '<f4'} at byte 11)
code                   | {'descr': __import__('os').system('true')}                        | 0  | the header must have a quoted text (given __import__('os').system( at byte 20)
a key twice            | {'descr': '<f4', 'descr': '<f8'}                                  | 0  | the header must have the keys descr, fortran_order and shape, each once (given 'descr': '<f8'} at byte 27)
a key more             | {'descr': '<f4', 'evil': 1}                                       | 0  | the header must have the keys descr, fortran_order and shape, each once (given 'evil': 1} at byte 27)
the key __proto__      | {'__proto__': '<f4'}                                              | 0  | the header must have the keys descr, fortran_order and shape, each once (given '__proto__': '<f4'} at byte 11)
no shape               | {'descr': '<f4', 'fortran_order': False}                          | 0  | the header must have descr, fortran_order and shape (given no shape)
nothing                | {}                                                                | 0  | the header must have descr, fortran_order and shape (given no descr, no fortran_order, no shape)
more after it          | {'descr': '<f4', 'fortran_order': False, 'shape': ()} x           | 4  | the header must have nothing but spaces after its } (given x at byte 64)
an order of 0          | {'descr': '<f4', 'fortran_order': 0, 'shape': ()}                 | 4  | the header must have True or False (given 0, 'shape': ()} at byte 44)
an order in quotes     | {'descr': '<f4', 'fortran_order': 'False', 'shape': ()}           | 4  | the header must have True or False (given 'False', 'shape': ()} at byte 44)
a list for a shape     | {'descr': '<f4', 'fortran_order': False, 'shape': [2]}            | 8  | the header must have ( (given [2]} at byte 60)
a number for a shape   | {'descr': '<f4', 'fortran_order': False, 'shape': 2}              | 8  | the header must have ( (given 2} at byte 60)
a negative length      | {'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}          | 0  | the header must have a whole number from 0 to 2^53 - 1 (given -1,)} at byte 61)
a fractional length    | {'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}         | 4  | the header must have a whole number from 0 to 2^53 - 1 (given 1.0,)} at byte 61)
a long length          | {'descr': '<f4', 'fortran_order': False, 'shape': (1L,)}          | 4  | the header must have a whole number from 0 to 2^53 - 1 (given 1L,)} at byte 61)
a length of 2^64       | {'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,)} | 0 | the header must have a whole number from 0 to 2^53 - 1 (given 18446744073709551616,)} at byte 61)
a nested shape         | {'descr': '<f4', 'fortran_order': False, 'shape': ((1,),)}        | 4  | the header must have a whole number from 0 to 2^53 - 1 (given (1,),)} at byte 61)
two commas             | {'descr': '<f4', 'fortran_order': False, 'shape': (1,,)}          | 4  | the header must have a whole number from 0 to 2^53 - 1 (given ,)} at byte 63)
sizes that wrap to 0   | {'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)} | 0 | must have less than 2^53 bytes (given [4294967296,4294967296])
sizes before a 0       | {'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0)} | 0 | must have less than 2^53 bytes (given [4294967296,4294967296,0])
4 GB that are not there | {'descr': '<f4', 'fortran_order': False, 'shape': (1073741824,)} | 12 | a header that says [1073741824] must be followed by 4294967296 bytes (given 12, 4294967284 are missing)
a byte too few         | {'descr': '<f4', 'fortran_order': False, 'shape': (2,)}           | 7  | a header that says [2] must be followed by 8 bytes (given 7, 1 are missing)
a byte too many        | {'descr': '<f4', 'fortran_order': False, 'shape': (2,)}           | 9  | a header that says [2] must be followed by 8 bytes (given 9, 1 too many)
objects                | {'descr': '|O', 'fortran_order': False, 'shape': (1,)}            | 8  | DTYPES (given "|O", an array of objects, which are pickled: code that would be run; save numbers instead, a.astype(float))
text                   | {'descr': '<U5', 'fortran_order': False, 'shape': (1,)}           | 20 | DTYPES (given "<U5", an array of text; save numbers that stand for it)
bytes                  | {'descr': '|S5', 'fortran_order': False, 'shape': (1,)}           | 5  | DTYPES (given "|S5", an array of text; save numbers that stand for it)
complex numbers        | {'descr': '<c8', 'fortran_order': False, 'shape': (1,)}           | 8  | DTYPES (given "<c8", an array of complex numbers; save a.real and a.imag)
dates                  | {'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,)}       | 8  | DTYPES (given "<M8[ns]", an array of dates; save a.astype(float))
records                | {'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,)} | 8 | must hold numbers (given an array of records; save each field as an array of its own)
long doubles           | {'descr': '<f16', 'fortran_order': False, 'shape': (1,)}          | 16 | DTYPES (given "<f16")
no order of bytes      | {'descr': 'f4', 'fortran_order': False, 'shape': (1,)}            | 4  | DTYPES (given "f4")
any order of bytes     | {'descr': '|f4', 'fortran_order': False, 'shape': (1,)}           | 4  | DTYPES (given "|f4")
a dtype of an object   | {'descr': '<constructor', 'fortran_order': False, 'shape': (1,)}  | 4  | DTYPES (given "<constructor", an array of complex numbers; save a.real and a.imag)
a large int64          | {'descr': '<i8', 'fortran_order': False, 'shape': (1,)}           | 0,0,0,128,0,0,0,0 | must hold values that int32 holds, -2^31 to 2^31 - 1 (given 2147483648 as element 0)
a large uint32         | {'descr': '>u4', 'fortran_order': False, 'shape': (2,)}           | 0,0,0,1,255,255,255,255 | must hold values that int32 holds, -2^31 to 2^31 - 1 (given 4294967295 as element 1)
a boolean of 7         | {'descr': '|b1', 'fortran_order': False, 'shape': (1,)}           | 7,0 | a header that says [1] must be followed by 1 bytes (given 2, 1 too many)
`
  .trim()
  .split("\n")
  .map((line): [what: string, bytes: Uint8Array, message: string] => {
    const [what, header, data, message] = line.split(/ +\| +/);
    const bytes = npy(header, data.includes(",") ? data.split(",").map(Number) : Number(data));
    return [what, bytes, message.replace("DTYPES", dtypes)];
  });

const scalar = dict("'<f4'", "()");
const begin = "a .npy file must begin with \\x93NUMPY, a version and a length";
hostile.push(
  ["no bytes", new Uint8Array(0), `${begin} (given "")`],
  ["an archive", encodeNpz(new Map()), `${begin} (given "PK\\u0005\\u0006\\u0000\\u0000\\u0000\\u0000")`],
  [
    "another magic",
    Uint8Array.from(Buffer.from("\x94NUMPY\x01\x00\x00\x00{}", "latin1")),
    `${begin} (given "\x94NUMPY\\u0001\\u0000")`,
  ],
  ["version 0", npy(scalar, 4, [0, 0]), "must be of version 1.0, 2.0 or 3.0 (given 0.0)"],
  ["version 4", npy(scalar, 4, [4, 0]), "must be of version 1.0, 2.0 or 3.0 (given 4.0)"],
  ["version 1.1", npy(scalar, 4, [1, 1]), "must be of version 1.0, 2.0 or 3.0 (given 1.1)"],
  [
    "a header longer than the file",
    npy(scalar, 0, [1, 0], 9999),
    "the header must have 9999 bytes, as the file says (given 55)",
  ],
  ["a long header", npy(scalar.padEnd(10_001), 4), "the header must have at most 10000 bytes (given 10001)"],
  [
    "a header of 4 GB",
    npy(scalar, 4, [2, 0], 2 ** 32 - 1),
    "the header must have at most 10000 bytes (given 4294967295)",
  ],
  [
    "a header that is not ASCII",
    npy("{'descr\xe9': 1}"),
    "the header must have the keys descr, fortran_order and shape, each once (given 'descré': 1} at byte 11)",
  ],
  ["33 axes", npy(dict("'<f4'", `(${"1, ".repeat(33)})`), 4), "must have at most 32 axes (given 33)"],
  [
    "a thousand brackets",
    npy("{'descr': ".repeat(900)),
    "the header must have a quoted text (given {'descr': {'descr': {'de at byte 20)",
  ],
  ["a boolean of 2", npy(dict("'|b1'", "(2,)"), [1, 2]), "must hold 0 and 1 (given 2 as element 1)"],
);

/** Parses what must be refused, and checks that it is, in these words. */
function refuses(what: string, f: (name: string) => unknown, message: string | RegExp): void {
  let thrown: unknown;
  try {
    f("the file");
  } catch (error) {
    thrown = error;
  }
  assert.instance(thrown, DataError, what);
  if (typeof message === "string") assert.is((thrown as Error).message, `the file: ${message}`, what);
  else assert.match((thrown as Error).message, message, what);
}

test(`${hostile.length} hostile .npy files have their messages`, () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const [what, bytes, message] of hostile) refuses(what, (name) => parseNpy(bytes, name), message);
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20, "nothing is allocated for them");
});

test("what is odd but means something is read", () => {
  const read = (bytes: Uint8Array) => [parseNpy(bytes).shape, ...parseNpy(bytes).data];
  assert.equal(read(npy(`{"shape":(2),"fortran_order":True,"descr":"<i1"}`, [1, 255])), [[2], 1, -1]);
  assert.equal(read(npy(dict("'>u2'", "(1,)"), [1, 2], [3, 0])), [[1], 258]);
  const bytes = npy(dict("'<f8'", "(1,)"), [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  for (let end = 0; end < bytes.length; end++)
    refuses("cut", (name) => parseNpy(bytes.subarray(0, end), name), /^the file: /);
  const within = new Uint8Array(bytes.length + 9);
  within.set(bytes, 5);
  assert.equal(read(within.subarray(5, -4)), [[1], 1]);
  configure({ maxMemory: 2000 });
  try {
    refuses(
      "memory",
      (name) => parseNpy(npy(dict("'<f4'", "(1000,)"), 4000), name),
      /^the file: must fit in the memory there is \(given .*4000 bytes/,
    );
  } finally {
    configure({ maxMemory: Infinity });
  }
});

/** What a file holds by regular expressions; null where they find nothing. */
function honest(bytes: Uint8Array): Tensor | null {
  const text = Buffer.from(bytes).toString("latin1");
  const start = bytes[6] === 1 ? 10 + bytes[8] + 256 * bytes[9] : 12 + bytes[8] + 256 * bytes[9];
  const header = text.slice(0, start);
  const [, order, code] = /["']descr["']\s*:\s*["'](.)(f4|f8|i4|u1)["']/.exec(header) ?? [];
  const [, columns] = /["']fortran_order["']\s*:\s*(True|False)/.exec(header) ?? [];
  const [, tuple] = /["']shape["']\s*:\s*\(([^)]*)\)/.exec(header) ?? [];
  if (tuple === undefined || code === undefined) return null;
  const shape = tuple.split(",").flatMap((length) => (length.trim() === "" ? [] : [Number(length)]));
  const width = Number(code[1]);
  const size = shape.reduce((a, b) => a * b, 1);
  const own = Array.from({ length: size }, (_, i) => {
    const value = [...bytes.subarray(start + i * width, start + (i + 1) * width)];
    if (order === ">") value.reverse();
    return code === "u1" ? [...value, 0, 0, 0] : value;
  });
  const dtype = ({ f4: "float32", f8: "float64" } as const)[code as "f4"] ?? "int32";
  const all = columns === "True" ? own.map((_, i) => own[columnOf(i, shape)]) : own;
  return ofBytes(dtype, shape, Uint8Array.from(all.flat()));
}
/** Where in columns the element lies that is at a place in rows. */
function columnOf(place: number, shape: readonly number[]): number {
  let [rest, at, step] = [place, 0, shape.reduce((a, b) => a * b, 1)];
  for (const length of [...shape].reverse()) {
    step /= length;
    at += (rest % length) * step;
    rest = Math.floor(rest / length);
  }
  return at;
}

const runs = long ? 10_000 : 2000;
const alone = (x: Tensor | null) => (x ? new Map([["", x]]) : null);

test(`${runs} malformed .npy files: refused, or read as they are`, () => {
  const numbers = Array.from({ length: 96 }, (_, i) => i * 5 + 1);
  const files = [
    encodeNpy(normal([4, 6])),
    npy(dict("'>f8'", "(3, 4)").padEnd(117), numbers),
    npy(dict("'<i4'", "(2, 3, 4)", "True").padEnd(117), numbers, [2, 0]),
    npy(dict("'|u1'", "(96,)"), numbers, [3, 0]),
  ];
  const outcomes = attack(
    {
      files,
      parse: (bytes, name) => alone(parseNpy(bytes, name)) as Map<string, Tensor>,
      honest: (bytes) => digest(alone(honest(bytes)) ?? new Map()),
      error: DataError,
      allowed: (bytes) => 4 * bytes.length,
    },
    runs,
  );
  assert.ok(outcomes.refused > 0.5 * runs && outcomes.changed > 0.1 * runs, JSON.stringify(outcomes));
});

type Made = {
  name: string;
  data: Uint8Array;
  packed?: Uint8Array;
  method?: number;
  flags?: number;
  check?: number;
  size?: number;
  length?: number;
  from?: number;
  local?: { name?: string; method?: number };
};

/** An archive by hand, of members and an end that may lie. */
function zip(
  members: readonly Made[],
  end: { count?: number; size?: number; start?: number; disk?: number; comment?: string } = {},
): Uint8Array {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const made of members) {
    const { name, data, packed = data, method = packed === data ? 0 : 8, flags = 0x800 } = made;
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50);
    head.writeUInt16LE(flags, 6);
    head.writeUInt16LE(made.local?.method ?? method, 8);
    const named = Buffer.from(made.local?.name ?? name, "latin1");
    head.writeUInt16LE(named.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(made.check ?? crc32(data), 16);
    entry.writeUInt32LE(made.length ?? packed.length, 20);
    entry.writeUInt32LE(made.size ?? data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(made.from ?? at, 42);
    pieces.push(head, named, Buffer.from(packed));
    directory.push(entry, Buffer.from(name, "latin1"));
    at += 30 + named.length + packed.length;
  }
  const size = Buffer.concat(directory).length;
  const last = Buffer.alloc(22);
  last.writeUInt32LE(0x06054b50);
  last.writeUInt16LE(end.disk ?? 0, 4);
  last.writeUInt16LE(end.count ?? members.length, 8);
  last.writeUInt16LE(end.count ?? members.length, 10);
  last.writeUInt32LE(end.size ?? size, 12);
  last.writeUInt32LE(end.start ?? at, 16);
  last.writeUInt16LE(end.comment?.length ?? 0, 20);
  return Uint8Array.from(Buffer.concat([...pieces, ...directory, last, Buffer.from(end.comment ?? "")]));
}

const one = encodeNpy(tensor([1, 2]));
const member = { name: "W.npy", data: one };
const packed = deflateRawSync(one);
const changed = one.map((byte, i) => (i === 130 ? byte ^ 1 : byte));

/** Archives that someone may have made on purpose. */
const archives: [what: string, bytes: Uint8Array, message: string][] = [
  [
    "no bytes",
    new Uint8Array(0),
    "must be a ZIP archive, to its last byte and without a comment (given 0 bytes that end otherwise)",
  ],
  [
    "a .npy file",
    one,
    "must be a ZIP archive, to its last byte and without a comment (given 136 bytes that end otherwise)",
  ],
  [
    "a comment",
    zip([member], { comment: "PK" }),
    "must be a ZIP archive, to its last byte and without a comment (given 246 bytes that end otherwise)",
  ],
  [
    "cut at the end",
    zip([member]).subarray(0, -1),
    "must be a ZIP archive, to its last byte and without a comment (given 243 bytes that end otherwise)",
  ],
  ["more before it", Uint8Array.from([0, ...zip([member])]), "the directory must end at byte 223 (given 171 + 51)"],
  ["one of several", zip([member], { disk: 1 }), "must be a whole archive (given one part of several)"],
  [
    "a ZIP64 directory",
    zip([member], { count: 0xffff }),
    "must have less than 4 GiB (given ZIP64, which cannot be read)",
  ],
  [
    "more entries than it has",
    zip([member], { count: 2 }),
    "the directory must have 2 entries (given other bytes at 222)",
  ],
  [
    "fewer entries than it has",
    zip([member, { ...member, name: "b.npy" }], { count: 1 }),
    "the directory must end with its last entry (given 51 bytes more)",
  ],
  [
    "a directory elsewhere",
    zip([member], { start: 0, size: 222 }),
    "the directory must have 1 entries (given other bytes at 0)",
  ],
  [
    "a directory beyond the end",
    zip([member], { start: 2 ** 31 }),
    "the directory must end at byte 222 (given 2147483648 + 51)",
  ],
  ["a name twice", zip([member, member]), '"W.npy" must be there once (given another of this name)'],
  [
    "bytes that are shared",
    zip([member, { ...member, name: "b.npy", from: 0, local: {} }]),
    '"b.npy" must be the same where it lies as in the directory (given another header at byte 0)',
  ],
  [
    "bytes within another's",
    zip([
      { name: "W.npy", data: zip([{ name: "b.npy", data: one }]) },
      { ...member, name: "b.npy", from: 35 },
    ]),
    '"b.npy" must have bytes of its own (given some of another\'s, at byte 35)',
  ],
  ["encrypted", zip([{ ...member, flags: 0x801 }]), '"W.npy" must not be encrypted (given flags 2049)'],
  ["encrypted, strongly", zip([{ ...member, flags: 0x841 }]), '"W.npy" must not be encrypted (given flags 2113)'],
  ["bzip2", zip([{ ...member, method: 12 }]), '"W.npy" must be stored or deflated (given method 12)'],
  [
    "another method where it lies",
    zip([{ ...member, local: { method: 8 } }]),
    '"W.npy" must be the same where it lies as in the directory (given another header at byte 0)',
  ],
  [
    "another name where it lies",
    zip([{ ...member, local: { name: "V.npy" } }]),
    '"W.npy" must be the same where it lies as in the directory (given another header at byte 0)',
  ],
  [
    "a member beyond the end",
    zip([{ ...member, from: 2 ** 31 }]),
    '"W.npy" must begin before the directory (given byte 2147483648)',
  ],
  [
    "a member in the directory",
    zip([{ ...member, from: 171 }]),
    '"W.npy" must begin before the directory (given byte 171)',
  ],
  [
    "a member that is too long",
    zip([{ ...member, length: 137, size: 137 }]),
    '"W.npy" must end before the directory (given 137 bytes from byte 35)',
  ],
  [
    "a member of 4 GiB",
    zip([{ ...member, length: 2 ** 32 - 1, size: 2 ** 32 - 1 }]),
    '"W.npy" must have less than 4 GiB (given ZIP64, which cannot be read)',
  ],
  [
    "stored in another size",
    zip([{ ...member, size: 137 }]),
    '"W.npy" must have 137 bytes, as it is stored (given 136)',
  ],
  [
    "changed",
    zip([{ ...member, data: changed, check: crc32(one) }]),
    `"W.npy" must have the CRC-32 ${crc32(one)}; it is damaged (given ${crc32(changed)})`,
  ],
  [
    "a path up",
    zip([{ ...member, name: "../W.npy" }]),
    '"../W.npy" must not lead out of the archive (given this name)',
  ],
  [
    "a path up, within",
    zip([{ ...member, name: "a/../../W.npy" }]),
    '"a/../../W.npy" must not lead out of the archive (given this name)',
  ],
  [
    "a path from the root",
    zip([{ ...member, name: "/etc/W.npy" }]),
    '"/etc/W.npy" must not lead out of the archive (given this name)',
  ],
  [
    "a path of Windows",
    zip([{ ...member, name: "..\\W.npy" }]),
    '"..\\\\W.npy" must have no NUL, \\ or : (given this name)',
  ],
  ["a drive", zip([{ ...member, name: "C:W.npy" }]), '"C:W.npy" must have no NUL, \\ or : (given this name)'],
  ["a NUL", zip([{ ...member, name: "W\0.npy" }]), '"W\\u0000.npy" must have no NUL, \\ or : (given this name)'],
  ["a name that is not UTF-8", zip([{ ...member, name: "\xe9.npy" }]), "names must be in UTF-8 (given other bytes)"],
  [
    "a name in an old alphabet",
    zip([{ ...member, name: "\xe9.npy", flags: 0 }]),
    "names must be in UTF-8 (given other bytes)",
  ],
  [
    "a long name",
    zip([{ ...member, name: `${"W".repeat(1025)}.npy` }]),
    `"${"W".repeat(40)}…" must have at most 1024 characters (given this name)`,
  ],
  ["another file", zip([{ ...member, name: "W.pkl" }]), 'must hold .npy files (given "W.pkl")'],
  ["a folder", zip([{ name: "W/", data: new Uint8Array(0) }]), 'must hold .npy files (given "W/")'],
  [
    "a .npy file that is none",
    zip([{ name: "W.npy", data: Buffer.from("pickle") }]),
    'W.npy: a .npy file must begin with \\x93NUMPY, a version and a length (given "pickle")',
  ],
  ["inflates to less", zip([{ ...member, packed, size: 137 }]), '"W.npy" must inflate to 137 bytes (given 136)'],
  ["inflates to more", zip([{ ...member, packed, size: 135 }]), '"W.npy" must inflate to 135 bytes (given more)'],
  [
    "deflated, of no bytes",
    zip([{ ...member, packed: new Uint8Array(0) }]),
    '"W.npy" must inflate to 136 bytes (given 0, too few for that)',
  ],
  [
    "more than deflate can give",
    zip([{ ...member, packed, size: 2 ** 20 }]),
    `"W.npy" must inflate to 1048576 bytes (given ${packed.length}, too few for that)`,
  ],
  [
    "no deflate",
    zip([{ ...member, packed: Uint8Array.of(7, 255, 255) }]),
    '"W.npy" must inflate to 136 bytes (given invalid block type)',
  ],
  [
    "deflate that is cut",
    zip([{ ...member, packed: packed.subarray(0, -4) }]),
    '"W.npy" must inflate to 136 bytes (given unexpected EOF)',
  ],
];

test(`${archives.length} hostile archives have their messages`, () => {
  assert.is(crc32(Buffer.from("123456789")), 0xcbf43926);
  assert.equal([...parseNpz(zip([member])).keys()], ["W"]);
  for (const [what, bytes, message] of archives) {
    refuses(what, (name) => parseNpz(bytes, name), message);
    // Node's zlib says the same, in its own words where the deflate is wrong.
    refuses(
      what,
      (name) => parseWith(zlib, bytes, name),
      /inflate/.test(message) ? /^the file: "W.npy" must inflate to \d+ bytes \(given / : message,
    );
  }
});

test("bombs are refused for what they claim, or once they give more", () => {
  const zeros = new Uint8Array(2 ** 26);
  const bomb = deflateRawSync(zeros);
  const refused = (made: Partial<Made>, message: string, options = {}) => {
    const bytes = zip([{ ...member, packed: bomb, data: zeros, check: 0, ...made }]);
    const before = process.memoryUsage().arrayBuffers;
    const begun = process.cpuUsage();
    refuses(message, (name) => parseNpz(bytes, name, options), message);
    refuses(
      message,
      (name) => parseWith(zlib, bytes, name, options),
      message.replace(/more\)$/, "Cannot create a Buffer larger than 136 bytes)"),
    );
    const { user } = process.cpuUsage(begun);
    const held = process.memoryUsage().arrayBuffers - before;
    assert.ok(held < 2 ** 26, `${message}: ${held} bytes`);
    if (long) assert.ok(user < 1e6, `${message}: ${user} µs`);
  };
  refused({}, "must inflate to at most 200 times its size, or a larger maxRatio be allowed (given 67108864 bytes)");
  refused({}, "must inflate to at most 1000000 bytes, or a larger maxBytes be allowed (given 67108864)", {
    maxBytes: 1e6,
  });
  refused(
    { size: 2 ** 31 },
    "must inflate to at most 1073741824 bytes, or a larger maxBytes be allowed (given 2147483648)",
  );
  refused({ size: 136 }, '"W.npy" must inflate to 136 bytes (given more)');
  // Zeros are honest: an optimizer's state is full of them.
  const state = new Map([["m", tensor(new Float32Array(2 ** 23))]]);
  const bytes = encodeNpz(state, { compress: true });
  refuses("zeros", (name) => parseNpz(bytes, name), /maxRatio/);
  assert.is(parseNpz(bytes, "f", { maxRatio: 2000 }).get("m")?.size, 2 ** 23);
});

for (const [reader, parse] of Object.entries({
  fflate: parseNpz,
  zlib: (bytes: Uint8Array, name: string) => parseWith(zlib, bytes, name),
}))
  test(`${runs} malformed archives, inflated by ${reader}: refused, or read as they are`, () => {
    const state = new Map([
      [
        "W",
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ],
      ["layers.0.b", tensor([5, -6], { dtype: "float64" })],
      ["t", tensor([7], { dtype: "int32" })],
    ]);
    const files = [
      encodeNpz(state),
      encodeNpz(state, { compress: true }),
      zip([member, { ...member, name: "b.npy", packed }]),
    ];
    const careless = (bytes: Uint8Array) => {
      try {
        const found = Object.entries(unzipSync(bytes)).map(([name, file]): [string, Tensor] => [
          name.slice(0, -4),
          honest(file) as Tensor,
        ]);
        return digest(new Map(found));
      } catch {
        return null;
      }
    };
    const outcomes = attack(
      { files, parse, honest: careless, error: DataError, allowed: (bytes) => 2 * bytes.length + 2 ** 17 },
      runs,
    );
    // What is changed is found by its CRC-32, save in what nobody reads: dates, versions, modes.
    assert.ok(outcomes.refused > 0.6 * runs && outcomes.same > 0.05 * runs, JSON.stringify(outcomes));
  });

test("what cannot be written has its message", () => {
  const x = tensor([1]);
  const cases: [f: () => unknown, message: string][] = [
    [
      () => encodeNpz({ x } as never),
      "encodeNpz: tensors must be a Map by name; new Map(Object.entries(tensors)) makes one",
    ],
    [() => encodeNpz(new Map([["x", 1]]) as never), 'encodeNpz: "x" must be a tensor (given number)'],
    [
      () => encodeNpz(new Map([["../x", x]])),
      'encodeNpz: the name of a tensor must not lead out of the archive (given "../x")',
    ],
    [
      () => encodeNpz(new Map([["a\0", x]])),
      'encodeNpz: the name of a tensor must have no NUL, \\ or : (given "a\\u0000")',
    ],
    [
      () => encodeNpz(new Map([["\ud800", x]])),
      'encodeNpz: the name of a tensor must have no halves of surrogate pairs (given "\\ud800")',
    ],
    [
      () => encodeNpz(new Map(Array.from({ length: 65_535 }, (_, i) => [`${i}`, x]))),
      "encodeNpz: an archive must have less than 65,535 members and 4 GiB (given 65535, of 14788690 bytes)",
    ],
    [() => parseNpz(new ArrayBuffer(8) as never), "parseNpz: bytes must be a Uint8Array"],
    [
      () => parseNpz(zip([]), "f", { maxBytes: Number.NaN }),
      "parseNpz: maxBytes must be a number of at least 1 (given NaN)",
    ],
    [() => parseNpy([1] as never), "parseNpy: bytes must be a Uint8Array"],
  ];
  for (const [f, message] of cases)
    assert.throws(f, (error: Error) => {
      assert.is(error.message, message);
      return error instanceof ValueError;
    });
  assert.throws(() => encodeNpy(zeros(Array(33).fill(1))), /encodeNpy: NumPy reads at most 32 axes \(given 33\)/);
  assert.throws(() => encodeNpy([1] as never), /encodeNpy: a tensor must be given/);
});

test.run();
