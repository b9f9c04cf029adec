/** Words: one formula is one object, simplifying keeps every bit, and evaluated, interpreted and printed they are the same. */
import fc from "fast-check";
import { configure, Generator, leakyRelu, ones, registry, SGD, type Tensor, tensor, Word } from "gradtape";
import * as assert from "uvu/assert";
import type { Block } from "../lib/backends/backend.js";
import { codegenAllowed, reference } from "../lib/backends/reference.js";
import { erf, erfc, letters } from "../lib/letters.js";
import { print } from "../lib/word.js";
import { assertSame, ulps } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("word");

type Float = "float32" | "float64";
const dtypes: Float[] = ["float32", "float64"];
const rounding = { float32: Math.fround, float64: (x: number) => x };

/** Each letter once more, on plain numbers. */
const meanings: { [L in keyof typeof letters]: (a: number, b: number, c: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => (a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : a ** b),
  atan2: (a, b) => Math.atan2(a, b),
  fmod: (a, b) => a % b,
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  gt: (a, b) => (a > b ? 1 : 0),
  ge: (a, b) => (a >= b ? 1 : 0),
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a === b ? 0 : 1),
  where: (a, b, c) => (a === 0 ? c : b),
  neg: (a) => -a,
  reciprocal: (a) => 1 / a,
  abs: (a) => Math.abs(a),
  sign: (a) => (a > 0 ? 1 : a < 0 ? -1 : a),
  floor: (a) => Math.floor(a),
  sqrt: (a) => Math.sqrt(a),
  exp: (a) => Math.exp(a),
  expm1: (a) => Math.expm1(a),
  log: (a) => Math.log(a),
  log1p: (a) => Math.log1p(a),
  log2: (a) => Math.log2(a),
  log10: (a) => Math.log10(a),
  cbrt: (a) => Math.cbrt(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tanh: (a) => Math.tanh(a),
  erf: (a) => erf(a), // held against known values below
  erfc: (a) => erfc(a),
};

/** A formula as drawn, before a word is made of it and simplified. */
type Tree = { argument: number } | { constant: number } | { letter: keyof typeof letters; parts: Tree[] };

const specials = [0, -0, 1, -1, 2, 0.1, -3.5, 1e-3, 2 ** -149, 2 ** -1074, 1e30, 3e38, 1e300, Infinity, -Infinity, NaN];
const numbers = fc.oneof(fc.constantFrom(...specials), fc.double({ min: -10, max: 10 }), fc.double());

const names = Object.keys(meanings) as (keyof typeof letters)[];

const trees = (args: number) =>
  fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
    leaf: fc.oneof(fc.record({ argument: fc.nat(args - 1) }), fc.record({ constant: numbers })),
    tree: fc.oneof(
      { maxDepth: 5 },
      { arbitrary: tie("leaf"), weight: Math.ceil(names.length / 2) },
      ...names.map((letter) => {
        const parts = Array.from({ length: meanings[letter].length }, () => tie("tree"));
        return { arbitrary: fc.record({ letter: fc.constant(letter), parts: fc.tuple(...parts) }), weight: 1 };
      }),
    ),
  })).tree;

function wordOf(tree: Tree): Word {
  if ("argument" in tree) return Word.argument(tree.argument);
  if ("constant" in tree) return Word.constant(tree.constant);
  return Word.apply(tree.letter, tree.parts.map(wordOf));
}

/** What the formula means: nothing simplified, every constant and every letter's result rounded. */
function naive(tree: Tree, values: readonly number[], dtype: Float): number {
  if ("argument" in tree) return values[tree.argument];
  if ("constant" in tree) return rounding[dtype](tree.constant);
  const [a, b, c] = tree.parts.map((part) => naive(part, values, dtype));
  return rounding[dtype](meanings[tree.letter](a, b, c));
}

const [x, y] = [Word.argument(0), Word.argument(1)];

test("every letter has a meaning here", () => {
  assert.equal(Object.keys(meanings), Object.keys(letters));
});

