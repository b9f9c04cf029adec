/** Pinned values where formulas are delicate: kinks and ties, NaN, infinities, −0, subnormals, and numbers too large to exponentiate. */
import { type Dtype, gradient, leakyRelu, type Operand, softplus, type Tensor, tensor, Word, where } from "gradtape";
import * as assert from "uvu/assert";
import { letters } from "../lib/letters.js";
import { assertClose, assertSame } from "./support/close.js";
import { erf } from "./support/grids.js";
import { suite } from "./support/suite.js";

const test = suite("specials");

const floats = ["float32", "float64"] as const;
/** The smallest number above 0. */
const least = { float32: 2 ** -149, float64: 2 ** -1074 };

const leaf = (values: number | readonly number[], dtype: Dtype = "float64"): Tensor =>
  tensor(values, { dtype, requiresGrad: true });

/** The value of f and its slope in each of the numbers; −0 counts as 0 where a slope is concerned. */
function slopes(f: (...x: Tensor[]) => Tensor, ...at: number[]): { value: number; slopes: number[] } {
  const xs = at.map((x) => leaf(x));
  const y = f(...xs);
  return { value: y.item(), slopes: gradient(y, xs).map((g) => g.item() + 0) };
}

/** The gradient of the sum of f's values, each weighed by its own number. */
function weighed(f: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const y = f(x);
  const seed = tensor(
    Float64Array.from({ length: y.size }, (_, i) => 2 + i),
    { shape: y.shape },
  );
  return gradient(y, x, { seed: seed.to(y.dtype as "float64") });
}

/** Checks rows of [arguments, value, slopes]. */
function pin(f: (...x: Tensor[]) => Tensor, rows: readonly (readonly [number[], number, number[]])[]): void {
  for (const [at, value, wanted] of rows) {
    const found = slopes(f, ...at);
    assertSame(found.value, value, { what: `value at ${at}` });
    assertSame(found.slopes, wanted, { what: `slopes at ${at}` });
  }
}

// ---- letters

const specials = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5, -2.5];

/** What each letter of one argument gives for −∞, −1, −0, 0, 1, ∞; NaN gives NaN. */
const unary: Record<string, readonly number[]> = {
  neg: [Infinity, 1, 0, -0, -1, -Infinity],
  reciprocal: [-0, -1, -Infinity, Infinity, 1, 0],
  abs: [Infinity, 1, 0, 0, 1, Infinity],
  sign: [-1, -1, -0, 0, 1, 1],
  floor: [-Infinity, -1, -0, 0, 1, Infinity],
  sqrt: [NaN, NaN, -0, 0, 1, Infinity],
  exp: [0, 1 / Math.E, 1, 1, Math.E, Infinity],
  expm1: [-1, 1 / Math.E - 1, -0, 0, Math.E - 1, Infinity],
  log: [NaN, NaN, -Infinity, -Infinity, 0, Infinity],
  log1p: [NaN, -Infinity, -0, 0, Math.LN2, Infinity],
  log2: [NaN, NaN, -Infinity, -Infinity, 0, Infinity],
  log10: [NaN, NaN, -Infinity, -Infinity, 0, Infinity],
  cbrt: [-Infinity, -1, -0, 0, 1, Infinity],
  sin: [NaN, -0.8414709848078965, -0, 0, 0.8414709848078965, NaN],
  cos: [NaN, 0.5403023058681398, 1, 1, 0.5403023058681398, NaN],
  tanh: [-1, -0.7615941559557649, -0, 0, 0.7615941559557649, 1],
  erf: [-1, -0.8427007929497149, -0, 0, 0.8427007929497149, 1],
  erfc: [2, 1.842700792949715, 1, 1, 0.15729920705028513, 0],
};

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

/** IEEE 754's maximum, in which −0 lies below 0 and NaN wins. */
function larger(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  return a > b || (a === b && isNegative(b)) ? a : b;
}

