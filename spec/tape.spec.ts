/** The tape: what is recorded, what flows back along it, when it is released, and that no assignment ever makes a gradient silently wrong. */
import fc from "fast-check";
import {
  arange,
  full,
  GradError,
  gradient,
  kernelOp,
  linspace,
  noGrad,
  ones,
  registry,
  type Tensor,
  tape,
  tensor,
  where,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame, type Values } from "./support/close.js";
import { long, suite } from "./support/suite.js";

const test = suite("tape");

const float64 = { dtype: "float64" } as const;

const leaf = (values: number | number[] | number[][], dtype: "float32" | "float64" = "float64") =>
  tensor(values, { dtype, requiresGrad: true });

const hasGrad = (x: Tensor, expected: Values) => assertSame(x.grad as Tensor, expected);

function throwsGrad(f: () => unknown, message: RegExp, what = "expected a GradError"): void {
  assert.throws(f, (error: unknown) => error instanceof GradError && message.test(error.message), what);
}

const overwritten = /was assigned after it was saved/;

test("a value used twice gets both gradients", () => {
  const x = leaf(3);
  x.mul(x).add(x).backward();
  hasGrad(x, 7);
});

test("a diamond of twenty levels multiplies by 2^40 in no time", () => {
  const x = leaf(1);
  let y: Tensor = x;
  for (let level = 0; level < 20; level++) {
    const b = y.add(y);
    y = b.add(b);
  }
  y.backward();
  assert.is(y.item(), 2 ** 40);
  hasGrad(x, 2 ** 40);
});

const links = long ? 1_000_000 : 100_000;

test(`a chain of ${links} ops goes forward and back without a stack`, () => {
  const x = leaf(2);
  let y: Tensor = x;
  for (let i = 0; i < links / 2; i++) y = y.add(x).mul(i % 2 ? 2 : 0.5);
  // y ← (y + x) / 2, then y ← (y + x) · 2: after each pair y ← y + 3x.
  const slope = 1 + (3 * links) / 4;
  assert.is(y.item(), 2 * slope);
  assert.is(tape(y).length, links + 1);
  y.backward();
  hasGrad(x, slope);
});

test("gradients add up over backwards, and start again from null", () => {
  const x = leaf([1, 2]);
  x.square().sum().backward();
  const first = x.grad as Tensor;
  x.mul(3).sum().backward();
  hasGrad(x, [5, 7]);
  assertSame(first, [2, 4], { what: "the gradient handed out before" });
  x.grad = null;
  x.sum().backward();
  hasGrad(x, [1, 1]);
});

test("leaves that share a gradient get values of their own", () => {
  const [a, b, c] = [leaf([1, 2]), leaf([3, 4]), leaf([[5, 6]])];
  const seed = tensor([1, 1], float64);
  a.add(b)
    .add(c.reshape([2]))
    .backward({ seed });
  for (const x of [a, b, c]) x.grad?.assign(9, 0);
  assertSame(seed, [1, 1]);
  hasGrad(c, [[9, 1]]);
  a.grad?.assign(7, 1);
  hasGrad(b, [9, 1]);
});

test("gradient() hands out tensors of their own, too", () => {
  const [a, b] = [leaf([1, 2]), leaf([3, 4])];
  const seed = tensor([1, 1], float64);
  const [toA, toB] = gradient(a.add(b), [a, b], { seed });
  toA.assign(9);
  assertSame(toB, [1, 1]);
  assertSame(seed, [1, 1]);
});

test("gradient() keeps the tape and leaves .grad alone", () => {
  const x = leaf([1, 2]);
  const y = x.square().sum();
  for (let i = 0; i < 2; i++) assertSame(gradient(y, x), [2, 4]);
  assert.is(x.grad, null);
  y.backward();
  hasGrad(x, [2, 4]);
});

