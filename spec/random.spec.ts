/** Random numbers: the cipher against published vectors, the stream frozen for ever, and the distributions against their laws. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { ValueError } from "../lib/error.js";
import { defaultGenerator, Generator, type GeneratorState, manualSeed } from "../lib/random.js";
import { threefry2x32 } from "../lib/threefry.js";
import { close, same } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("random");

const seeds = [0, 1, 2, 3, 10, 42, 1234, 2 ** 32, 320256546164207, 2 ** 53 - 1];

const times = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));

const words = (generator: Generator, n: number): number[] => times(n, () => generator.next());

function throwsValue(f: () => unknown, message: string): void {
  assert.throws(f, (error: unknown) => {
    assert.instance(error, ValueError);
    assert.is((error as Error).message, message);
    return true;
  });
}

/** A generator that draws the words it is told, and goes on as if of seed 0 when they run out. */
class Scripted extends Generator {
  constructor(private readonly script: number[]) {
    super(0);
  }
  override next(): number {
    return this.script.shift() ?? super.next();
  }
}

/** A generator that draws one word only. */
class Stuck extends Generator {
  constructor(private readonly word: number) {
    super(0);
  }
  override next(): number {
    return this.word;
  }
}

/** The normal distribution function, by the series of Marsaglia, "Evaluating the normal distribution" (2004). */
function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3, before = 0; sum !== before; k += 2) {
    before = sum;
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** How likely a distance of √n · D or more is, by Kolmogorov's series; Stephens (1970) corrects for a finite n. */
function kolmogorov(distance: number, n: number): number {
  const t = (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n)) * distance;
  // The series converges slowly where the answer is 1 to twelve places.
  if (t < 0.2) return 1;
  return 2 * times(50, (i) => (i % 2 ? -1 : 1) * Math.exp(-2 * ((i + 1) * t) ** 2)).reduce((a, b) => a + b);
}

/** The Kolmogorov–Smirnov test: the p-value of the sample's coming from a continuous distribution. */
function ksTest(sample: Float32Array | Float64Array, cdf: (x: number) => number): number {
  const n = sample.length;
  let distance = 0;
  sample
    .slice()
    .sort()
    .forEach((x, i) => {
      distance = Math.max(distance, cdf(x) - i / n, (i + 1) / n - cdf(x));
    });
  return kolmogorov(distance, n);
}

/** The chi-square test of equal probabilities: the p-value of the counts, by Wilson and Hilferty's cube root. */
function chiSquareTest(counts: ArrayLike<number>): number {
  const all = Array.from(counts);
  const expected = all.reduce((a, b) => a + b) / all.length;
  const statistic = all.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const spread = 2 / (9 * (all.length - 1));
  return normalCdf((1 - spread - Math.cbrt(statistic / (all.length - 1))) / Math.sqrt(spread));
}

/** How often each of `kinds` outcomes occurs in n draws. */
function tally(n: number, kinds: number, draw: () => number): Int32Array {
  const counts = new Int32Array(kinds);
  for (let i = 0; i < n; i++) {
    const kind = draw();
    assert.ok(Number.isInteger(kind) && kind >= 0 && kind < kinds, `${kind} is none of the ${kinds} outcomes`);
    counts[kind]++;
  }
  return counts;
}

const likely = (p: number, what: string) => assert.ok(p > 1e-4 && p <= 1, `${what}: p = ${p}`);

test("the tests of distributions have the p-values of the tables", () => {
  assert.ok(close(normalCdf(1.959963984540054), 0.975, { tolerance: 1e-14 }));
  assert.ok(close(normalCdf(-1), 0.15865525393145707, { tolerance: 1e-14 }));
  for (const [t, p] of [
    [1.2238, 0.1],
    [1.3581, 0.05],
    [1.6276, 0.01],
    [1.9495, 0.001],
  ])
    assert.ok(close(kolmogorov(t / 1e4, 1e8), p, { tolerance: p / 500 }), `Kolmogorov at ${t}`);
  assert.ok(close(kolmogorov(0.31 / 1e4, 1e8), 0.9999785, { tolerance: 1e-6 }));
  // With 23 degrees of freedom, chi-square passes 35.172 one time in 20, and 49.728 one time in 1000.
  for (const [statistic, p] of [
    [35.172, 0.05],
    [49.728, 0.001],
  ]) {
    const off = Math.sqrt((statistic * 1000) / 2);
    const counts = times(24, (i) => 1000 + (i === 0 ? off : i === 1 ? -off : 0));
    assert.ok(close(chiSquareTest(counts), p, { tolerance: p / 20 }), `chi-square at ${statistic}`);
  }
});

