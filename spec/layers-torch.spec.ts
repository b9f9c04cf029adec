/** Every layer against PyTorch: values, gradients, 100 steps of training, and evaluation after it, in float64. */
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Generator, gradient, type Layer, mse, SGD, type Tensor } from "gradtape";
import * as assert from "uvu/assert";
import { begin, called, type Entry, entries, filled, inputsOf } from "./support/layers.js";
import { checkGolden } from "./support/python.js";
import { suite } from "./support/suite.js";

const test = suite("layers against PyTorch");

// The file is made by `python3 spec/golden/layers.py`, whose head says what its lines hold.
const script = fileURLToPath(new URL("golden/layers.py", import.meta.url));
const golden = fileURLToPath(new URL("golden/layers.json", import.meta.url));

type Golden = {
  name: string;
  names: string[];
  shape: number[];
  y: number[];
  d: number[][];
  lr: number;
  losses: number[];
  end: number[];
};

const { cases } = JSON.parse(readFileSync(golden, "utf8")) as { cases: Golden[] };

/** How far we may be from PyTorch, as a share of its number, or of 1; and how far we are. */
const tolerance = 1e-9;
let [compared, worst] = [0, 0];

function compare(what: string, actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.is(actual.length, expected.length, `${what}: how many numbers`);
  expected.forEach((b, i) => {
    const error = Math.abs(actual[i] - b) / Math.max(1, Math.abs(b));
    if (!(error <= tolerance)) throw new Error(`${what} at ${i}: ours is ${actual[i]}, PyTorch's ${b}`);
    worst = Math.max(worst, error);
    compared++;
  });
}

/** A layer of float64, and the floats that it is trained in: inputs, then parameters. */
function beginning(entry: Entry): { layer: Layer; inputs: Tensor[]; leaves: Tensor[] } {
  const layer = filled(entry.make({ dtype: "float64", generator: new Generator(0) }));
  const inputs = inputsOf(entry, true);
  return { layer, inputs, leaves: [...inputs.filter(({ requiresGrad }) => requiresGrad), ...layer.parameters()] };
}

const weighed = (x: Tensor): number => x.detach().mul(begin(x.shape, 7)).sum().item();

function check(entry: Entry, given: Golden): void {
  const { name } = entry;
  const { layer, inputs, leaves } = beginning(entry);
  assert.equal(
    layer.namedParameters().map(([path]) => path),
    given.names,
    `${name}: names of parameters`,
  );
  const y = called(entry, layer, inputs);
  assert.equal(y.shape, given.shape, `${name}: shape`);
  compare(`${name}: value`, y.data, given.y);
  gradient(y, leaves, { seed: begin(y.shape, 5) }).forEach((g, i) => {
    compare(`${name}: gradient ${i + 1}`, g.data, given.d[i]);
  });
}

function train(entry: Entry, { name, lr, losses, end }: Golden): void {
  const { layer, inputs, leaves } = beginning(entry);
  const optimizer = new SGD(leaves, { lr });
  const found: number[] = [];
  for (let step = 0; step < 100; step++) {
    const y = called(entry, layer, inputs);
    const loss = mse(y, begin(y.shape, 6));
    if (step % 5 === 0 || step === 99) found.push(loss.item());
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  compare(`${name}: losses`, found, losses);
  const buffers = layer.namedBuffers().map(([, x]) => x);
  compare(`${name}: the end`, [...leaves, ...buffers, called(entry, layer.eval(), inputs)].map(weighed), end);
  assert.ok(losses[20] < losses[0], `${name}: has learnt`);
}

const expected = new Map(cases.map((given) => [given.name, given]));

for (const entry of entries) {
  const given = expected.get(entry.name);
  if (!given) continue;
  test(`${entry.name}: the value and the gradients are PyTorch's`, () => check(entry, given));
  test(`${entry.name}: 100 steps of training, and evaluation after them, are PyTorch's`, () => train(entry, given));
}

test("every case has a layer, and every layer a case, save those that draw", () => {
  const names = entries.map(({ name }) => name);
  assert.equal(
    [...expected.keys()].filter((name) => !names.includes(name)),
    [],
  );
  assert.equal(
    names.filter((name) => !expected.has(name) && !/dropout/i.test(name)),
    [],
  );
  console.log(`\n${cases.length} cases, ${compared} numbers, at most ${worst.toExponential(1)} apart`);
  assert.ok(compared > 2000, `${compared}`);
  assert.ok(statSync(golden).size <= 120_000, `${statSync(golden).size} bytes`);
});

test("a number that is 2e-9 off does not pass", () => {
  const off = (x: number) => x + 2 * tolerance * Math.max(1, Math.abs(x));
  for (const entry of entries.filter(({ name }) => ["LSTM", "BatchNormalization", "Convolution"].includes(name))) {
    const given = expected.get(entry.name) as Golden;
    for (const spoil of [
      () => check(entry, { ...given, y: given.y.map(off) }),
      () => check(entry, { ...given, d: given.d.map((g) => g.map(off)) }),
      () => train(entry, { ...given, losses: given.losses.map(off) }),
      () => train(entry, { ...given, end: given.end.map((x, i) => (i === given.end.length - 2 ? off(x) : x)) }),
    ])
      assert.throws(spoil, /ours is .* PyTorch's/);
  }
});

test("the file is what PyTorch says, where PyTorch is installed", () => checkGolden(script, "torch"), {
  deadline: 240_000,
});

test.run();
