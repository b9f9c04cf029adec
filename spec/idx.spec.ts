/** IDX files: what is well formed comes back bit for bit, and each way to be malformed has its message. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { DataError, Generator, type Tensor, tensor, ValueError } from "gradtape";
import { loadMnist, parseIdx, readIdx } from "gradtape/node";
import * as assert from "uvu/assert";
import { assertSame } from "./support/close.js";
import { attack, digest } from "./support/files.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("idx");
const root = mkdtempSync(join(tmpdir(), "gradtape-idx-"));
test.after(() => rmSync(root, { recursive: true }));

type Bytes = Uint8Array<ArrayBufferLike>;

const idx = (shape: readonly number[], values: Iterable<number>, magic = [0, 0, 8, shape.length]): Bytes => {
  const words = Buffer.alloc(4 * shape.length);
  shape.forEach((length, i) => {
    words.writeUInt32BE(length, 4 * i);
  });
  return Buffer.concat([Buffer.from(magic), words, Buffer.from([...values])]);
};
const pixels = (n: number, shift = 0) => Array.from({ length: n * 784 }, (_, i) => (i * 7 + shift) % 256);
const digits = (n: number) => Array.from({ length: n }, (_, i) => (i * 3 + 1) % 10);

/** The four files, of 12 training and 5 test images. */
const files = (): Record<string, Bytes> => ({
  "train-images-idx3-ubyte": idx([12, 28, 28], pixels(12)),
  "train-labels-idx1-ubyte": idx([12], digits(12)),
  "t10k-images-idx3-ubyte": idx([5, 28, 28], pixels(5, 100)),
  "t10k-labels-idx1-ubyte": idx([5], digits(5)),
});
let folders = 0;
function write(contents: Record<string, Bytes | undefined>): string {
  const folder = join(root, `${folders++}`);
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(contents)) if (bytes) writeFileSync(join(folder, name), bytes);
  return folder;
}
const scaled = (values: number[]) => Float32Array.from(values, (v) => v / 255);

/** Throws a DataError whose message, the folders left out, is this. */
function refuses(f: () => unknown, message: string | RegExp): void {
  assert.throws(f, (error: unknown) => {
    assert.instance(error, DataError);
    const told = (error as Error).message.replaceAll(new RegExp(`${root}(/\\d+/?)?`, "g"), "");
    if (typeof message === "string") assert.is(told, message);
    else assert.match(told, message);
    return true;
  });
}

const spellings: Record<string, (name: string) => string> = {
  plain: (name) => name,
  "with a dot": (name) => name.replace("-idx", ".idx"),
  gzipped: (name) => `${name}.gz`,
  "gzipped, with a dot": (name) => `${name.replace("-idx", ".idx")}.gz`,
};
for (const [spelling, rename] of Object.entries(spellings))
  test(`a folder comes back: ${spelling}`, () => {
    const packed = Object.entries(files()).map(([name, bytes]) => [
      rename(name),
      rename(name).endsWith(".gz") ? gzipSync(bytes) : bytes,
    ]);
    const { train, test } = loadMnist(write(Object.fromEntries(packed)));
    assert.equal([train.x.shape, train.t.shape], [[12, 784], [12]]);
    assert.equal([test.x.shape, test.t.shape], [[5, 784], [5]]);
    assertSame(train.x.data as Float32Array, scaled(pixels(12)));
    assertSame(test.x.data as Float32Array, scaled(pixels(5, 100)));
    assertSame(train.t.data as Int32Array, Int32Array.from(digits(12)));
    assertSame(test.t.data as Int32Array, Int32Array.from(digits(5)));
  });

test("options: how many, images, one-hot labels, float64", () => {
  const folder = write(files());
  const { train, test } = loadMnist(folder, { train: 3, test: 0, flatten: false, oneHot: true, dtype: "float64" });
  assert.equal(
    [train.x.shape, train.t.shape],
    [
      [3, 1, 28, 28],
      [3, 10],
    ],
  );
  assert.equal(
    [test.x.shape, test.t.shape],
    [
      [0, 1, 28, 28],
      [0, 10],
    ],
  );
  assertSame(
    train.x.data as Float64Array,
    Float64Array.from(pixels(3), (v) => v / 255),
  );
  assert.is(train.t.dtype, "float64");
  assert.equal(
    train.t.toArray(),
    digits(3).map((label) => Array.from({ length: 10 }, (_, i) => +(i === label))),
  );
  for (const [options, message] of [
    [{ train: 13 }, "loadMnist: train must be a whole number from 0 to 12, what there is (given 13)"],
    [{ test: -1 }, "loadMnist: test must be a whole number from 0 to 5, what there is (given -1)"],
    [{ train: 1.5 }, "loadMnist: train must be a whole number from 0 to 12, what there is (given 1.5)"],
  ] as const)
    assert.throws(
      () => loadMnist(folder, options),
      (error: Error) => error instanceof ValueError && error.message === message,
    );
});

