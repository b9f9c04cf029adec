// usual environment only: no backend takes part
/** safetensors as bytes: what is written comes back bit for bit, and what is not as the format has it is refused with its own message. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  CheckpointError,
  configure,
  type Dtype,
  encodeSafetensors,
  Generator,
  Layer,
  normal,
  parseSafetensors,
  ShapeError,
  type StateDict,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { Sha256 } from "../lib/files/sha256.js";
import { failure } from "./support/close.js";
import { attack, type Bend, bits, digest, ofBytes } from "./support/files.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("safetensors");

/** A file of this header, whatever it says, and these bytes (so many zeros); `length` is what it says of its header's. */
function file(header: string | Uint8Array, data: number | Iterable<number> = 0, length?: bigint): Uint8Array {
  const text = typeof header === "string" ? Buffer.from(header) : header;
  const word = Buffer.alloc(8);
  word.writeBigUInt64LE(length ?? BigInt(text.length));
  return Uint8Array.from(
    Buffer.concat([word, text, typeof data === "number" ? Buffer.alloc(data) : Buffer.from([...data])]),
  );
}
type Given = [dtype: string, shape: string, begin: string | number, end: string | number];
const entry = (...[dtype, shape, begin, end]: Given) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
const W = entry("F32", "[2]", 0, 8);
type Hostile = [what: string, bytes: Uint8Array, message: string, code: string];

const special = {
  float32: new Uint32Array([
    0x7fc00000, 0x7fa00001, 0xffc12345, 0x80000000, 1, 0x807fffff, 0x7f800000, 0xff800000, 0x7f7fffff,
  ]),
  float64: new Uint32Array([1, 0x7ff80000, 5, 0x7ff40000, 0, 0x80000000, 1, 0, 0, 0xfff00000, 0xffffffff, 0x7fefffff]),
  int32: new Uint32Array([0, 0x7fffffff, 0x80000000, 0xffffffff]),
};
test("a file by hand is read, and written, byte by byte", () => {
  const header = `{"step":${entry("F64", "[]", 0, 8)},"W":${entry("F32", "[1,2]", 8, 16)},"t":${entry("I32", "[1]", 16, 20)}}`;
  const data = [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x80, 0xfe, 0xff, 0xff, 0xff];
  const bytes = file(header.padEnd(8 * Math.ceil(header.length / 8)), data);
  const { tensors, metadata } = parseSafetensors(bytes);
  assert.equal([...tensors.keys()], ["step", "W", "t"]);
  assert.equal(
    [...tensors.values()].map((x) => [x.dtype, x.shape, x.requiresGrad]),
    [
      ["float64", [], false],
      ["float32", [1, 2], false],
      ["int32", [1], false],
    ],
  );
  assert.is(tensors.get("step")?.item(), 1.5);
  assert.equal([...(tensors.get("W") as Tensor).data], [1, -0]);
  assert.is(tensors.get("t")?.item(), -2);
  assert.is(metadata.size, 0);
  assert.equal(encodeSafetensors(tensors), bytes);
  // Another order in the Map gives the wide ones first all the same.
  const [step, ...narrow] = tensors;
  assert.equal(encodeSafetensors(new Map([...narrow, step])), bytes);
  assert.equal(encodeSafetensors(new Map()), file("{}      "));
});

test("bits, shapes, names and texts come back: NaN payloads, -0, subnormals, no axes, no elements", () => {
  const odd = [
    "",
    "__proto__",
    "constructor",
    "toString",
    "../../etc/passwd",
    "a\nb",
    '"',
    "\\",
    "é",
    "漢字🙂",
    "0",
    "\u007f\u2028",
  ];
  const name = fc.oneof(
    fc.constantFrom(...odd),
    fc.string({ unit: "grapheme", maxLength: 20 }).filter((s) => !s.includes("\0")),
  );
  const text = fc.oneof(fc.constantFrom(...odd, "\0"), fc.string({ unit: "grapheme" }));
  const value = fc
    .record({
      dtype: fc.constantFrom<Dtype>("float32", "float64", "int32"),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      bytes: fc.option(fc.uint8Array({ minLength: 8, maxLength: 64 })),
    })
    .map(({ dtype, shape, bytes }) => ofBytes(dtype, shape, bytes ?? new Uint8Array(special[dtype].buffer)));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 8 }),
      fc.array(fc.tuple(text, text), { maxLength: 4 }),
      fc.boolean(),
      (named, texts, checksum) => {
        const state: StateDict = new Map(named.filter(([name]) => name !== "__metadata__"));
        const metadata = new Map(texts);
        const bytes = encodeSafetensors(state, { metadata, checksum });
        const read = parseSafetensors(bytes, "f", checksum ? { checksum: "required" } : {});
        assert.equal(read.metadata, metadata);
        assert.is(read.tensors.size, state.size);
        for (const [name, x] of state) {
          const y = read.tensors.get(name) as Tensor;
          assert.equal([y.dtype, y.shape], [x.dtype, x.shape]);
          assert.ok(bits(y).equals(bits(x)), name);
        }
        assert.equal(encodeSafetensors(read.tensors, { metadata: read.metadata, checksum }), bytes);
        // Aligned, as it will lie in memory: each value at a multiple of its size.
        const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
        assert.is(start % 8, 0);
        const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
        delete header.__metadata__;
        for (const { dtype, data_offsets } of Object.values<{ dtype: string; data_offsets: number[] }>(header))
          assert.is(data_offsets[0] % (Number(dtype.slice(1)) / 8), 0);
      },
    ),
    { numRuns: long ? 10_000 : 200 },
  );
  assert.is(({} as Record<string, unknown>).dtype, undefined);
});