/** What letters of several arguments give, spelled a second time. */
const several: Record<string, (a: number, b: number, c: number) => number> = {
  add: (a, b) => (Object.is(a, -0) && Object.is(b, -0) ? -0 : b - -a),
  sub: (a, b) => a + -b,
  mul: (a, b) => (a === 0 && b === 0 ? (isNegative(a) === isNegative(b) ? 0 : -0) : a * b),
  div: (a, b) => a / b,
  pow(a, b) {
    if (b === 0 || a === 1) return 1;
    if (a === -1 && Math.abs(b) === Infinity) return 1;
    return a ** b;
  },
  atan2(a, b) {
    if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
    if (Number.isFinite(a / b) && a !== 0) return Math.atan2(a, b); // what is pinned is the rest
    const [y, x] = [Math.abs(a), Math.abs(b)];
    const angle = y === x && y === Infinity ? Math.PI / 4 : y === 0 ? 0 : Math.atan(y / x);
    return (isNegative(a) ? -1 : 1) * (isNegative(b) ? Math.PI - angle : angle);
  },
  fmod(a, b) {
    if (Number.isNaN(a) || Number.isNaN(b) || Math.abs(a) === Infinity || b === 0) return NaN;
    const rest = Math.abs(b) === Infinity ? Math.abs(a) : Math.abs(a) - Math.floor(Math.abs(a / b)) * Math.abs(b);
    return isNegative(a) ? -rest : rest;
  },
  maximum: larger,
  minimum: (a, b) => -larger(-a, -b),
  lt: (a, b) => (b > a ? 1 : 0),
  le: (a, b) => (b >= a ? 1 : 0),
  gt: (a, b) => (b < a ? 1 : 0),
  ge: (a, b) => (b <= a ? 1 : 0),
  eq: (a, b) => (!Number.isNaN(a) && (Object.is(a, b) || (a === 0 && b === 0)) ? 1 : 0),
  ne: (a, b) => (!Number.isNaN(a) && (Object.is(a, b) || (a === 0 && b === 0)) ? 0 : 1),
  where: (a, b, c) => (Object.is(a, 0) || Object.is(a, -0) ? c : b),
};

test("every letter is pinned", () => {
  assert.equal([...Object.keys(unary), ...Object.keys(several)].sort(), Object.keys(letters).sort());
});

for (const [name, wanted] of Object.entries(unary))
  test(`${name} of infinities, NaN and zeros of both signs`, () => {
    const at = [-Infinity, -1, -0, 0, 1, Infinity, NaN];
    for (const dtype of floats) {
      const x = tensor(at, { dtype });
      const y = x[name as "neg"]();
      const exact = tensor([...wanted, NaN], { dtype });
      assertClose(y, exact, { tolerance: 2 ** (dtype === "float32" ? -23 : -52) });
      const whole = (t: Tensor) => [...t.data].map((value) => (Number.isInteger(value) ? value : Math.sign(value)));
      assertSame(whole(y), whole(exact));
      assertSame(
        at.map((value) => (Word.argument(0)[name as "neg"]() as Word).evaluate([value], dtype)),
        [...y.data],
      );
      assertSame(
        at.map((value) => (Word.constant(value)[name as "neg"]() as Word).evaluate([], dtype)),
        [...y.data],
      );
    }
  });