test("gradient() is zeros for what y does not depend on", () => {
  const [x, other] = [leaf([1, 2]), leaf([[1], [2]], "float32")];
  const [toX, toOther] = gradient(x.sum(), [x, other]);
  assertSame(toX, [1, 1]);
  assertSame(toOther, [[0], [0]]);
  assert.is(toOther.dtype, "float32");
});

test("gradient() with respect to what was computed on the way, and to y itself", () => {
  const x = leaf(2);
  const middle = x.square();
  const y = middle.mul(middle);
  const [toMiddle, toX, toY] = gradient(y, [middle, x, y]);
  assertSame(toMiddle, 8);
  assertSame(toX, 32);
  assertSame(toY, 1);
});

test("a seed is the gradient that arrives", () => {
  const x = leaf([1, 2, 3]);
  x.square().backward({ seed: tensor([1, 0, -1], float64) });
  hasGrad(x, [2, 0, -6]);
  assertSame(gradient(x.square(), x, { seed: tensor([10, 1, 0]) }), [20, 4, 0]);
});

test("derivatives of tanh up to order 4 are those of the closed form", () => {
  const x = tensor(linspace(-3, 3, 121, float64), { requiresGrad: true });
  const closed: ((t: number) => number)[] = [
    (t) => t,
    (t) => 1 - t * t,
    (t) => -2 * t * (1 - t * t),
    (t) => (6 * t * t - 2) * (1 - t * t),
    (t) => (16 - 24 * t * t) * t * (1 - t * t),
  ];
  let y: Tensor = x.tanh();
  closed.forEach((form, order) => {
    assertClose(y, x.data.map((value) => form(Math.tanh(value))) as Float64Array, { tolerance: 1e-10 });
    if (order < 4) y = gradient(y.sum(), x, { createGraph: true });
  });
});

test("gradients of gradients flow through broadcasts, products and reductions", () => {
  const [w, x] = [
    leaf([
      [1, 2],
      [3, 4],
    ]),
    leaf([[1], [-1]]),
  ];
  const y = w.matmul(x).square().sum();
  const toX = gradient(y, x, { createGraph: true });
  assertSame(toX, [[-8], [-12]]);
  // Σ (2 WᵀWx)ᵢ has the slope 2 WᵀW·1 in x: [2·(10 + 14), 2·(14 + 20)].
  assertSame(gradient(toX.sum(), x), [[48], [68]]);
});

test("a condition that is itself differentiated has no slope, to any order", () => {
  const x = leaf(2);
  const first = gradient(where(x, x.square(), 0), x, { createGraph: true });
  assertSame(first, 4);
  assertSame(gradient(first, x), 2);
});

test("retainGraph keeps the tape for another backward", () => {
  const x = leaf(3);
  const y = x.square();
  y.backward({ retainGraph: true });
  y.backward();
  hasGrad(x, 12);
  throwsGrad(() => y.backward(), /released/);
  hasGrad(x, 12);
});

test("a second backward is refused, also through a shared part", () => {
  const x = leaf([1, 2]);
  const shared = x.exp();
  const [a, b] = [shared.sum(), shared.mean()];
  a.backward();
  throwsGrad(() => b.backward(), /backward through exp: this tape was released/);
  throwsGrad(() => gradient(shared.mul(2).sum(), x), /released/);
});

test("a released tape holds nothing", () => {
  const x = leaf([1, 2]);
  const y = x.exp().reshape([1, 2]).permute([1, 0]).sum();
  const recorded = tape(y).filter((step) => step.origin);
  assert.is(recorded.length, 4);
  y.backward();
  for (const { origin } of recorded)
    assert.equal([origin?.released, origin?.inputs, origin?.attributes], [true, [], undefined]);
  assert.equal(tape(y), [y]);
});

test("only a single number goes back by itself", () => {
  const x = leaf([1, 2]);
  throwsGrad(() => x.mul(2).backward(), /only a single number/);
  throwsGrad(() => gradient(x.mul(2), x), /only a single number/);
  throwsGrad(() => x.mul(2).backward({ seed: ones([3]) }), /the seed must have the shape/);
  x.mul(2).reshape([1, 2]).sum(1).backward();
  hasGrad(x, [2, 2]);
  assert.is(x.grad?.dtype, "float64");
});