test("what lies at an odd place, in a larger buffer, is read", () => {
  const bytes = encodeSafetensors(new Map([["W", tensor([1, 2])]]));
  for (let shift = 0; shift < 9; shift++) {
    const buffer = new Uint8Array(bytes.length + 20).fill(255);
    buffer.set(bytes, shift);
    const { tensors } = parseSafetensors(buffer.subarray(shift, shift + bytes.length));
    assert.equal([...(tensors.get("W") as Tensor).data], [1, 2]);
  }
});

test("types of other programs become ours", () => {
  const cases: [dtype: string, bytes: number[], expected: Dtype, values: number[]][] = [
    [
      "F16",
      [0, 0x3c, 1, 0, 0xff, 3, 0, 4, 0, 0x80, 0xff, 0x7b, 0, 0x7c, 0, 0xfc, 1, 0x80],
      "float32",
      [1, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, -0, 65504, Infinity, -Infinity, -(2 ** -24)],
    ],
    ["F16", [0, 0x7e, 1, 0x7c], "float32", [Number.NaN, Number.NaN]],
    ["BF16", [0x80, 0x3f, 1, 0, 0x80, 0xff, 0xc0, 0x7f], "float32", [1, 2 ** -133, -Infinity, Number.NaN]],
    ["I8", [0, 127, 128, 255], "int32", [0, 127, -128, -1]],
    ["U8", [0, 127, 128, 255], "int32", [0, 127, 128, 255]],
    ["I16", [255, 127, 0, 128], "int32", [32767, -32768]],
    ["U16", [255, 127, 0, 128], "int32", [32767, 32768]],
    ["U32", [255, 255, 255, 127], "int32", [2 ** 31 - 1]],
    ["I64", [0, 0, 0, 128, 255, 255, 255, 255, 5, 0, 0, 0, 0, 0, 0, 0], "int32", [-(2 ** 31), 5]],
    ["U64", [255, 255, 255, 127, 0, 0, 0, 0], "int32", [2 ** 31 - 1]],
    ["BOOL", [0, 1], "int32", [0, 1]],
    ["I32", [255, 255, 255, 255], "int32", [-1]],
  ];
  for (const [dtype, bytes, expected, values] of cases) {
    const { tensors } = parseSafetensors(file(`{"x":${entry(dtype, `[${values.length}]`, 0, bytes.length)}}`, bytes));
    const x = tensors.get("x") as Tensor;
    assert.is(x.dtype, expected, dtype);
    assert.ok(
      [...x.data].every((value, i) => Object.is(value, values[i])),
      `${dtype}: ${[...x.data]}`,
    );
  }
});

test("every float16 is the float32 that it is by its formula", () => {
  const bytes = new Uint8Array(Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).buffer);
  const { data } = parseSafetensors(file(`{"x":${entry("F16", "[65536]", 0, 2 ** 17)}}`, bytes)).tensors.get(
    "x",
  ) as Tensor;
  for (let half = 0; half < 2 ** 16; half++) {
    const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, (half & 1023) / 1024];
    const value =
      exponent === 31
        ? fraction
          ? Number.NaN
          : Infinity
        : exponent
          ? (1 + fraction) * 2 ** (exponent - 15)
          : fraction * 2 ** -14;
    assert.ok(Object.is(data[half], sign * value), `${half}`);
  }
});

const integer = "a whole number from 0 to 2^53 - 1";
const types = "F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL";
const zeros64 = "0".repeat(64);

/**
 * Headers that someone may have made on purpose: what is odd, the code, the header, how many bytes follow (zeros, or these), and what is
 * said. `<F32 [2] 0 8>` stands for an entry, `INTEGER` and `TYPES` for texts above.
 */