for (const [name, reference] of Object.entries(several))
  test(`${name} of infinities, NaN and zeros of both signs`, () => {
    const three = name === "where";
    const rows = specials.flatMap((a) =>
      specials.flatMap((b) =>
        three
          ? [
              [a, b, 7],
              [a, 7, b],
            ]
          : [[a, b]],
      ),
    );
    const columns = rows[0].map((_, place) => rows.map((row) => row[place]));
    for (const dtype of floats) {
      const [first, ...rest] = columns.map((column) => tensor(column, { dtype }));
      const method = name as "where";
      const y = first[method](...(rest as [Operand, Operand]));
      rows.forEach((row, i) => {
        const wanted = reference(row[0], row[1], row[2]);
        const rounded = dtype === "float32" ? Math.fround(wanted) : wanted;
        const [a, ...others] = row.map((_, place) => Word.argument(place));
        const [constant, ...constants] = row.map(Word.constant);
        const what = `${name}(${row.map((value) => (Object.is(value, -0) ? "-0" : value))})`;
        assertSame(y.data[i], rounded, { what });
        // The interpreter, and what is folded where all are constants.
        assertSame((a[method](...(others as [Word, Word])) as Word).evaluate(row, dtype), rounded, { what });
        assertSame((constant[method](...(constants as [Word, Word])) as Word).evaluate([], dtype), rounded, { what });
        // A JavaScript number beside a tensor.
        const number = tensor(row[0], { dtype })[method](...(row.slice(1) as [number, number]));
        assertSame(number.item(), rounded, { what });
      });
    }
  });

test("a uniform number takes part like a tensor: x·0, x−0 and x+0 keep NaN and signs", () => {
  const x = tensor(specials, { dtype: "float64" });
  assertSame([...x.mul(0).data], [NaN, NaN, NaN, 0, -0, 0, -0, 0, -0]);
  assertSame([...x.add(0).data], [NaN, Infinity, -Infinity, 0, 0, 1, -1, 2.5, -2.5]);
  assertSame([...x.sub(0).data], specials);
  assertSame([...x.add(-0).data], specials);
});

test("erf is right to a few units in the last place, odd, and 1 far out", () => {
  const at = Array.from({ length: 1401 }, (_, i) => (i - 700) / 100);
  const y = tensor(at, { dtype: "float64" }).erf();
  // Ours is right to 7 units of 1.1e-16, the reference to 4 (both held against 40 digits).
  assertClose(y, at.map(erf), { tolerance: 1.3e-15 });
  assertSame([...y.neg().data], [...tensor(at, { dtype: "float64" }).neg().erf().data]);
  assertSame(tensor([6.1, 30, 1e300], { dtype: "float64" }).erf(), tensor([1, 1, 1], { dtype: "float64" }));
  // Abramowitz & Stegun, table 7.1; small x: 2x/√π.
  assertClose(
    tensor([0.5, 1, 1.5, 2], { dtype: "float64" }).erf(),
    [0.5204998778, 0.8427007929, 0.9661051465, 0.995322265],
    { tolerance: 1e-10 },
  );
  assert.is(leaf(1e-300).erf().div(1e-300).item().toFixed(12), (2 / Math.sqrt(Math.PI)).toFixed(12));
});

// ---- kinks and ties

test("at a kink the slope is that of the flat side", () => {
  pin(
    (x) => x.relu(),
    [
      [[0], 0, [0]],
      [[-0], 0, [0]],
      [[least.float64], least.float64, [1]],
      [[-least.float64], 0, [0]],
    ],
  );
  pin(
    (x) => x.abs(),
    [
      [[0], 0, [0]],
      [[-0], 0, [0]],
      [[-3], 3, [-1]],
      [[3], 3, [1]],
    ],
  );
  pin(
    (x) => x.clamp(-1, 1),
    [
      [[-1], -1, [0]],
      [[1], 1, [0]],
      [[0.5], 0.5, [1]],
      [[2], 1, [0]],
      [[-2], -1, [0]],
    ],
  );
  pin(
    (x) => leakyRelu(x),
    [
      [[0], 0, [0.01]],
      [[2], 2, [1]],
      [[-2], -0.02, [0.01]],
    ],
  );
  pin((x) => leakyRelu(x, 0.5), [[[-2], -1, [0.5]]]);
});

