/** Kinks and ties: the value and the slopes that every op with one has there, the same on both backends and in both dtypes. */
import {
  celu,
  configure,
  elu,
  Generator,
  gradient,
  hardSigmoid,
  hardSwish,
  hardshrink,
  hardTanh,
  hinge,
  huber,
  leakyRelu,
  mae,
  marginRanking,
  maxPool1d,
  maxPool2d,
  relu6,
  selu,
  smoothL1,
  softshrink,
  softsign,
  type Tensor,
  tensor,
  threshold,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("kinks");

const floats = ["float32", "float64"] as const;
type Float = (typeof floats)[number];

/** The smallest number above 0. */
const least = { float32: 2 ** -149, float64: 2 ** -1074 };

/** Runs a body on the reference and on the usual backend, with vectors that are long enough for the latter. */
function onBoth(body: (copies: number) => void): void {
  configure({ wasm: false });
  try {
    body(1);
  } finally {
    configure();
  }
  for (const copies of [1, 301]) body(copies);
}

const leaf = (values: readonly number[], dtype: Float): Tensor =>
  tensor(Float64Array.from(values), { dtype, requiresGrad: true });

/** −0 counts as 0 where a slope is concerned. */
const plain = (x: Tensor): Float64Array => Float64Array.from(x.data, (value) => value + 0);

// ---- element by element

/** A point, its value and its slopes. */
type Point = readonly [at: number | readonly number[], value: number, slopes: number | readonly number[]];

/** Numbers are rounded to the dtype that is asked about: all here are exact in float32 but for those of a formula. */
const points: Readonly<Record<string, readonly [f: (...x: Tensor[]) => Tensor, ...Point[]]>> = {
  relu: [(x) => x.relu(), [0, 0, 0], [-0, 0, 0], [-1, 0, 0], [1, 1, 1], [-Infinity, 0, 0], [Infinity, Infinity, 1]],
  relu6: [(x) => relu6(x), [0, 0, 0], [6, 6, 0], [3, 3, 1], [7, 6, 0], [-1, 0, 0]],
  "leakyRelu of 1/4": [(x) => leakyRelu(x, 0.25), [0, 0, 0.25], [-0, -0, 0.25], [-2, -0.5, 0.25], [2, 2, 1]],
  "leakyRelu and its slope": [(x, s) => leakyRelu(x, s), [[0, 0.5], 0, [0.5, 0]], [[-2, 0.5], -1, [0.5, -2]]],
  elu: [(x) => elu(x), [0, 0, 1], [-0, -0, 1], [1, 1, 1], [-Infinity, -1, 0]],
  "elu of 2": [(x) => elu(x, 2), [0, 0, 2], [1, 1, 1], [-Infinity, -2, 0]],
  "celu of 2": [(x) => celu(x, 2), [0, 0, 1], [1, 1, 1], [-Infinity, -2, 0]],
  selu: [(x) => selu(x), [0, 0, 1.7580993408473766], [1, 1.0507009873554805, 1.0507009873554805]],
  hardTanh: [(x) => hardTanh(x), [-1, -1, 0], [1, 1, 0], [0.5, 0.5, 1], [2, 1, 0]],
  hardSigmoid: [(x) => hardSigmoid(x), [-3, 0, 0], [3, 1, 0], [0, 0.5, 1 / 6], [4, 1, 0]],
  hardSwish: [(x) => hardSwish(x), [-3, -0, 0], [3, 3, 1], [0, 0, 0.5], [-4, -0, 0], [4, 4, 1]],
  softshrink: [(x) => softshrink(x), [0.5, 0, 0], [-0.5, 0, 0], [0, 0, 0], [1, 0.5, 1], [-1, -0.5, 1]],
  hardshrink: [(x) => hardshrink(x), [0.5, 0, 0], [-0.5, 0, 0], [0.75, 0.75, 1], [-0.75, -0.75, 1]],
  threshold: [(x) => threshold(x, 1, 5), [1, 5, 0], [0, 5, 0], [2, 2, 1]],
  "threshold and its value": [(x, v) => threshold(x, 1, v), [[1, 5], 5, [0, 1]], [[2, 5], 2, [1, 0]]],
  clamp: [(x) => x.clamp(-1, 1), [-1, -1, 0], [1, 1, 0], [0, 0, 1], [-2, -1, 0], [2, 1, 0]],
  clampMin: [(x, low) => x.clampMin(low), [[1, 1], 1, [0, 1]], [[2, 1], 2, [1, 0]], [[0, 1], 1, [0, 1]]],
  clampMax: [(x, high) => x.clampMax(high), [[1, 1], 1, [0, 1]], [[2, 1], 1, [0, 1]], [[0, 1], 0, [1, 0]]],
  maximum: [
    (a, b) => a.maximum(b),
    [[2, 2], 2, [0, 1]],
    [[0, -0], 0, [0, 1]],
    [[Infinity, Infinity], Infinity, [0, 1]],
  ],
  minimum: [(a, b) => a.minimum(b), [[2, 2], 2, [0, 1]], [[0, -0], -0, [0, 1]], [[2, 3], 2, [1, 0]]],
  abs: [(x) => x.abs(), [0, 0, 0], [-0, 0, 0], [-2, 2, -1], [2, 2, 1]],
  sign: [(x) => x.sign().add(x), [0, 0, 1], [-2, -3, 1]],
  "floor of 2": [(x) => x.floor().add(x.mul(2)), [2, 6, 2], [-0.5, -2, 2]],
  ceil: [(x) => x.ceil().add(x), [2, 4, 1], [0.5, 1.5, 1]],
  round: [(x) => x.round().add(x), [0.5, 0.5, 1], [1.5, 3.5, 1], [2.5, 4.5, 1], [-0.5, -0.5, 1]],
  trunc: [(x) => x.trunc().add(x), [-1.5, -2.5, 1], [2, 4, 1]],
  frac: [(x) => x.frac(), [2, 0, 1], [-2, 0, 1], [1.5, 0.5, 1]],
  fmod: [(a, b) => a.fmod(b), [[6, 3], 0, [1, -2]], [[-6, 3], -0, [1, 2]], [[-7, 3], -1, [1, 2]]],
  remainder: [(a, b) => a.remainder(b), [[6, 3], 0, [1, -2]], [[-7, 3], 2, [1, 3]], [[7, -3], -2, [1, 3]]],
  sqrt: [(x) => x.sqrt(), [0, 0, Infinity], [4, 2, 0.25]],
  cbrt: [(x) => x.cbrt(), [0, 0, Infinity]],
  hypot: [(a, b) => a.hypot(b), [[0, 0], 0, [0, 0]], [[0, -2], 2, [0, -1]], [[3, 4], 5, [0.6, 0.8]]],
  pow: [
    (a, b) => a.pow(b),
    [[0, 0], 1, [0, 0]],
    [[0, 1], 0, [1, 0]],
    [[0, 2], 0, [0, 0]],
    [[0, 0.5], 0, [Infinity, 0]],
    [[-2, 2], 4, [-4, NaN]],
  ],
  xlogy: [(a, b) => a.xlogy(b), [[0, 0], 0, [0, 0]], [[0, 2], 0, [Math.LN2, 0]], [[2, 1], 0, [0, 2]]],
  where: [(c, a, b) => c.where(a, b), [[0, 2, 3], 3, [0, 0, 1]], [[-0, 2, 3], 3, [0, 0, 1]], [[1, 2, 3], 2, [0, 1, 0]]],
  copysign: [(a, b) => a.copysign(b), [[0, -1], -0, [0, 0]], [[2, -0], -2, [-1, 0]], [[-2, 0], 2, [-1, 0]]],
  heaviside: [(x, at0) => x.heaviside(at0), [[0, 0.25], 0.25, [0, 1]], [[1, 0.25], 1, [0, 0]]],
  softsign: [(x) => softsign(x), [0, 0, 1], [-1, -0.5, 0.25]],
  mae: [(x, t) => mae(x, t, { reduction: "none" }), [[1, 1], 0, [0, 0]], [[0, 2], 2, [-1, 1]]],
  huber: [
    (x, t) => huber(x, t, { reduction: "none" }),
    [[1, 0], 0.5, [1, -1]],
    [[0, 0], 0, [0, 0]],
    [[2, 0], 1.5, [1, -1]],
  ],
  "smoothL1 of 2": [
    (x, t) => smoothL1(x, t, { beta: 2, reduction: "none" }),
    [[2, 0], 1, [1, -1]],
    [[0, 0], 0, [0, 0]],
    [[3, 0], 2, [1, -1]],
  ],
  "smoothL1 of 0": [(x, t) => smoothL1(x, t, { beta: 0, reduction: "none" }), [[1, 1], 0, [0, 0]]],
  hinge: [(x, t) => hinge(x, t, { reduction: "none" }), [[1, 1], 0, [0, 0]], [[0, 1], 1, [-1, 0]], [[2, 1], 0, [0, 0]]],
  marginRanking: [
    (a, b) => marginRanking(a, b, tensor(1).expandTo(a.shape), { margin: 1, reduction: "none" }),
    [[2, 1], 0, [0, 0]],
    [[1, 1], 1, [-1, 1]],
  ],
};

const count = Object.values(points).reduce((sum, [, ...rows]) => sum + rows.length, 0);

for (const [name, [f, ...rows]] of Object.entries(points))
  test(`${name}: the flat side's slope at a kink, all of a tie to the second operand`, () => {
    for (const dtype of floats)
      onBoth((copies) => {
        const width = [rows[0][0]].flat().length;
        const given = Array.from({ length: width }, (_, i) =>
          leaf(Array.from({ length: copies }, () => rows.map(([at]) => [at].flat()[i])).flat(), dtype),
        );
        const y = f(...given);
        const slopes = gradient(y.sum(), given).map(plain);
        const exact = rows.map(([, value, wanted]) => [value, ...[wanted].flat()]);
        [y.data, ...slopes].forEach((found, i) => {
          const all = Array.from({ length: copies }, () => exact.map((numbers) => numbers[i])).flat();
          const what = `${i === 0 ? "value" : `slope ${i}`} in ${dtype}`;
          assertClose(Float64Array.from(found), Float64Array.from(all), {
            tolerance: dtype === "float32" ? 2 ** -23 : 2 ** -52,
            what,
          });
          assertSame(Float64Array.from(found, Math.sign), Float64Array.from(all, Math.sign), { what }); // a zero's sign is its own
        });
      });
  });

test("the table has 100 points and more", () => {
  console.log(`\n${count} points of ${Object.keys(points).length} functions`);
  assert.ok(count >= 100, `${count}`);
});

// ---- along rows

/** Functions of a row, the row, what they give, and the slopes for cotangents 1, 2, 3 … */
const rows: readonly (readonly [string, (x: Tensor) => Tensor, number[], number[], number[]])[] = [
  ["max", (x) => x.max(), [2, 5, 5, 1, 5], [5], [0, 1 / 3, 1 / 3, 0, 1 / 3]],
  ["max of zeros", (x) => x.max(), [0, -0], [0], [0.5, 0.5]],
  ["max of infinities", (x) => x.max(), [-Infinity, -Infinity], [-Infinity], [0.5, 0.5]],
  ["min", (x) => x.min(), [2, 1, 5, 1], [1], [0, 0.5, 0, 0.5]],
  ["median", (x) => x.median(), [3, 1, 3, 3], [3], [1, 0, 0, 0]],
  ["median of an even number", (x) => x.median(), [4, 1, 2, 3], [2], [0, 0, 1, 0]],
  ["quantile", (x) => x.quantile(0.5), [2, 1, 2, 5], [2], [1, 0, 0, 0]],
  ["sort", (x) => x.sort(), [2, 1, 2, 1], [1, 1, 2, 2], [3, 1, 4, 2]],
  ["sort, descending", (x) => x.sort(0, { descending: true }), [2, 1, 2, 1], [2, 2, 1, 1], [1, 3, 2, 4]],
  ["argsort", (x) => x.argsort(), [2, 1, 2, 1], [1, 3, 0, 2], []],
  ["topk", (x) => x.topk(2), [3, 5, 5, 5], [5, 5], [0, 1, 2, 0]],
  ["topk of the smallest", (x) => x.topk(1, 0, { largest: false }), [3, 1, 1], [1], [0, 1, 0]],
  ["argmax", (x) => x.argmax(), [1, 3, 3], [1], []],
  ["argmin", (x) => x.argmin(), [1, 0, -0], [1], []],
  ["cummax", (x) => x.cummax(0), [1, 3, 3, 2], [1, 3, 3, 3], [1, 9, 0, 0]],
  ["cummin", (x) => x.cummin(0), [3, 1, 1, 2], [3, 1, 1, 1], [1, 9, 0, 0]],
  ["norm of zeros", (x) => x.norm(), [0, 0], [0], [0, 0]],
  ["norm of 1 with a zero", (x) => x.norm(1), [0, -2], [2], [0, -1]],
  ["norm of 3 with a zero", (x) => x.norm(3), [0, -2], [2], [0, -1]],
  ["norm of 1/2 with a zero", (x) => x.norm(0.5), [0, -4], [4], [0, -1]],
  ["norm of infinity", (x) => x.norm(Infinity), [-3, 3, 1], [3], [-0.5, 0.5, 0]],
  ["norm of −infinity", (x) => x.norm(-Infinity), [-3, 3, 4], [3], [-0.5, 0.5, 0]],
  ["std of equals", (x) => x.std(), [2, 2, 2], [0], [0, 0, 0]],
  ["prod with a zero", (x) => x.prod(), [0, 2, 3], [0], [6, 0, 0]],
  ["prod with two zeros", (x) => x.prod(), [0, 0, 3], [0], [0, 0, 0]],
  ["maxPool1d", (x) => maxPool1d(x.reshape([1, 1, 4]), 2), [3, 3, 1, 2], [3, 2], [1, 0, 0, 2]],
  [
    "maxPool2d",
    (x) => maxPool2d(x.reshape([1, 1, 2, 4]), 2),
    [1, 7, 4, 4, 7, 7, 4, 4],
    [7, 4],
    [0, 1, 2, 0, 0, 0, 0, 0],
  ],
];

for (const [name, f, row, value, slopes] of rows)
  test(`${name}: ties share where values are reduced, else the first of them takes all`, () => {
    for (const dtype of floats)
      onBoth(() => {
        const x = leaf(row, dtype);
        const y = f(x);
        assertSame(Array.from(y.data), value, { what: dtype });
        assert.is(y.tracked, slopes.length > 0);
        if (slopes.length === 0) return;
        const seed = tensor(
          Float64Array.from({ length: y.size }, (_, i) => 1 + i),
          { dtype, shape: y.shape },
        );
        assertClose(plain(gradient(y, x, { seed })), slopes, { tolerance: 2 ** -24, what: dtype });
      });
  });

test("weights of ties of max and min sum to 1, in 10,000 random arrays", () => {
  const generator = new Generator(11);
  onBoth(() => {
    for (let n = 1; n <= 20; n++) {
      const count = 500;
      const values = Float64Array.from({ length: count * n }, () => generator.integer(3));
      for (const axis of [0, 1])
        for (const f of [(x: Tensor) => x.max(axis), (x: Tensor) => x.min(axis)]) {
          const x = tensor(values, { shape: axis === 1 ? [count, n] : [n, count], requiresGrad: true });
          const y = f(x);
          const weights = gradient(y.sum(), x);
          const best = x.eq(y.unsqueeze(axis));
          assert.ok(weights.data.every((weight, i) => (best.data[i] ? weight > 0 : weight === 0)));
          assertClose(weights.sum(axis), new Float64Array(count).fill(1), { tolerance: 1e-15 });
        }
    }
  });
});

// ---- one function

test("relu, maximum(x, 0), clampMin(x, 0) and clamp(x, 0, ∞) are one function with one slope", () => {
  const spellings: Record<string, (x: Tensor) => Tensor> = {
    relu: (x) => x.relu(),
    maximum: (x) => x.maximum(0),
    clampMin: (x) => x.clampMin(0),
    clamp: (x) => x.clamp(0, Infinity),
  };
  for (const dtype of floats) {
    const tiny = least[dtype];
    const wanted = [NaN, 0, 0, 0, 0, 0, 0, tiny, 2 ** -126, 3, 2 ** 100, Infinity];
    const at = [NaN, -Infinity, -3, -(2 ** -126), -tiny, -0, 0, tiny, 2 ** -126, 3, 2 ** 100, Infinity];
    onBoth((copies) => {
      const given = Array.from({ length: copies }, () => at).flat();
      for (const [name, f] of Object.entries(spellings)) {
        const x = leaf(given, dtype);
        const y = f(x);
        const slopes = plain(gradient(y.sum(), x));
        // At ∞ clamp is at its upper bound, where its slope is 0.
        const steep = at.map((value) => Number(value > 0 && !(name === "clamp" && value === Infinity)));
        const repeated = (numbers: readonly number[]) =>
          Float64Array.from({ length: copies * numbers.length }, (_, i) => numbers[i % numbers.length]);
        assertSame(Float64Array.from(y.data), repeated(wanted), { what: `${name} in ${dtype}` });
        assertSame(slopes, repeated(steep), { what: `slopes of ${name} in ${dtype}` });
      }
    });
  }
});

test.run();