const hostile = String.raw`
no header                      | header   |                                   | 0  | the header must begin with { (given nothing at byte 8)
an array                       | header   | []                                | 0  | the header must begin with { (given 91 at byte 8)
null                           | header   | null                              | 0  | the header must begin with { (given 110 at byte 8)
a space first                  | header   | !{}                               | 0  | the header must begin with { (given 32 at byte 8)
no end                         | header   | {                                 | 0  | the header must have a string (given its end at byte 9)
an end within a name           | header   | {"W                               | 0  | the header must have a string without control characters, to its closing quote (given its end at byte 11)
an end within an escape        | header   | {"W\                              | 0  | the header must have a string without control characters, to its closing quote (given its end at byte 12)
a comma after the last         | header   | {"W":<F32 [2] 0 8>,}              | 8  | the header must have a string (given } at byte 62)
a comma before the first       | header   | {,"W":<F32 [2] 0 8>}              | 8  | the header must have a string (given ,"W":{"dtype":"F32","sha at byte 9)
a comment                      | header   | {"W":<F32 [2] 0 8>/**/}           | 8  | the header must have , or } (given /**/} at byte 61)
two objects                    | header   | {"W":<F32 [2] 0 8>}{}             | 8  | the header must have nothing but spaces after its last } (given {} at byte 62)
single quotes                  | header   | {'W':<F32 [2] 0 8>}               | 8  | the header must have a string (given 'W':{"dtype":"F32","shap at byte 9)
a number for a name            | header   | {1:<F32 [2] 0 8>}                 | 8  | the header must have a string (given 1:{"dtype":"F32","shape" at byte 9)
an unknown escape              | header   | {"\x57":<F32 [2] 0 8>}            | 8  | the header must have a string whose escapes JSON knows, without halves of surrogate pairs (given "\\x57":{"dtype":"F32","s at byte 9)
half a surrogate pair          | header   | {"\ud800":<F32 [2] 0 8>}          | 8  | the header must have a string whose escapes JSON knows, without halves of surrogate pairs (given "\\ud800":{"dtype":"F32", at byte 9)
a name twice                   | header   | {"W":<F32 [2] 0 8>,"W":<F32 [0] 8 8>} | 8 | the header must have each name once (given "W":{"dtype":"F32","shap at byte 62)
a name twice, once escaped     | header   | {"W":<F32 [2] 0 8>,"\u0057":<F32 [0] 8 8>} | 8 | the header must have each name once (given "\\u0057":{"dtype":"F32", at byte 62)
metadata twice                 | header   | {"__metadata__":{},"__metadata__":{}} | 0 | the header must have each name once (given "__metadata__":{}} at byte 27)
__proto__ twice                | header   | {"__proto__":<F32 [2] 0 8>,"__proto__":<F32 [2] 0 8>} | 8 | the header must have each name once (given "__proto__":{"dtype":"F3 at byte 70)
__proto__ that would pollute   | header   | {"__proto__":{"polluted":1}}      | 0  | tensor "__proto__" must have no fields but dtype, shape and data_offsets (given "polluted" at byte 22)
metadata that is no text       | header   | {"__metadata__":{"a":1}}          | 0  | the header must have a string (given 1}} at byte 29)
metadata that is nested        | header   | {"__metadata__":{"a":{"b":"c"}}}  | 0  | the header must have a string (given {"b":"c"}}} at byte 29)
metadata that is null          | header   | {"__metadata__":null}             | 0  | the header must have { (given null} at byte 24)
metadata with a key twice      | header   | {"__metadata__":{"a":"","a":""}}  | 0  | the header must have each name once (given "a":""}} at byte 32)
a number for an entry          | header   | {"W":1}                           | 0  | tensor "W" must have, in the header, { (given 1} at byte 13)
an empty entry                 | header   | {"W":{}}                          | 0  | tensor "W" must have the fields dtype, shape and data_offsets (given none at byte 9)
no shape                       | header   | {"W":{"dtype":"F32","data_offsets":[0,0]}} | 0 | tensor "W" must have the fields dtype, shape and data_offsets (given dtype,data_offsets at byte 9)
a field more                   | header   | {"W":{"dtype":"F32","x":1}}       | 0  | tensor "W" must have no fields but dtype, shape and data_offsets (given "x" at byte 28)
a field twice                  | header   | {"W":{"dtype":"F32","dtype":"F64"}} | 0 | tensor "W" must have, in the header, each name once (given "dtype":"F64"}} at byte 28)
the field __proto__            | header   | {"W":{"__proto__":{}}}            | 0  | tensor "W" must have no fields but dtype, shape and data_offsets (given "__proto__" at byte 14)
a dtype that is a number       | header   | {"W":{"dtype":32}}                | 0  | tensor "W" must have, in the header, a string (given 32}} at byte 22)
an unknown dtype               | dtype    | {"W":<F33 [2] 0 8>}               | 8  | tensor "W" must be of a type that can be read: TYPES (given "F33" at byte 9)
float8                         | dtype    | {"W":<F8_E4M3 [2] 0 2>}           | 2  | tensor "W" must be of a type that can be read: TYPES (given "F8_E4M3" at byte 9)
a dtype of the prototype       | dtype    | {"W":<constructor [2] 0 8>}       | 8  | tensor "W" must be of a type that can be read: TYPES (given "constructor" at byte 9)
a dtype in small letters       | dtype    | {"W":<f32 [2] 0 8>}               | 8  | tensor "W" must be of a type that can be read: TYPES (given "f32" at byte 9)
a length of -1                 | header   | {"W":<F32 [-1] 0 8>}              | 8  | tensor "W" must have, in the header, INTEGER (given -1],"data_offsets":[0,8] at byte 37)
a length of 1.0                | header   | {"W":<F32 [1.0] 0 4>}             | 4  | tensor "W" must have, in the header, INTEGER (given 1.0],"data_offsets":[0,4 at byte 37)
a length of 1e0                | header   | {"W":<F32 [1e0] 0 4>}             | 4  | tensor "W" must have, in the header, INTEGER (given 1e0],"data_offsets":[0,4 at byte 37)
a length of 01                 | header   | {"W":<F32 [01] 0 4>}              | 4  | tensor "W" must have, in the header, INTEGER (given 01],"data_offsets":[0,4] at byte 37)
a length of +1                 | header   | {"W":<F32 [+1] 0 4>}              | 4  | tensor "W" must have, in the header, INTEGER (given +1],"data_offsets":[0,4] at byte 37)
a length of 0x1                | header   | {"W":<F32 [0x1] 0 4>}             | 4  | tensor "W" must have, in the header, INTEGER (given 0x1],"data_offsets":[0,4 at byte 37)
a length of 2^53               | header   | {"W":<U8 [9007199254740992] 0 0>} | 0  | tensor "W" must have, in the header, INTEGER (given 9007199254740992],"data_ at byte 36)
a length of 2^64               | header   | {"W":<U8 [18446744073709551616] 0 0>} | 0 | tensor "W" must have, in the header, INTEGER (given 18446744073709551616],"d at byte 36)
a length of 1e400              | header   | {"W":<F32 [1e400] 0 0>}           | 0  | tensor "W" must have, in the header, INTEGER (given 1e400],"data_offsets":[0 at byte 37)
a length of NaN                | header   | {"W":<F32 [NaN] 0 0>}             | 0  | tensor "W" must have, in the header, INTEGER (given NaN],"data_offsets":[0,0 at byte 37)
a length of true               | header   | {"W":<F32 [true] 0 4>}            | 4  | tensor "W" must have, in the header, INTEGER (given true],"data_offsets":[0, at byte 37)
a length in quotes             | header   | {"W":<F32 ["2"] 0 8>}             | 8  | tensor "W" must have, in the header, INTEGER (given "2"],"data_offsets":[0,8 at byte 37)
a nested shape                 | header   | {"W":<F32 [[2]] 0 8>}             | 8  | tensor "W" must have, in the header, INTEGER (given [2]],"data_offsets":[0,8 at byte 37)
a shape that is a number       | header   | {"W":<F32 2 0 8>}                 | 8  | tensor "W" must have, in the header, [ (given 2,"data_offsets":[0,8]}} at byte 36)
sizes that wrap to 0           | shape    | {"W":<F32 [4294967296,4294967296] 0 0>} | 0 | tensor "W" must have less than 2^53 bytes (given F32 [4294967296,4294967296] at byte 9)
sizes that overflow before a 0 | shape    | {"W":<F32 [1099511627776,1099511627776,0] 0 0>} | 0 | tensor "W" must have less than 2^53 bytes (given F32 [1099511627776,1099511627776,0] at byte 9)
8 GB that are not there        | length   | {"W":<F32 [2147483648] 0 8589934592>} | 0 | the header must be followed by 8589934592 bytes, those of its tensors (given 0, 8589934592 are missing)
one offset                     | offsets  | {"W":{"dtype":"F32","shape":[2],"data_offsets":[8]}} | 8 | tensor "W" must take 8 bytes, as F32 [2] does (given data_offsets [8] at byte 9)
three offsets                  | offsets  | {"W":<F32 [2] 0 8,8>}             | 8  | tensor "W" must have two data_offsets (given more at byte 55)
an end before the beginning    | offsets  | {"W":<F32 [2] 8 0>}               | 8  | tensor "W" must take 8 bytes, as F32 [2] does (given data_offsets [8,0] at byte 9)
more bytes than the shape has  | offsets  | {"W":<F32 [2] 0 12>}              | 12 | tensor "W" must take 8 bytes, as F32 [2] does (given data_offsets [0,12] at byte 9)
fewer bytes than the shape has | offsets  | {"W":<F64 [2] 0 8>}               | 8  | tensor "W" must take 16 bytes, as F64 [2] does (given data_offsets [0,8] at byte 9)
a negative offset              | header   | {"W":<F32 [2] -8 0>}              | 8  | tensor "W" must have, in the header, INTEGER (given -8,0]}} at byte 56)
a fractional offset            | header   | {"W":<F32 [2] 0 8.0>}             | 8  | tensor "W" must have, in the header, INTEGER (given 8.0]}} at byte 58)
a hole at the beginning        | offsets  | {"W":<F32 [2] 4 12>}              | 12 | tensor "W" must begin at byte 0 of the data, where the one before it ends (given data_offsets [4,12])
a hole in between              | offsets  | {"W":<F32 [2] 0 8>,"b":<F32 [1] 12 16>} | 16 | tensor "b" must begin at byte 8 of the data, where the one before it ends (given data_offsets [12,16])
an overlap                     | offsets  | {"W":<F32 [2] 0 8>,"b":<F32 [1] 4 8>} | 8 | tensor "b" must begin at byte 8 of the data, where the one before it ends (given data_offsets [4,8])
the same bytes twice           | offsets  | {"W":<F32 [2] 0 8>,"b":<F32 [2] 0 8>} | 8 | tensor "b" must begin at byte 8 of the data, where the one before it ends (given data_offsets [0,8])
no bytes within another's      | offsets  | {"W":<F32 [2] 0 8>,"b":<F32 [0] 4 4>} | 8 | tensor "b" must begin at byte 8 of the data, where the one before it ends (given data_offsets [4,4])
a byte too few                 | length   | {"W":<F32 [2] 0 8>}               | 7  | the header must be followed by 8 bytes, those of its tensors (given 7, 1 are missing)
a byte too many                | length   | {"W":<F32 [2] 0 8>}               | 9  | the header must be followed by 8 bytes, those of its tensors (given 9, 1 too many)
bytes without tensors          | length   | {}                                | 1  | the header must be followed by 0 bytes, those of its tensors (given 1, 1 too many)
a NUL in a name                | name     | {"W\u0000":<F32 [2] 0 8>}         | 8  | tensor "W\u0000" must have a name of no NUL (given 2 characters at byte 9)
an int64 too large             | values   | {"W":<I64 [1] 0 8>}               | 0,0,0,128,0,0,0,0 | tensor "W" must hold values that int32 holds, -2^31 to 2^31 - 1 (given 2147483648 as element 0 at byte 62)
an int64 too small             | values   | {"W":<I64 [1] 0 8>}               | 255,255,255,127,255,255,255,255 | tensor "W" must hold values that int32 holds, -2^31 to 2^31 - 1 (given -2147483649 as element 0 at byte 62)
a uint64 too large             | values   | {"W":<U64 [1] 0 8>}               | 255,255,255,255,255,255,255,255 | tensor "W" must hold values that int32 holds, -2^31 to 2^31 - 1 (given 18446744073709551615 as element 0 at byte 62)
a uint32 too large             | values   | {"W":<U32 [1] 0 4>}               | 255,255,255,255 | tensor "W" must hold values that int32 holds, -2^31 to 2^31 - 1 (given 4294967295 as element 0 at byte 62)
a boolean of 2                 | values   | {"W":<BOOL [2] 0 2>}              | 1,2 | tensor "W" must hold 0 and 1 (given 2 as element 1 at byte 64)
a digest without its kind      | checksum | {"__metadata__":{"gradtape.sha256":"ZEROS"}} | 0 | the metadata must have gradtape.checksum "sha256" and gradtape.sha256, or neither (given none and a digest)
a digest of another kind       | checksum | {"__metadata__":{"gradtape.checksum":"md5","gradtape.sha256":"ZEROS"}} | 0 | the metadata must have gradtape.checksum "sha256" and gradtape.sha256, or neither (given "md5" and a digest)
a kind without a digest        | checksum | {"__metadata__":{"gradtape.checksum":"sha256"}} | 0 | the metadata must have gradtape.checksum "sha256" and gradtape.sha256, or neither (given "sha256" and none)
a digest of 65 digits          | checksum | {"__metadata__":{"gradtape.sha256":"0ZEROS"}} | 0 | the metadata's gradtape.sha256 must be 64 hexadecimal digits (given "0ZEROS" at byte 44)
a digest with a capital        | checksum | {"__metadata__":{"gradtape.sha256":"A"}} | 0 | the metadata's gradtape.sha256 must be 64 hexadecimal digits (given "A" at byte 44)
`
  .trim()
  .split("\n")
  .map((line): Hostile => {
    const [what, code, header, data, message] = line
      .replaceAll("ZEROS", zeros64)
      .replace("INTEGER", integer)
      .replace("TYPES", types)
      .split(/ *\| /);
    const text = header
      .replace("!", " ")
      .replaceAll(/<(\w+) (\S+) (\S+) (\S+)>/g, (_, ...given) => entry(...(given as Given)));
    return [what, file(text, data.includes(",") ? data.split(",").map(Number) : Number(data)), message, code];
  });