test("the tests of distributions reject what is a little wrong", () => {
  const sample = new Generator(5).fillUniform(new Float64Array(1e5));
  assert.ok(
    ksTest(
      sample.map((u) => u ** 1.03),
      (u) => u,
    ) < 1e-4,
  );
  const normal = new Generator(5).fillNormal(new Float64Array(1e5));
  assert.ok(
    ksTest(
      normal.map((z) => 1.03 * z),
      normalCdf,
    ) < 1e-4,
  );
  assert.ok(
    ksTest(
      normal.map((z) => z + 0.02),
      normalCdf,
    ) < 1e-4,
  );
  assert.ok(chiSquareTest([1000, 1000, 1000, 1150]) < 0.01);
});

// Random123's tests/kat_vectors, the lines "threefry2x32 20"; JAX pins the same three.
test("the cipher gives Random123's known answers", () => {
  assert.equal(threefry2x32([0, 0], [0, 0]), [0x6b200159, 0x99ba4efe]);
  const ones = 0xffffffff;
  assert.equal(threefry2x32([ones, ones], [ones, ones]), [0x1cb996fc, 0xbb002be7]);
  // The digits of pi.
  assert.equal(threefry2x32([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3]), [0xc4923a9c, 0x483df7a0]);
});

// Found by an implementation of its own in Python. Each word is hashed as four bytes, the lowest first, whatever the machine's order.
test("the first 2^20 words of a seed are what they always were", () => {
  for (const [seed, expected] of [
    [0, "e58414286ff67e8f9f94860f394caa3ee92df36c64b058cc153168dba37d27d1"],
    [0x1234589abcdef, "c97e0db8f93dfabb484da5c7a2343b8267b97c17edd973c7d3777ed1397e35ee"],
    [2 ** 53 - 1, "f2ac0df7b15dbe17ab5fd2efdf1b3cdb29221aa176374c0e9a9d88730377470b"],
  ] as const) {
    const generator = new Generator(seed);
    const bytes = new DataView(new ArrayBuffer(4 * 2 ** 20));
    for (let i = 0; i < 2 ** 20; i++) bytes.setUint32(4 * i, generator.next(), true);
    assert.is(createHash("sha256").update(bytes).digest("hex"), expected, `seed ${seed}`);
  }
});

test("word i is word i % 2 of the block of counter floor(i / 2), wherever one starts", () => {
  const key: [number, number] = [0x89abcdef, 0x12345];
  const generator = new Generator(0x123_4589_abcd_ef);
  assert.equal(new Generator(0x12345 * 2 ** 32 + 0x89abcdef).state, { key, position: 0 });
  const starts = [...times(131, (i) => i), 2 ** 32 - 1, 2 ** 33 - 2, 2 ** 33 - 1, 2 ** 33, 2 ** 52 + 3, 2 ** 53 - 3];
  for (const position of starts) {
    generator.restore({ key, position });
    for (let i = position; i < position + 2; i++) {
      const block = Math.floor(i / 2);
      assert.is(generator.state.position, i);
      assert.is(
        generator.next(),
        threefry2x32(key, [block % 2 ** 32, Math.floor(block / 2 ** 32)])[i % 2],
        `word ${i}`,
      );
    }
  }
});

test("a state taken anywhere, sent through JSON, goes on alike in every way of drawing", () => {
  for (const position of times(132, (i) => i)) {
    const generator = new Generator(7);
    words(generator, position);
    const state: GeneratorState = JSON.parse(JSON.stringify(generator.state));
    assert.equal(state, { key: [7, 0], position });
    const draw = (from: Generator) => [
      from.next(),
      from.uniform(),
      from.normal(),
      ...from.fillNormal(new Float32Array(3)),
      ...from.fillUniform(new Float32Array(3)),
      from.integer(1e6),
      ...from.permutation(9),
      ...from.choice(50, 4),
      from.next(),
    ];
    const clone = generator.clone();
    const expected = draw(generator);
    const other = new Generator(99);
    words(other, position % 5);
    other.restore(state);
    assert.equal(draw(other), expected);
    assert.equal(draw(clone), expected);
    assert.equal(other.state, generator.state);
    assert.equal(clone.state, generator.state);
  }
});