test("where nothing was recorded there is nothing to go back along", () => {
  const x = leaf(1);
  for (const y of [tensor(1), tensor(1).mul(2), x.detach().mul(2), noGrad(() => x.mul(2)), x.gt(0), x.argmax()])
    throwsGrad(() => y.backward(), /nothing was recorded/);
  throwsGrad(() => gradient(tensor(1), x), /nothing was recorded/);
  x.backward();
  hasGrad(x, 1);
});

test("only what leads to something tracked is recorded", () => {
  const [x, data] = [leaf([1, 2]), tensor([3, 4])];
  assert.is(data.mul(2).exp().tracked, false);
  const y = x.mul(data.exp());
  assert.equal(
    tape(y).map((step) => step.origin?.name ?? "given"),
    ["given", "given", "mul"],
  );
});

test("tape(y) is everything y was computed from, each once, in the order it was made", () => {
  const x = leaf([1, 2]);
  const a = x.exp();
  const unused = x.sin();
  const b = a.mul(x);
  const y = b.add(a).mean();
  const steps = tape(y);
  assert.equal(
    steps.map((step) => step.origin?.name ?? "leaf"),
    ["leaf", "exp", "mul", "add", "sum", "mean"],
  );
  assert.ok(steps[0] === x && steps[1] === a && steps[2] === b && steps.at(-1) === y);
  assert.not(steps.includes(unused));
  assert.equal(tape(x), [x]);
});

test("noGrad records nothing, nests, and ends with an exception as well", () => {
  const x = leaf(1);
  const inner = noGrad(() => {
    assert.is(noGrad(() => x.mul(2)).tracked, false);
    return x.mul(2);
  });
  assert.is(inner.tracked, false);
  assert.is(inner.item(), 2);
  assert.throws(() => noGrad(() => { throw new Error("mine"); }), "mine"); // biome-ignore format: short
  assert.is(x.mul(2).tracked, true);
  noGrad(() => x.mul(x))
    .add(x)
    .backward();
  hasGrad(x, 1);
});

test("noGrad of an async function is refused, as recording would be on again after its first await", async () => {
  throwsGrad(() => noGrad(async () => 1), /async/);
  assert.is(leaf(1).mul(2).tracked, true);
});

test("backward works inside noGrad, and leaves gradients without a past", () => {
  const x = leaf(3);
  const y = x.square();
  noGrad(() => y.backward());
  hasGrad(x, 6);
  assert.is(x.grad?.tracked, false);
  assert.is(gradient(x.square(), x).tracked, false);
  assert.is(gradient(x.square(), x, { createGraph: true }).tracked, true);
});

test("detach cuts: the gradient stops there", () => {
  const x = leaf(3);
  x.mul(x.detach()).backward();
  hasGrad(x, 3);
  assertSame(gradient(x.detach().mul(2).add(x), x), 1);
});

test("assigning what a rule reads is an error at backward: inputs, results, views, products", () => {
  const other = ones([2, 2]);
  const index = tensor([1, 0], { dtype: "int32" });
  const cases: [what: string, f: (x: Tensor) => Tensor, assigned: (x: Tensor, y: Tensor) => Tensor][] = [
    ["mul, its input", (x) => x.mul(x), (x) => x],
    ["mul, its other input", (x) => x.mul(other), () => other],
    ["exp, its result", (x) => x.exp(), (_, y) => y.detach()],
    ["tanh, its result through a view", (x) => x.tanh(), (_, y) => y.detach().reshape([4])],
    ["sin, its input through a view", (x) => x.sin(), (x) => x.detach().reshape([4])],
    ["square of a view, through the original", (x) => x.reshape([4]).square(), (x) => x],
    ["matmul, its input", (x) => x.matmul(other), () => other],
    ["max, its input", (x) => x.max(1), (x) => x],
    ["max, its result", (x) => x.max(1), (_, y) => y.detach()],
    ["min, its result", (x) => x.min(), (_, y) => y.detach()],
    ["indexSelect, its index", (x) => x.indexSelect(0, index), () => index],
  ];
  for (const [what, f, assigned] of cases) {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const y = f(x);
    const total = y.sum();
    assigned(x, y).assign(0, 0);
    throwsGrad(() => total.backward(), overwritten, what);
    throwsGrad(() => gradient(total, x, { createGraph: true }), overwritten, what);
    assert.is(x.grad, null, `${what}: a refused backward leaves nothing behind`);
  }
});