const within = "must be a safetensors file, whose header ends within it";
const changed = file(`{"__metadata__":{"gradtape.checksum":"sha256","gradtape.sha256":"${zeros64}"}}`);

/** Those that no text can show. */
const binary: Hostile[] = [
  ["no bytes", new Uint8Array(0), "must begin with the length of its header, in 8 bytes (given 0 bytes)", "length"],
  ["7 bytes", new Uint8Array(7), "must begin with the length of its header, in 8 bytes (given 7 bytes)", "length"],
  ...[3n, 2n ** 32n + 2n, 2n ** 63n, 2n ** 64n - 1n].map(
    (n): Hostile => [
      `a length of ${n}`,
      file("{}", 0, n),
      `${within} (given a header of ${n} bytes, of which there are 2)`,
      "length",
    ],
  ),
  [
    "a large header",
    file(" ".repeat(2 ** 24 + 1)),
    "the header must have at most 16777216 bytes, or a larger maxHeader be allowed (given 16777217)",
    "length",
  ],
  [
    "PyTorch's file",
    Buffer.from("PK\x03\x04 and so on"),
    `${within} (given a ZIP archive: NumPy's .npz, or PyTorch's .pt, which Python's safetensors.torch.save_file converts)`,
    "length",
  ],
  [
    "a pickle",
    Buffer.from("\x80\x02}q\x00X\x01\x00\x00\x00", "latin1"),
    `${within} (given perhaps a pickle, which Python's safetensors.torch.save_file converts)`,
    "length",
  ],
  [
    "a web page",
    Buffer.from("<!DOCTYPE html><html>"),
    `${within} (given a header of 5789751444030890300 bytes, of which there are 13)`,
    "length",
  ],
  ["a byte order mark", file("\ufeff{}"), "the header must begin with { (given 239 at byte 8)", "header"],
  ...[...['{"\xff":1}', '{"\xed\xa0\x80":1}', '{"\xc0\x80":1}']].map(
    (text): Hostile => [
      `broken UTF-8, ${JSON.stringify(text)}`,
      file(Buffer.from(text, "latin1")),
      "the header must be UTF-8 (given other bytes)",
      "header",
    ],
  ),
  [
    "UTF-16",
    file(Buffer.from("{}", "utf16le")),
    "the header must have a string (given \\u0000}\\u0000 at byte 9)",
    "header",
  ],
  ...["\n", "\0\0"].map(
    (end): Hostile => [
      `${JSON.stringify(end)} at the end`,
      file(`{}${end}`),
      `the header must have nothing but spaces after its last } (given ${JSON.stringify(end).slice(1, -1)} at byte 10)`,
      "header",
    ],
  ),
  [
    "a raw control character",
    file('{"W\n":'),
    'the header must have a string without control characters, to its closing quote (given \\n": at byte 11)',
    "header",
  ],
  [
    "100,000 brackets",
    file(`{"W":{"shape":${"[".repeat(100_000)}`),
    `tensor "W" must have, in the header, ${integer} (given ${"[".repeat(24)} at byte 23)`,
    "header",
  ],
  [
    "100,000 braces",
    file('{"a":'.repeat(100_000)),
    'tensor "a" must have no fields but dtype, shape and data_offsets (given "a" at byte 14)',
    "header",
  ],
  [
    "33 axes",
    file(`{"W":${entry("F32", `[${Array(33).fill(1)}]`, "0", "4")}}`, 4),
    'tensor "W" must have at most 32 axes (given more at byte 36)',
    "shape",
  ],
  [
    "a long name",
    file(`{"${"W".repeat(1025)}":${W}}`, 8),
    `tensor "${"W".repeat(40)}…" must have a name of at most 1024 characters (given 1025 characters at byte 9)`,
    "name",
  ],
  [
    "100,001 tensors",
    file(`{${Array.from({ length: 100_001 }, (_, i) => `"${i}":${entry("F32", "[0]", "0", "0")}`)}}`),
    "must hold at most 100000 tensors (given more)",
    "header",
  ],
  [
    "a digest that is not the file's",
    changed,
    `its SHA-256 must be ${zeros64}, as when it was saved; it is damaged, or was changed by a program that kept the checksum (given ${createHash("sha256").update(changed).digest("hex")})`,
    "checksum",
  ],
];