test("a state, once taken, has a life of its own, and so has a clone", () => {
  const generator = new Generator(3);
  const state = generator.state;
  state.key[0] = 4;
  state.position = 10;
  assert.equal(generator.state, { key: [3, 0], position: 0 });
  generator.restore(state);
  state.key[1] = 5;
  assert.equal(generator.state, { key: [4, 0], position: 10 });
  words(generator.clone(), 100);
  assert.equal(generator.state, { key: [4, 0], position: 10 });
});

test("every way of drawing reads the one stream, in order", () => {
  for (const skip of [0, 1]) {
    const word = words(new Generator(11), 400).slice(skip);
    const double = (i: number) => ((word[i] >>> 5) * 2 ** 26 + (word[i + 1] >>> 6)) / 2 ** 53;
    const at = () => {
      const generator = new Generator(11);
      words(generator, skip);
      return generator;
    };
    const uniforms = times(100, (i) => double(2 * i));
    const read = at();
    assert.equal(
      times(100, () => read.uniform()),
      uniforms,
    );
    assert.equal([...at().fillUniform(new Float64Array(100))], uniforms);
    assert.equal(
      [...at().fillUniform(new Float32Array(200))],
      word.slice(0, 200).map((w) => (w >>> 8) / 2 ** 24),
    );

    // A fill in two parts is the fill in one, and the first of each pair is what normal() gives.
    const whole = at().fillNormal(new Float64Array(60));
    const parts = at();
    assert.equal([...parts.fillNormal(new Float64Array(20)), ...parts.fillNormal(new Float64Array(40))], [...whole]);
    assert.equal(at().fillNormal(new Float64Array(59)), whole.slice(0, 59));
    assert.equal(at().fillNormal(new Float32Array(60)), Float32Array.from(whole));
    const single = at();
    assert.equal(
      times(30, () => single.normal()),
      [...whole.filter((_, i) => i % 2 === 0)],
    );
    const odd = at();
    odd.fillNormal(new Float64Array(3));
    assert.is(odd.next(), word[8]);
    assert.ok(
      close(whole[1], Math.sqrt(-2 * Math.log(1 - double(0))) * Math.sin(2 * Math.PI * double(2)), { tolerance: 0 }),
    );
  }
});

test("fills shift and scale, and return what they filled", () => {
  const out = new Float64Array(100);
  const generator = new Generator(1);
  assert.is(generator.fillUniform(out, -3, 5), out);
  assert.equal(
    out,
    new Generator(1).fillUniform(new Float64Array(100)).map((u) => -3 + 8 * u),
  );
  generator.restore(new Generator(1).state);
  assert.is(generator.fillNormal(out, 10, 0), out);
  assert.ok(out.every((x) => x === 10));
  assert.is(generator.fillUniform(new Float32Array(0)).length, 0);
  assert.is(generator.fillNormal(new Float32Array(0)).length, 0);
  assert.equal(generator.fillUniform(new Float32Array(2), 0.1, 0.1), Float32Array.of(0.1, 0.1));
});

