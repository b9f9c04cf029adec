/** Optimizers: PyTorch's numbers, the book's, one pass for each parameter, and a state with which training goes on as if it had never stopped. */
import { statSync } from "node:fs";
import fc from "fast-check";
import {
  AdaDelta,
  AdaGrad,
  Adam,
  AdamW,
  Affine,
  backend,
  CheckpointError,
  clipGradNorm,
  clipGradValue,
  configure,
  exponentialLR,
  GradError,
  linearLR,
  Momentum,
  multiStepLR,
  Nesterov,
  noGrad,
  Optimizer,
  oneCycleLR,
  ones,
  ReduceLROnPlateau,
  RMSProp,
  type Rule,
  Schedule,
  SGD,
  type StateDict,
  sequentialLR,
  stepLR,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { replaceBackend } from "./support/calls.js";
import { assertClose, assertSame, failure } from "./support/close.js";
import {
  begin,
  type Case,
  cases,
  close,
  type Float,
  file,
  golden,
  lossOf,
  own,
  script,
  train,
  weights,
} from "./support/optimizers.js";
import { checkGolden } from "./support/python.js";
import { long, suite } from "./support/suite.js";

const test = suite("optim");

/** 100 steps held against PyTorch's. */
function holdAgainst(given: Case, [losses, ends]: [number[], number[][]]): void {
  const w = weights();
  const optimizer = given.make(w);
  const found = Array.from({ length: 100 }, (_, step) => train(w, optimizer, given, step));
  assertClose(
    found.filter((_, step) => step % 10 === 0),
    losses,
    close,
  );
  for (const [i, end] of ends.entries()) assertClose(w[i].data as Float64Array, Float64Array.from(end), close);
}

for (const [name, given] of Object.entries(cases))
  test(`${name}: 100 steps have PyTorch's losses and end at its parameters`, () => {
    holdAgainst(given, golden.training[name]);
  });

test("every case of PyTorch's is tried, and one that is 2e-9 off does not pass", () => {
  assert.equal(Object.keys(cases).sort(), Object.keys(golden.training).sort());
  assert.ok(statSync(file).size <= 100_000);
  const [losses, ends] = golden.training.adam;
  const off = (list: number[]) => list.map((x, i) => (i === 1 ? x + 2e-9 : x));
  assert.throws(() => holdAgainst(cases.adam, [off(losses), ends]), /1 of 10 differ/);
  assert.throws(() => holdAgainst(cases.adam, [losses, [...ends.slice(0, 2), off(ends[2]), ends[3]]]), /1 of 8 differ/);
});

test("the file is what PyTorch says, where PyTorch is installed", () => checkGolden(script, "torch"), {
  deadline: 240_000,
});

/** The book's common/optimizer.py on plain numbers: what W becomes, and what is kept. */
const book: Record<string, { make: (w: Tensor[]) => Optimizer; update: () => (W: number, g: number) => number }> = {
  SGD: { make: (w) => new SGD(w, { lr: 0.95 }), update: () => (W, g) => W - 0.95 * g },
  Momentum: {
    make: (w) => new Momentum(w, { lr: 0.1 }),
    update: () => {
      let v = 0;
      return (W, g) => {
        v = 0.9 * v - 0.1 * g;
        return W + v;
      };
    },
  },
  Nesterov: {
    make: (w) => new Nesterov(w, { lr: 0.1 }),
    update: () => {
      let v = 0;
      return (W, g) => {
        const moved = W + 0.9 * 0.9 * v - (1 + 0.9) * 0.1 * g;
        v = v * 0.9 - 0.1 * g;
        return moved;
      };
    },
  },
  AdaGrad: {
    make: (w) => new AdaGrad(w, { lr: 1.5, eps: 1e-7 }),
    update: () => {
      let h = 0;
      return (W, g) => {
        h += g * g;
        return W - (1.5 * g) / (Math.sqrt(h) + 1e-7);
      };
    },
  },
  RMSprop: {
    make: (w) => new RMSProp(w, { lr: 0.1, eps: 1e-7 }),
    update: () => {
      let h = 0;
      return (W, g) => {
        h = h * 0.99 + (1 - 0.99) * g * g;
        return W - (0.1 * g) / (Math.sqrt(h) + 1e-7);
      };
    },
  },
  Adam: {
    make: (w) => new Adam(w, { lr: 0.3, eps: 1e-7, epsHat: true }),
    update: () => {
      let [m, v, iter] = [0, 0, 0];
      return (W, g) => {
        iter++;
        const rate = (0.3 * Math.sqrt(1 - 0.999 ** iter)) / (1 - 0.9 ** iter);
        m += (1 - 0.9) * (g - m);
        v += (1 - 0.999) * (g ** 2 - v);
        return W - (rate * m) / (Math.sqrt(v) + 1e-7);
      };
    },
  },
};

for (const [name, { make, update }] of Object.entries(book))
  test(`${name} goes the book's way down its valley (chapter 6.1)`, () => {
    // x² / 20 + y² from (−7, 2); and a slope so faint that it matters where eps stands.
    const starts = [-7, 2, 1e-7];
    const place = starts.slice();
    const slope = (i: number, x: number): number => [x / 10, 2 * x, 1e-6 * x][i];
    const w = place.map((x) => tensor(x, { dtype: "float64", requiresGrad: true }));
    const optimizer = make(w);
    const updates = place.map(update);
    for (let step = 0; step < 30; step++) {
      w.forEach((x, i) => {
        x.grad = tensor(slope(i, x.item()), { dtype: "float64" });
      });
      optimizer.step();
      place.forEach((x, i) => {
        place[i] = updates[i](x, slope(i, x));
        const distance = Math.abs(w[i].item() - place[i]);
        assert.ok(distance <= 1e-10 * Math.max(Math.abs(place[i]), Math.abs(starts[i])), `${i}: ${distance}`);
      });
    }
  });

const everything = { ...cases, ...own };

/** Saves after `stop` steps, and goes on with new parameters and another optimizer; which must end where one does that never stopped. */
function stopAndResume(given: Case, stop: number, steps: number, dtype: Float): void {
  const [w, resumed] = [weights(dtype), weights(dtype)];
  const optimizer = given.make(w);
  const other = given.make(resumed);
  other.lr = 123;
  for (let step = 0; step < steps; step++) {
    if (step === stop) {
      const state = optimizer.stateDict();
      for (const [i, x] of w.entries()) resumed[i].assign(x);
      assert.is(other.loadStateDict(state), other);
      assertStates(other.stateDict(), state);
      for (const x of state.values()) x.assign(7); // the state was copied
    }
    train(w, optimizer, given, step);
    if (step >= stop) train(resumed, other, given, step);
  }
  for (const [i, x] of w.entries()) assertSame(resumed[i], x);
  assertStates(other.stateDict(), optimizer.stateDict());
}

function assertStates(found: StateDict, expected: StateDict): void {
  assert.equal([...found.keys()], [...expected.keys()]);
  for (const [name, x] of expected) assertSame(found.get(name) as Tensor, x, { what: name });
}

test("stopped at any step, and resumed by another optimizer from the state, all go on to the same bits", () => {
  const names = fc.constantFrom(...Object.keys(everything));
  fc.assert(
    fc.property(names, fc.nat(11), fc.nat(8), fc.constantFrom<Float>("float32", "float64"), (name, stop, more, dtype) =>
      stopAndResume(everything[name], stop, stop + 1 + more, dtype),
    ),
    { numRuns: long ? 1000 : 150 },
  );
});

test("a state has steps and slots by the number of the parameter, and the options of each group", () => {
  const [a, b, c] = [ones([2]), ones([1]), ones([3])].map((x) => tensor(x, { requiresGrad: true }));
  const optimizer = new Adam([{ parameters: [a] }, { parameters: [b, c], amsgrad: true, lr: 0.5 }], { beta1: 0.75 });
  const names = ["0.m", "0.v", "1.m", "1.v", "1.vMax", "2.m", "2.v", "2.vMax", "0.step", "1.step", "2.step"];
  const options = ["weightDecay", "maximize", "lr", "beta1", "beta2", "eps", "epsHat", "amsgrad"];
  const state = optimizer.stateDict();
  assert.equal([...state.keys()], [...names, ...[0, 1].flatMap((k) => options.map((name) => `groups.${k}.${name}`))]);
  for (const [name, x] of state)
    if (/step|groups/.test(name)) assert.equal([x.dtype, x.shape], ["float64", []], name);
    else assert.equal([x.dtype, [...x.data].every((value) => value === 0)], ["float32", true], name);
  const value = (name: string) => (state.get(name) as Tensor).item();
  assert.equal(
    ["groups.0.lr", "groups.1.lr", "groups.1.beta1", "groups.0.amsgrad", "groups.1.amsgrad"].map(value),
    [0.001, 0.5, 0.75, 0, 1],
  );
  a.grad = ones([2]);
  optimizer.step();
  assert.equal(
    ["0.step", "1.step"].map((name) => (optimizer.stateDict().get(name) as Tensor).item()),
    [1, 0],
  );
  assert.equal(
    [...new SGD([a], { lr: 2 }).stateDict().keys()],
    ["0.step", ...["weightDecay", "maximize", "lr", "momentum", "dampening", "nesterov"].map((x) => `groups.0.${x}`)],
  );
});

test("a state that does not fit is refused whole, and all that is wrong is listed", () => {
  const w = weights();
  const optimizer = new SGD(w.slice(0, 2), { lr: 0.5, momentum: 0.9 });
  lossOf(w, 0).backward();
  optimizer.step();
  const before = optimizer.stateDict();
  const state = new Map(before);
  state
    .set("0.velocity", zeros([4, 3]))
    .set("1.step", tensor(0.5))
    .set("groups.0.lr", tensor(NaN))
    .set("groups.0.nesterov", tensor(2))
    .set("groups.0.momentum", tensor([0.5]))
    .set("groups.0.dampening", tensor(1, { dtype: "int32" }))
    .set("2.step", tensor(1))
    .set("groups.0.maximize", 1 as never);
  state.delete("1.velocity");
  const message =
    "loadStateDict: the state must fit, and nothing was changed: 0.velocity must be [3,4] (given [4,3]); missing 1.velocity [4]; " +
    "groups.0.maximize must be a tensor (given number); groups.0.momentum must be [] (given [1]); groups.0.dampening must hold floats (given int32); " +
    "1.step must be a whole number of at least 0 (given 0.5); groups.0.lr must be a finite number of at least 0 (given NaN); " +
    "groups.0.nesterov must be true or false (given 2); unexpected 2.step []";
  assert.throws(
    () => optimizer.loadStateDict(state),
    (error: Error) => error instanceof CheckpointError && error.message === message,
  );
  assertStates(optimizer.stateDict(), before);
  const plain = new SGD(w.slice(0, 2));
  assert.throws(
    () => plain.loadStateDict(before),
    /changed: unexpected 0\.velocity \[3,4\]; unexpected 1\.velocity \[4\]$/,
  );
  assert.is(plain.loadStateDict(before, { strict: false }).lr, 0.5);
  plain.groups[0].lr = 0; // as a schedule may
  assert.is(new SGD(w.slice(0, 2)).loadStateDict(plain.stateDict(), { strict: false }).lr, 0);
});

test("groups have options of their own, to be changed at any time; a parameter belongs to the first that has it", () => {
  const [a, b, c] = [1, 2, 3].map((x) => tensor([x], { requiresGrad: true }));
  const groups = [{ parameters: new Set([a, b]), lr: 0.5 }, { parameters: [b, c, c] }].values();
  const optimizer = new SGD(groups, { lr: 0.25 });
  assert.equal(
    optimizer.groups.map(({ parameters, lr }) => [parameters.length, lr]),
    [
      [2, 0.5],
      [1, 0.25],
    ],
  );
  assert.ok(optimizer.parameters.every((x, i) => x === [a, b, c][i]) && optimizer.parameters.length === 3);
  const step = () => {
    for (const x of [a, b, c]) x.grad = ones([1]);
    optimizer.step();
    return [a, b, c].map((x) => x.item());
  };
  assert.equal(step(), [0.5, 1.5, 2.75]);
  assert.is(optimizer.lr, 0.5);
  optimizer.lr = 1;
  assert.equal(step(), [-0.5, 0.5, 1.75]);
  optimizer.groups[1].maximize = true;
  optimizer.groups[1].lr = 2;
  assert.equal(step(), [-1.5, -0.5, 3.75]);
  optimizer.zeroGrad();
  assert.ok([a, b, c].every((x) => x.grad === null));
  assert.equal(new SGD([a], { lr: undefined, momentum: undefined }).lr, 0.01);
});

test("bad parameters and options are refused, before anything is changed", () => {
  const x = tensor([1], { requiresGrad: true });
  const wrong = (given: unknown) => given as never;
  const refused: [() => unknown, new () => Error, string | RegExp][] = [
    [
      () => new Adam(wrong(undefined)),
      ValueError,
      /^Adam: parameters must be a list of tensors; give it model.parameters\(\)$/,
    ],
    [
      () => new Adam(wrong([new Affine(1, 1)])),
      ValueError,
      /^Adam: parameters must be a list of tensors; give it model/,
    ],
    [() => new Adam([]), ValueError, /^Adam: there are no parameters to train/],
    [() => new Adam([{ parameters: [x] }, { parameters: [] }]), ValueError, /^Adam: there are no parameters to train/],
    [() => new Adam(wrong([{ parameters: () => [x] }])), ValueError, /^Adam: parameters must be a list of tensors/],
    [
      () => new Adam(wrong([{ parameters: [x] }, x])),
      GradError,
      /^Adam: every parameter must be a tensor with requires/,
    ],
    [
      () => new Adam([{ parameters: [zeros([2])] }]),
      GradError,
      /^Adam: every parameter must be a tensor with requires/,
    ],
    [
      () => new Adam([x], wrong({ learningRate: 1 })),
      ValueError,
      /^Adam: an option must be one of weightDecay, maximize, lr, .*amsgrad \(given learningRate\)$/,
    ],
    [() => new SGD([x], wrong(0.1)), ValueError, "SGD: options must be an object such as { lr: 0.1 } (given number)"],
    [() => new SGD([x], wrong(null)), ValueError, "SGD: options must be an object such as { lr: 0.1 } (given null)"],
    [() => new SGD([x], { lr: 0 }), ValueError, "SGD: lr must be a finite number above 0 (given 0)"],
    [() => new SGD([x], { lr: Infinity }), ValueError, "SGD: lr must be a finite number above 0 (given Infinity)"],
    [() => new SGD([x], { lr: wrong("0.1") }), ValueError, 'SGD: lr must be a finite number above 0 (given "0.1")'],
    [() => new SGD([x], { lr: wrong({}) }), ValueError, "SGD: lr must be a finite number above 0 (given object)"],
    [
      () => new SGD([x], { momentum: -1 }),
      ValueError,
      "SGD: momentum must be a finite number of at least 0 (given -1)",
    ],
    [() => new SGD([x], { dampening: NaN }), ValueError, "SGD: dampening must be a finite number (given NaN)"],
    [() => new SGD([x], { nesterov: wrong(1) }), ValueError, "SGD: nesterov must be true or false (given 1)"],
    [
      () => new SGD([x], { momentum: wrong(true) }),
      ValueError,
      "SGD: momentum must be a finite number of at least 0 (given true)",
    ],
    [
      () => new SGD([{ parameters: [x], momentum: 0.5 }, { parameters: [x] }], { nesterov: true }),
      ValueError,
      "SGD: nesterov must have momentum above 0 and dampening 0 (given momentum 0, dampening 0)",
    ],
    [
      () => new Adam([{ parameters: [x], beta1: 1 }]),
      ValueError,
      "Adam: beta1 must be a number from 0 to below 1 (given 1)",
    ],
    [() => new AdaDelta([x], { rho: 1.5 }), ValueError, "AdaDelta: rho must be a number from 0 to below 1 (given 1.5)"],
    [() => (new Adam([x]).lr = -1), ValueError, "Adam: lr must be a finite number of at least 0 (given -1)"],
    [
      () => clipGradNorm([x], NaN),
      ValueError,
      "clipGradNorm: maxNorm must be a finite number of at least 0 (given NaN)",
    ],
    [
      () => clipGradNorm([x], 1, { p: 0 }),
      ValueError,
      "clipGradNorm: p must be a number above 0, or Infinity (given 0)",
    ],
    [() => clipGradNorm(wrong(null), 1), ValueError, /^clipGradNorm: parameters must be a list of tensors/],
    [() => clipGradValue(wrong([1]), 1), Error, /^clipGradValue: a tensor must be given/],
    [() => clipGradValue([x], 0), ValueError, "clipGradValue: limit must be a finite number above 0 (given 0)"],
    [() => new Schedule(wrong({ groups: [] }), stepLR(1)), ValueError, /^Schedule: the first must be an optimizer/],
    [() => new Schedule(new SGD([x]), wrong(0.5)), ValueError, /^Schedule: a course must be a function/],
    [
      () => new Schedule(new SGD([x]), () => NaN),
      ValueError,
      /^Schedule: the factor at step 0 must be a finite number of at least 0/,
    ],
    [() => stepLR(0), ValueError, "stepLR: stepSize must be a whole number of at least 1 (given 0)"],
    [() => multiStepLR([3, 2]), ValueError, /^multiStepLR: milestones must be steps in ascending order \(given 3,2\)$/],
    [
      () => exponentialLR(wrong(undefined)),
      ValueError,
      "exponentialLR: gamma must be a finite number above 0 (given undefined)",
    ],
    [() => linearLR({ totalIters: 0.5 }), ValueError, /^linearLR: totalIters must be a whole number of at least 1/],
    [
      () => oneCycleLR(10, { pctStart: 2 }),
      ValueError,
      /^oneCycleLR: pctStart must be a number from 0 to 1 \(given 2\)/,
    ],
    [
      () => oneCycleLR(10, { annealStrategy: wrong("x") }),
      ValueError,
      /^oneCycleLR: annealStrategy must be "cos" or "linear"/,
    ],
    [() => sequentialLR([wrong(1)], []), ValueError, /^sequentialLR: a course must be a function/],
    [() => sequentialLR([stepLR(1)], [1]), ValueError, /^sequentialLR: there must be one course more than milestones/],
    [() => new ReduceLROnPlateau(wrong(x)), ValueError, /^ReduceLROnPlateau: the first must be an optimizer/],
    [
      () => new ReduceLROnPlateau(new SGD([x]), { factor: 1 }),
      ValueError,
      /^ReduceLROnPlateau: factor must be a number from 0 to/,
    ],
    [
      () => new ReduceLROnPlateau(new SGD([x]), { mode: wrong("up") }),
      ValueError,
      /^ReduceLROnPlateau: mode must be "min" or "max" \(given "up"\)$/,
    ],
    [
      () => new ReduceLROnPlateau(new SGD([x])).step(wrong("1")),
      ValueError,
      /^ReduceLROnPlateau: the metric must be a number/,
    ],
  ];
  for (const [call, kind, message] of refused)
    assert.throws(
      call,
      (error: Error) =>
        error instanceof kind &&
        (typeof message === "string" ? error.message === message : message.test(error.message)),
      `${call}: ${failure(call)}`,
    );
});

test("a parameter without a gradient is left alone, and a gradient of another shape counts no step", () => {
  const [a, b] = [tensor([1, 2], { requiresGrad: true }), tensor([3], { requiresGrad: true })];
  const optimizer = new Adam([a, b]);
  b.grad = ones([1]);
  optimizer.step();
  assert.equal([...a.data], [1, 2]);
  a.grad = ones([2, 1]);
  assert.throws(
    () => optimizer.step(),
    /^Adam\(\[2\], \[2,1\], \[2\], \[2\], .*: everything must broadcast to the first, \[2\]$/,
  );
  const steps = [0, 1].map((i) => (optimizer.stateDict().get(`${i}.step`) as Tensor).item());
  assert.equal(
    [[...a.data], steps],
    [
      [1, 2],
      [0, 1],
    ],
  );
  const y = a.mul(a).sum();
  a.grad = ones([2]);
  optimizer.step();
  assert.throws(() => y.backward(), /was assigned after it was saved/);
});

test("a model that changes its dtype takes its slots along", () => {
  const w = weights("float32");
  const optimizer = new Adam(w, { lr: 0.02 });
  for (let step = 0; step < 5; step++) train(w, optimizer, cases.adam, step);
  const [before] = [optimizer.stateDict()];
  for (const x of w) {
    const values = tensor(x, { dtype: "float64" });
    x.storage = values.storage; // as Layer.to does
    x.grad = null;
  }
  train(w, optimizer, cases.adam, 5);
  const after = optimizer.stateDict().get("0.m") as Tensor;
  assert.equal([after.dtype, (before.get("0.m") as Tensor).dtype], ["float64", "float32"]);
  const exact = weights();
  const other = new Adam(exact, { lr: 0.02 });
  for (let step = 0; step < 6; step++) train(exact, other, cases.adam, step);
  assertClose(after, other.stateDict().get("0.m") as Tensor, { tolerance: 1e-5 });
});

test("an optimizer of one's own is a rule", () => {
  // Lion (Chen et al. 2023), without its decay.
  const lion: Rule<{ lr: number; beta: number }, "m", "rest"> = {
    options: {
      lr: [0.125, { holds: (x) => x > 0, text: "a positive number" }],
      beta: [0.75, { holds: (x) => x >= 0 && x < 1, text: "a share" }],
    },
    slots: ["m"],
    numbers: ({ beta }) => ({ rest: 1 - beta }),
    formula({ W, g, m, lr, beta, rest }) {
      const mean = m.mul(beta).add(g.mul(rest));
      return { W: W.sub(mean.sign().mul(lr)), m: mean };
    },
  };
  class Lion extends Optimizer<{ lr: number; beta: number }> {
    constructor(parameters: Iterable<Tensor>, options: { lr?: number; beta?: number } = {}) {
      super("Lion", lion, parameters, options);
    }
  }
  const w = tensor([1, 2, 3], { requiresGrad: true });
  assert.throws(() => new Lion([w], { beta: 1 }), /^Lion: beta must be a share \(given 1\)$/);
  const optimizer = new Lion([w], { lr: 0.5 });
  w.grad = tensor([4, 0, -8]);
  optimizer.step();
  assert.equal(
    [[...w.data], optimizer.stateDict().get("0.m")?.toArray()],
    [
      [0.5, 2, 3.5],
      [1, 0, -2],
    ],
  );
});

/** Parameters so large that WebAssembly computes with them, and small ones. */
const sizes = [[20, 30], [67], [300], [], [1]];

/** 20 steps with gradients of dyadic numbers. */
function run(make: (w: Tensor[]) => Optimizer, dtype: Float): Tensor[] {
  const w = sizes.map((shape, i) => tensor(begin(shape, 30 + i, 0.5, dtype), { requiresGrad: true }));
  const optimizer = make(w);
  for (let step = 0; step < 20; step++) {
    w.forEach((x, i) => {
      if ((step + i) % 4 > 0) x.grad = noGrad(() => begin(sizes[i], step + 50 * i, 2, dtype).add(x));
    });
    clipGradNorm(w, 40, { p: Infinity });
    optimizer.step();
    optimizer.zeroGrad();
  }
  return [...w, ...optimizer.stateDict().values()];
}

test("float32 in WebAssembly, printed and interpreted: the same bits", () => {
  for (const [name, { make }] of Object.entries(everything)) {
    const results = [{}, { wasm: false }, { wasm: false, codegen: false }].map((choice) => {
      try {
        configure(choice);
        return (["float32", "float64"] as const).flatMap((dtype) => run(make, dtype));
      } finally {
        configure();
      }
    });
    for (const found of results.slice(1))
      for (const [i, x] of found.entries()) assertSame(x, results[0][i], { what: `${name} ${i}` });
  }
});

/** Counts the words that the backend computes meanwhile, and their results. */
function counting(f: () => void): { words: number; results: number } {
  const { word } = backend();
  const count = { words: 0, results: 0 };
  const back = replaceBackend({
    word: (...given) => {
      count.words++;
      count.results += given[0].results.length;
      word(...given);
    },
  });
  try {
    f();
  } finally {
    back();
  }
  return count;
}

test("a step is one pass over each parameter that has a gradient, and its slots", () => {
  const slots: Record<string, number> = { sgd: 0, "sgd, momentum": 1, adagrad: 1, "rmsprop, all": 3, adadelta: 2 };
  for (const [name, count] of Object.entries({ ...slots, adam: 2, "adam, amsgrad": 3, momentum: 1, nesterov: 1 })) {
    const w = weights();
    const optimizer = everything[name].make(w);
    lossOf(w, 0).backward();
    assert.equal(
      counting(() => optimizer.step()),
      { words: 3, results: 3 * (1 + count) },
      name,
    );
  }
});

test("numbers are arguments: ten thousand rates, decays and steps compile nothing new", () => {
  let compiled = 0;
  const counted = <T extends new (...given: never[]) => object>(real: T): T =>
    new Proxy(real, {
      construct(target, given) {
        compiled++;
        return Reflect.construct(target, given);
      },
    });
  const [RealFunction, RealModule] = [globalThis.Function, WebAssembly.Module];
  globalThis.Function = counted(RealFunction);
  WebAssembly.Module = counted(RealModule);
  try {
    configure({});
    for (const [size, rates] of [
      [2, 10_000],
      [1000, 200],
    ]) {
      const w = tensor(ones([size]), { requiresGrad: true });
      w.grad = ones([size]);
      const optimizer = new AdamW([w], { amsgrad: true });
      const [group] = optimizer.groups;
      optimizer.step();
      const after = compiled;
      assert.ok(after > 0, "kernels are counted");
      for (let i = 1; i <= rates; i++) {
        Object.assign(group, { lr: i / rates, weightDecay: i / 1e6, beta1: i / 2e4, beta2: i / 2e4, eps: i / 1e8 });
        optimizer.step();
      }
      assert.is(compiled, after);
    }
  } finally {
    globalThis.Function = RealFunction;
    WebAssembly.Module = RealModule;
    configure({});
  }
});

test.run();