const all = [...hostile, ...binary];

test(`${all.length} hostile files have their messages`, () => {
  assert.ok(all.length >= 60);
  const before = process.memoryUsage().arrayBuffers;
  for (const [what, bytes, message, code] of all) {
    let thrown: unknown;
    try {
      parseSafetensors(bytes, "the file");
    } catch (error) {
      thrown = error;
    }
    assert.instance(thrown, CheckpointError, what);
    const error = thrown as CheckpointError;
    assert.is(error.message, `the file: ${message}`, what);
    assert.is(error.code, code, what);
    const [, name] = /^tensor "([^"…]*)"/.exec(message) ?? [];
    if (name !== undefined && code !== "name") assert.is(error.tensor, name, what);
    const [, offset] = /at byte (\d+)\)$/.exec(message) ?? [];
    assert.is(error.offset, offset && Number(offset), what);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20, "nothing is allocated for them");
  assert.is(({} as Record<string, unknown>).polluted, undefined);
});

test("what is odd but by the format is read", () => {
  const read = (bytes: Uint8Array) =>
    [...parseSafetensors(bytes).tensors].map(([name, x]) => [name, x.shape, [...x.data]]);
  assert.equal(read(file(`{ "W" :\t{ "shape": [ 2 ],\r\n"data_offsets":[0 ,8],"dtype":"F32"} }   `, 8)), [
    ["W", [2], [0, 0]],
  ]);
  assert.equal(read(file(`{"W":${entry("F32", "[0,9007199254740991]", 0, 0)}}`)), [["W", [0, 9007199254740991], []]]);
  // In another order than that of the bytes, and with empty ones at the joints.
  const mixed = `{"b":${entry("U8", "[1]", 2, 3)},"e":${entry("U8", "[0]", 2, 2)},"a":${entry("U8", "[2]", 0, 2)},"z":${entry("U8", "[0]", 3, 3)}}`;
  assert.equal(read(file(mixed, [1, 2, 3])), [
    ["b", [1], [3]],
    ["e", [0], []],
    ["a", [2], [1, 2]],
    ["z", [0], []],
  ]);
  assert.equal(read(file(`{"W":${entry("F32", `[${Array(32).fill(1)}]`, 0, 4)}}`, 4)), [["W", Array(32).fill(1), [0]]]);
});