test("a uniform number reaches low but never high, through rounding or otherwise", () => {
  const [least, greatest] = [new Stuck(0), new Stuck(0xffffffff)];
  assert.is(least.uniform(), 0);
  assert.is(greatest.uniform(), 1 - 2 ** -53);
  const one = (generator: Generator, type: typeof Float32Array | typeof Float64Array, low: number, high: number) =>
    generator.fillUniform(new type(1), low, high)[0];
  assert.is(one(greatest, Float32Array, 0, 1), 1 - 2 ** -24);
  // 1 + (1 - 2^-24) lies halfway between two float32 numbers, of which 2 is the even one; so in float64 with 2^-53.
  assert.is(one(greatest, Float32Array, 1, 2), 2 - 2 ** -23);
  assert.is(one(greatest, Float64Array, 1, 2), 2 - 2 ** -52);
  assert.is(one(greatest, Float32Array, -1, 0), -(2 ** -24));
  assert.is(one(greatest, Float32Array, 2 ** 24, 2 ** 24 + 2), 2 ** 24);
  assert.is(one(greatest, Float64Array, 0, 2 ** -1074), 0);
  assert.is(one(greatest, Float32Array, -(2 ** -149), 0), -(2 ** -149));

  for (const type of [Float32Array, Float64Array]) {
    const bound =
      type === Float32Array
        ? fc.float({ noNaN: true, noDefaultInfinity: true })
        : fc.double({ noNaN: true, min: -8e307, max: 8e307 });
    fc.assert(
      fc.property(bound, bound, fc.integer({ min: 0, max: 0xffffffff }), (a, b, word) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(low < high);
        assert.ok(Object.is(one(least, type, low, high) + 0, low + 0));
        for (const x of [one(greatest, type, low, high), one(new Stuck(word), type, low, high)])
          assert.ok(x >= low && x < high, `${x} is not in [${low}, ${high})`);
      }),
    );
  }
  // Bounds that are no float32 numbers are rounded first, so that the numbers between are those of the rounded interval.
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1, max: 1e9, noNaN: true }),
      (low, gap) => {
        const [from, to] = [Math.fround(low), Math.fround(low + gap)];
        fc.pre(from < to);
        assert.ok(same(one(least, Float32Array, low, low + gap) + 0, from + 0));
        const x = one(greatest, Float32Array, low, low + gap);
        assert.ok(x >= from && x < to, `${x} is not in [${from}, ${to})`);
      },
    ),
  );
});

test("uniform numbers are uniform (Kolmogorov–Smirnov, 10 seeds)", () => {
  for (const seed of seeds) {
    const generator = new Generator(seed);
    likely(
      ksTest(
        new Float64Array(30_000).map(() => generator.uniform()),
        (u) => u,
      ),
      `uniform, seed ${seed}`,
    );
    const narrow = generator.fillUniform(new Float32Array(30_000), 0, 1);
    likely(
      ksTest(narrow, (u) => u),
      `float32, seed ${seed}`,
    );
    const wide = generator.fillUniform(new Float64Array(30_000), -2, 6);
    likely(
      ksTest(wide, (u) => (u + 2) / 8),
      `float64, seed ${seed}`,
    );
  }
});

test("normal numbers are normal (Kolmogorov–Smirnov, 10 seeds)", () => {
  for (const seed of seeds) {
    const generator = new Generator(seed);
    likely(
      ksTest(
        new Float64Array(30_000).map(() => generator.normal()),
        normalCdf,
      ),
      `normal, seed ${seed}`,
    );
    likely(ksTest(generator.fillNormal(new Float32Array(30_000)), normalCdf), `float32, seed ${seed}`);
    const shifted = generator.fillNormal(new Float64Array(30_001), 3, 0.5);
    likely(
      ksTest(shifted, (x) => normalCdf((x - 3) / 0.5)),
      `float64, seed ${seed}`,
    );
  }
});

test("neighbours do not know of each other, in one stream and across seeds", () => {
  // The sum of n products of independent standard normals is itself near normal, with deviation √n.
  const together = (a: Float64Array, b: Float64Array) =>
    likely(2 * normalCdf(-Math.abs(a.reduce((sum, x, i) => sum + x * b[i], 0)) / Math.sqrt(a.length)), "a correlation");
  const n = 50_000;
  for (const seed of seeds.slice(0, 5)) {
    const z = new Generator(seed).fillNormal(new Float64Array(n + 2));
    const squares = z.map((x) => (x * x - 1) / Math.SQRT2);
    for (const lag of [1, 2]) {
      together(z.slice(0, n), z.slice(lag, n + lag));
      together(squares.slice(0, n), squares.slice(lag, n + lag));
    }
    together(z, new Generator(seed + 1).fillNormal(new Float64Array(n + 2)));
  }
});

test("the extremes of the words give finite normal numbers", () => {
  for (const word of [0, 0xffffffff])
    for (const z of [new Stuck(word).normal(), ...new Stuck(word).fillNormal(new Float32Array(2))])
      assert.ok(Math.abs(z) < 8.6, `${z}`);
});

