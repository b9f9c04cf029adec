/** The public gradient checks: right functions pass, wrong ones of every kind are caught and named, and nothing is left changed. */
import {
  Affine,
  DtypeError,
  Generator,
  type GradcheckResult,
  GradError,
  gradcheck,
  kernelOp,
  Layer,
  manualSeed,
  numericalDiff,
  numericalGradient,
  ReLU,
  Sequential,
  ShapeError,
  SoftmaxWithLoss,
  Tanh,
  type Tensor,
  tensor,
  uniform,
  ValueError,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame, close } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("gradcheck");

const double = (values: number | readonly number[] | readonly (readonly number[])[]) =>
  tensor(values, { dtype: "float64" });
const random = (shape: number[], seed = 1, low = 0.25, high = 2) =>
  uniform(shape, { low, high, dtype: "float64", generator: new Generator(seed) });

/** Throws an error of this class with this message. */
function refuses(f: () => unknown, kind: new (message: string) => Error, message: string | RegExp): void {
  assert.throws(f, (error: unknown) => {
    assert.instance(error, kind, String(error));
    if (typeof message === "string") assert.is((error as Error).message, message);
    else assert.match((error as Error).message, message);
    return true;
  });
}

/** The value of `f` with `factor` times its slope. */
const scaled =
  (factor: number, f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor => {
    const y = f(x);
    return y.mul(factor).add(y.detach().mul(1 - factor));
  };

/** What the check finds, which must be a failure. */
function failure(...args: Parameters<typeof gradcheck>): GradcheckResult {
  const found = gradcheck(args[0], args[1], { ...args[2], raise: false });
  assert.is(found.ok, false, found.message);
  refuses(() => gradcheck(...args), GradError, found.message);
  return found;
}

test("numericalDiff gives the book's figures", () => {
  const f = (x: number) => 0.01 * x ** 2 + 0.1 * x;
  assert.is(numericalDiff(f, 5), 0.1999999999990898);
  assert.is(numericalDiff(f, 10), 0.2999999999986347);
  assert.is(numericalDiff(f, 5, { side: "forward" }), 0.20000099999917254);
  assert.is(numericalDiff(f, 10, { side: "forward" }), 0.3000009999976072);
  assert.is(
    numericalDiff((x) => x * x, 3, { h: 0.5, side: "forward" }),
    6.5,
  );
  assert.is(
    numericalDiff((x) => x * x, 3, { h: 0.5 }),
    6,
  );
});

test("numericalGradient gives the book's gradients of x0² + x1²", () => {
  const f = (x: Tensor) => x.mul(x).sum();
  for (const [at, wanted] of [
    [
      [3, 4],
      [6, 8],
    ],
    [
      [0, 2],
      [0, 4],
    ],
    [
      [3, 0],
      [6, 0],
    ],
  ]) {
    assertClose(numericalGradient(f, double(at)), double(wanted), { tolerance: 1e-11 });
    assertClose(numericalGradient(f, tensor(at)), tensor(wanted), { tolerance: 1e-3 });
  }
  // f may give a number, may know x, and the result has the shape of x.
  const x = double([[1, 2, 3]]);
  assert.equal(numericalGradient(() => x.sum().item() * 2, x, { h: 0.5 }).toArray(), [[2, 2, 2]]);
  assert.is(numericalGradient(() => x.sum(), double(4)).item(), 0);
});

test("numericalGradient restores what it moves, also when f throws, and records nothing", () => {
  const values = [0.1, -0, 1e-300, 3.3, 1 / 3];
  const x = tensor(values, { dtype: "float64", requiresGrad: true });
  numericalGradient((x) => x.exp().sum(), x);
  assertSame(x.data as Float64Array, Float64Array.from(values));
  for (let bad = 1; bad <= 10; bad++) {
    let calls = 0;
    refuses(
      () =>
        numericalGradient((x) => {
          if (++calls === bad) throw new RangeError("now");
          assert.is(x.sum().tracked, false);
          return x.sum();
        }, x),
      RangeError,
      "now",
    );
    assertSame(x.data as Float64Array, Float64Array.from(values));
  }
  assert.is(x.grad, null);
  assert.ok(x.sum().tracked);
});

test("numericalGradient of a network's loss in its weights agrees with backward, and restores them", () => {
  manualSeed(3);
  const net = new Sequential(new Affine(3, 4), new Tanh(), new Affine(4, 2)).to("float64");
  const loss = new SoftmaxWithLoss();
  const x = random([5, 3]);
  const t = tensor([0, 1, 1, 0, 1], { dtype: "int32" });
  const before = net.parameters().map((W) => W.data.slice());
  loss.forward(net.forward(x), t).backward();
  for (const [i, W] of net.parameters().entries()) {
    const differences = numericalGradient(() => loss.forward(net.forward(x), t), W);
    assertClose(differences, W.grad as Tensor, { tolerance: 1e-8 });
    assertSame(W.data as Float64Array, before[i] as Float64Array);
  }
});

test("numericalGradient says what it cannot do", () => {
  refuses(
    () => numericalGradient((x) => x.sum(), tensor([1, 2], { dtype: "int32" })),
    DtypeError,
    'numericalGradient: whole numbers cannot be moved by h; convert x with .to("float64")',
  );
  refuses(
    () => numericalGradient((x) => x.mul(2), double([1, 2])),
    ShapeError,
    /item\(\[2\]\): the tensor must have one/,
  );
  refuses(
    () => numericalGradient((x) => x, [1, 2] as never),
    DtypeError,
    "numericalGradient: a tensor must be given (given object); make one with tensor(values)",
  );
});

test("right functions pass, with every element compared", () => {
  const [a, b] = [random([2, 3]), random([3, 2], 2)];
  const [row, single] = [random([3], 3), random([], 4)];
  const cases: [string, Parameters<typeof gradcheck>[0], Tensor | Tensor[]][] = [
    ["tanh", (x) => x.tanh(), a],
    ["a chain", (x) => x.mul(x).add(1).log().div(x), a],
    ["a product", (a, b) => a.matmul(b), [a, b]],
    ["broadcasting", (a, row, single) => a.mul(row).div(single), [a, row, single]],
    ["an input used twice", (x) => x.exp().mul(x).sum().mul(x), a],
    ["softmax", (x) => x.softmax(), a],
    ["a sum that is constant", (x) => x.softmax().sum(), a],
    ["a maximum", (x) => x.max(), a],
    [
      "movement",
      (x) =>
        x
          .transpose()
          .reshape([-1])
          .indexSelect(0, tensor([5, 0, 0], { dtype: "int32" })),
      a,
    ],
    ["a loss with captured labels", (x) => new SoftmaxWithLoss().forward(x, tensor([2, 0], { dtype: "int32" })), a],
    ["large values", (x) => x.add(1e6).mul(1e3).tanh().add(x), a],
    ["an input that is not used", (a) => a.mul(a), [a, row]],
    ["a function of nothing", () => double(1), a],
    ["an empty tensor", (x) => x.exp(), random([0, 2])],
  ];
  for (const [name, f, inputs] of cases) {
    const { ok, worst, message, kinks, compared } = gradcheck(f, inputs);
    assert.ok(ok, `${name}: ${message}`);
    assert.ok((worst?.error ?? 0) <= (worst?.order === 2 ? 1e-5 : 1e-7), name);
    assert.is(kinks.length, 0, name);
    const size = [inputs].flat().reduce((n, x) => n + x.size, 0);
    assert.is(gradcheck(f, inputs, { order: 1 }).compared, size, name);
    assert.ok(compared >= size, name);
  }
  // The second order moves the inputs again, and the cotangent, which has the shape of the result.
  assert.is(gradcheck((a, b) => a.matmul(b), [a, b]).compared, 12 + 12 + 4);
});

test("models pass, with their parameters under their names", () => {
  manualSeed(1);
  const model = new Sequential(new Affine(3, 2), new Tanh(), (x: Tensor) => x.mul(x), new Affine(2, 2)).to("float64");
  const x = random([2, 3]);
  assert.is(gradcheck(model, x, { order: 1 }).compared, 6 + 8 + 6);
  assert.ok(gradcheck(model, x).ok);
  // The same as a function that uses the model.
  const loss = (x: Tensor) => model.forward(x).exp().sum();
  assert.is(gradcheck(loss, x, { model, order: 1 }).compared, 6 + 8 + 6);
  assert.is(gradcheck(loss, x, { order: 1 }).compared, 6);
  // Of ReLUs it takes kinks only where there are any.
  const deep = new Sequential(new Affine(3, 5), new ReLU(), new Affine(5, 1)).to("float64");
  assert.ok(gradcheck(deep, x).ok);
});

test("a slope wrong by a factor is caught, down to the tolerance", () => {
  const x = random([2, 2]);
  const tanh = (x: Tensor) => x.tanh();
  for (const factor of [1 + 1e-4, 1 - 1e-4, 1 + 1e-6, 2, 0, -1])
    for (const order of [1, 2] as const) {
      const { worst } = failure(scaled(factor, tanh), x, { order });
      assert.ok(Math.abs((worst?.tape as number) / (worst?.differences as number) - factor) < 1e-8, `${factor}`);
    }
  assert.ok(gradcheck(scaled(1 + 1e-9, tanh), x).ok);
  failure(scaled(1 + 1e-9, tanh), x, { tolerance: [1e-11, 1e-5], order: 1 });
  assert.ok(gradcheck(scaled(1 + 1e-4, tanh), x, { tolerance: [1e-3, 1e-3] }).ok);
});

test("what is detached is caught: all of a function, or one use of an input", () => {
  const x = random([3]);
  const { worst } = failure((x) => x.mul(x).detach(), x);
  assert.is(worst?.tape, 0);
  failure((x) => x.detach().mul(2).mul(x), x);
  failure((a, b) => a.detach().mul(b), [x, random([3], 2)]);
});

test("a slope that is right once, and not differentiable again, passes at order 1 only", () => {
  const cube = (x: Tensor) => {
    const at = x.detach();
    return at
      .mul(at)
      .mul(at)
      .add(at.mul(at).mul(3).mul(x.sub(at)));
  };
  const x = random([2, 2]);
  assert.ok(gradcheck(cube, x, { order: 1 }).ok);
  const { worst, message } = failure(cube, x);
  assert.is(worst?.order, 2);
  assert.is(worst?.tape, 0);
  assert.match(message, /^gradcheck: failed; the worst of 12 comparisons \(0 at kinks\): order 2, input 1 \[\d,\d\]: /);
  assert.ok(gradcheck((x) => x.mul(x).mul(x), x).ok);
});

/** sin, whose gradient is what `vjp` says. */
const rule = (name: string, vjp: (g: Tensor, x: Tensor) => Tensor) =>
  kernelOp(name, {
    shape: "... -> ...",
    run: ([x], y) => y.storage.data.set(x.storage.data.map(Math.sin)),
    vjp: [(g, _, [x]) => vjp(g, x)],
  }) as (x: Tensor) => Tensor;

test("a rule that ignores the gradient that arrives, or is not linear in it, is caught", () => {
  const x = random([3]);
  assert.ok(
    gradcheck(
      rule("sineRight", (g, x) => g.mul(x.cos())),
      x,
    ).ok,
  );
  failure(
    rule("sineAlone", (_, x) => x.cos()),
    x,
    { order: 1 },
  );
  failure(
    rule("sineWithSign", (g, x) => g.sign().mul(x.cos())),
    x,
    { order: 1 },
  );
  failure(
    rule("sineWithSquare", (g, x) => g.mul(g).mul(x.cos())),
    x,
    { order: 1 },
  );
  // Right in value, but without the cotangent's own derivative: the second order moves the cotangent as well.
  const { worst } = failure(
    rule("sineDetached", (g, x) => g.detach().mul(x.cos())),
    x,
  );
  assert.is(worst?.input, "cotangent");
});

test("the worst element is named, with what both sides say", () => {
  const [a, b] = [random([2, 3]), random([2, 3], 2)];
  const mask = double([
    [0, 0.001, 0],
    [0, 0, 0.5],
  ]);
  const off = (x: Tensor) => x.sub(x.detach()).mul(mask);
  const { worst, message } = failure((a, b) => a.mul(b).add(off(b)), [a, b], { order: 1 });
  assert.is(worst?.order, 1);
  assert.is(worst?.input, "input 2");
  assert.equal(worst?.index, [1, 2]);
  const { tape, differences } = worst as { tape: number; differences: number };
  assert.ok(close(tape / differences, (a.data[5] + 0.5) / a.data[5], { tolerance: 1e-7 }));
  assert.match(
    message,
    /^gradcheck: failed; the worst of 12 comparisons \(0 at kinks\): order 1, input 2 \[1,2\]: the tape says -?[\d.]+, differences say -?[\d.]+ \(error \d\.\de-1, allowed 1e-7\)$/,
  );

  manualSeed(5);
  const model = new Sequential(new Affine(2, 2), new Affine(2, 3)).to("float64");
  const { W } = model.layers[1] as Affine;
  const f = (x: Tensor) => model.forward(x).add(off(W));
  const named = failure(f, random([2, 2]), { model, order: 1 }).worst;
  assert.is(named?.input, "layers.1.W");
  assert.equal(named?.index, [1, 2]);
});

test("a kink is reported, on it and beside it, where the tape's slope is one that it may have", () => {
  for (const at of [0, 2 ** -14, -(2 ** -14), 2 ** -13, 2 ** -20, -(2 ** -20), 2 ** -30]) {
    const { ok, kinks, worst } = gradcheck((x) => x.relu(), double([1, at, -1]), { order: 1 });
    assert.ok(ok, `${at}`);
    assert.equal(
      kinks.map(({ input, index }) => [input, index]),
      [["input 1", [1]]],
      `${at}`,
    );
    assert.ok((worst?.error as number) <= 1e-7);
    assert.ok(gradcheck((x) => x.relu(), double([1, at, -1])).ok, `${at}, second order`);
  }
  const [{ kink }] = gradcheck((x) => x.relu().mul(3), double(0), { order: 1 }).kinks as unknown as [
    { kink: { left: number; right: number } },
  ];
  assert.ok(
    kink.left === 0 &&
      close(Math.abs(kink.right), Math.abs(gradcheck((x) => x.mul(3), double(0), { order: 1 }).worst?.tape as number), {
        tolerance: 1e-9,
      }),
  );
  assert.is(gradcheck((x) => x.relu(), double([2 ** -10, -(2 ** -10)])).kinks.length, 0);
  // Nothing but kinks is nothing shown, and the message says so.
  assert.is(
    gradcheck((x) => x.relu(), double(0), { order: 1 }).message,
    "gradcheck: nothing smooth to compare (1 at kinks)",
  );
  // Ties of a maximum.
  assert.ok(gradcheck((a, b) => a.maximum(b), [double([1, 2]), double([1, 3])]).kinks.length > 0);
});

test("right functions pass however near the kink, however small, and where a network has many", () => {
  for (let far = 2 ** -11; far > 2 ** -24; far *= 0.7)
    for (const at of [far, -far]) {
      const { ok, message } = gradcheck((x) => x.relu(), double([at]), { raise: false, order: 1 });
      assert.ok(ok, `${at}: ${message}`);
    }
  for (let jump = 1; jump > 1e-8; jump /= 10) {
    const { ok, message } = gradcheck((x) => x.add(x.relu().mul(jump)), double([0]), { raise: false, order: 1 });
    assert.ok(ok, `${jump}: ${message}`);
  }
  // A direction through these weights moves a thousand inputs of ReLU, some of them always across the kink.
  for (const seed of [12, 21, 29]) {
    const x = uniform([20, 784], { dtype: "float64", generator: new Generator(seed) });
    const W = uniform([784, 50], { low: -0.1, high: 0.1, dtype: "float64", generator: new Generator(seed + 100) });
    const f = (W: Tensor) => x.matmul(W).relu().sum(-1);
    const { ok, message } = gradcheck(f, W, { raise: false, order: 1, seed });
    assert.ok(ok, `seed ${seed}: ${message}`);
    failure(scaled(1 + 1e-4, f), W, { order: 1, seed });
  }
});

test("a kink excuses no slope but one between its sides", () => {
  const plus = (extra: number) => (x: Tensor) => x.relu().add(x.sub(x.detach()).mul(extra));
  for (const extra of [0.25, 0.5, 0.9]) assert.ok(gradcheck(plus(extra), double(0), { order: 1 }).ok); // subgradients
  for (const extra of [1.01, 3, -0.01, -1]) failure(plus(extra), double(0), { order: 1 });
  // Beside the kink there is one slope, and far away of course.
  for (const at of [2 ** -14, -(2 ** -14), 1, -1, 100])
    for (const extra of [0.5, -0.5, 1e-4]) failure(plus(extra), double(at), { order: 1 });
  // Nor does the noise of large values, where the tolerance allows for it.
  for (let seed = 0; seed < 20; seed++) {
    const f = (x: Tensor) => scaled(1.001, (x) => x.tanh())(x).add(1e7);
    failure(f, random([3], seed), { order: 1, tolerance: [1e-4, 1e-2], seed });
  }
  // A kink in one element does not cover for another.
  const { worst, kinks } = failure((x) => x.relu().add(x.sub(x.detach()).mul(double([0, 0.5]))), double([0, 1]), {
    order: 1,
  });
  assert.equal(worst?.index, [1]);
  assert.is(kinks.length, 1);
});

test("a function that is not the same twice is refused", () => {
  const generator = new Generator(0);
  const message =
    "gradcheck: f is not deterministic: two runs on the same input differ; draw random numbers outside f, or reseed inside";
  refuses(() => gradcheck((x) => x.mul(generator.uniform()), random([2])), GradError, message);
  refuses(() => gradcheck((x) => x.add(uniform([2], { dtype: "float64" })), random([2])), GradError, message);
  const seeded = (x: Tensor) => x.mul(new Generator(0).uniform() + 1);
  assert.ok(gradcheck(seeded, random([2])).ok);
});

test("float32 and int32 are refused, with the cure", () => {
  const x = random([2]);
  refuses(
    () => gradcheck((x) => x, tensor([1, 2])),
    DtypeError,
    'gradcheck: input 1 is float32, in which differences are right to about 1e-4 at best; convert with .to("float64")',
  );
  refuses(
    () => gradcheck((a, b) => a.mul(b), [x, tensor([1, 2], { dtype: "int32" })]),
    DtypeError,
    "gradcheck: input 2 is int32, which has no gradient; let f capture it: gradcheck((x) => f(x, labels), x)",
  );
  const model = new Affine(2, 1);
  const message =
    'gradcheck: parameter W is float32, in which differences are right to about 1e-4 at best; convert with model.to("float64")';
  refuses(() => gradcheck(model, random([1, 2])), DtypeError, message);
  refuses(() => gradcheck((x) => model.forward(x), random([1, 2]), { model }), DtypeError, message);
  assert.ok(gradcheck(model.to("float64"), random([1, 2])).ok);
  refuses(
    () => gradcheck((x) => x, [[1, 2]] as never),
    DtypeError,
    "gradcheck: input 1: a tensor must be given (given object); make one with tensor(values)",
  );
  refuses(
    () => gradcheck((() => 3) as never, x),
    DtypeError,
    "gradcheck: what f returns: a tensor must be given (given number); make one with tensor(values)",
  );
});

test("to check nothing is refused", () => {
  const message = "gradcheck: there must be inputs, or a model with parameters, to check";
  refuses(() => gradcheck(() => double(1), []), GradError, message);
  refuses(() => gradcheck(new Tanh(), []), GradError, message);
});

const weight = () => tensor([0.5, 2], { dtype: "float64", requiresGrad: true });

const unfound =
  "gradcheck: the model uses a tensor [2] that requires a gradient but is not among its parameters; " +
  "a private #field or a tensor in a Map cannot be found: make it a plain field (private without #), or an array";

test("a parameter that no name leads to is refused: a private #field, a Map", () => {
  class Hidden extends Layer {
    readonly shown = weight();
    readonly #hidden = weight();
    forward(x: Tensor): Tensor {
      return x.mul(this.shown).mul(this.#hidden);
    }
  }
  refuses(() => gradcheck(new Hidden(), random([2])), GradError, unfound);
  class Mapped extends Layer {
    readonly weights = new Map([["a", weight()]]);
    forward(x: Tensor): Tensor {
      return x.mul(this.weights.get("a") as Tensor);
    }
  }
  refuses(
    () => gradcheck(new Mapped(), random([2])),
    ValueError,
    "parameters: weights is a Map that holds tensors or layers, whose names and order would be unclear; use an array, a plain object, or a class that extends Layer",
  );
  class Plain extends Layer {
    private readonly weights = [weight(), { b: weight() }] as const;
    forward(x: Tensor): Tensor {
      return x.mul(this.weights[0]).add(this.weights[1].b);
    }
  }
  assert.is(gradcheck(new Plain(), random([2]), { order: 1 }).compared, 6);
});

test("a model whose every parameter is hidden is refused as well", () => {
  class AllHidden extends Layer {
    readonly #hidden = weight();
    forward(x: Tensor): Tensor {
      return x.mul(this.#hidden);
    }
  }
  refuses(() => gradcheck(new AllHidden(), random([2])), GradError, unfound);
});

test("inputs and parameters are as they were, bit for bit, whenever f throws", () => {
  const values = [0.1, -0, 1 / 3, 1e-300];
  const x = double(values);
  const model = { W: tensor(values, { dtype: "float64", requiresGrad: true }) };
  const f = (x: Tensor) => x.mul(model.W).exp();
  const options = { model: { namedParameters: () => Object.entries(model) } };
  const unchanged = () => {
    assertSame(x.data as Float64Array, Float64Array.from(values));
    assertSame(model.W.data as Float64Array, Float64Array.from(values));
    assert.is(model.W.grad, null);
    assert.ok(model.W.requiresGrad && !x.requiresGrad);
  };
  let calls = 0;
  gradcheck(
    (x) => {
      calls++;
      return f(x);
    },
    x,
    options,
  );
  unchanged();
  const all = calls;
  assert.ok(all > 50);
  for (let bad = 1; bad <= all; bad++) {
    calls = 0;
    refuses(
      () =>
        gradcheck(
          (x) => {
            if (++calls === bad) throw new RangeError("now");
            return f(x);
          },
          x,
          options,
        ),
      RangeError,
      "now",
    );
    unchanged();
  }
  failure((x) => f(x).detach(), x, options);
  unchanged();
});

test("large inputs are checked along random directions, and restored", () => {
  const x = random([40, 30]);
  const before = x.data.slice() as Float64Array;
  let calls = 0;
  const f = (x: Tensor) => {
    calls++;
    return x.mul(x).mean();
  };
  const { ok, compared, worst } = gradcheck(f, x, { order: 1 });
  assert.ok(ok && compared === 8 && calls < 50, `${compared} comparisons, ${calls} calls`);
  assert.is(worst?.input, "input 1, along a random direction");
  assertSame(x.data as Float64Array, before);
  // One element of 1,200, wrong by a half of its slope, is seen.
  const mask = tensor(
    x.data.map((_, i) => +(i === 777)),
    { shape: [40, 30] },
  );
  failure((x) => x.mul(x).mean().add(x.sub(x.detach()).mul(mask).sum().mul(0.001)), x, { order: 1 });
  const model = { W: tensor(x, { requiresGrad: true }) };
  const namedParameters = () => Object.entries(model);
  assert.ok(gradcheck(() => f(model.W), [], { model: { namedParameters } }).ok);
  assertSame(model.W.data as Float64Array, before);
  assert.is(gradcheck((x) => x.sum(), random([1024]), { order: 1 }).compared, 1024);
  assert.is(gradcheck((x) => x.sum(), random([1025]), { order: 1 }).compared, 8);
  // Directions of the second order meet the large input as well.
  const cube = (x: Tensor) => {
    const at = x.detach();
    return at
      .mul(at)
      .mul(at)
      .add(at.mul(at).mul(3).mul(x.sub(at)))
      .mean()
      .mul(1000);
  };
  assert.ok(gradcheck(cube, x, { order: 1 }).ok);
  assert.is(failure(cube, x).worst?.order, 2);
});

test("what is not finite never passes", () => {
  const nan = rule("sineNaN", (g) => g.mul(NaN));
  // The element at fault, where it alone is: a value that is no number spoils the differences of all.
  const cases: [string, (x: Tensor) => Tensor, number, number?][] = [
    ["NaN", (x) => x.log(), -1],
    ["an infinite value", (x) => x.reciprocal(), 0],
    ["infinity, which both sides agree on", (x) => x.mul(Infinity), 1],
    ["an infinite slope", (x) => x.sqrt(), 0, 1],
    ["a slope that is NaN where the value is not", (x) => nan(x), 1],
    ["a NaN that where() hides from the value only", (x) => x.gt(0.5).where(x.sqrt(), x), 0, 1],
    ["values that overflow within reach of the differences", (x) => x.exp(), 709.7827, 1],
  ];
  for (const [name, f, at, index] of cases)
    for (const order of [1, 2] as const) {
      const { worst } = failure(f, double([1.5, at]), { order });
      assert.is(worst?.error, Infinity, name);
      if (index !== undefined && order === 1) assert.equal(worst?.index, [index], name);
    }
});

test("options: seeds give other cotangents, results repeat", () => {
  const f = (x: Tensor) => x.tanh();
  const x = random([2, 2]);
  const tapes = [0, 0, 1, 2].map((seed) => gradcheck(f, x, { seed, order: 1 }).worst);
  assert.equal(tapes[0], tapes[1]);
  assert.is(new Set(tapes.map((worst) => worst?.tape)).size, 3);
  assert.match(
    gradcheck(f, x).message,
    /^gradcheck: passed; the worst of 12 comparisons \(0 at kinks\): order [12], .*: the tape says .*, differences say .* \(error .*, allowed 1e-[57]0?\)|0\.00001\)$/,
  );
});

test("a function that uses none of its inputs shows nothing, and says so", () => {
  const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
  assert.throws(() => gradcheck(() => x.mul(17).sum(), x), /^gradcheck: f uses none of its inputs/);
});

test.run();
