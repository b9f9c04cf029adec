// usual environment only: its backends are its own
/** The functions that WebAssembly has no instruction for: how exact they are, at every kind of float32 and in every lane. */
import { type Operation, registry } from "gradtape";
import * as assert from "uvu/assert";
import type { Backend, Block } from "../lib/backends/backend.js";
import { reference } from "../lib/backends/reference.js";
import { assemble } from "../lib/backends/wasm/assemble.js";
import { wasm } from "../lib/backends/wasm/index.js";
import { loop } from "../lib/backends/wasm/loops.js";
import { nearly } from "../lib/backends/wasm/words.js";
import { letters, type Scalar } from "../lib/letters.js";
import { Generator } from "../lib/random.js";
import { Storage } from "../lib/storage.js";
import { interpret, type Word, Word as Words } from "../lib/word.js";
import { distance, loss } from "./support/loss.js";
import { long, suite } from "./support/suite.js";

const test = suite("functions");

/** Units in the last place by which a function may be off its float64 value: as measured. 0.5 is rounding itself. */
const claimed: Partial<Record<keyof Scalar, number>> = {
  exp: 1,
  log: 0.85,
  tanh: 1.35,
  expm1: 0.51,
  log1p: 0.51,
  sin: 1.6,
  cos: 1.6,
  erf: 0.55,
  erfc: 0.61,
  pow: 0.51,
};
const [x, y] = [Words.argument(0), Words.argument(1)];
const functions = Object.entries(claimed).map(([name, units]) => ({ name: name as keyof Scalar, units }));
const unary = functions.filter(({ name }) => name !== "pow");
const wordOf = (letter: keyof Scalar): Word => Words.apply(letter, letter === "pow" ? [x, y] : [x]);

const backend = wasm(reference({ codegen: true }), { elements: 0, inner: 0 }) as Backend;
const block = (data: Float32Array): Block => ({ storage: Storage.of(data, "float32"), shape: [data.length] });

/** The word's values in WebAssembly. */
function values(word: Word, ...operands: Float32Array[]): Float32Array {
  const y = block(new Float32Array(operands[0].length));
  backend.word(word, operands.map(block), y);
  return y.storage.data as Float32Array;
}

/** The worst of a function's errors over these arguments is within its claim. */
function check(name: keyof Scalar, ...operands: Float32Array[]): void {
  const found = values(wordOf(name), ...operands);
  let [worst, place] = [0, 0];
  found.forEach((value, i) => {
    const error = distance(value, letters[name].run(operands[0][i], operands[1]?.[i], 0));
    if (!(error <= worst)) [worst, place] = [error, i];
  });
  const where = `${operands.map((values) => values[place])} gives ${found[place]}`;
  assert.ok(worst <= (claimed[name] as number), `${name} is off by ${worst.toFixed(3)} units: ${where}`);
}

const generator = new Generator(11);
const floats = (length: number, value: (i: number) => number) => Float32Array.from({ length }, (_, i) => value(i));
/** Floats of every kind: bit patterns, evenly. */
const patterns = (start: number, length: number, step: number): Float32Array =>
  new Float32Array(new Uint32Array(length).map((_, i) => start + i * step).buffer);
const anyFloats = (length: number) => new Float32Array(new Uint32Array(length).map(() => generator.next()).buffer);

test("every function has a claim", () => {
  assert.equal(Object.keys(nearly).sort(), Object.keys(claimed).sort());
});

for (const { name, units } of unary)
  test(`${name}: within ${units} units in the last place over all floats`, () => {
    const step = long ? 499 : 40_009;
    const length = 2 ** 16;
    for (let start = 0; start < 2 ** 32; start += length * step)
      check(name, patterns(start, Math.min(length, Math.ceil((2 ** 32 - start) / step)), step));
    check(
      name,
      floats(length, (i) => (i / length) * 220 - 110),
    );
  });

/** The floats next to a number. */
const around = (value: number): number[] => {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  return [...patterns(bits - 2, 5, 1)];
};

test("sin and cos near multiples of π / 2, which leave few digits", () => {
  const near = Array.from({ length: 20_000 }, (_, i) => around(((i + 1) * Math.PI) / 2)).flat();
  const far = Array.from({ length: 2000 }, () =>
    around(Math.round(2 ** (13 + 38 * generator.uniform())) * (Math.PI / 2)),
  );
  // The float nearest to a multiple (Muller et al., Handbook of Floating-Point Arithmetic); where the way changes; the largest.
  const known = [16367173 * 2 ** 72, 2 ** 20, 2 ** 127, 3.4028234663852886e38].flatMap((value) => around(value));
  const all = Float32Array.from([...near, ...far.flat(), ...known]);
  for (const name of ["sin", "cos"] as const) {
    check(name, all);
    check(
      name,
      all.map((value) => -value),
    );
  }
});

