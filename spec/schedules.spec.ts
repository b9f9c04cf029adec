/** Schedules and clipped gradients: PyTorch's numbers. */
import {
  type Course,
  clipGradNorm,
  clipGradValue,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  exponentialLR,
  linearLR,
  multiStepLR,
  oneCycleLR,
  polynomialLR,
  ReduceLROnPlateau,
  Schedule,
  SGD,
  sequentialLR,
  stepLR,
  type Tensor,
  tensor,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose } from "./support/close.js";
import { begin, close, golden, shapes, weights } from "./support/optimizers.js";
import { suite } from "./support/suite.js";

const test = suite("schedules");

/** The schedules of optimizers.py, for a group that begins with this rate. */
const courses: Record<string, (base: number) => Course> = {
  step: () => stepLR(7),
  "step, gamma": () => stepLR(13, { gamma: 0.5 }),
  multiStep: () => multiStepLR([5, 11, 11, 40], { gamma: 0.5 }),
  exponential: () => exponentialLR(0.9),
  linear: () => linearLR(),
  "linear, options": () => linearLR({ startFactor: 0.125, endFactor: 0.75, totalIters: 30 }),
  polynomial: () => polynomialLR({ totalIters: 40, power: 2 }),
  cosine: () => cosineAnnealingLR(59),
  "cosine, back": (base) => cosineAnnealingLR(20, { minFactor: 0.05 / base }),
  restarts: () => cosineAnnealingWarmRestarts(10),
  "restarts, longer": (base) => cosineAnnealingWarmRestarts(5, { tMult: 2, minFactor: 0.05 / base }),
  oneCycle: () => oneCycleLR(60),
  "oneCycle, options": () =>
    oneCycleLR(60, { pctStart: 0.5, annealStrategy: "linear", divFactor: 10, finalDivFactor: 100 }),
  "oneCycle, three": () => oneCycleLR(60, { pctStart: 0.25, threePhase: true }),
  lambda: () => (step) => 1 / (1 + step),
  sequential: () =>
    sequentialLR([linearLR({ startFactor: 0.25, totalIters: 8 }), exponentialLR(0.9), stepLR(4)], [8, 30]),
};

/** An optimizer of two groups, as optimizers.py has it. */
function twoGroups(): SGD {
  const [a, b] = [0, 1].map(() => tensor(1, { requiresGrad: true }));
  return new SGD([{ parameters: [a] }, { parameters: [b], lr: 0.125 }], { lr: 0.5 });
}

for (const [name, course] of Object.entries(courses))
  test(`schedule ${name}: 60 steps have PyTorch's rates`, () => {
    [0.5, 0.125].forEach((base, k) => {
      const optimizer = twoGroups();
      const schedule = new Schedule(optimizer, course(base));
      const found = Array.from({ length: 60 }, () => {
        const { lr } = optimizer.groups[k];
        schedule.step();
        return lr;
      });
      found.forEach((lr, step) => {
        const expected = golden.schedules[name][k][step];
        assert.ok(Math.abs(lr - expected) <= 1e-12 * expected + 1e-15, `step ${step}: ${lr}, PyTorch's ${expected}`);
      });
    });
  });

const plateaus: Record<string, ConstructorParameters<typeof ReduceLROnPlateau>[1]> = {
  plateau: {},
  "plateau, options": {
    factor: 0.5,
    patience: 2,
    threshold: 0.01,
    thresholdMode: "abs",
    cooldown: 3,
    minLr: 0.01,
    eps: 1e-3,
  },
  "plateau, max": { mode: "max", patience: 4, threshold: 0.01 },
  "plateau, max, abs": { mode: "max", patience: 4, thresholdMode: "abs", cooldown: 1 },
};

/** The metric of optimizers.py. */
const falling = (step: number): number =>
  step === 40 ? NaN : step < 30 ? 1 + (step - 20) ** 2 / 256 : 1.375 - (step % 4) / 1024;

for (const [name, options] of Object.entries(plateaus))
  test(`schedule ${name}: 60 steps have PyTorch's rates, also when it is stopped and resumed`, () => {
    for (const stop of [-1, 0, 24, 33, 59]) {
      const optimizer = twoGroups();
      let schedule = new ReduceLROnPlateau(optimizer, options);
      const found = Array.from({ length: 60 }, (_, step) => {
        if (step === stop) schedule = new ReduceLROnPlateau(optimizer, options).loadStateDict(schedule.stateDict());
        const rates = optimizer.groups.map(({ lr }) => lr);
        schedule.step(step % 2 ? falling(step) : tensor(falling(step), { dtype: "float64" }));
        return rates;
      });
      const expected = golden.schedules[name];
      assertClose(
        found,
        expected[0].map((_, step) => expected.map((rates) => rates[step])),
        { tolerance: 1e-15 },
      );
    }
  });

test("every schedule of PyTorch's is tried", () => {
  assert.equal([...Object.keys(courses), ...Object.keys(plateaus)].sort(), Object.keys(golden.schedules).sort());
});

