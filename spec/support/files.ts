/** Files in tests: what they hold, as a digest; and malformed ones, made of honest ones by chance, with what a reader may make of them. */
import { createHash } from "node:crypto";
import { type DataError, type Dtype, Generator, type Tensor, zeros } from "gradtape";
import * as assert from "uvu/assert";
import { long, seed } from "./suite.js";

/** A tensor's values as bytes. */
export const bits = (x: Tensor): Buffer => {
  const { buffer, byteOffset, byteLength } = x.data as Float32Array;
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
};

/** A tensor of these very bytes, repeated as often as there is room. */
export function ofBytes(dtype: Dtype, shape: readonly number[], bytes: Uint8Array): Tensor {
  const y = zeros(shape, { dtype });
  if (bytes.length > 0) bits(y).fill(bytes);
  return y;
}

/** The digest of named tensors that spec/golden/files.py computes of arrays. */
export function digest(tensors: ReadonlyMap<string, Tensor>): string {
  const found = createHash("sha256");
  const named = [...tensors].map(([name, x]) => ({ name: Buffer.from(name), x }));
  for (const { name, x } of named.sort((a, b) => Buffer.compare(a.name, b.name)))
    found.update(name).update(`\n${x.dtype}\n${x.shape}\n`).update(bits(x));
  return found.digest("hex");
}

/** Draws whole numbers. */
export type Draw = (below: number) => number;

/** Changes a file in some way. */
export type Bend = (bytes: Uint8Array, draw: Draw) => Uint8Array;

const nasty = [
  ...["0", "-0", "-1", "01", "1.0", "1.5", "1e400", "1e3", "255", "65536", "2147483648", "4294967296", "1099511627776"],
  ...["9007199254740991", "9007199254740992", "18446744073709551615", "18446744073709551616", "340282366920938463463"],
  ...["null", "true", "NaN", '"1"', "'1'", "[]", "{}", "()", "[[1]]", "", " ", "\0", "\ufeff", '"', "\\", "\\ud800"],
];
const words = [0, 1, 2, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A place in a file: at one of its ends more often than not, as there the headers are. */
function place({ length }: Uint8Array, draw: Draw): number {
  const near = Math.min(length, 160);
  return [draw(near), Math.max(0, length - 1 - draw(near)), draw(length)][draw(3)];
}
const span = (bytes: Uint8Array, draw: Draw): [number, number] => {
  const from = place(bytes, draw);
  return [from, Math.min(bytes.length, from + 1 + draw(2 ** draw(8)))];
};
const splice = (bytes: Uint8Array, from: number, to: number, middle: Iterable<number>): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), Uint8Array.from(middle), bytes.subarray(to)]);

/** What can happen to any file. */
const bends: Bend[] = [
  (bytes, draw) => {
    const at = place(bytes, draw);
    return splice(bytes, at, at + 1, [bytes[at] ^ (1 << draw(8))]);
  },
  (bytes, draw) => {
    const at = place(bytes, draw);
    return splice(bytes, at, at + 1, [draw(256)]);
  },
  (bytes, draw) => bytes.subarray(0, place(bytes, draw)),
  (bytes, draw) => bytes.subarray(place(bytes, draw)),
  (bytes, draw) => splice(bytes, ...span(bytes, draw), []),
  (bytes, draw) => {
    const at = place(bytes, draw);
    return splice(bytes, at, at, new Uint8Array(1 + draw(2 ** draw(8))).fill([0, 32, 255, draw(256)][draw(4)]));
  },
  (bytes, draw) => {
    const at = place(bytes, draw);
    return splice(bytes, at, at, bytes.subarray(...span(bytes, draw)));
  },
  (bytes, draw) => {
    const [from, to] = span(bytes, draw);
    return splice(bytes, from, to, bytes.subarray(place(bytes, draw)).subarray(0, to - from));
  },
  // A number or a word in text.
  (bytes, draw) => {
    const found = [
      ...Buffer.from(bytes)
        .toString("latin1")
        .matchAll(/\d+|[a-zA-Z]+|[^ -~]/g),
    ];
    if (found.length === 0) return bytes.subarray(1);
    const { 0: text, index } = found[draw(Math.min(found.length, 60))];
    return splice(bytes, index, index + text.length, Buffer.from(nasty[draw(nasty.length)], "latin1"));
  },
  // A number in binary.
  (bytes, draw) => {
    const at = place(bytes, draw);
    const word = Buffer.alloc(4);
    word.writeUInt32LE(words[draw(words.length)]);
    const size = [1, 2, 4][draw(3)];
    return splice(bytes, at, at + size, draw(2) ? word.subarray(0, size) : word.subarray(0, size).reverse());
  },
];

/** A format under attack. */
export type Subject = {
  files: readonly Uint8Array[];
  parse: (bytes: Uint8Array, name: string) => ReadonlyMap<string, Tensor>;
  /** What a file holds by another, careless reader, as a digest; null where it cannot tell. */
  honest: (bytes: Uint8Array) => string | null;
  /** The only error there may be. */
  error: abstract new (
    ...given: never[]
  ) => DataError;
  /** Ways to change it that know the format. */
  bends?: readonly Bend[];
  /** How many bytes a file may ask for (default twice its own). */
  allowed?: (bytes: Uint8Array) => number;
};

/**
 * Bends files `runs` times. Each must be refused by the format's error, which begins with the file's name, having allocated at most
 * what is allowed, or be read as the honest reader reads it.
 */
export function attack(subject: Subject, runs: number): { refused: number; same: number; changed: number } {
  const { files, parse, honest, error, bends: own = [], allowed = (bytes) => 2 * bytes.length } = subject;
  const generator = new Generator(Math.abs(seed));
  const draw: Draw = (below) => Math.floor(generator.uniform() * below);
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  const outcomes = { refused: 0, same: 0, changed: 0 };
  let slowest = 0;
  for (let run = 0; run < runs; run++) {
    const whole = files[draw(files.length)];
    let bytes = whole;
    for (let times = draw(4) === 0 ? 2 : 1; times > 0 && bytes.length > 0; times--) {
      const ways = own.length > 0 && draw(2) === 0 ? own : bends;
      bytes = ways[draw(ways.length)](bytes, draw);
    }
    bytes = Uint8Array.from(bytes);
    const what = () => `run ${run}: ${Buffer.from(bytes.subarray(0, 2000)).toString("base64")}`;
    let found: ReadonlyMap<string, Tensor> | undefined;
    const held = process.memoryUsage().arrayBuffers;
    const begun = process.cpuUsage();
    try {
      found = parse(bytes, "the file");
    } catch (thrown) {
      assert.instance(thrown, error, `${what()} ${thrown}`);
      assert.match((thrown as Error).message, /^the file: .*\)$/s, what());
    }
    slowest = Math.max(slowest, process.cpuUsage(begun).user / 1000);
    const bytesHeld = process.memoryUsage().arrayBuffers - held;
    if (found) {
      const expected = honest(bytes);
      assert.is(digest(found), expected, what());
      outcomes[Buffer.from(bytes).equals(whole) || expected === honest(whole) ? "same" : "changed"]++;
    } else {
      assert.ok(bytesHeld <= allowed(bytes) + 2 ** 16, `${what()}: ${bytesHeld} bytes`);
      outcomes.refused++;
    }
  }
  assert.is(Object.getOwnPropertyNames(Object.prototype).join(), before);
  if (long) {
    console.log(`\n${JSON.stringify(outcomes)}, the slowest took ${slowest.toFixed(1)} ms of the processor`);
    assert.ok(slowest < 500, `${slowest} ms`);
  }
  return outcomes;
}