test("pow: of any floats, with results in range, below 2^-126, and near 1", () => {
  const length = long ? 2 ** 20 : 2 ** 16;
  check("pow", anyFloats(length), anyFloats(length));
  const bases = [
    anyFloats(length).map(Math.abs),
    floats(length, () => 1 + (generator.uniform() - 0.5) * 2 ** Math.round(-14 * generator.uniform())),
  ];
  for (const base of bases)
    for (const [least, most] of [
      [-152, 130],
      [-152, -125],
      [127.9, 128.1],
    ])
      check(
        "pow",
        base,
        base.map((value) => (least + (most - least) * generator.uniform()) / Math.log2(value)),
      );
  const whole = floats(length, () => Math.round(generator.uniform() * 60 - 30));
  check(
    "pow",
    floats(length, () => generator.uniform() * 20 - 10),
    whole,
  );
});

const specials = [
  ...[0, 1, 2, 3, 0.5, 1.5, 2.5, Infinity, 1e-45, 1e-40, 1.1754944e-38, 1e-30, 1e-8, 1e30, 3.4028234663852886e38],
  ...[
    0.99999994, 1.0000001, 8388607, 8388607.5, 8388608, 16777215, 16777216, 33554434, 88.72284, 103.98, 4, 3.92, 0.25,
  ],
].flatMap((value) => [value, -value]);
specials.push(NaN);

test("specials, in every lane and in the tail, beside numbers that stay what they are", () => {
  for (const { name } of unary)
    for (const value of specials)
      for (let place = 0; place < 7; place++)
        check(
          name,
          floats(7, (i) => (i === place ? value : 0.3 + i)),
        );
});

test("pow of specials: IEEE 754 at every pair", () => {
  const pairs = specials.flatMap((a) => specials.map((b) => [a, b]));
  for (let shift = 0; shift < 4; shift++) {
    const turned = [...pairs.slice(shift), ...pairs.slice(0, shift)];
    check(
      "pow",
      Float32Array.from(turned, ([a]) => a),
      Float32Array.from(turned, ([, b]) => b),
    );
  }
});

/** An op of one input, as a formula of x alone, and its slope. */
const formulas = (name: string): [string, Word][] => {
  const { word, slopes = [] } = registry.get(name) as Operation & { word: Word };
  return [[name, word], ...slopes.map((slope): [string, Word] => [`${name}'`, slope.substitute([x, word, x])])];
};

test("what is made of functions is as exact as its formula: within its loss of digits, and mostly a few units", () => {
  // Where the slopes of silu and gelu pass 0, units say nothing.
  const claims: [name: string, units: number, from: number, to: number][] = [
    ["sigmoid", 2.5, -110, 110],
    ["softplus", 2, -110, 110],
    ["softplus'", 2.5, -110, 110],
    ["silu", 4.5, -110, 110],
    ["silu'", 6, 0, 8],
    ["gelu", 5.5, -110, 110],
    ["gelu'", 8, -14, -1.5],
    ["gelu'", 3, 0, 110],
    ["mish", 5.5, -110, 110],
    ["sinh", 3, -110, 110],
    ["cosh", 3, -110, 110],
    ["tan", 3.6, -110, 110],
    ["tan'", 6, -110, 110],
  ];
  const length = long ? 2 ** 17 : 2 ** 13;
  for (const name of ["sigmoid", "softplus", "silu", "gelu", "mish", "sinh", "cosh", "tan"])
    for (const [label, word] of formulas(name))
      for (const range of [2, 110, 1e6]) {
        const given = floats(length, (i) => ((2 * i) / length - 1) * range);
        const [found, single, double] = [
          values(word, given),
          ...(["float32", "float64"] as const).map((dtype) => {
            const run = interpret(word, dtype);
            return Array.from(given, (value) => run([value]));
          }),
        ];
        for (let i = 0; i < length; i++) {
          const what = `${label}(${given[i]}): wasm ${found[i]}, float32 ${single[i]}, float64 ${double[i]}`;
          if (!Object.is(found[i], single[i])) {
            assert.ok(Math.abs(found[i] - single[i]) <= loss(word, [given[i]]), what);
            assert.ok(Math.abs(found[i] - double[i]) <= loss(word, [given[i]], "float64"), what);
          }
          for (const [claim, units, from, to] of claims)
            if (claim === label && given[i] >= from && given[i] <= to)
              assert.ok(distance(found[i], double[i]) <= units, `${what}: ${distance(found[i], double[i])} units`);
        }
      }
});

test("the module of every word and pull-back stays below 4 KB, which some browsers ask for", () => {
  for (const { name, arity, word, slopes = [] } of registry.values()) {
    if (!word) continue;
    for (const each of [word, ...slopes.map((slope) => (Words.argument(0).mul(slope) as Word).compact().word)]) {
      const moves = new Array(arity + 2).fill("1");
      const size = assemble(loop(each, moves)).length;
      assert.ok(size < 4096, `${name}: ${size} bytes`);
    }
  }
});

test.run();