/** What a file holds by JSON.parse and typed arrays; null where that fails. */
function honest(bytes: Uint8Array): string | null {
  const types: Record<string, [Dtype, (data: ArrayBuffer) => { buffer: ArrayBuffer }]> = {
    F64: ["float64", (data) => new Float64Array(data)],
    F32: ["float32", (data) => new Float32Array(data)],
    I32: ["int32", (data) => new Int32Array(data)],
    I64: ["int32", (data) => Int32Array.from(new BigInt64Array(data), Number)],
    U8: ["int32", (data) => Int32Array.from(new Uint8Array(data))],
    BF16: ["float32", (data) => Int32Array.from(new Int16Array(data), (bits) => bits << 16)],
  };
  try {
    const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start));
    const { __metadata__, ...entries } = JSON.parse(text);
    const read = ([name, entry]: [string, { dtype: string; shape: number[]; data_offsets: number[] }]) => {
      const [dtype, values] = types[entry.dtype];
      const [begin, end] = entry.data_offsets;
      const { buffer } = values(bytes.slice(start + begin, start + end).buffer);
      return [name, ofBytes(dtype, entry.shape, new Uint8Array(buffer))] as const;
    };
    return digest(new Map(Object.entries<Parameters<typeof read>[0][1]>(entries).map(read)));
  } catch {
    return null;
  }
}