test("equal formulas are the same object, others are not", () => {
  const formula = (a: Word, b: Word) => a.mul(b).add(a.sub(2).exp());
  const made = formula(x, y);
  assert.ok(made === formula(x, y));
  assert.ok(Word.read((a, b) => formula(a, b).sin(), 2) === made.sin());
  assert.ok(formula(x, y) !== formula(y, x));
  assert.ok(x.add(y) !== y.add(x), "an order of addition is kept");
  assert.ok(Word.constant(NaN) === Word.of(NaN));
  assert.ok(Word.constant(0) !== Word.constant(-0));
});

test("what keeps every bit is simplified, what would not is left", () => {
  const same = [x.mul(1), Word.of(1).mul(x), x.div(1), x.sub(0), x.add(-0), Word.of(-0).add(x), x.neg().neg()];
  for (const word of same) assert.ok(word === x);
  const kept = [
    x.add(0),
    x.sub(-0),
    x.mul(0),
    x.mul(-1),
    x.div(x),
    x.sub(x),
    Word.of(0).sub(x),
    x.reciprocal().reciprocal(),
  ];
  for (const word of kept) assert.not(["argument", "constant"].includes((word as Word).letter));
});

test("constants fold where both dtypes agree, and only there", () => {
  const folds = (word: unknown) => (word as Word).letter === "constant";
  assert.ok(Word.of(2).mul(3) === Word.constant(6));
  assert.ok(folds(Word.of(2).sqrt().neg()));
  assert.ok(folds(Word.of(0).reciprocal()));
  assert.not(folds(Word.of(0.1).mul(0.1)), "0.1 · 0.1 rounds to another float32 than its float64 value");
  assert.not(folds(Word.of(1e30).mul(1e30).mul(1e-30)), "infinite in float32, 1e30 in float64");
});

test("words evaluate as their formulas do, unsimplified, to the last bit", () => {
  const values = fc.tuple(numbers, numbers, numbers);
  fc.assert(
    fc.property(trees(3), values, (tree, drawn) => {
      const word = wordOf(tree);
      for (const dtype of dtypes) {
        const rounded = drawn.map(rounding[dtype]);
        assertSame(rounding[dtype](word.evaluate(rounded, dtype)), naive(tree, rounded, dtype), { what: dtype });
      }
    }),
    { numRuns: 2000 },
  );
});

test("substituting composes: the argument's word in place of the argument", () => {
  fc.assert(
    fc.property(trees(2), trees(2), trees(2), numbers, numbers, (outer, first, second, a, b) => {
      const word = wordOf(outer).substitute([wordOf(first), wordOf(second)]);
      const inner = [first, second].map((tree) => naive(tree, [a, b], "float64"));
      assertSame(word.evaluate([a, b]), naive(outer, inner, "float64"));
    }),
  );
});

test("sigmoid and leakyRelu print as they always did", () => {
  assert.equal(print(registry.get("sigmoid")?.word as Word, "float32"), {
    lines: [
      "const w0 = x0 >= 0 ? 1 : 0;",
      "const w1 = Math.abs(x0);",
      "const w2 = -w1;",
      "const w3 = Math.fround(Math.exp(w2));",
      "const w4 = w0 !== 0 ? 1 : w3;",
      "const w5 = Math.fround(w3 + 1);",
      "const w6 = Math.fround(w4 / w5);",
    ],
    results: ["w6"],
  });
  assert.equal(print(registry.get("leakyRelu")?.word as Word, "float64"), {
    lines: ["const w0 = x0 > 0 ? 1 : 0;", "const w1 = x0 * x1;", "const w2 = w0 !== 0 ? x0 : w1;"],
    results: ["w2"],
  });
  assert.equal(print(Word.of(0.1).mul(x) as Word, "float32"), {
    lines: [`const w0 = Math.fround(${Math.fround(0.1)} * x0);`],
    results: ["w0"],
  });
});

