/** gradtape/testing: what its arbitraries draw, and that checkGradients finds what is wrong and makes it small. */
import fc from "fast-check";
import {
  Affine,
  GradError,
  gradcheck,
  kernelOp,
  manualSeed,
  type Shape,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "gradtape";
import { broadcastableShapes, checkGradients, shapes, type TensorsOptions, tensors } from "gradtape/testing";
import * as assert from "uvu/assert";
import { seed, suite } from "./support/suite.js";

const test = suite("testing");

const sample = <T>(arbitrary: fc.Arbitrary<T>, n = 1000): T[] => fc.sample(arbitrary, { numRuns: n, seed });
const text = (values: Iterable<unknown>) => [...new Set(Array.from(values, String))].sort().join(" ");

/** The message of the error that f throws, which is of this class. */
function message(f: () => unknown, kind: new (message: string) => Error = GradError): string {
  try {
    f();
  } catch (error) {
    assert.instance(error, kind, `${error}`);
    return (error as Error).message;
  }
  return assert.unreachable("nothing was thrown") as never;
}

test("shapes have every rank and length within bounds, and shrink to the least", () => {
  const drawn = sample(shapes());
  assert.is(text(drawn.map((shape) => shape.length)), "0 1 2 3");
  assert.is(text(drawn.flat()), "1 2 3");
  const bound = sample(shapes({ minRank: 2, maxRank: 5, minLength: 0, maxLength: 7 }));
  assert.is(text(bound.map((shape) => shape.length)), "2 3 4 5");
  assert.is(text(bound.flat()), "0 1 2 3 4 5 6 7");
  assert.is(text(sample(shapes({ minRank: 4, minLength: 5 })).flat()), "5");
  const { counterexample } = fc.check(
    fc.property(shapes({ minRank: 1 }), () => false),
    { seed },
  );
  assert.equal(counterexample, [[1]]);
});

test("bounds that no shape fits are refused", () => {
  const cases = [
    [{ minRank: 3, maxRank: 2 }, "minRank and maxRank must be whole numbers in order (given 3, 2)"],
    [{ minRank: -1 }, "minRank and maxRank must be whole numbers in order (given -1, 3)"],
    [{ maxLength: 0 }, "minLength and maxLength must be whole numbers in order (given 1, 0)"],
    [{ maxLength: 2.5 }, "minLength and maxLength must be whole numbers in order (given 1, 2.5)"],
  ] as const;
  for (const [options, told] of cases)
    assert.is(
      message(() => shapes(options), ShapeError),
      `shapes: ${told}`,
    );
  assert.is(
    message(() => broadcastableShapes(0), ValueError),
    "broadcastableShapes: count must be a whole number of at least 1 (given 0)",
  );
});

test("broadcastable shapes broadcast to one of them, in every way", () => {
  const drawn = sample(broadcastableShapes(3, { minRank: 1, maxRank: 3, minLength: 2, maxLength: 4 }));
  const kinds = new Set<string>();
  for (const list of drawn) {
    assert.is(list.length, 3);
    const joint = list.map((shape) => zeros(shape)).reduce((a, b) => a.add(b)).shape;
    assert.ok(joint.length >= 1 && joint.length <= 3 && joint.every((length) => length >= 2 && length <= 4));
    const whole = list.findIndex((shape) => `${shape}` === `${joint}`);
    assert.ok(whole >= 0, `${JSON.stringify(list)} to ${joint}`);
    kinds.add(`whole ${whole}`);
    for (const shape of list)
      kinds.add(`${shape.length < joint.length ? "lacks" : "has all"}, ${shape.includes(1) ? "ones" : "none"}`);
  }
  assert.is(
    [...kinds].sort().join("; "),
    "has all, none; has all, ones; lacks, none; lacks, ones; whole 0; whole 1; whole 2",
  );
  const same = drawn.filter(([a, b, c]) => `${a}` === `${b}` && `${b}` === `${c}`);
  assert.ok(same.length > 10, `${same.length} of one shape`);
});

const values = (options: TensorsOptions): number[] => sample(tensors(options)).flatMap((x) => [...x.data]);

test("numbers lie within bounds, and spread over them", () => {
  for (const [min, max] of [
    [-2, 2],
    [0.25, 4],
    [-1000, 1000],
    [-3, -1],
    [0.001, 0.002],
    [1e6, 1e6 + 1],
  ]) {
    const drawn = values({ min, max });
    assert.ok(
      drawn.every((x) => x >= min && x <= max && !Object.is(x, -0)),
      `${min} … ${max}`,
    );
    // Where fast-check is free to choose it is uniform; some of the time it tries the ends of the list.
    const tenths = Array(10).fill(0);
    for (const x of drawn) tenths[Math.min(9, Math.floor((10 * (x - min)) / (max - min)))]++;
    assert.ok(Math.min(...tenths) > 0.05 * drawn.length, `${min} … ${max}: ${tenths}`);
    assert.ok(new Set(drawn).size > 500, `${new Set(drawn).size} numbers`);
  }
  const usual = values({}).filter((x) => Math.abs(x) >= 1e-3 && Math.abs(x) <= 1e3);
  assert.ok(usual.length >= 0.8 * values({}).length);
});

test("numbers are dyadic: moved by gradcheck's steps and back they are the same", () => {
  for (const x of [...values({}), ...values({ min: -1000, max: 1000 })])
    for (const h of [2 ** -13, 2 ** -12, 2 ** -19]) {
      assert.is(x + h - x, h);
      assert.is(x - h - x, -h);
    }
});

test("numbers stay away from kinks, and from each other where asked", () => {
  const kinks = [0, 1, -1, 1 / 3];
  const drawn = values({ awayFrom: kinks });
  assert.ok(drawn.every((x) => kinks.every((kink) => Math.abs(x - kink) >= 2 ** -9)));
  assert.ok(drawn.some((x) => Math.abs(x) < 0.05));
  for (const options of [
    { maxLength: 4 },
    { minRank: 3, minLength: 8 },
    { shape: [2, 3], min: 0, max: 0.01 },
    { shape: [2049] },
  ])
    for (const x of sample(tensors({ ...options, distinct: true }), 50)) {
      const sorted = [...x.data].sort((a, b) => a - b);
      assert.ok(
        sorted.every((v, i) => i === 0 || v - sorted[i - 1] >= 2 ** -9),
        `${x.shape}`,
      );
    }
  assert.ok(sample(tensors({ shape: [40] })).some((x) => new Set(x.data).size < 40));
});

test("dtypes: float64 unless told otherwise; float32 and int32 hold every number that is drawn", () => {
  assert.is(text(sample(tensors()).map((x) => x.dtype)), "float64");
  for (const options of [
    {},
    { min: 1e6, max: 1e6 + 1 },
    { distinct: true },
    { distinct: true, min: 1e6, max: 1e6 + 1 },
  ])
    for (const x of sample(tensors({ ...options, shape: [8], dtype: "float32" }), 100)) {
      assert.is(x.dtype, "float32");
      if (options.distinct) assert.is(new Set(x.data).size, 8);
    }
  const labels = sample(tensors({ dtype: "int32", min: 0, max: 9, shape: [5] }));
  assert.is(text(labels.map((x) => x.dtype)), "int32");
  assert.is(text(labels.flatMap((x) => [...x.data])), "0 1 2 3 4 5 6 7 8 9");
  const order = sample(tensors({ dtype: "int32", min: 0, max: 9, shape: [10], distinct: true }), 100);
  assert.ok(order.every((x) => new Set(x.data).size === 10));
  assert.ok(new Set(order.map(String)).size > 50);
});

test("numbers that do not exist are refused at once", () => {
  const cases: [TensorsOptions, string][] = [
    [{ min: 1, max: 0 }, "min and max must be finite, and min not above max (given 1, 0)"],
    [{ max: Infinity }, "min and max must be finite, and min not above max (given -2, Infinity)"],
    [{ min: NaN }, "min and max must be finite, and min not above max (given NaN, 2)"],
    [
      { min: 0, max: 0.001, awayFrom: [0, 2] },
      "between 0 and 0.001 there must be a number of float64, 2^-9 away from 0, 2 (there is none)",
    ],
    [{ min: 0.1, max: 0.1, dtype: "float32" }, "between 0.1 and 0.1 there must be a number of float32 (there is none)"],
  ];
  for (const [options, told] of cases)
    assert.is(
      message(() => tensors(options), ValueError),
      `tensors: ${told}`,
    );
  assert.match(
    message(() => sample(tensors({ min: 0, max: 0.01, shape: [7], distinct: true })), ValueError),
    "tensors({ distinct: true }): a shape must have at most as many elements as there are numbers to choose from (given [7], 6 numbers)",
  );
  assert.is(text(values({ min: 0.1, max: 0.1 })), "0.1");
  assert.is(text(values({ min: 0, max: 0 })), "0");
});

test("a shape may be given, or drawn", () => {
  assert.is(text(sample(tensors({ shape: [2, 1] })).map((x) => x.shape)), "2,1");
  assert.is(text(sample(tensors({ shape: [] })).map((x) => x.shape)), "");
  assert.is(text(sample(tensors({ shape: fc.constantFrom<Shape>([3], [4, 0]) })).map((x) => x.shape)), "3 4,0");
});

test("tensors print as code, and shrink to few simple numbers", () => {
  const shrunk = (options: TensorsOptions, fails: (x: Tensor) => boolean) =>
    fc.stringify(
      fc.check(
        fc.property(tensors(options), (x) => !fails(x)),
        { seed, numRuns: 1000 },
      ).counterexample,
    );
  assert.is(
    shrunk({}, () => true),
    '[tensor(1, { dtype: "float64" })]',
  );
  assert.is(
    shrunk({ minLength: 0 }, (x) => x.size === 0),
    '[zeros([0], { dtype: "float64" })]',
  );
  assert.is(
    shrunk({ distinct: true, dtype: "float32", maxRank: 1 }, (x) => x.size >= 3),
    '[tensor([1,-1,2], { dtype: "float32" })]',
  );
  assert.is(
    shrunk({}, (x) => x.rank === 2 && x.data.some((v) => v < -1.5)),
    '[tensor([[-2]], { dtype: "float64" })]',
  );
  assert.is(
    shrunk({ shape: [2] }, (x) => x.data[1] > 1.1 && x.data[1] < 1.7),
    '[tensor([1,1.5], { dtype: "float64" })]',
  );
  assert.is(
    shrunk({ shape: [], max: 4 }, (x) => x.item() >= 2 && x.item() < 2.9),
    '[tensor(2, { dtype: "float64" })]',
  );
  // From far away, in few steps.
  const far = fc.property(tensors({ shape: [], min: -1e6, max: 1e6 }), (x) => Math.abs(x.item()) < 123456);
  const { counterexample, numShrinks } = fc.check(far, { seed });
  assert.ok(Math.abs((counterexample as [Tensor])[0].item() - 123456) < 1024 && numShrinks < 20, `${numShrinks} steps`);
});

test("right functions pass: of one input, of two that broadcast, of shapes that depend on each other, of a model", () => {
  const one = checkGradients((x) => x.tanh().mul(x), [tensors()], { seed, runs: 100 });
  assert.is(one.runs, 100);
  assert.ok(one.compared > 300);
  assert.is(one.kinks, 0);
  const two = broadcastableShapes(2).chain(([a, b]) => fc.tuple(tensors({ shape: a }), tensors({ shape: b })));
  assert.is(checkGradients((a, b) => a.mul(b).exp(), two, { seed, runs: 20 }).runs, 20);
  const product = fc
    .tuple(...[1, 2, 3].map(() => fc.integer({ min: 1, max: 3 })))
    .chain(([m, k, n]) => fc.tuple(tensors({ shape: [m, k] }), tensors({ shape: [k, n] })));
  checkGradients((a, b) => a.matmul(b), product, { seed, runs: 20, order: 1 });
  checkGradients((x) => x.relu(), [tensors({ awayFrom: [0] })], { seed });
  checkGradients((x) => x.max(), tensors({ distinct: true }), { seed });
  manualSeed(1);
  const model = new Affine(2, 3).to("float64");
  const { compared } = checkGradients(model, [tensors({ shape: [2, 2] })], { seed, runs: 5, order: 1 });
  assert.is(compared, 5 * (4 + 9));
  checkGradients((x) => model.forward(x).tanh(), [tensors({ shape: [1, 2] })], { seed, runs: 5, model });
});

const wrong = (x: Tensor): Tensor => x.mul(x.detach()); // x², whose slope it says is x

test("a wrong slope shrinks to one number, with all that is needed to see it again", () => {
  const told = message(() => checkGradients(wrong, [tensors({ minRank: 0, maxRank: 3 })], { seed: 7, order: 1 }));
  const lines = told.split("\n");
  assert.match(lines[0], /^checkGradients: fails in run 1; after \d+ steps to simpler inputs, with$/);
  assert.is(lines[1], '  input 1: tensor(1, { dtype: "float64" }), shape []');
  assert.match(lines[2], /order 1, input 1 \[\]: the tape says (-?[\d.]+), differences say (-?[\d.]+) \(error/);
  const [, tape, differences] = lines[2].match(/says (-?[\d.]+), differences say (-?[\d.]+)/) as string[];
  assert.ok(Math.abs(2 * Number(tape) - Number(differences)) < 1e-9);
  const [, path] = lines[3].match(
    /^Again: checkGradients\(f, arbitraries, \{ seed: 7, path: "([\d:]+)" \}\), or gradcheck\(f, inputs\)$/,
  ) as string[];
  const again = message(() =>
    checkGradients(wrong, [tensors({ minRank: 0, maxRank: 3 })], { seed: 7, path, order: 1 }),
  );
  assert.equal(again.split("\n").slice(1), lines.slice(1));
  assert.match(again, "fails in run 1; after 0 steps");
});

test("a slope wrong in one place only shrinks to the simplest of it", () => {
  const shrunk = (f: (...x: Tensor[]) => Tensor, arbitraries: Parameters<typeof checkGradients>[1]) =>
    message(() => checkGradients(f, arbitraries, { seed, order: 1, runs: 500 }))
      .split("\n")
      .flatMap((line) => line.match(/^ {2}input \d: \w+\((.*), \{/)?.[1] ?? []);
  const beyond = (x: Tensor) => x.gt(1.1).detach();
  assert.equal(
    shrunk((x) => x.add(x.sub(x.detach()).mul(beyond(x))), [tensors()]),
    ["2"],
  );
  assert.equal(
    shrunk((x) => (x.rank === 2 && x.shape[1] === 2 ? wrong(x) : x), [tensors()]),
    ["[[1,1]]"],
  );
  // Wrong in the second input, and only where that is broadcast.
  const two = broadcastableShapes(2).chain(([a, b]) => fc.tuple(tensors({ shape: a }), tensors({ shape: b })));
  const found = shrunk((a, b) => a.mul(b.size < a.size ? b.detach() : b), two);
  assert.is(found.join(" times ").replaceAll(/[[\]]/g, ""), "1,1 times 1");
});

test("cotangents differ from run to run, and how to have the same is told", () => {
  const backwards = kernelOp("backwards", {
    shape: "... -> ...",
    run: ([x], y) => y.storage.data.set(x.storage.data.slice()),
    vjp: [(g) => g.abs().neg()], // right where the gradient that arrives is negative
  }) as (x: Tensor) => Tensor;
  const one = tensors({ shape: [], min: 1, max: 1 });
  assert.ok(gradcheck(backwards, fc.sample(one, 1), { order: 1 }).ok);
  const told = message(() => checkGradients(backwards, [one], { seed, order: 1 }));
  const again = Number(/gradcheck\(f, inputs, \{ seed: (\d+) \}\)$/.exec(told)?.[1]);
  assert.not.ok(gradcheck(backwards, fc.sample(one, 1), { order: 1, seed: again, raise: false }).ok);
});

test("what f throws is told with the inputs, and is the cause", () => {
  const f = (x: Tensor) => {
    if (x.rank === 1 && x.size > 1) throw new TypeError("not today");
    return x;
  };
  try {
    checkGradients(f, [tensors()], { seed });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, GradError);
    assert.instance((error as Error).cause, TypeError);
    assert.match((error as Error).message, 'input 1: tensor([1,1], { dtype: "float64" }), shape [2]\n  not today\n');
  }
  assert.match(
    message(() => checkGradients((x) => x, [tensors({ dtype: "float32" })], { seed })),
    'input 1 is float32, in which differences are right to about 1e-4 at best; convert with .to("float64")',
  );
  assert.match(
    message(() => checkGradients(() => fc.pre(false) as never, [tensors()], { seed })),
    "too many pre-condition failures",
  );
});

test("to compare nothing, or at kinks only, is no success", () => {
  assert.is(
    message(() => checkGradients((x) => x, [tensors({ shape: [0] })], { seed })),
    "checkGradients: there must be something smooth to compare (0 comparisons, 0 at kinks)",
  );
  assert.match(
    message(() =>
      checkGradients((x) => x.relu(), [tensors({ shape: [], min: 0, max: 0 })], { seed, order: 1, runs: 100 }),
    ),
    "(100 comparisons, 100 at kinks)",
  );
  const { kinks, compared } = checkGradients((x) => x.relu(), [tensors({ min: 0, max: 1, dtype: "float64" })], {
    seed,
    order: 1,
  });
  assert.ok(kinks > 0 && kinks < compared / 2, `${kinks} of ${compared}`);
});

test.run();