test("one file of any rank, plain or gzipped whatever its name says", () => {
  for (const shape of [[6], [2, 3], [1, 2, 3], [3, 1, 1, 2], [0], [2, 0, 5]]) {
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 255 - i);
    const bytes = idx(shape, values);
    const folder = write({ plain: bytes, zipped: gzipSync(bytes) });
    for (const y of [parseIdx(bytes), readIdx(join(folder, "plain")), readIdx(join(folder, "zipped"))]) {
      assert.equal(y.shape, shape);
      assert.is(y.dtype, shape.length === 1 ? "int32" : "float32");
      assert.equal([...y.data], values);
    }
    assert.is(parseIdx(bytes, "x", { dtype: "float64" }).dtype, "float64");
  }
  // A view into a larger buffer, as a browser's fetch may give.
  const within = Uint8Array.of(9, 9, 9, ...idx([2], [7, 8]), 9).subarray(3, 13);
  assert.equal([...parseIdx(within).data], [7, 8]);
});

test("each malformed file has its message", () => {
  const cases: [Bytes, string][] = [
    [Uint8Array.of(), "f: an IDX file must begin with 4 bytes of magic (it has 0 bytes)"],
    [Uint8Array.of(0, 0, 8), "f: an IDX file must begin with 4 bytes of magic (it has 3 bytes)"],
    [
      Buffer.from("<!DOCTYPE html>"),
      "f: an IDX file must begin with 00 00 08 and its number of axes, 01 to 04 (it begins with 3c 21 44 4f)",
    ],
    [
      idx([2], [1, 2], [0, 1, 8, 1]),
      "f: an IDX file must begin with 00 00 08 and its number of axes, 01 to 04 (it begins with 00 01 08 01)",
    ],
    [
      idx([2], [1, 2], [1, 0, 8, 1]),
      "f: an IDX file must begin with 00 00 08 and its number of axes, 01 to 04 (it begins with 01 00 08 01)",
    ],
    [
      idx([2], [1, 2], [0, 0, 10, 1]),
      "f: an IDX file must begin with 00 00 08 and its number of axes, 01 to 04 (it begins with 00 00 0a 01)",
    ],
    [
      idx([], [1], [0, 0, 8, 0]),
      "f: an IDX file must begin with 00 00 08 and its number of axes, 01 to 04 (it begins with 00 00 08 00)",
    ],
    [
      idx([1, 1, 1, 1, 1], [1]),
      "f: an IDX file must begin with 00 00 08 and its number of axes, 01 to 04 (it begins with 00 00 08 05)",
    ],
    [idx([1], [0, 0, 0, 0], [0, 0, 0x0d, 1]), "f: must hold unsigned bytes, type 08 (it holds 32-bit floats, type 0d)"],
    [idx([2, 2], []).subarray(0, 11), "f: a header of 2 axes must have 12 bytes (the file has 11)"],
    [idx([2, 3], [1, 2, 3, 4, 5]), "f: a header that says [2,3] must be followed by 6 bytes (5 follow, 1 are missing)"],
    [
      idx([2, 3], [1, 2, 3, 4, 5, 6, 7]),
      "f: a header that says [2,3] must be followed by 6 bytes (7 follow, 1 too many)",
    ],
    [
      idx([60000, 28, 28], []),
      "f: a header that says [60000,28,28] must be followed by 47040000 bytes (0 follow, 47040000 are missing)",
    ],
    [
      idx([2 ** 32 - 1, 2 ** 32 - 1], [1]),
      "f: must hold at most 2^53 - 1 values (its header says [4294967295,4294967295])",
    ],
    [
      // 2^64, which is 0 to whoever counts in 64 bits.
      idx([65536, 65536, 65536, 65536], []),
      "f: must hold at most 2^53 - 1 values (its header says [65536,65536,65536,65536])",
    ],
  ];
  for (const [bytes, message] of cases) {
    refuses(() => parseIdx(bytes, "f"), message);
    refuses(() => readIdx(join(write({ f: bytes }), "f")), message);
  }
  refuses(() => parseIdx(gzipSync(idx([1], [1])), "f"), "f: must be inflated first, it is a gzip file (1f 8b 08 00)");
});

