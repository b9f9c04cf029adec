/** Every op that PyTorch has against PyTorch: values, gradients and their gradients in float64, and three networks in training. */
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  conv2d,
  crossEntropy,
  gradient,
  maxPool2d,
  mse,
  registry,
  SGD,
  type Tensor,
  tensor,
  zeros,
  zerosLike,
} from "gradtape";
import * as assert from "uvu/assert";
import { checkGolden } from "./support/python.js";
import { suite } from "./support/suite.js";

const test = suite("oracle");

// The file is made by `python3 spec/golden/torch.py`, whose head says what its lines hold.
const script = fileURLToPath(new URL("golden/torch.py", import.meta.url));
const golden = fileURLToPath(new URL("golden/torch.json", import.meta.url));

type Slope = number[] | 0;
type Golden = {
  op: string;
  x: [shape: number[], values: number[], kind?: "int32" | "constant"][];
  args: unknown[];
  y: [shape: number[], values: number[]];
  g?: number[];
  d?: Slope[];
  w?: number[][];
  h?: Slope[] | null;
};

const { cases, training } = JSON.parse(readFileSync(golden, "utf8")) as {
  cases: Golden[];
  training: Record<string, number[]>;
};

/** How far we may be from PyTorch, as a share of its number, or of 1. */
const tolerance = 1e-9;
/** How many numbers were compared, zeros of gradients of zeros apart, and how many that PyTorch cannot tell were not. */
const counted = { value: 0, first: 0, second: 0, zeros: 0, unknown: 0 };

const float64 = (shape: readonly number[], values: readonly number[], requiresGrad = true): Tensor =>
  tensor(
    Float64Array.from(values, (value) => value / 64),
    { shape, requiresGrad },
  );

/** The arguments with tensors, and numbers that JSON has not, in their places. */
function argument(x: unknown, tensors: readonly Tensor[]): unknown {
  if (x === "$inf" || x === "$-inf") return x === "$inf" ? Infinity : -Infinity;
  if (typeof x === "string") return x.startsWith("$") ? tensors[Number(x.slice(1))] : x;
  if (Array.isArray(x)) return x.map((part) => argument(part, tensors));
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([name, part]) => [name, argument(part, tensors)]));
}

/** Throws unless all numbers are PyTorch's; a lone 0 stands for zeros. */
function compare(what: string, actual: Tensor, wanted: Slope, kind: "value" | "first" | "second"): void {
  const expected = wanted === 0 ? new Array<number>(actual.size).fill(0) : wanted;
  assert.is(actual.size, expected.length, `${what}: ${actual.size} numbers`);
  counted[wanted === 0 ? "zeros" : kind] += expected.length;
  expected.forEach((b, i) => {
    const a = actual.data[i];
    if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))))
      throw new Error(`${what} at ${i}: ours is ${a}, PyTorch's ${b}`);
  });
}

/** The gradients of Σ⟨first, weight⟩; those that lead nowhere add nothing. */
function second(firsts: readonly Tensor[], weights: readonly Tensor[], targets: readonly Tensor[]): Tensor[] {
  const terms = firsts.flatMap((x, i) => (x.tracked ? [x.mul(weights[i]).sum()] : []));
  if (terms.length === 0) return targets.map((x) => zerosLike(x));
  return gradient(
    terms.reduce((a, b) => a.add(b)),
    targets,
  );
}

function check(given: Golden, name: string): void {
  const tensors = given.x.map(([shape, values, kind]) =>
    kind === "int32" ? tensor(Int32Array.from(values), { shape }) : float64(shape, values, kind === undefined),
  );
  const op = registry.get(given.op);
  if (!op) throw new Error(`${name}: there is no such op`);
  const y = op.apply(...(argument(given.args, tensors) as never[]));
  assert.equal(y.shape, given.y[0], `${name}: shape`);
  compare(`${name}: value`, y, given.y[1], "value");
  const leaves = tensors.filter((x) => x.requiresGrad);
  if (!given.g || !given.d || !given.w) {
    if (leaves.length > 0) assert.not(y.tracked, `${name}: has a gradient`);
    return;
  }
  const g = float64(y.shape, given.g);
  const firsts = y.tracked ? gradient(y, leaves, { seed: g, createGraph: true }) : leaves.map((x) => zerosLike(x));
  firsts.forEach((x, i) => {
    compare(`${name}: gradient ${i + 1}`, x, given.d?.[i] ?? 0, "first");
  });
  if (!given.h) {
    counted.unknown += [...leaves, g].reduce((sum, x) => sum + x.size, 0);
    return;
  }
  const weights = given.w.map((values, i) => float64(leaves[i].shape, values, false));
  second(firsts, weights, [...leaves, g]).forEach((x, i) => {
    const of = i < leaves.length ? `input ${i + 1}` : "the cotangent";
    compare(`${name}: second order in ${of}`, x, given.h?.[i] ?? 0, "second");
  });
}

const covered = new Map<string, Golden[]>();
for (const given of cases) covered.set(given.op, [...(covered.get(given.op) ?? []), given]);

for (const [op, list] of covered)
  test(`${op}: PyTorch has the same numbers, in ${list.length} cases`, () => {
    list.forEach((given, i) => {
      check(given, `${op}, case ${i + 1}, ${JSON.stringify(given.x.map(([shape]) => shape))}`);
    });
  });