test("an integer below any n is unbiased", () => {
  const generator = new Generator(2024);
  for (const n of [1, 2, 3, 7, 10, 100])
    likely(n === 1 ? 1 : chiSquareTest(tally(40_000, n, () => generator.integer(n))), `n = ${n}`);
  assert.equal(
    tally(10, 1, () => generator.integer(1)),
    Int32Array.of(10),
  );
  // A remainder without rejection would give the first third twice the weight of the others.
  for (const third of [2 ** 30, 2 ** 51])
    likely(chiSquareTest(tally(30_000, 3, () => Math.floor(generator.integer(3 * third) / third))), `n = 3 · ${third}`);
  // Beyond 2^32 all of the 53 bits take part: high parts, and remainders.
  for (const n of [2 ** 32 + 1, 2 ** 53 - 1]) {
    likely(chiSquareTest(tally(30_000, 8, () => Math.floor(generator.integer(n) / (n / 8)))), `n = ${n}, high`);
    likely(chiSquareTest(tally(30_000, 8, () => generator.integer(n) % 8)), `n = ${n}, low`);
  }
});

test("what lies beyond the last whole multiple of n is drawn again, and nothing else is", () => {
  const top = 0xffffffff;
  assert.is(new Scripted([top, 5]).integer(3), 2); // 2^32 = 3 · 1431655765 + 1
  assert.is(new Scripted([top - 1, 5]).integer(3), 2);
  assert.is(new Scripted([top - 2, 5]).integer(3), 1);
  assert.is(new Scripted([top, 5]).integer(2), 1);
  assert.is(new Scripted([top, 5]).integer(2 ** 32), top);
  assert.is(new Scripted([top, 5]).integer(2 ** 32 - 1), 5);
  assert.is(new Scripted([top, top, 0, 64]).integer(2 ** 53 - 1), 1);
  assert.is(new Scripted([top, top - 64, 0, 64]).integer(2 ** 53 - 1), 2 ** 53 - 2);
});

test("a permutation is a permutation, and all of them are as likely", () => {
  const generator = new Generator(8);
  for (const n of [0, 1, 2, 3, 10, 1000]) {
    const order = generator.permutation(n);
    assert.instance(order, Int32Array);
    assert.equal(
      [...order].sort((a, b) => a - b),
      times(n, (i) => i),
    );
  }
  const places = new Map<string, number>();
  const counts = tally(48_000, 24, () => {
    const name = generator.permutation(4).join("");
    if (!places.has(name)) places.set(name, places.size);
    return places.get(name)!;
  });
  assert.is(places.size, 24);
  likely(chiSquareTest(counts), "permutations of 4");
});

test("a choice is distinct, and all ordered pairs are as likely", () => {
  const generator = new Generator(9);
  for (const [n, size] of [
    [0, 0],
    [5, 0],
    [1, 1],
    [10, 10],
    [60_000, 100],
    [2 ** 31 - 1, 1000],
  ]) {
    const chosen = generator.choice(n, size);
    assert.instance(chosen, Int32Array);
    assert.is(new Set(chosen).size, size);
    assert.ok(chosen.every((x) => x >= 0 && x < n));
  }
  const pair = () => {
    const [a, b] = generator.choice(5, 2);
    return 4 * a + b - (b > a ? 1 : 0);
  };
  likely(chiSquareTest(tally(40_000, 20, pair)), "pairs of 5");
  const full = () => ["012", "021", "102", "120", "201", "210"].indexOf(generator.choice(3, 3).join(""));
  likely(chiSquareTest(tally(12_000, 6, full)), "choices of all 3");
});

test("a choice with replacement may repeat, and all ordered pairs are as likely", () => {
  const generator = new Generator(10);
  assert.equal(generator.choice(1, 4, { replace: true }), Int32Array.of(0, 0, 0, 0));
  const pair = () => {
    const [a, b] = generator.choice(4, 2, { replace: true });
    return 4 * a + b;
  };
  likely(chiSquareTest(tally(40_000, 16, pair)), "pairs of 4 with replacement");
});

test("the default generator starts from seed 0, and again from what manualSeed says, for all who hold it", () => {
  const held = defaultGenerator();
  assert.equal(held.state, { key: [0, 0], position: 0 });
  assert.equal(words(held, 3), words(new Generator(0), 3));
  manualSeed(2 ** 32 + 5);
  assert.is(defaultGenerator(), held);
  assert.equal(held.state, { key: [5, 1], position: 0 });
  assert.equal(words(held, 3), words(new Generator(2 ** 32 + 5), 3));
  assert.not.equal(words(new Generator(0), 3), words(new Generator(1), 3));
});