test("mish nested thirty deep prints in linear size", () => {
  const softplus = registry.get("softplus")?.word as Word;
  const lines = (depth: number): number => {
    let word = x;
    for (let i = 0; i < depth; i++) word = word.mul(softplus.substitute([word]).tanh()) as Word;
    return print(word, "float32").lines.length;
  };
  assert.is(lines(30), 30 * lines(1));
});

const oneOrAll = (lengths: number[]): number[][] =>
  lengths.length === 0 ? [[]] : oneOrAll(lengths.slice(1)).flatMap((rest) => [1, lengths[0]].map((n) => [n, ...rest]));

/** A number, and every shape that broadcasts to [2, 3, 2]. */
const operandShapes = [undefined, ...[[], [2], [3, 2], [2, 3, 2]].flatMap(oneOrAll)];

const generator = new Generator(11);
const drawn = (n: number): number[] =>
  Array.from({ length: n }, () =>
    generator.uniform() < 0.2 ? specials[generator.integer(specials.length)] : generator.normal(),
  );

/** The value of a tensor's element that broadcasts to the given one. */
function valueAt(x: Tensor | number, index: number[]): number {
  if (typeof x === "number") return x;
  const own = index.slice(index.length - x.rank);
  return x.data[x.shape.reduce((at, length, axis) => at * length + (length === 1 ? 0 : own[axis]), 0)];
}

test("words run the same, printed, interpreted and evaluated, on every broadcast pattern of up to three axes", () => {
  const formulas = fc.sample(trees(2), { numRuns: operandShapes.length ** 2, seed: 1 });
  const backends = [reference({ codegen: codegenAllowed() }), reference({ codegen: false })];
  for (const a of operandShapes)
    for (const b of operandShapes)
      for (const dtype of dtypes) {
        const tree = formulas[generator.integer(formulas.length)];
        const word = wordOf(tree);
        const operands = [a, b].map((shape) => {
          const size = shape?.reduce((n, length) => n * length, 1) ?? 1;
          const values = drawn(size).map(rounding[dtype]);
          return shape ? tensor(values, { shape, dtype }) : values[0];
        });
        const shaped = operands.filter((x) => typeof x !== "number");
        const shape = shaped.reduce((sum, x) => sum.add(ones(x.shape)), ones([])).shape;
        const results = backends.map((backend) => {
          const result = tensor(new Array(shape.reduce((n, length) => n * length, 1)).fill(NaN), { shape, dtype });
          backend.word(word, operands as (Block | number)[], result);
          return result;
        });
        const expected = Array.from(results[0].data, (_, flat) => {
          const index: number[] = [];
          shape.reduceRight((rest, length, axis) => {
            index[axis] = rest % length;
            return Math.floor(rest / length);
          }, flat);
          return naive(
            tree,
            operands.map((x) => valueAt(x, index)),
            dtype,
          );
        });
        const what = `${dtype} ${JSON.stringify([a, b])} ${JSON.stringify(tree)}`;
        for (const result of results) assertSame([...result.data], expected, { what });
      }
});

test("numbers are arguments: ten thousand learning rates compile nothing new", () => {
  let compiled = 0;
  const counting = <T extends new (...given: never[]) => object>(real: T): T =>
    new Proxy(real, {
      construct(target, given) {
        compiled++;
        return Reflect.construct(target, given);
      },
    });
  const train = (W: Tensor, lr: number) => {
    W.grad = null;
    leakyRelu(W, lr).mul(lr).sub(lr).div(lr).clamp(-lr, lr).pow(lr).sum().backward();
    new SGD([W], { lr }).step();
    W.assign(W.sub(lr));
  };
  const [RealFunction, RealModule] = [globalThis.Function, WebAssembly.Module];
  globalThis.Function = counting(RealFunction);
  WebAssembly.Module = counting(RealModule);
  try {
    configure({});
    // What is large may run in WebAssembly.
    for (const [size, rates] of [
      [2, 10_000],
      [1000, 100],
    ]) {
      const W = tensor(ones([size]), { requiresGrad: true });
      const before = compiled;
      for (let i = 1; i <= 100; i++) train(W, i / 99); // by then values were moved together in memory as well
      const after = compiled;
      assert.ok(after > before || size > 2, "kernels are counted");
      for (let i = 1; i <= rates; i++) train(W, i / 100);
      assert.is(compiled, after);
    }
  } finally {
    globalThis.Function = RealFunction;
    WebAssembly.Module = RealModule;
    configure({});
  }
});

