/** What users may do to the tape: ops of their own, hooks, recomputation, and the search for where a NaN was born. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  Affine,
  AnomalyError,
  checkpoint,
  customOp,
  defaultGenerator,
  detectAnomaly,
  Generator,
  type GradcheckResult,
  grad,
  gradcheck,
  gradient,
  hessian,
  manualSeed,
  noGrad,
  normal,
  type Tensor,
  tensor,
  uniform,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame, failure } from "./support/close.js";
import { seed, suite } from "./support/suite.js";

const test = suite("autodiff");

const float64 = { dtype: "float64" } as const;
const generator = new Generator(seed >>> 0);
const leaf = (...values: number[]): Tensor => tensor(values, { ...float64, requiresGrad: true });
const random = (...shape: number[]): Tensor => normal(shape, { ...float64, generator, requiresGrad: true });

// ---- ops of one's own

/** x³ by a rule of one's own, which may be spoiled. */
const cube = (spoil: (g: Tensor) => Tensor = (g) => g) =>
  customOp("cube", {
    value: (x) => x.mul(x).mul(x),
    vjp: [(g, _, x) => spoil(g.mul(x.square()).mul(3))],
  });

test("an op of one's own has its own gradient, of any order, and passes gradcheck", () => {
  assert.ok(gradcheck(cube(), random(2, 3)).ok);
  assertClose(grad(grad(grad((x) => cube()(x).sum())))(leaf(2)), [6], { tolerance: 1e-12 });
  const scaled = customOp("scaled", { value: (x, k) => x.mul(k), vjp: [(g, _, _x, k) => g.mul(k), null] });
  const [x, k] = [leaf(1, 2), leaf(3, 4)];
  const [dx, dk] = gradient(scaled(x, k).sum(), [x, k]);
  assert.equal(
    [dx.toArray(), dk.toArray()],
    [
      [3, 4],
      [0, 0],
    ],
  );
  // A straight-through estimator: no gradient that the tape could find.
  const rounded = customOp("rounded", { value: (x) => x.floor(), vjp: [(g) => g] });
  assert.equal(gradient(rounded(x).mul(k).sum(), x).toArray(), [3, 4]);
});

test("a wrong rule is caught by gradcheck, which shows the element", () => {
  const x = leaf(0.5, -1.5);
  const wrong: [string, (g: Tensor) => Tensor][] = [
    ["scaled", (g) => g.mul(1 + 1e-4)],
    ["negated", (g) => g.neg()],
    ["constant", (g) => g.detach()],
    ["in one place", (g) => g.add(tensor([0, 1e-3], float64))],
  ];
  for (const [what, spoil] of wrong) {
    const found = gradcheck(cube(spoil), x, { raise: false });
    assert.not.ok(found.ok, what);
    assert.match(
      found.message,
      /failed; the worst of \d+ comparisons.*input 1 \[\d\]: the tape says .*, differences say /,
    );
  }
  const { worst } = gradcheck(cube(wrong[3][1]), x, { raise: false }) as GradcheckResult;
  assert.equal([worst?.order, worst?.input, worst?.index], [1, "input 1", [1]]);
});