test("a tie of maximum or minimum gives all to the second", () => {
  pin(
    (a, b) => a.maximum(b),
    [
      [[2, 2], 2, [0, 1]],
      [[3, 2], 3, [1, 0]],
      [[2, 3], 3, [0, 1]],
      [[0, -0], 0, [0, 1]],
    ],
  );
  pin(
    (a, b) => a.minimum(b),
    [
      [[2, 2], 2, [0, 1]],
      [[3, 2], 2, [0, 1]],
      [[2, 3], 2, [1, 0]],
      [[0, -0], -0, [0, 1]],
    ],
  );
});

test("clamp's bounds get the gradient where they hold, each as the second of a maximum and a minimum", () => {
  const rows = [
    [[0, -1, 1], 0, [1, 0, 0]],
    [[-2, -1, 1], -1, [0, 1, 0]],
    [[-1, -1, 1], -1, [0, 1, 0]],
    [[2, -1, 1], 1, [0, 0, 1]],
    [[1, -1, 1], 1, [0, 0, 1]],
    [[0, 2, 1], 1, [0, 0, 1]],
    [[1, 1, 1], 1, [0, 0, 1]],
  ] as const;
  for (const f of [
    (x: Tensor, low: Tensor, high: Tensor) => x.clamp(low, high),
    (x: Tensor, low: Tensor, high: Tensor) => x.maximum(low).minimum(high),
  ])
    pin(
      f,
      rows.map(([at, value, wanted]) => [[...at], value, [...wanted]] as const),
    );
});

test("clamp without a bound is open there", () => {
  pin(
    (x) => x.clamp(),
    [
      [[-1e300], -1e300, [1]],
      [[1e300], 1e300, [1]],
      [[0], 0, [1]],
    ],
  );
  pin(
    (x) => x.clamp(0),
    [
      [[-1], 0, [0]],
      [[1e300], 1e300, [1]],
    ],
  );
});

test("relu, maximum(x, 0) and clamp(x, 0, ∞) are one function with one slope at every finite number", () => {
  const spellings = [
    (x: Tensor) => x.relu(),
    (x: Tensor) => x.maximum(0),
    (x: Tensor) => x.clamp(0, Infinity),
    (x: Tensor) => x.clamp(0),
  ];
  for (const dtype of floats) {
    const tiny = least[dtype];
    const x = leaf([NaN, -Infinity, -3, -tiny, -0, 0, tiny, 3, 3e38], dtype);
    for (const f of spellings) {
      assertSame([...f(x).data], [...tensor([NaN, 0, 0, 0, 0, 0, tiny, 3, 3e38], { dtype }).data]);
      assertSame([...weighed(f, x).add(0).data], [0, 0, 0, 0, 0, 0, 8, 9, 10]);
    }
  }
});

test("at ∞ they have the same value; there clamp is at its bound, where its slope is 0", () => {
  for (const f of [(x: Tensor) => x.relu(), (x: Tensor) => x.maximum(0)]) pin(f, [[[Infinity], Infinity, [1]]]);
  pin((x) => x.clamp(0, Infinity), [[[Infinity], Infinity, [0]]]);
});

test("max and min share the gradient equally among ties", () => {
  const x = leaf([1, 2, 2, 0]);
  assertSame([...weighed((t) => t.max(), x).data], [0, 1, 1, 0]);
  assertSame([...weighed((t) => t.min(), x).data], [0, 0, 0, 2]);
  const rows = leaf([3, 3, 3, -1]).reshape([2, 2]);
  assertSame([...weighed((t) => t.max(1), rows).data], [1, 1, 3, 0]);
  assertSame([...weighed((t) => t.min([0]), rows).data], [1, 0, 1, 3]);
  assertSame([...weighed((t) => t.max(), leaf([Infinity, 1, Infinity])).data], [1, 0, 1]);
  assertSame([...weighed((t) => t.max(), leaf([0, -0])).data], [1, 1]);
});