test("erf is right to 2 units in the last place, and exactly odd", () => {
  // mpmath, 40 digits
  const known = [
    [1e-300, 1.1283791670955126e-300],
    [1e-10, 1.1283791670955126e-10],
    [0.001, 0.0011283787909692365],
    [0.1, 0.1124629160182849],
    [0.3, 0.3286267594591274],
    [0.5, 0.5204998778130465],
    [0.84375, 0.7672256612323416],
    [0.999, 0.8422852702064969],
    [1, 0.8427007929497149],
    [1.25, 0.9229001282564583],
    [1.5, 0.9661051464753108],
    [1.999, 0.9953015566513705],
    [2, 0.9953222650189527],
    [2.5, 0.999593047982555],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
    [5, 0.9999999999984626],
    [5.5, 0.9999999999999927],
    [7, 1],
    [Infinity, 1],
    [0, 0],
  ];
  for (const [value, expected] of known) {
    const found = x.erf() as Word;
    assert.ok(ulps(found.evaluate([value]), expected, "float64") <= 2, `erf(${value})`);
    assertSame(found.evaluate([-value]), -found.evaluate([value]));
  }
  assertSame((x.erf() as Word).evaluate([NaN]), NaN);
});

test("erfc is right to 16 units in the last place, far above 0 too", () => {
  for (const [value, expected] of [
    [-Infinity, 2],
    [-3, 1.9999779095030015],
    [-0.3, 1.3286267594591274],
    [0, 1],
    [0.3, 0.6713732405408726],
    [1.24, 0.07949481570097033],
    [1.3, 0.06599205505934755],
    [5, 1.5374597944280351e-12],
    [10, 2.088487583762545e-45],
    [26, 5.663192408856143e-296],
    [26.1, 3.0812174933145936e-298],
    [28, 0],
    [Infinity, 0],
  ])
    assert.ok(ulps((x.erfc() as Word).evaluate([value]), expected, "float64") <= 16, `erfc(${value})`);
  assertSame((x.erfc() as Word).evaluate([NaN]), NaN);
});

test("pow is right to 2 units in the last place, and follows IEEE 754 at the edges", () => {
  const pow = x.pow(y) as Word;
  // mpmath, 40 digits
  const known = [
    [2, 0.5, Math.SQRT2],
    [2, 10, 1024],
    [0.5, -3, 8],
    [10, -2, 0.01],
    [1.5, 2.5, 2.7556759606310752],
    [3, 0.25, 1.3160740129524924],
    [1.0000001, 1e6, 1.1051709126143208],
    [0.1, 5.5, 3.1622776601683805e-6],
    [7.3, -4.9, 5.8846140643607714e-5],
    [123.456, 7.8, 2.059658282798193e16],
    [-2, 3, -8],
    [-8, -3, -0.001953125],
  ];
  for (const [a, b, expected] of known)
    assert.ok(ulps(pow.evaluate([a, b]), expected, "float64") <= 2, `${a} to the power ${b}`);
  const edges = [
    [0, 0, 1],
    [NaN, 0, 1],
    [NaN, -0, 1],
    [1, NaN, 1],
    [1, Infinity, 1],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [-1, NaN, NaN],
    [-0, 3, -0],
    [-0, 2, 0],
    [-0, -3, -Infinity],
    [0, -2, Infinity],
    [-Infinity, 3, -Infinity],
    [-Infinity, -3, -0],
    [2, Infinity, Infinity],
    [0.5, Infinity, 0],
    [-8, 1 / 3, NaN],
    [Infinity, -1, 0],
    [NaN, 1, NaN],
  ];
  for (const [a, b, expected] of edges) assertSame(pow.evaluate([a, b]), expected, { what: `${a} to the power ${b}` });
});

test.run();