/** Changes one thing in the header, and tells its length right. */
const inHeader: Bend = (bytes, draw) => {
  if (bytes.length < 8) return bytes.subarray(1);
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  let text = Buffer.from(bytes.subarray(8, start)).toString();
  const tokens = [...text.matchAll(/"[^"]*"|\d+|[[\]{}:,]/g)];
  if (tokens.length === 0) return bytes.subarray(1);
  const [one, other] = [tokens[draw(tokens.length)], tokens[draw(tokens.length)]];
  const values = [
    "0",
    "4",
    "8",
    "-1",
    "1.5",
    "9007199254740992",
    '""',
    '"__proto__"',
    '"F64"',
    '"I64"',
    '"U8"',
    "[]",
    "{}",
    "null",
    ",",
  ];
  const with_ = [other[0], values[draw(values.length)], one[0] + other[0], ""][draw(4)];
  text = text.slice(0, one.index) + with_ + text.slice(one.index + one[0].length);
  return file(text, bytes.subarray(start));
};

test(`${long ? "10,000" : "2,000"} malformed files: refused, or read as they are`, () => {
  const state = new Map([
    ["layers.0.W", normal([8, 8], { generator: new Generator(1) })],
    ["layers.0.b", tensor([0, -0])],
    ["step", tensor(3, { dtype: "float64" })],
    ["t", tensor([7, 8, 9], { dtype: "int32" })],
    ["none", zeros([0, 3])],
  ]);
  const foreign = `{"a":${entry("I64", "[1]", 0, 8)},"b":${entry("BF16", "[2]", 8, 12)},"c":${entry("U8", "[3]", 12, 15)}}`;
  const files = [
    encodeSafetensors(state),
    encodeSafetensors(state, { metadata: { note: "é" }, checksum: true }),
    file(foreign, [5, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0x80, 0xbf, 1, 2, 255]),
  ];
  const parse = (bytes: Uint8Array, name: string) => parseSafetensors(bytes, name).tensors;
  const outcomes = attack({ files, parse, honest, error: CheckpointError, bends: [inHeader] }, long ? 10_000 : 2000);
  const { refused, same, changed } = outcomes;
  assert.ok(refused > 20 * same && changed > 0.02 * refused, JSON.stringify(outcomes));
});

test("with a checksum, every bit that is wrong is found", () => {
  const state = new Map([
    ["W", tensor([1, 2, 3])],
    ["é", tensor([4], { dtype: "int32" })],
  ]);
  const small = encodeSafetensors(state, { metadata: { note: "one" }, checksum: true });
  const flip = (bytes: Uint8Array, bit: number) => {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assert.throws(
      () => parseSafetensors(flipped),
      (error: unknown) => error instanceof CheckpointError,
      `bit ${bit}`,
    );
  };
  for (let bit = 0; bit < 8 * small.length; bit++) flip(small, bit);
  const generator = new Generator(Math.abs(seed));
  const large = encodeSafetensors(new Map([["W", normal([64, 64], { generator })]]), { checksum: true });
  for (let run = 0; run < (long ? 10_000 : 2000); run++)
    flip(large, Math.floor(generator.uniform() * 8 * large.length));
  // Without one, nothing can tell: the values have no sum.
  const without = encodeSafetensors(state);
  without[without.length - 1] ^= 1;
  assert.ok(parseSafetensors(without));
});

test("a checksum can be asked for; it is no part of the metadata, and can be computed by others", () => {
  const state = new Map([["W", tensor([1, 2, 3])]]);
  const bytes = encodeSafetensors(state, { metadata: { a: "b" }, checksum: true });
  assert.equal([...parseSafetensors(bytes, "f", { checksum: "required" }).metadata], [["a", "b"]]);
  const text = Buffer.from(bytes).toString("latin1");
  const [, found] = /"gradtape.sha256":"(\w{64})"/.exec(text) as RegExpExecArray;
  const blank = Buffer.from(text.replace(found, "0".repeat(64)), "latin1");
  assert.is(createHash("sha256").update(blank).digest("hex"), found);
  assert.is(
    failure(() => parseSafetensors(encodeSafetensors(state), "f", { checksum: "required" })),
    "f: must have a checksum (given no gradtape.sha256 in its metadata)",
  );
});

test("SHA-256 is Node's, however the bytes are given", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 89) % 251);
  const expected = (n: number) => createHash("sha256").update(bytes.subarray(0, n)).digest("hex");
  for (let n = 0; n < 300; n++) assert.is(new Sha256().update(bytes.subarray(0, n)).hex(), expected(n));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 12 }), (pieces) => {
      const sum = new Sha256();
      let at = 0;
      for (const n of pieces) {
        sum.update(bytes.subarray(at, at + n));
        at = Math.min(bytes.length, at + n);
      }
      assert.is(sum.hex(), expected(at));
    }),
  );
  if (long) {
    const many = new Uint8Array(2 ** 17 + 5).fill(7);
    // More bits than 32 bits can count.
    const [sum, expected] = [new Sha256(), createHash("sha256")];
    for (let i = 0; i < 2 ** 12 + 1; i++) for (const one of [sum, expected]) one.update(many);
    assert.is(sum.hex(), expected.digest("hex"));
  }
});