test("assigning what no rule reads is allowed", () => {
  const cases: [what: string, f: (x: Tensor) => Tensor, slope: number][] = [
    ["add", (x) => x.add(1), 1],
    ["sub from itself twice", (x) => x.sub(3).neg(), -1],
    ["mul by a number", (x) => x.mul(4), 4],
    ["div by a number", (x) => x.div(4), 0.25],
    ["reshape of a parameter", (x) => x.reshape([4]), 1],
    ["permute", (x) => x.permute([1, 0]), 1],
    ["sum", (x) => x.sum(0), 1],
    ["expandTo", (x) => x.expandTo([3, 2, 2]), 3],
    ["matmul by a constant", (x) => x.matmul(ones([2, 2])), 2],
    ["indexSelect", (x) => x.indexSelect(0, [0, 1, 0, 1]), 2],
    ["to", (x) => x.to("float32"), 1],
  ];
  for (const [what, f, slope] of cases) {
    const x = tensor(ones([2, 2], float64), { requiresGrad: true });
    const y = f(x).sum();
    x.assign(100);
    y.backward();
    assertSame(x.grad as Tensor, full([2, 2], slope, float64), { what });
  }
});

test("a computed tensor cannot be assigned, as its past would no longer tell how it came to be", () => {
  const x = leaf([1, 2]);
  for (const y of [x.mul(2), x.reshape([2, 1]), gradient(x.square().sum(), x, { createGraph: true })])
    throwsGrad(() => y.assign(0), /was computed by/);
  x.mul(2).detach().clone().assign(0);
  x.mul(2).detach().assign(0);
  assertSame(x, [1, 2]);
});

test("an assignment before use, or after backward, changes nothing for the gradient", () => {
  const x = leaf([1, 2]);
  x.assign([3, 4]);
  const y = x.square().sum();
  y.backward();
  x.assign([5, 6]);
  hasGrad(x, [6, 8]);
  x.square().sum().backward();
  hasGrad(x, [16, 20]);
});

test("a float32 leaf in a float64 graph gets a float32 gradient, and the other way round", () => {
  const [a, b] = [leaf([1, 2], "float32"), leaf([[0.1], [0.2]], "float64")];
  const y = a.mul(b).exp();
  assert.is(y.dtype, "float64");
  y.sum().backward();
  assert.equal([a.grad?.dtype, b.grad?.dtype], ["float32", "float64"]);
  const e = (i: number, j: number) => Math.exp([1, 2][j] * [0.1, 0.2][i]);
  assertSame(
    a.grad as Tensor,
    [0, 1].map((j) => Math.fround(0.1 * e(0, j) + 0.2 * e(1, j))),
  );
  assertClose(
    b.grad as Tensor,
    [0, 1].map((i) => [e(i, 0) + 2 * e(i, 1)]),
    { tolerance: 1e-15 },
  );
  const c = leaf([3], "float32");
  c.to("float64").mul(0.1).sum().backward();
  assertSame(c.grad as Tensor, [Math.fround(0.1)]);
  assert.is(c.grad?.dtype, "float32");
});