test("each damaged gzip file has its message", () => {
  const whole = gzipSync(idx([2, 3], [1, 2, 3, 4, 5, 6]));
  const changed = (at: number) => whole.map((byte, i) => (i === (at + whole.length) % whole.length ? byte ^ 1 : byte));
  const cases: [Bytes, string][] = [
    [whole.subarray(0, -1), "f: must be a sound gzip file (unexpected end of file)"],
    [whole.subarray(0, 5), "f: must be a sound gzip file (unexpected end of file)"],
    [changed(-8), "f: must be a sound gzip file (incorrect data check)"],
    [changed(-1), "f: must be a sound gzip file (incorrect length check)"],
    [changed(2), "f: must be a sound gzip file (unknown compression method)"],
    [Buffer.concat([whole, Buffer.from("more")]), "f: must be a sound gzip file (incorrect header check)"],
    [gzipSync(idx([2], [1])), "f: a header that says [2] must be followed by 2 bytes (1 follow, 1 are missing)"],
  ];
  for (const [bytes, message] of cases) refuses(() => readIdx(join(write({ f: bytes }), "f")), message);
});

test("files that do not belong together have their messages", () => {
  const wrong = (changes: Record<string, Bytes | undefined>, message: string) =>
    refuses(() => loadMnist(write({ ...files(), ...changes })), message);
  wrong(
    { "train-labels-idx1-ubyte": idx([11], digits(11)) },
    "train-images-idx3-ubyte: must have as many images as train-labels-idx1-ubyte labels (12, 11)",
  );
  wrong(
    { "t10k-labels-idx1-ubyte": idx([5], [0, 9, 10, 3, 11]) },
    "t10k-labels-idx1-ubyte: labels must be from 0 to 9 (10 at 2)",
  );
  wrong(
    { "t10k-images-idx3-ubyte": idx([5, 28, 27], pixels(5).slice(0, 5 * 28 * 27)) },
    "t10k-images-idx3-ubyte: must have the shape [n,28,28] (it has [5,28,27])",
  );
  wrong(
    { "train-images-idx3-ubyte": idx([12], digits(12)) },
    "train-images-idx3-ubyte: must have the shape [n,28,28] (it has [12])",
  );
  wrong(
    { "train-labels-idx1-ubyte": idx([12, 28, 28], pixels(12)) },
    "train-labels-idx1-ubyte: must have the shape [n] (it has [12,28,28])",
  );
  // A plain file goes before its gzipped copy, so that one of them at most is ever read.
  assert.ok(loadMnist(write({ ...files(), "train-images-idx3-ubyte.gz": Buffer.from("no gzip") })));
});