test("what cannot be written has its message", () => {
  const x = tensor([1]);
  const named = (name: string) => () => encodeSafetensors(new Map([[name, x]]));
  const cases: [f: () => unknown, message: string][] = [
    [
      () => encodeSafetensors({ x } as never),
      "encodeSafetensors: tensors must be a Map by name, such as model.stateDict() gives; new Map(Object.entries(tensors)) makes one",
    ],
    [() => encodeSafetensors(new Map([["x", 1]]) as never), 'encodeSafetensors: "x" must be a tensor (given number)'],
    [() => encodeSafetensors(new Map([[1, x]]) as never), "encodeSafetensors: names must be strings (given number)"],
    [named("a\0"), 'encodeSafetensors: the name of a tensor must have no NUL (given "a\\u0000")'],
    [
      named("\ud800"),
      'encodeSafetensors: the name of a tensor must have no halves of surrogate pairs (given "\\ud800")',
    ],
    [
      named("a".repeat(1025)),
      `encodeSafetensors: the name of a tensor must have at most 1024 characters (given "${"a".repeat(40)}…")`,
    ],
    [
      named("__metadata__"),
      "encodeSafetensors: no tensor can have the name __metadata__, which stands for the metadata",
    ],
    [
      () => encodeSafetensors(new Map(), { metadata: { a: 1 } as never }),
      'encodeSafetensors: metadata "a" must be text (given number)',
    ],
    [
      () => encodeSafetensors(new Map(), { metadata: { a: "\udfff" } }),
      'encodeSafetensors: metadata "a" must have no halves of surrogate pairs',
    ],
    [
      () => encodeSafetensors(new Map(), { metadata: { "gradtape.sha256": "" } }),
      "encodeSafetensors: metadata gradtape.sha256 is what { checksum: true } writes; leave it out",
    ],
    [
      () => encodeSafetensors(new Map(Array.from({ length: 100_001 }, (_, i) => [`${i}`, x]))),
      "encodeSafetensors: there must be at most 100000 tensors (given 100001)",
    ],
    [() => parseSafetensors(new ArrayBuffer(8) as never), "parseSafetensors: bytes must be a Uint8Array"],
    [
      () => parseSafetensors(file("{}"), "f", { checksum: true as never }),
      'parseSafetensors: checksum must be "required", or be left out (given true)',
    ],
    [
      () => parseSafetensors(file("{}"), "f", { maxHeader: Number.NaN }),
      "parseSafetensors: maxHeader must be a number from 2 to 100000000 (given NaN)",
    ],
  ];
  for (const [f, message] of cases)
    assert.throws(f, (error: Error) => {
      assert.is(error.message, message);
      return error instanceof ValueError;
    });
  const deep = new Map([["x", zeros(Array(33).fill(1))]]);
  assert.throws(
    () => encodeSafetensors(deep),
    (error: Error) => error instanceof ShapeError && /at most 32 axes/.test(error.message),
  );
});

test("a file costs its own size once, and nothing at all when it is refused, be it for its last byte", () => {
  const size = 2 ** 22;
  const whole = `{"W":${entry("F32", `[${size / 4}]`, 0, size)},"t":${entry("BOOL", "[1]", size, size + 1)}}`;
  const allocated = (bytes: Uint8Array) => {
    const before = process.memoryUsage().arrayBuffers;
    const read = failure(() => parseSafetensors(bytes)) === "";
    return { read, bytes: process.memoryUsage().arrayBuffers - before };
  };
  const bytes = file(whole, size + 1);
  const good = allocated(bytes);
  assert.ok(good.read && good.bytes < 1.1 * size, `${good.bytes} bytes`);
  bytes[bytes.length - 1] = 2;
  const bad = allocated(bytes);
  assert.ok(!bad.read && bad.bytes < 0.1 * size, `${bad.bytes} bytes`);
});

test("a tensor beyond the memory that is allowed is a CheckpointError, too", () => {
  const bytes = encodeSafetensors(new Map([["W", zeros([1000])]]));
  configure({ maxMemory: 2000 });
  try {
    assert.throws(
      () => parseSafetensors(bytes, "f"),
      (error: unknown) =>
        error instanceof CheckpointError &&
        /^f: tensor "W" must fit in the memory there is \(given .*4000 bytes/.test(error.message),
    );
  } finally {
    configure({ maxMemory: Infinity });
  }
});

test("a file that fails leaves a model as it was", () => {
  class Model extends Layer {
    readonly W = tensor([[1, 2]], { requiresGrad: true });
    readonly b = tensor([3], { requiresGrad: true });
    readonly mean = tensor([4, 5]);
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  const model = new Model();
  const before = digest(model.stateDict());
  const load = (bytes: Uint8Array) => model.loadStateDict(parseSafetensors(bytes, "f").tensors);
  const good = encodeSafetensors(model.stateDict(), { checksum: true });
  for (let end = 0; end < good.length; end++) {
    assert.throws(
      () => load(good.subarray(0, end)),
      (error: unknown) => error instanceof CheckpointError,
    );
    assert.is(digest(model.stateDict()), before);
  }
  const other = new Map([
    ["W", zeros([1, 2])],
    ["b", zeros([2])],
    ["c", zeros([1])],
  ]);
  assert.is(
    failure(() => load(encodeSafetensors(other))),
    "loadStateDict: the state must fit, and nothing was changed: b must be [1] (given [2]); missing mean [2]; unexpected c [1]",
  );
  assert.is(digest(model.stateDict()), before);
  const next = model.stateDict();
  next.get("W")?.assign([[7, 8]]);
  load(encodeSafetensors(next));
  assert.equal([...model.W.data], [7, 8]);
});

test.run();