test("int32 tensors take part as indices, and stop gradients where they are made", () => {
  const x = leaf([10, 20, 30]);
  const picks = tensor([2, 0, 2], { dtype: "int32" });
  x.indexSelect(0, picks)
    .mul(tensor([1, 2, 3]))
    .sum()
    .backward();
  hasGrad(x, [2, 0, 4]);
  const rounded = x.to("int32");
  assert.is(rounded.tracked, false);
  assertSame(gradient(rounded.to("float64").mul(0.5).add(x).sum(), x), [1, 1, 1]);
});

test("what was broadcast is summed on the way back", () => {
  const big = arange(24).reshape([2, 3, 4]);
  for (const shape of [[], [1], [4], [3, 1], [1, 1, 4], [2, 1, 1], [2, 3, 4], [1, 2, 3, 4]]) {
    const x = tensor(zeros(shape), { requiresGrad: true });
    x.mul(big).sum().backward();
    assertSame(x.grad as Tensor, big.sumTo(shape.length > 3 ? shape.slice(1) : shape).reshape(shape));
  }
});

test("tensors of no elements go back as zeros of their shape", () => {
  const x = tensor(zeros([0, 3]), { requiresGrad: true });
  x.exp().sum().backward();
  assertSame(x.grad as Tensor, zeros([0, 3]));
  const w = tensor(ones([3, 2]), { requiresGrad: true });
  zeros([0, 3]).matmul(w).sum().backward();
  assertSame(w.grad as Tensor, zeros([3, 2]));
});

/*
 * Random programs against an oracle of another kind: dual numbers, which carry every slope forward along with the value, so
 * that there is nothing to save and nothing to overwrite. A program's gradient must equal the oracle's; or, where an
 * assignment reached what a rule on the way reads, and only there, be a GradError.
 */

/** What tensors share: values, and a count of assignments. */
type Store = { values: number[]; version: number };

/** A way back: what the rule along it reads, with the versions at which that was saved. */
type Edge = { to: Dual; reads: { store: Store; version: number }[] };

/** A tensor beside its dual numbers: value i has the slopes `slopes[i]`, one for each element of each leaf. */
type Dual = { tensor: Tensor; store: Store; slopes: number[][]; tracked: boolean; edges: Edge[] };

/** A value and how it follows from others: the chain rule is the sum of slope · slopes. */
type Cell = { value: number; parts: [slope: number, slopes: number[]][] };

/** What the rule of an input reads, of the inputs and the result. */
type Reads = (inputs: Dual[], y: Dual) => Dual[];
const nothing: Reads = () => [];
const inputs: Reads = (x) => x;
const result: Reads = (_, y) => [y];
const both: Reads = (x, y) => [...x, y];

const leafShapes = [[2, 2], [2], []];
const elements = 7;

const chain = (parts: Cell["parts"]): number[] =>
  Array.from({ length: elements }, (_, k) => parts.reduce((sum, [slope, slopes]) => sum + slope * slopes[k], 0));