test("max and min let NaN through, argmax and argmin find the first of equals and the first NaN", () => {
  const x = tensor([1, NaN, 3, NaN], { dtype: "float64" });
  for (const y of [x.max(), x.min(), x.max(0, { keepDims: true })]) assert.ok(Number.isNaN(y.item()));
  assert.equal([x.argmax().item(), x.argmin().item()], [1, 1]);
  const ties = tensor([2, 1, 2, 1]);
  assert.equal([ties.argmax().item(), ties.argmin().item()], [0, 1]);
  const infinite = tensor([-Infinity, -Infinity]);
  assert.equal([infinite.argmax().item(), infinite.argmin().item(), infinite.max().item()], [0, 0, -Infinity]);
});

// ---- powers, roots, logarithms

test("pow and its slopes at 0, below 0, and far out", () => {
  pin(
    (a, b) => a.pow(b),
    [
      [[0, 0], 1, [0, 0]],
      [[0, 1], 0, [1, 0]],
      [[0, 2], 0, [0, 0]],
      [[-0, 2], 0, [0, 0]],
      [[0, 0.5], 0, [Infinity, 0]],
      [[0, -1], Infinity, [-Infinity, -Infinity]],
      [[1, 3], 1, [3, 0]],
      [[-2, 2], 4, [-4, NaN]],
      [[-2, 3], -8, [12, NaN]],
      [[-2, 0], 1, [0, NaN]],
      [[-2, -1], -0.5, [-0.25, NaN]],
      [[-2, 0.5], NaN, [NaN, NaN]],
      [[Infinity, 2], Infinity, [Infinity, Infinity]],
      [[2, -Infinity], 0, [NaN, 0]],
    ],
  );
  for (const [a, b] of [
    [NaN, 0],
    [1, NaN],
    [-1, Infinity],
    [-1, -Infinity],
    [0, 0],
  ])
    assert.is(leaf(a).pow(leaf(b)).item(), 1, `${a}^${b}`);
});

test("powers with whole exponents have their second slopes at 0 and below it", () => {
  const second = (a: number, b: number): number => {
    const x = leaf(a);
    return gradient(gradient(x.pow(b), x, { createGraph: true }), x).item() + 0;
  };
  assert.equal([second(0, 2), second(0, 3), second(-2, 2), second(-2, 3)], [2, 0, 2, -12]);
  assert.equal([second(0, 1), second(0, 0), second(3, 0)], [0, 0, 0]);
});

test("roots, logarithms and quotients at the edge of where they are defined", () => {
  pin(
    (x) => x.sqrt(),
    [
      [[0], 0, [Infinity]],
      [[-1], NaN, [NaN]],
    ],
  );
  pin(
    (x) => x.log(),
    [
      [[0], -Infinity, [Infinity]],
      [[-1], NaN, [-1]],
      [[Infinity], Infinity, [0]],
    ],
  );
  pin((x) => x.log1p(), [[[-1], -Infinity, [Infinity]]]);
  pin(
    (x) => x.reciprocal(),
    [
      [[0], Infinity, [-Infinity]],
      [[Infinity], 0, [0]],
    ],
  );
  pin(
    (a, b) => a.div(b),
    [
      [[1, 0], Infinity, [Infinity, -Infinity]],
      [[0, 0], NaN, [Infinity, NaN]],
      [[1, Infinity], 0, [0, 0]],
    ],
  );
});

// ---- the trap of `where`

test("a branch that is not chosen still spoils the gradient, unless its input is chosen first", () => {
  const trap = (x: Tensor) => x.gt(0).where(x.log(), 0);
  const cure = (x: Tensor) => x.gt(0).where(x.gt(0).where(x, 1).log(), 0);
  pin(trap, [
    [[0], 0, [NaN]],
    [[2], Math.log(2), [0.5]],
  ]);
  pin(cure, [
    [[0], 0, [0]],
    [[-1], 0, [0]],
    [[2], Math.log(2), [0.5]],
  ]);
  pin((x) => where(x.gt(0), x.sqrt(), 0), [[[0], 0, [NaN]]]);
});