test("2,000 numbers and more were compared, in a file of at most 500 KB", () => {
  const size = statSync(golden).size;
  const { value, first, second, zeros, unknown } = counted;
  console.log(
    `\n${covered.size} ops, ${cases.length} cases: ${value} values, ${first} numbers of first and ${second} of second ` +
      `order, ${zeros} zeros; ${unknown} that PyTorch cannot tell; ${size} bytes`,
  );
  assert.ok(value >= 2000 && first >= 2000 && second >= 2000, JSON.stringify(counted));
  assert.ok(size <= 500_000, `${size} bytes`);
});

test("every op has a case, save a few", () => {
  const missing = [...registry.keys()].filter((name) => !covered.has(name));
  console.log(`\nops without a case: ${missing.join(", ") || "none"}`);
  assert.ok(missing.length <= 12, missing.join(", "));
});

test("a number that is 2e-9 off does not pass, be it of a value, a gradient or its gradient", () => {
  const off = (list: number[]) => list.map((x, i) => (i === 0 ? x + 2 * tolerance * Math.max(1, Math.abs(x)) : x));
  const spoil = (list: Slope[]) => list.map((x, i) => (i === 0 && x !== 0 ? off(x) : x));
  for (const op of ["sigmoid", "matmul", "conv2d", "logSumExp"]) {
    const [given] = covered.get(op) as [Golden];
    for (const spoiled of [
      { ...given, y: [given.y[0], off(given.y[1])] as Golden["y"] },
      { ...given, d: spoil(given.d as Slope[]) },
      { ...given, h: spoil(given.h as Slope[]) },
    ])
      assert.throws(() => check(spoiled, op), /ours is .* PyTorch's/);
  }
});

// ---- training

/** Dyadic numbers between −scale and scale, the same as those of training.py. */
function begin(shape: readonly number[], seed: number, scale: number): Tensor {
  const size = shape.reduce((n, length) => n * length, 1);
  const values = Array.from({ length: size }, (_, i) => ((((i + 1000 * seed) * 7919 + 13) % 1009) / 512 - 1) * scale);
  return tensor(values, { dtype: "float32" }).reshape(shape);
}

const labels = (count: number, classes: number): Tensor =>
  tensor(
    Array.from({ length: count }, (_, i) => ((i * 7919 + 13) % 1009) % classes),
    { dtype: "int32" },
  );

/** Trains as PyTorch did, and holds every loss against PyTorch's. */
function train(
  name: string,
  loss: (...weights: Tensor[]) => Tensor,
  shapes: readonly (readonly number[])[],
  { scale, lr }: { scale: number; lr: number },
): void {
  const weights = shapes.map((shape, i) => tensor(begin(shape, 10 + i, scale), { requiresGrad: true }));
  const optimizer = new SGD(weights, { lr });
  const wanted = training[name];
  assert.is(wanted.length, 100);
  let worst = 0;
  wanted.forEach((expected, step) => {
    const value = loss(...weights);
    assert.is(value.dtype, "float32");
    const error = Math.abs(value.item() - expected);
    assert.ok(error <= 1e-4, `step ${step}: ours is ${value.item()}, PyTorch's ${expected}`);
    worst = Math.max(worst, error);
    optimizer.zeroGrad();
    value.backward();
    optimizer.step();
  });
  assert.ok(wanted[99] < 0.5 * wanted[0], `has learned little: ${wanted[0]} to ${wanted[99]}`);
  console.log(
    `\n${name}: ${wanted[0].toFixed(4)} to ${wanted[99].toFixed(4)}, at most ${worst.toExponential(1)} apart`,
  );
}

test("100 steps of a perceptron have PyTorch's losses", () => {
  const [x, t] = [begin([16, 6], 1, 1), labels(16, 4)];
  const loss = (W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, W3: Tensor, b3: Tensor) => {
    const h = x.matmul(W1).add(b1).tanh().matmul(W2).add(b2).relu();
    return crossEntropy(h.matmul(W3).add(b3), t);
  };
  train("mlp", loss, [[6, 10], [10], [10, 8], [8], [8, 4], [4]], { scale: 1, lr: 0.5 });
});

test("100 steps of a convolutional network have PyTorch's losses", () => {
  const [x, t] = [begin([6, 1, 8, 8], 1, 1), labels(6, 3)];
  const loss = (W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) => {
    const h = maxPool2d(conv2d(x, W1, b1, { padding: 1 }).relu(), 2);
    return crossEntropy(h.flatten(1).matmul(W2).add(b2), t);
  };
  train("cnn", loss, [[4, 1, 3, 3], [4], [64, 3], [3]], { scale: 0.25, lr: 0.125 });
});

test("100 steps of a gated recurrent network have PyTorch's losses", () => {
  const x = begin([8, 4, 3], 1, 1);
  const loss = (...[Wz, Uz, Wr, Ur, Wn, Un, b, V]: Tensor[]) => {
    let [h, total] = [zeros([4, 6]), zeros([])];
    for (let step = 0; step < 8; step++) {
      const now = x.select(0, step);
      const z = now.matmul(Wz).add(h.matmul(Uz)).add(b).sigmoid();
      const r = now.matmul(Wr).add(h.matmul(Ur)).sigmoid();
      const n = now
        .matmul(Wn)
        .add(r.mul(h.matmul(Un)))
        .tanh();
      h = z.neg().add(1).mul(n).add(z.mul(h));
      if (step > 0) total = total.add(mse(h.matmul(V), x.select(0, step - 1)));
    }
    return total.div(7);
  };
  const shapes = [[3, 6], [6, 6], [3, 6], [6, 6], [3, 6], [6, 6], [6], [6, 3]];
  train("recurrent", loss, shapes, { scale: 0.5, lr: 1 });
});

test("the file is what PyTorch says, where PyTorch is installed", () => checkGolden(script, "torch"), {
  deadline: 240_000,
});

test.run();