test("a course stays at its end", () => {
  for (const [course, last] of [
    [oneCycleLR(10), 1 / 25e4],
    [linearLR(), 1],
    [polynomialLR(), 0],
  ] as const)
    for (const step of [10, 11, 1000]) assertClose(course(step), last, { tolerance: 1e-15 });
  assert.equal([0, 9].map(oneCycleLR(10, { pctStart: 0.1 })), [1, 1 / 25e4]); // which PyTorch divides by 0
});

test("a schedule resumed from its state goes on from its step and rates", () => {
  const [optimizer, other] = [twoGroups(), twoGroups()];
  const schedule = new Schedule(optimizer, exponentialLR(0.5));
  for (let step = 0; step < 3; step++) schedule.step();
  const state = schedule.stateDict();
  assert.equal(
    [...state].map(([name, x]) => [name, x.item()]),
    [
      ["step", 3],
      ["base.0", 0.5],
      ["base.1", 0.125],
    ],
  );
  other.lr = 7;
  const resumed = new Schedule(other, exponentialLR(0.5));
  assert.throws(() => resumed.loadStateDict(new Map([...state].slice(1))), /missing step/);
  assert.is(other.lr, 7);
  assert.is(resumed.loadStateDict(state), resumed);
  for (const rates of [
    [0.0625, 0.015625],
    [0.03125, 0.0078125],
  ]) {
    assert.equal(
      other.groups.map(({ lr }) => lr),
      rates,
    );
    resumed.step();
  }
});

/** Parameters with gradients as optimizers.py has them; the last has none. */
function withGradients(): Tensor[] {
  const w = weights();
  w.slice(0, 3).forEach((x, i) => {
    x.grad = begin(shapes[i], 20 + i, 4);
  });
  return w;
}

test("clipped gradients and their norms are PyTorch's", () => {
  const calls: Record<string, (w: Tensor[]) => number | undefined> = {
    "norm 2": (w) => clipGradNorm(w, 1),
    "norm 2, large": (w) => clipGradNorm(w, 100),
    "norm 1": (w) => clipGradNorm(w, 1, { p: 1 }),
    "norm 3": (w) => clipGradNorm(w, 0.5, { p: 3 }),
    "norm 0.5": (w) => clipGradNorm(w, 0.5, { p: 0.5 }),
    "norm inf": (w) => clipGradNorm(w.values(), 1, { p: Infinity }),
    value: (w) => {
      clipGradValue(w, 0.75);
      return undefined;
    },
  };
  assert.equal(Object.keys(calls).sort(), Object.keys(golden.clipped).sort());
  for (const [name, call] of Object.entries(calls)) {
    const w = withGradients();
    const [norm, gradients] = golden.clipped[name];
    const found = call(w);
    assertClose(found === undefined ? [] : [found], norm, close);
    for (const [i, g] of gradients.entries()) assertClose(w[i].grad?.data as Float64Array, Float64Array.from(g), close);
    assert.is(w[3].grad, null);
  }
});

test("norms neither overflow nor vanish, and what is no number stays none", () => {
  for (const dtype of ["float32", "float64"] as const)
    for (const size of [4, 400])
      for (const p of [1, 2, 3, Infinity])
        for (const scale of dtype === "float32"
          ? [2 ** -140, Math.fround(1.7 * 2 ** -74), 1, 2 ** 100]
          : [2 ** -1000, 1.7 * 2 ** -537, 2 ** 1000]) {
          const w = tensor(zeros([size], { dtype }), { requiresGrad: true });
          w.grad = tensor(new Array(size).fill(-scale), { dtype });
          const norm = clipGradNorm(w, 1, { p }) / scale;
          assertClose(norm, p === Infinity ? 1 : size ** (1 / p), { tolerance: dtype === "float32" ? 1e-6 : 1e-12 });
        }
  const clipped = (...values: number[]): [number, number[]] => {
    const w = zeros([values.length], { requiresGrad: true });
    w.grad = tensor(values);
    return [clipGradNorm(w, 1), [...w.grad.data]];
  };
  assert.equal(clipped(0, 0), [0, [0, 0]]);
  assert.equal(clipped(NaN, 1), [NaN, [NaN, NaN]]);
  assert.equal(clipped(1, -Infinity), [Infinity, [0, NaN]]);
  assert.equal([clipGradNorm([], 1), clipGradNorm(zeros([2], { requiresGrad: true }), 1)], [0, 0]);
  const w = zeros([5], { requiresGrad: true });
  w.grad = tensor([-Infinity, -2, NaN, 0.5, 7]);
  clipGradValue(w, 1);
  assert.equal([...w.grad.data], [-1, -1, NaN, 0.5, 1]);
});

test("a gradient that two parameters share is clipped once, and stays the same tensor", () => {
  const [a, b] = [0, 1].map(() => zeros([2], { requiresGrad: true }));
  const g = tensor([3, 4]);
  a.grad = g;
  b.grad = g.reshape([2]);
  assert.is(clipGradNorm([a, b], 2.5), 5);
  assert.is(a.grad, g);
  assertClose([...g.data], [1.5, 2], { tolerance: 1e-6 });
});

test.run();