test("an op of one's own is refused where it makes no sense, by its name", () => {
  const x = leaf(1, 2);
  for (const [call, message] of [
    [() => cube()(x, x), "cube: there must be as many inputs as rules in vjp, 1 (given 2)"],
    [() => cube()(1 as never), "cube: a tensor must be given (given number); make one with tensor(values)"],
    [
      () => customOp("f", { value: (() => 1) as never, vjp: [null] })(x),
      "f: what value gives: a tensor must be given (given number); make one with tensor(values)",
    ],
    [
      () => customOp("f", {} as never),
      "f: an op is { value, vjp: [one rule for each input] } (given undefined, undefined)",
    ],
    [
      () =>
        cube((g) => g.sum().expandTo([3]))(x)
          .sum()
          .backward(),
      "backward through cube([3], [2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [
      () =>
        cube(() => 1 as never)(x)
          .sum()
          .backward(),
      "backward through cube: what its rule gives: a tensor must be given (given number); make one with tensor(values)",
    ],
  ] as const)
    assert.is(failure(call).replace(/^cube\(/, "backward through cube("), message, `${call}`);
});

// ---- hooks

test("a hook sees the whole gradient once, on the way and on leaves", () => {
  const [x, seen] = [leaf(1, 2), [] as number[][]];
  const y = x.square();
  const note = (g: Tensor) => void seen.push(g.toArray<number[]>());
  y.registerHook(note);
  x.registerHook(note);
  y.sum().add(y.mul(2).sum()).backward();
  assert.equal(seen, [
    [3, 3],
    [6, 12],
  ]);
  gradient(x.square().sum(), x);
  assert.equal(seen.length, 3);
});

test("what a hook returns goes on; taken away it is silent; recorded, its gradient has gradients", () => {
  const x = leaf(1, 2);
  const y = x.square();
  const first = y.registerHook((g) => g.mul(10));
  const second = y.registerHook((g) => g.add(1));
  y.sum().backward({ retainGraph: true });
  assert.equal(x.grad?.toArray(), [22, 44]);
  first();
  x.grad = null;
  y.sum().backward({ retainGraph: true });
  assert.equal((x.grad as Tensor | null)?.toArray(), [4, 8]);
  second();
  y.registerHook((g) => g.mul(x));
  const g = gradient(y.sum(), x, { createGraph: true });
  assert.equal(g.toArray(), [2, 8]);
  assert.equal(gradient(g.sum(), x).toArray(), [4, 8]); // of 2x²
});

test("a hook may keep what it sees", () => {
  const x = normal([300, 300], { requiresGrad: true, generator });
  const kept: Tensor[] = [];
  const y = x.exp();
  y.registerHook((g) => void kept.push(g, g.mul(2)));
  y.mul(y).sum().backward();
  for (let i = 0; i < 50; i++) x.exp().mul(2); // room is needed
  assertClose(kept[0], y.mul(2), { tolerance: 1e-6 });
  assertClose(kept[1], y.mul(4), { tolerance: 1e-6 });
});

test("hooks are refused where no gradient comes by, and held to shapes", () => {
  const x = leaf(1, 2);
  for (const [call, message] of [
    [
      () => x.detach().registerHook(() => {}),
      "registerHook([2]): no gradient will reach this tensor; it, or something it is computed from, must have requiresGrad: true",
    ],
    [() => x.registerHook(1 as never), "registerHook([2]): a function must be given (given number)"],
    [
      () => {
        x.mul(2).registerHook(() => {});
        const y = x.mul(3);
        y.registerHook((g) => g.sum());
        y.sum().backward();
      },
      "registerHook([2]): a hook must give a gradient of this shape and float64 (given [], float64)",
    ],
  ] as const)
    assert.is(failure(call), message);
});

// ---- recomputation

const W = random(8, 8);
/** A segment with parameters that it does not take, and a mask that it draws. */
const segment = (x: Tensor): Tensor => x.mul(uniform(x.shape, float64).gt(0.5)).matmul(W).tanh().mul(x);

/** Everything that a network of three segments leaves behind. */
function trained(part: (x: Tensor) => Tensor): Tensor[] {
  manualSeed(7);
  const x = leaf(1, -2, 0.5, 3, -1, 2, -0.25, 1.5);
  W.grad = null;
  let h = x.mul(W.sum()).reshape([1, 8]);
  for (let i = 0; i < 3; i++) h = part(h);
  h.square().sum().backward();
  return [x.grad as Tensor, W.grad as unknown as Tensor, tensor(defaultGenerator().state.position, float64)];
}

test("with recomputation gradients have the bits they have without, random masks included", () => {
  const without = trained(segment);
  assert.ok(without[0].data.some((value) => value !== 0));
  trained(checkpoint(segment)).forEach((g, i) => {
    assertSame(g, without[i]);
  });
  // A generator of one's own.
  const own = (recomputed: boolean) => {
    const mine = new Generator(5);
    const drop = (x: Tensor) => x.mul(uniform(x.shape, { ...float64, generator: mine })).square();
    const x = leaf(1, 2, 3);
    return gradient((recomputed ? checkpoint(drop, { generator: mine }) : drop)(x).sum(), x);
  };
  assertSame(own(true), own(false));
});

test("recomputed segments pass gradcheck to second order, also in what they use without taking it", () => {
  assert.ok(
    gradcheck(
      checkpoint((x, W) => x.matmul(W).tanh().matmul(W)),
      [random(2, 3), random(3, 3)],
    ).ok,
  );
  // Both the input and what it was computed from are used inside: nothing may be counted twice.
  assert.ok(gradcheck((x) => checkpoint((y) => y.mul(x).sin())(x.square()), random(4)).ok);
  assert.ok(gradcheck((x) => checkpoint((y) => checkpoint(segmentOf(x))(y.exp()))(x.square()), random(3)).ok);
  assertClose(
    hessian(checkpoint((x) => x.pow(3).sum()))(leaf(1, 2)),
    [
      [6, 0],
      [0, 12],
    ],
    { tolerance: 1e-12 },
  );
});
const segmentOf = (x: Tensor) => (y: Tensor) => y.mul(x).cos();

test("the inside is computed once more for a backward pass, and only then", () => {
  let runs = 0;
  const counted = checkpoint((a, b) => {
    runs++;
    return a.mul(b).exp();
  });
  const [a, b] = [leaf(1, 2), leaf(3, 4)];
  const y = counted(a, b).sum();
  assert.is(runs, 1);
  y.backward();
  assert.is(runs, 2); // once for both inputs
  noGrad(() => counted(a, b));
  counted(a.detach(), b.detach());
  assert.is(runs, 4);
  const given = leaf(1);
  assert.ok(checkpoint((x) => x)(given) === given);
});

test("what was assigned since is found out, and an error leaves everything as it was", () => {
  const [x, k] = [leaf(1, 2), leaf(3, 4)];
  const y = checkpoint((x) => x.mul(k).exp())(x.mul(2));
  k.assign(5);
  assert.match(
    failure(() => y.sum().backward()),
    /^backward through checkpoint\(\[2\], \[2\]\): its input \d was assigned after it was saved/,
  );
  let fails = false;
  const z = checkpoint((h) => {
    if (fails) throw new Error("mine");
    return h.mul(k);
  })(x.mul(2));
  fails = true;
  const { position } = defaultGenerator().state;
  assert.throws(() => z.sum().backward(), /mine/);
  assert.is(defaultGenerator().state.position, position);
  fails = false;
  z.sum().backward();
  assert.equal(x.grad?.toArray(), [10, 10]);
});

// ---- anomalies

/** The line of this file that a mark stands on. */
const source = readFileSync(fileURLToPath(import.meta.url), "utf8").split("\n");
const lineOf = (mark: string): number => source.findIndex((line) => line.includes(`// ${mark}`)) + 1;

/** Finite values whose gradient is not, for large gradients that arrive: the op at fault, where, and the call. */
const born: readonly [op: string, x: number, f: (x: Tensor) => Tensor][] = [
  ["sqrt", 0, (x) => x.sqrt()],
  ["cbrt", 0, (x) => x.cbrt()],
  ["log", 1e-320, (x) => x.log()],
  ["log2", 1e-320, (x) => x.log2()],
  ["log10", 1e-320, (x) => x.log10()],
  ["pow", 0, (x) => x.pow(0.5)],
  ["pow", 200, (x) => tensor([10, 10], float64).pow(x)],
  ["div", 1e-300, (x) => tensor([1e-100, 1], float64).div(x)],
  ["reciprocal", 1e-200, (x) => x.reciprocal()],
  ["atan2", 0, (x) => x.atan2(0)],
  ["mul", 1, (x) => x.mul(1e200)],
  ["square", 1e150, (x) => x.square()],
  ["exp", 600, (x) => x.exp()],
  ["expm1", 600, (x) => x.expm1()],
  ["matmul", 1, (x) => x.reshape([1, 2]).matmul(tensor([[1e200], [1]], float64))],
];

for (const [op, at, f] of born)
  test(`where the gradient of ${op} turned NaN or infinite is told, with the line that called it: ${f}`, () => {
    const x = leaf(at, 1);
    const after = (y: Tensor) => y.mul(1).reshape([-1]);
    const seen = failure(() =>
      detectAnomaly(() => {
        const y = after(f(x.mul(1)));
        y.backward({ seed: y.detach().mul(0).add(1e200) });
      }),
    );
    assert.match(
      seen,
      new RegExp(`^backward through ${op}\\(.*the gradient of its input \\d is -?(NaN|Infinity) at \\[0`),
    );
    const [, line] = /called at .*autodiff\.spec\.ts:(\d+):\d+$/.exec(seen) ?? [];
    assert.ok(source[Number(line) - 1]?.includes(`.${op}(`), seen);
  });

test("values that turned NaN or infinite are told where they were born, not where they went on", () => {
  const x = leaf(-1, 4);
  for (const [call, message] of [
    [() => x.log().mul(2), "log([2]): its result is NaN at [0], of inputs that are all finite"],
    [() => x.div(0).add(1), "div([2], 0): its result is -Infinity at [0], of inputs that are all finite"],
    [
      () => x.mul(1e308).mul(1e308).sum(),
      "mul([2], 1e+308): its result is Infinity at [1], of inputs that are all finite",
    ],
    [() => x.mul(1000).exp().softmax(), "exp([2]): its result is Infinity at [1], of inputs that are all finite"],
    [() => x.sqrt().sum(), "sqrt([2]): its result is NaN at [0], of inputs that are all finite"],
  ] as const) {
    const seen = failure(() => detectAnomaly(() => call()));
    assert.is(seen.replace(/; called at .*autodiff\.spec\.ts:\d+:\d+$/, ""), message);
  }
  // Infinities that are given are meant.
  assert.ok(detectAnomaly(() => x.gt(0).where(x, Number.NEGATIVE_INFINITY).softmax()));
  assert.throws(
    () => detectAnomaly(() => x.log()),
    (error: Error) => error instanceof AnomalyError,
  );
});

test("the line is that of the call, through layers, compositions and methods", () => {
  const layer = new Affine(2, 2);
  layer.W.assign(3e38);
  const x = tensor([[3, 3]], { requiresGrad: true });
  const seen = failure(() =>
    detectAnomaly(() => {
      const y = layer.forward(x); // the affine layer
      return y;
    }),
  );
  assert.match(seen, new RegExp(`^matmul.*called at .*autodiff\\.spec\\.ts:${lineOf("the affine layer")}:`));
});

test("outside nothing is looked at, also after an error; and it must be synchronous", () => {
  const x = leaf(-1);
  assert.ok(Number.isNaN(x.log().item()));
  failure(() => detectAnomaly(() => x.log()));
  assert.ok(Number.isNaN(x.log().item()));
  assert.is(detectAnomaly(() => x.exp()).size, 1);
  assert.match(
    failure(() => detectAnomaly(async () => {})),
    /^detectAnomaly\(async function\): nothing is looked at after the first await/,
  );
});

test("a checkpoint gives each call gradients of its own, though the same seed arrives", () => {
  const x = tensor([1, 2, 3], { dtype: "float64", requiresGrad: true });
  const y = checkpoint((x: Tensor) => x.mul(x))(x);
  const seed = tensor([1, 1, 1], { dtype: "float64" });
  const [first] = gradient(y, [x], { seed });
  first.assign(0);
  assert.equal(gradient(y, x, { seed }).toArray(), [2, 4, 6]);
  const slope = gradient(y, x, { seed, createGraph: true });
  assert.equal(gradient(slope.sum(), x).toArray(), [2, 2, 2]);
  seed.assign(0);
  assert.equal(gradient(y, x, { seed }).toArray(), [0, 0, 0]);
});

test("the gradient that a checkpoint is given stays what it is for others whom it reaches, as in residual networks", () => {
  const [x, w] = [0, 1].map(() => normal([40, 40], { generator, requiresGrad: true }));
  const f = (y: Tensor) => y.matmul(w).tanh();
  type Part = typeof f;
  const graphs: ((f: Part) => Tensor)[] = [
    (f) => x.add(f(x)),
    (f) => x.sin().add(f(x)),
    (f) => f(x).add(f(x.sin())),
    (f) => [0, 1, 2].reduce((y) => y.add(f(y)), x.sin()),
  ];
  for (const graph of graphs) {
    const found = (part: Part) => gradient(graph(part).mul(w).sum(), [x, w]);
    const expected = found(f);
    found(checkpoint(f)).forEach((g, i) => {
      assertClose(g, expected[i], { tolerance: 1e-5 });
    });
    const loss = graph(checkpoint(f)).mul(w).sum();
    x.grad = null;
    loss.backward();
    assertClose(x.grad as unknown as Tensor, expected[0], { tolerance: 1e-5 });
  }
});

test.run();