test("what is missing is named, and where it was looked for", () => {
  refuses(
    () => loadMnist(write({ ...files(), "t10k-labels-idx1-ubyte": undefined })),
    ": must hold t10k-labels-idx1-ubyte, t10k-labels.idx1-ubyte, t10k-labels-idx1-ubyte.gz or t10k-labels.idx1-ubyte.gz (none is there)",
  );
  refuses(
    () => loadMnist(join(root, "nowhere")),
    /^\/nowhere: must be a folder with train-images-idx3-ubyte and its like \(ENOENT/,
  );
  refuses(() => readIdx(join(root, "nowhere")), /^\/nowhere: must be a file that can be read \(ENOENT/);
  refuses(() => readIdx(write({})), ": must be a file that can be read (it is a folder)");
  refuses(() => readIdx("/dev/zero"), "/dev/zero: must be a file that can be read (it is a device)");
});

/** How many bytes of arrays `f` adds, at most, to what lives. */
function allocated(f: () => void): number {
  const before = process.memoryUsage().arrayBuffers;
  f();
  return process.memoryUsage().arrayBuffers - before;
}

test("a gzip bomb is refused at the limit, and a large file before it is read", () => {
  // Members of one gzip file follow each other: 20 × 16 MiB of zeros in 325 KB.
  const bomb = Buffer.concat([gzipSync(idx([320 * 2 ** 20], [])), ...Array(20).fill(gzipSync(Buffer.alloc(2 ** 24)))]);
  const path = join(write({ bomb }), "bomb");
  refuses(() => readIdx(path), "bomb: must have at most 268435456 bytes, or a larger maxBytes be given (it has more)");
  const bytes = allocated(() =>
    refuses(
      () => readIdx(path, { maxBytes: 2 ** 20 }),
      "bomb: must have at most 1048576 bytes, or a larger maxBytes be given (it has more)",
    ),
  );
  assert.ok(bytes < 2 ** 22, `${bytes} bytes`);
  refuses(
    () => readIdx(path, { maxBytes: 1000 }),
    `bomb: must have at most 1000 bytes, or a larger maxBytes be given (it has ${bomb.length})`,
  );
});

test("a header that lies about its size allocates nothing", () => {
  const before = process.resourceUsage().maxRSS;
  for (const shape of [[2 ** 31], [2 ** 32 - 1], [60000, 28, 28], [2 ** 20, 2 ** 20], [2 ** 16, 2 ** 16, 2 ** 16]]) {
    const file = join(write({ f: idx(shape, [1, 2, 3]), g: gzipSync(idx(shape, [1, 2, 3])) }), "f");
    const bytes = allocated(() => {
      refuses(() => parseIdx(idx(shape, [1, 2, 3]), "f"), /must be followed by/);
      refuses(() => readIdx(file), /must be followed by/);
      refuses(() => readIdx(file.replace(/f$/, "g")), /must be followed by/);
    });
    assert.ok(bytes < 2 ** 20, `${shape}: ${bytes} bytes`);
  }
  assert.ok(process.resourceUsage().maxRSS - before < 2 ** 16, "64 MiB of memory");
});

/** What a file must give by the letter of the format: its values, or null. */
function decode(bytes: Bytes, shape: readonly number[]): Uint8Array | null {
  let plain = bytes;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    try {
      plain = gunzipSync(bytes);
    } catch {
      return null;
    }
  const header = idx(shape, []);
  const size = shape.reduce((a, b) => a * b, 1);
  return plain.length === header.length + size && Buffer.from(header).equals(plain.subarray(0, header.length))
    ? plain.subarray(header.length)
    : null;
}

const runs = long ? 10_000 : 2000;

test(`${runs} malformed files: refused, or read as they are`, () => {
  const shapes = [[96], [8, 12], [2, 6, 8], [1, 2, 6, 8]];
  const honest = (bytes: Bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(4 + 4 * axis));
    const values = [...bytes.subarray(4 + 4 * bytes[3])];
    return digest(
      new Map([["", tensor(bytes[3] === 1 ? Int32Array.from(values) : Float32Array.from(values), { shape })]]),
    );
  };
  const outcomes = attack(
    {
      files: shapes.map((shape) => Uint8Array.from(idx(shape, pixels(1).slice(0, 96)))),
      parse: (bytes, name) => new Map([["", parseIdx(bytes, name)]]),
      honest,
      error: DataError,
    },
    runs,
  );
  assert.ok(outcomes.refused > 0.4 * runs && outcomes.changed > 0.1 * runs, JSON.stringify(outcomes));
});

const fileRuns = long ? 2000 : 300;

test(`${fileRuns} malformed files in a folder, plain and gzipped: a DataError or the right tensors`, () => {
  const generator = new Generator(Math.abs(seed));
  const draw = (n: number) => Math.floor(generator.uniform() * n);
  const zipped = Object.entries(files()).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]);
  const folders = [files(), Object.fromEntries(zipped)].map((contents) => ({ contents, folder: write(contents) }));
  const shapes = [[12, 28, 28], [12], [5, 28, 28], [5]];
  const bent: ((bytes: Bytes) => Bytes)[] = [
    (bytes) => bytes.map((byte, i, { length }) => (i === at(length) ? draw(256) : byte)),
    (bytes) => bytes.subarray(0, draw(bytes.length)),
    (bytes) => bytes.subarray(draw(bytes.length)),
    (bytes) => Buffer.concat([bytes, Buffer.alloc(1 + draw(20), draw(2) * 255)]),
    (bytes) => Buffer.concat([bytes.subarray(0, draw(bytes.length)), bytes.subarray(draw(bytes.length))]),
  ];
  let place = 0;
  const at = (length: number) => (place < 0.5 ? Math.floor(place * 2 * 24) : Math.floor((place * 2 - 1) * length));
  const outcomes = { refused: 0, same: 0, changed: 0 };
  for (let run = 0; run < fileRuns; run++) {
    const { contents, folder } = folders[run % 2];
    const names = Object.keys(contents);
    const which = draw(4);
    place = generator.uniform();
    const bytes = bent[draw(4) === 0 ? 1 + draw(4) : 0](contents[names[which]]);
    writeFileSync(join(folder, names[which]), bytes);
    const wanted = decode(bytes, shapes[which]);
    const fits = wanted !== null && (which % 2 === 0 || wanted.every((label) => label < 10));
    let found: { x: Tensor; t: Tensor } | undefined;
    try {
      found = loadMnist(folder)[which < 2 ? "train" : "test"];
    } catch (error) {
      assert.instance(error, DataError, `run ${run}: ${error}`);
      assert.ok((error as Error).message.includes(names[which]), `run ${run}: ${error}`);
    }
    assert.is(found !== undefined, fits, `run ${run}: ${names[which]} of ${bytes.length} bytes`);
    if (found && wanted) {
      const actual = which % 2 === 0 ? found.x.data.map((v) => Math.round(v * 255)) : found.t.data;
      assert.ok(Buffer.from([...actual]).equals(wanted), `run ${run}: values`);
      if (run % 2 === 1) assert.equal(wanted, decode(contents[names[which]], shapes[which]));
    }
    outcomes[!found ? "refused" : Buffer.from(bytes).equals(contents[names[which]]) ? "same" : "changed"]++;
    writeFileSync(join(folder, names[which]), contents[names[which]]);
  }
  assert.ok(outcomes.refused > 0.2 * fileRuns && outcomes.changed > 0.1 * fileRuns, JSON.stringify(outcomes));
});

test.run();
