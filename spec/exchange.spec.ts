// usual environment only: no backend takes part
/** Files that other programs write and read: NumPy's, and safetensors by a Python program of a few lines that follows its description. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Dtype,
  encodeNpy,
  encodeSafetensors,
  Generator,
  parseNpy,
  parseSafetensors,
  type StateDict,
  type Tensor,
  zeros,
} from "gradtape";
import { encodeNpz, parseNpz } from "gradtape/npz";
import * as assert from "uvu/assert";
import { bits, digest } from "./support/files.js";
import { checkGolden, pythonWith } from "./support/python.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("exchange");
const root = mkdtempSync(join(tmpdir(), "gradtape-exchange-"));
test.after(() => rmSync(root, { recursive: true }));

const script = fileURLToPath(new URL("golden/files.py", import.meta.url));
const golden: Record<string, { file: string; digest: string }> = JSON.parse(
  readFileSync(script.replace(/py$/, "json"), "utf8"),
);

/** The tensors of a file, by what its name ends with. */
function parse(name: string, bytes: Uint8Array): StateDict {
  if (name.endsWith(".safetensors")) return parseSafetensors(bytes, name).tensors;
  return name.endsWith(".npz") ? parseNpz(bytes, name) : new Map([["", parseNpy(bytes, name)]]);
}

test("small files of every type are read as Python reads them", () => {
  for (const [name, { file, digest: expected }] of Object.entries(golden))
    assert.is(digest(parse(name, Buffer.from(file, "base64"))), expected, name);
  assert.ok(Object.keys(golden).length >= 30);
});

const python = pythonWith("numpy");

/** Tests what needs Python, or says that it cannot. */
function withPython(name: string, body: (answer: (...args: string[]) => string) => void): void {
  test(
    name,
    () => {
      if (!python) return console.log(`\nSKIPPED, as there is no Python with NumPy here: ${name}`);
      body((...args) => python(script, ...args));
    },
    { deadline: 300_000 },
  );
}

test("the small files are what Python writes", () => checkGolden(script, "numpy"));

const count = long ? 200 : 10;
const folder = (name: string): string => {
  const path = join(root, name);
  mkdirSync(path);
  return path;
};

withPython(`${count} files of each kind that Python wrote hold what it put there`, (answer) => {
  const path = folder("theirs");
  const expected: Record<string, string> = JSON.parse(answer("write", path, `${Math.abs(seed)}`, `${count}`));
  assert.is(Object.keys(expected).length, 3 * count);
  for (const name of readdirSync(path))
    assert.is(digest(parse(name, readFileSync(join(path, name)))), expected[name], name);
});

withPython(`${count} files of each kind that were written here hold the same for Python`, (answer) => {
  const path = folder("ours");
  const generator = new Generator(Math.abs(seed));
  const draw = (below: number) => Math.floor(generator.uniform() * below);
  const parts = ["W", "b", ".", "0", "_", " ", "é", "漢", "🙂", "layers", "__proto__", "constructor"];
  const random = (): Tensor => {
    const x = zeros(
      Array.from({ length: draw(5) }, () => draw(5)),
      { dtype: (["float32", "float64", "int32"] as Dtype[])[draw(3)] },
    );
    bits(x).forEach((_, i, all) => {
      all[i] = draw(256);
    });
    return x;
  };
  const expected: Record<string, string> = {};
  const put = (name: string, bytes: Uint8Array, tensors: StateDict) => {
    writeFileSync(join(path, name), bytes);
    expected[name] = digest(tensors);
  };
  for (let i = 0; i < count; i++) {
    const state: StateDict = new Map(
      Array.from({ length: draw(6) }, () => [
        Array.from({ length: 1 + draw(5) }, () => parts[draw(parts.length)]).join(""),
        random(),
      ]),
    );
    const options = { metadata: { note: "é" }, checksum: i % 2 === 0 };
    put(`${i}.safetensors`, encodeSafetensors(state, i % 3 === 0 ? {} : options), state);
    const x = random();
    put(`${i}.npy`, encodeNpy(x), new Map([["", x]]));
    put(`${i}.npz`, encodeNpz(state, { compress: i % 2 === 0 }), state);
  }
  assert.equal(JSON.parse(answer("read", path)), expected);
});

test.run();