test("a condition may be NaN or ∞, which are not 0", () => {
  const condition = tensor([NaN, Infinity, 0, -0, 1e-320], { dtype: "float64" });
  assertSame([...condition.where(1, 2).data], [1, 1, 2, 2, 1]);
});

// ---- sums

test("a sum of negative zeros is −0, of nothing 0", () => {
  for (const dtype of floats)
    for (const n of [1, 2, 7, 8, 9, 16, 127, 128, 129, 300, 1000]) {
      const zeros = tensor(Array(n).fill(-0), { dtype });
      assertSame(zeros.sum().item(), -0, { what: `${n} zeros` });
      assertSame([...zeros.reshape([1, n]).sum(1).data], [-0]);
      assertSame([...zeros.reshape([n, 1]).sumTo([1]).data], [-0]);
      assertSame(zeros.add(0).sum().item(), 0);
    }
  assertSame(tensor([-0, 0]).sum().item(), 0);
  assertSame(tensor([]).sum().item(), 0);
  assertSame(tensor([], { shape: [0, 2] }).sum(0), tensor([0, 0]));
  assertSame(tensor([]).mean().item(), NaN);
});

test("a sum of infinities of one sign is infinite, of both NaN", () => {
  assertSame([tensor([1, Infinity]).sum().item(), tensor([-Infinity, Infinity]).sum().item()], [Infinity, NaN]);
  assertSame(tensor([1e308, 1e308], { dtype: "float64" }).sum().item(), Infinity);
});

test("a sum in float32 of many equal numbers does not drift", () => {
  const n = 2 ** 20;
  assertClose(tensor(new Float32Array(n).fill(0.1)).sum().item() / n, Math.fround(0.1), { tolerance: 1e-7 });
});

// ---- subnormals

test("subnormal numbers are kept", () => {
  for (const dtype of floats) {
    const tiny = least[dtype];
    const x = tensor([tiny], { dtype });
    const kept = [
      x.mul(1),
      x.add(0),
      x.sub(0),
      x.div(1),
      x.neg().neg(),
      x.abs(),
      x.maximum(0),
      x.minimum(1),
      x.relu(),
      x.clamp(0, 1),
      x.gt(0).where(x, 0),
      x.sum(),
      x.mean(),
      x.max(),
      x.square().add(x),
      x.expm1(),
      x.log1p(),
      x.sin(),
      x.tanh(),
      x.reshape([1, 1]).matmul(tensor([[1]], { dtype })),
      x.pow(1),
      x.expandTo([2]).indexSelect(0, [1]),
      x.mul(3).div(3),
    ];
    kept.forEach((y, i) => {
      assertSame(y.data[0], tiny, { what: `${dtype} ${i}` });
    });
    assertSame(tensor([tiny, tiny], { dtype }).sum().item(), 2 * tiny);
    assertSame(x.div(2).item(), 0);
    assertSame(x.neg().div(2).item(), -0);
  }
});

// ---- exponentials of large numbers

test("softmax and its relatives with infinities", () => {
  const row = (values: number[]): Tensor => leaf(values);
  assertSame([...row([-Infinity, 0]).softmax().data], [0, 1]);
  assertSame([...row([-Infinity, 0]).logSoftmax().data], [-Infinity, 0]);
  assertSame([...weighed((x) => x.softmax(), row([-Infinity, 0])).add(0).data], [0, 0]);
  assertSame([...row([-Infinity, -Infinity]).softmax().data], [NaN, NaN]);
  assertSame(row([-Infinity, -Infinity]).logSumExp().item(), -Infinity);
  assertSame(row([-Infinity, 3]).logSumExp().item(), 3);
  assertSame(row([Infinity, 3]).logSumExp().item(), Infinity);
  assertSame(row([Infinity, -Infinity]).logSumExp().item(), Infinity);
  assertSame(row([NaN, 3]).logSumExp().item(), NaN);
  assertSame([...weighed((x) => x.logSumExp(), row([-Infinity, 3])).data], [0, 2]);
  for (const f of [(x: Tensor) => x.softmax(), (x: Tensor) => x.logSoftmax()])
    assertSame([...f(row([NaN, 3])).data], [NaN, NaN]);
});