test("errors say what must hold", () => {
  const generator = new Generator(0);
  for (const seed of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
    throwsValue(() => new Generator(seed), `Generator: seed must be a whole number from 0 to 2^53 - 1 (given ${seed})`);
    throwsValue(() => manualSeed(seed), `manualSeed: seed must be a whole number from 0 to 2^53 - 1 (given ${seed})`);
  }
  for (const n of [0, -1, 1.5, Number.NaN, 2 ** 53])
    throwsValue(() => generator.integer(n), `integer: n must be a whole number from 1 to 2^53 - 1 (given ${n})`);
  throwsValue(() => generator.permutation(-1), "permutation: n must be a whole number from 0 to 2^31 - 1 (given -1)");
  throwsValue(
    () => generator.choice(2 ** 31, 1),
    "choice: n must be a whole number from 0 to 2^31 - 1 (given 2147483648)",
  );
  throwsValue(() => generator.choice(5, 1.5), "choice: size must be a whole number from 0 to 2^31 - 1 (given 1.5)");
  throwsValue(() => generator.choice(3, 5), "choice(3, 5): size must be at most n, unless replace is true");
  throwsValue(
    () => generator.choice(0, 1, { replace: true }),
    "choice: n must be a whole number from 1 to 2^31 - 1 (given 0)",
  );
  const between = "low must be at most high, and high - low finite in";
  throwsValue(() => generator.fillUniform(new Float32Array(1), 2, 1), `fillUniform(2, 1): ${between} float32`);
  throwsValue(() => generator.fillUniform(new Float32Array(1), 0, 1e39), `fillUniform(0, 1e+39): ${between} float32`);
  throwsValue(
    () => generator.fillUniform(new Float64Array(1), -1e308, 1e308),
    `fillUniform(-1e+308, 1e+308): ${between} float64`,
  );
  throwsValue(() => generator.fillUniform(new Float64Array(1), Number.NaN), `fillUniform(NaN, 1): ${between} float64`);
  const spread = "mean must be finite, std finite and not negative";
  throwsValue(() => generator.fillNormal(new Float32Array(1), 0, -1), `fillNormal(0, -1): ${spread}`);
  throwsValue(() => generator.fillNormal(new Float32Array(1), Infinity), `fillNormal(Infinity, 1): ${spread}`);
  throwsValue(() => generator.fillNormal(new Float32Array(1), 0, Number.NaN), `fillNormal(0, NaN): ${spread}`);
  assert.equal(generator.state, { key: [0, 0], position: 0 }, "a refused call draws nothing");
});

test("a state that is not whole is refused, and changes nothing", () => {
  const generator = new Generator(6);
  words(generator, 5);
  const word = "restore: each word of key must be a whole number from 0 to 2^32 - 1";
  const position = "restore: position must be a whole number from 0 to 2^53 - 1";
  for (const [state, message] of [
    [undefined, "restore: key must be two whole numbers (given undefined)"],
    [null, "restore: key must be two whole numbers (given undefined)"],
    [{ position: 0 }, "restore: key must be two whole numbers (given undefined)"],
    [{ key: "ab", position: 0 }, 'restore: key must be two whole numbers (given "ab")'],
    [{ key: [1, 2, 3], position: 0 }, "restore: key must be two whole numbers (given [1,2,3])"],
    [{ key: [-1, 0], position: 0 }, `${word} (given -1)`],
    [{ key: [0, 2 ** 32], position: 0 }, `${word} (given 4294967296)`],
    [{ key: [0, null], position: 0 }, `${word} (given null)`],
    [{ key: [0, 0] }, `${position} (given undefined)`],
    [{ key: [0, 0], position: -1 }, `${position} (given -1)`],
    [{ key: [0, 0], position: 0.5 }, `${position} (given 0.5)`],
    [{ key: [0, 0], position: "7" }, `${position} (given 7)`],
  ] as const) {
    throwsValue(() => generator.restore(state as unknown as GeneratorState), message);
    assert.equal(generator.state, { key: [6, 0], position: 5 });
  }
  assert.is(generator.next(), words(new Generator(6), 6)[5]);
});

test.run();