function computed(tensor: Tensor, from: Dual[], cells: Cell[], ...reads: Reads[]): Dual {
  const store = { values: cells.map(({ value }) => value), version: 0 };
  const slopes = cells.map(({ parts }) => chain(parts));
  const y: Dual = { tensor, store, slopes, tracked: from.some((x) => x.tracked), edges: [] };
  from.forEach((to, i) => {
    const saved = reads[i](from, y).map(({ store }) => ({ store, version: store.version }));
    if (to.tracked) y.edges.push({ to, reads: saved });
  });
  return y;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Functions of one number: of tensors, of numbers, their slope, and what their rule reads. */
const unaries: [of: (x: Tensor) => Tensor, value: (x: number) => number, slope: (x: number) => number, Reads][] = [
  [(x) => x.add(1), (x) => x + 1, () => 1, nothing],
  [(x) => x.neg(), (x) => -x, () => -1, nothing],
  [(x) => x.mul(0.5), (x) => x * 0.5, () => 0.5, nothing],
  [(x) => x.div(3), (x) => x / 3, () => 1 / 3, nothing],
  [(x) => tensor(1).sub(x), (x) => 1 - x, () => -1, nothing],
  [(x) => x.tanh(), Math.tanh, (x) => 1 - Math.tanh(x) ** 2, result],
  [(x) => x.sigmoid(), logistic, (x) => logistic(x) * (1 - logistic(x)), result],
  [(x) => x.sin(), Math.sin, Math.cos, inputs],
  [(x) => x.relu(), (x) => Math.max(x, 0), (x) => +(x > 0), inputs],
  [(x) => x.sin().square(), (x) => Math.sin(x) ** 2, (x) => Math.sin(2 * x), inputs],
  [(x) => x.sin().exp(), (x) => Math.exp(Math.sin(x)), (x) => Math.cos(x) * Math.exp(Math.sin(x)), both],
];

function unary(which: number, x: Dual): Dual {
  const [of, value, slope, reads] = unaries[which % unaries.length];
  const cells = x.store.values.map((v, i): Cell => ({ value: value(v), parts: [[slope(v), x.slopes[i]]] }));
  return computed(of(x.tensor), [x], cells, reads);
}

/** Functions of two numbers, the same way. */
const binaries: [
  of: (a: Tensor, b: Tensor) => Tensor,
  value: (a: number, b: number) => number,
  slopes: (a: number, b: number) => [number, number],
  Reads,
  Reads,
][] = [
  [(a, b) => a.add(b), (a, b) => a + b, () => [1, 1], nothing, nothing],
  [(a, b) => a.sub(b), (a, b) => a - b, () => [1, -1], nothing, nothing],
  [(a, b) => a.mul(b), (a, b) => a * b, (a, b) => [b, a], ([, b]) => [b], ([a]) => [a]],
  [(a, b) => a.maximum(b), Math.max, (a, b) => (a > b ? [1, 0] : [0, 1]), inputs, inputs],
];

/** For each element of `shape`, the element of x that broadcasts to it. */
const spread = (x: Dual, shape: readonly number[]): number[] => [
  ...arange(x.tensor.size).reshape(x.tensor.shape).expandTo(shape).data,
];

function binary(which: number, a: Dual, b: Dual): Dual {
  const [of, value, slopes, ...reads] = binaries[which % binaries.length];
  const y = of(a.tensor, b.tensor);
  const fromB = spread(b, y.shape);
  const cells = spread(a, y.shape).map((i, k): Cell => {
    const [v, w] = [a.store.values[i], b.store.values[fromB[k]]];
    const [toA, toB] = slopes(v, w);
    return {
      value: value(v, w),
      parts: [
        [toA, a.slopes[i]],
        [toB, b.slopes[fromB[k]]],
      ],
    };
  });
  return computed(y, [a, b], cells, ...reads);
}

/** An op that adds up values: `picks` are, for each of the result, those that it sums. */
function picking(y: Tensor, x: Dual, picks: number[][], reads = nothing): Dual {
  const cells = picks.map(
    (list): Cell => ({
      value: list.reduce((sum, i) => sum + x.store.values[i], 0),
      parts: list.map((i) => [1, x.slopes[i]]),
    }),
  );
  return computed(y, [x], cells, reads);
}

const each = (list: number[]): number[][] => list.map((i) => [i]);
const all = (x: Dual): number[] => x.store.values.map((_, i) => i);

/** Same values, same store: no copy. */
function reshaped(x: Dual): Dual {
  const { shape } = x.tensor;
  const y = x.tensor.reshape(shape[0] === 1 ? shape.slice(1) : [1, ...shape]);
  return { ...picking(y, x, each(all(x))), store: x.store };
}

const detached = (x: Dual): Dual => ({
  ...x,
  tensor: x.tensor.detach(),
  slopes: x.slopes.map(() => chain([])),
  tracked: false,
  edges: [],
});

function largest(x: Dual): Dual {
  const { values } = x.store;
  const most = Math.max(...values);
  if (values.filter((v) => v === most).length > 1) return unary(0, x); // ties are shared: another spec's matter
  return picking(x.tensor.max(), x, [[values.indexOf(most)]], both);
}

/** The product with itself of [[a, b], [c, d]]. */
function squared(x: Dual): Dual {
  const [v, s] = [x.store.values, x.slopes];
  const cells = [0, 0, 1, 1].map((i, k): Cell => {
    const [row, column] = [2 * i, k % 2];
    return {
      value: v[row] * v[column] + v[row + 1] * v[2 + column],
      parts: [
        [v[column], s[row]],
        [v[row], s[column]],
        [v[2 + column], s[row + 1]],
        [v[row + 1], s[2 + column]],
      ],
    };
  });
  return computed(x.tensor.matmul(x.tensor), [x], cells, inputs);
}

const movements: ((x: Dual) => Dual)[] = [
  reshaped,
  detached,
  largest,
  (x) => picking(x.tensor.sum(), x, [all(x)]),
  (x) => (x.tensor.size < 4 ? picking(x.tensor.expandTo([2, 2]), x, each(spread(x, [2, 2]))) : reshaped(x)),
];
const squareMovements: ((x: Dual) => Dual)[] = [
  squared,
  (x) => picking(x.tensor.transpose(), x, each([0, 2, 1, 3])),
  (x) =>
    picking(x.tensor.sum(-1, { keepDims: true }), x, [
      [0, 1],
      [2, 3],
    ]),
  (x) =>
    picking(x.tensor.sum(-2), x, [
      [0, 2],
      [1, 3],
    ]),
];

function movement(which: number, x: Dual): Dual {
  const { size, shape } = x.tensor;
  const possible = size === 4 && shape.at(-1) === 2 ? [...movements, ...squareMovements] : movements;
  return possible[which % possible.length](x);
}

/** Assigns one value, a number everywhere, or all; of a computed tensor through detach(), which shares them. */
function overwrite(x: Dual, which: number, number: number): void {
  const value = number / 1000 - 1.0005; // never 0: no kink
  const { values } = x.store;
  const open = x.tensor.detach();
  const place = which % values.length;
  if (which % 3 === 0) {
    open.assign(value, place);
    values[place] = value;
  } else {
    const fresh = values.map((_, i) => (which % 3 === 1 ? value : value / (i + 2)));
    open.assign(which % 3 === 1 ? value : Float64Array.from(fresh));
    values.splice(0, Infinity, ...fresh);
  }
  x.store.version++;
}

/** Whether going back from y meets a rule that reads what was assigned since. */
function isStale(y: Dual): boolean {
  const found = new Set([y]);
  for (const x of found) for (const { to } of x.edges) found.add(to);
  return [...found].some((x) =>
    x.edges.some(({ reads }) => reads.some((saved) => saved.store.version !== saved.version)),
  );
}

/** Runs a program, comparing at each `gradient` and at the end; counts how the comparisons came out. */
function runProgram(program: readonly number[][], counts: { equal: number; refused: number }): void {
  let before = 0;
  const pool = leafShapes.map((shape): Dual => {
    const size = shape.reduce((n, length) => n * length, 1);
    const x = tensor(linspace(-0.9, 0.8, size, float64).reshape(shape), { requiresGrad: true });
    const slopes = Array.from(x.data, () => {
      const own = before++;
      return Array.from({ length: elements }, (_, k) => +(k === own));
    });
    return { tensor: x, store: { values: [...x.data], version: 0 }, slopes, tracked: true, edges: [] };
  });
  const xs = pool.map((x) => x.tensor);
  const compare = (y: Dual, gradients: () => readonly Tensor[]): void => {
    if (isStale(y)) {
      throwsGrad(gradients, overwritten);
      counts.refused++;
    } else {
      const expected = chain(y.slopes.map((slopes) => [1, slopes]));
      assertClose(
        gradients().flatMap((g) => [...g.data]),
        expected,
        { tolerance: 1e-12 },
      );
      counts.equal++;
    }
  };
  for (const [kind, which, i, j] of program) {
    const [a, b] = [pool[i % pool.length], pool[j % pool.length]];
    const tame = [...a.store.values, ...b.store.values].every((v) => Math.abs(v) < 30);
    if (kind % 5 === 0) pool.push(unary(tame ? which : 5, a));
    else if (kind % 5 === 1) pool.push(tame ? binary(which, a, b) : unary(6, a));
    else if (kind % 5 === 2) pool.push(tame ? movement(which, a) : reshaped(a));
    else if (kind % 5 === 3) overwrite(a, which, j % 2001);
    else if (a.tracked) compare(a, () => gradient(a.tensor.sum(), xs, { createGraph: which % 2 === 0 }));
  }
  const total = pool
    .slice(-3)
    .map((x) => picking(x.tensor.sum(), x, [all(x)]))
    .reduce((a, b) => binary(0, a, b));
  assertClose(total.tensor, total.store.values[0], { tolerance: 1e-12 });
  if (total.tracked)
    compare(total, () => {
      total.tensor.backward();
      return xs.map((x) => x.grad ?? zeros(x.shape));
    });
}

test("no program of ops, views and assignments has a gradient that is silently wrong", () => {
  const counts = { equal: 0, refused: 0 };
  const nat = fc.nat(9999);
  const programs = fc.array(fc.tuple(nat, nat, nat, nat), { minLength: 1, maxLength: 20, size: "max" });
  fc.assert(
    fc.property(programs, (program) => runProgram(program, counts)),
    { numRuns: long ? 5000 : 500 },
  );
  // Both outcomes must be common, or the test shows little.
  const comparisons = counts.equal + counts.refused;
  assert.ok(Math.min(counts.equal, counts.refused) > comparisons / 20, JSON.stringify(counts));
});

test("gradient() of what is on no tape is an error, not a zero", () => {
  const [x, w] = [tensor(2), tensor(3, { requiresGrad: true })];
  for (const [y, of] of [
    [x.mul(2).mul(w), x],
    [x.mul(2).mul(w).add(x.mul(w)), x],
    [w.mul(w), w.detach()],
  ])
    assert.throws(() => gradient(y, of), /^gradient: a tensor \[\] that is asked for is not on any tape/);
});

test("a seed takes the dtype of what it arrives at, and may not be int32", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  x.mul(3).backward({ seed: tensor([1, 1], { dtype: "float64" }) });
  assert.is(x.grad?.dtype, "float32");
  assert.throws(
    () => x.mul(3).backward({ seed: tensor([1, 1], { dtype: "int32" }) }),
    /seed must be float32 or float64/,
  );
});