test("sigmoid, tanh and softplus saturate", () => {
  for (const dtype of floats) {
    const x = leaf([-Infinity, -1e4, 1e4, Infinity], dtype);
    assertSame([...x.sigmoid().data], [0, 0, 1, 1]);
    assertSame([...x.tanh().data], [-1, -1, 1, 1]);
    assertSame([...softplus(x).data], [0, 0, 1e4, Infinity]);
    assertSame([...weighed((t) => t.sigmoid(), x).add(0).data], [0, 0, 0, 0]);
    assertSame([...weighed((t) => t.tanh(), x).add(0).data], [0, 0, 0, 0]);
    assertSame([...weighed((t) => softplus(t), x).data], [0, 0, 4, 5]);
  }
});

test("sigmoid, softplus and expm1 keep small values", () => {
  const small = leaf([-700, -740]);
  assertClose(small.sigmoid().div(small.exp()), [1, 1], { tolerance: 1e-3 });
  assertClose(softplus(leaf(-40)).div(leaf(-40).exp()).item(), 1, { tolerance: 1e-12 });
  assertClose(leaf(-40).sigmoid().div(leaf(-40).exp()).item(), 1, { tolerance: 1e-12 });
  assertSame(leaf(1e-20).expm1().item(), 1e-20);
});

/** Finite numbers that overflow, underflow or cancel when exponentiated, and an ordinary one. */
const extremes = (dtype: "float32" | "float64") => [-3e38, -1e4, -1, -least[dtype], -0, 0, least[dtype], 1, 1e4, 3e38];

for (const dtype of floats)
  test(`finite numbers of any size give no NaN and no needless infinity, nor do their slopes, in ${dtype}`, () => {
    const fits = (x: number): number => (dtype === "float32" ? Math.fround(x) : x);
    const [unit, values] = [dtype === "float32" ? 2 ** -22 : 2 ** -51, extremes(dtype)];
    const functions: [name: string, run: (x: Tensor) => Tensor, f: (x: number) => number][] = [
      ["sigmoid", (x) => x.sigmoid(), (x) => 1 / (1 + Math.exp(-x))],
      ["tanh", (x) => x.tanh(), (x) => Math.tanh(x)],
      ["softplus", (x) => softplus(x), (x) => (x > 100 ? x : Math.log1p(Math.exp(x)))],
    ];
    for (const [name, run, f] of functions) {
      const x = leaf(values, dtype);
      assertClose(
        run(x),
        values.map((value) => fits(f(fits(value)))),
        { tolerance: unit, what: name },
      );
      assert.ok([...weighed(run, x).data].every(Number.isFinite), `${name}'s slope is finite`);
    }
    for (const a of values)
      for (const b of values)
        for (const c of values) {
          const row = [a, b, c].map(fits);
          const top = Math.max(...row);
          const parts = row.map((value) => Math.exp(value - top));
          const sum = parts.reduce((one, other) => one + other);
          const logs = row.map((value) => fits(value - top - Math.log(sum)));
          const x = leaf([a, b, c], dtype);
          const what = `${row}`;
          assertClose(
            x.softmax(),
            parts.map((part) => part / sum),
            { tolerance: unit, what },
          );
          assertClose(x.logSumExp().item(), fits(top + Math.log(sum)), { tolerance: unit, what });
          assertClose(x.logSoftmax(), logs, { tolerance: unit, what });
          for (const f of [(t: Tensor) => t.softmax(), (t: Tensor) => t.logSoftmax(), (t: Tensor) => t.logSumExp()])
            assert.ok([...weighed(f, x).data].every(Number.isFinite), what);
        }
  });

test.run();