test("an attribute object may change after the call", () => {
  const how = { ta: true };
  const a = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  const y = a.matmul(tensor([[5], [7]]), how);
  how.ta = false;
  y.backward({ seed: tensor([[1], [0]]) });
  assert.equal(a.grad?.toArray(), [
    [5, 0],
    [7, 0],
  ]);
});

test("a rule that gives nothing is an error that names its op", () => {
  const broken = kernelOp("brokenForTest", {
    shape: (_: object, [x]: readonly Tensor[]) => x.shape,
    run: () => {},
    vjp: [(() => undefined) as never],
  });
  try {
    const y = broken(tensor([1, 2], { requiresGrad: true })).sum();
    assert.throws(() => y.backward(), /^backward through brokenForTest: what its rule gives: a tensor must be given/);
  } finally {
    registry.delete("brokenForTest");
  }
});

test("products of nothing have gradients of gradients, of their shapes", () => {
  const [a, b] = [zeros([2, 1, 0], { requiresGrad: true }), zeros([0, 3], { requiresGrad: true })];
  const y = a.matmul(b);
  const slopes = gradient(y.mul(y).sum(), [a, b], { createGraph: true });
  const again = gradient(slopes[0].sum().add(slopes[1].sum()), [a, b]);
  for (const found of [slopes, again])
    assert.equal(
      found.map(({ shape }) => shape),
      [a.shape, b.shape],
    );
});

test.run();
