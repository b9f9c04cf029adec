// usual environment only: its backends are its own
/** Finite numbers of any size give neither NaN nor needless infinities, in values and slopes, and float32 keeps its digits. */
import {
  batchNorm,
  bceWithLogits,
  configure,
  crossEntropy,
  Generator,
  gelu,
  gradient,
  layerNorm,
  type Shape,
  sigmoid,
  softplus,
  type Tensor,
  tanh,
  tensor,
} from "gradtape";
import * as assert from "uvu/assert";
import { claimEverything } from "./support/calls.js";
import { ulps } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("stability");

/** Half the distance between 1 and the next float32, the least and the largest float32. */
const [u, least, most] = [2 ** -24, 2 ** -149, (2 - 2 ** -23) * 2 ** 127];

/** Runs a body with the reference, and with everything in WebAssembly, however the first went. */
function onBoth(body: (backend: string) => void): void {
  const failures: unknown[] = [];
  const run = (backend: string, back: () => void) => {
    try {
      body(backend);
    } catch (error) {
      failures.push(error);
    } finally {
      back();
    }
  };
  configure({ wasm: false });
  run("reference", configure);
  run("WebAssembly", claimEverything({ chunk: 4096 }));
  for (const error of failures) throw error;
}

const cases = 100_000;

/** Numbers of every size: ordinary ones, ±1e4, ±3e38, zeros, subnormals, and any finite bits. */
function draws(count: number, seed: number): Float32Array {
  const generator = new Generator(seed);
  const view = new DataView(new ArrayBuffer(4));
  const sign = () => (generator.uniform() < 0.5 ? -1 : 1);
  const kinds = [
    () => 4 * generator.uniform(),
    () => 20 * generator.uniform(),
    () => 110 * generator.uniform(),
    () => 1e4 * generator.uniform(),
    () => [1e4, 3e38, 0, least, 1, 2 ** -126, 88.75, 103.5][generator.integer(8)],
    () => least * (1 + generator.integer(2 ** 23)),
    () => {
      view.setUint32(0, Math.floor(generator.uniform() * 0x7f800000));
      return view.getFloat32(0);
    },
    () => 2 ** (-30 * generator.uniform()),
  ];
  return Float32Array.from({ length: count }, () => sign() * kinds[generator.integer(kinds.length)]());
}

/** The value and the slope of the numbers, for a cotangent of ones, or given numbers. */
function both(
  f: (x: Tensor) => Tensor,
  values: Float32Array,
  dtype: "float32" | "float64",
  shape: Shape,
  seeds?: Float32Array,
) {
  const x = tensor(Float64Array.from(values), { dtype, shape, requiresGrad: true });
  const y = f(x);
  const cotangents = Float64Array.from({ length: y.size }, (_, i) => seeds?.[i % seeds.length] ?? 1);
  const seed = tensor(cotangents, { dtype, shape: y.shape });
  return { value: Array.from(y.data), slope: Array.from(gradient(y, x, { seed }).data) };
}

/** The worst of what is found, as a share of what is allowed, and where. */
class Worst {
  share = 0;
  where = "";
  see(share: number, where: () => string): void {
    if (share <= this.share) return;
    this.share = Number.isNaN(share) ? Infinity : share;
    this.where = where();
  }
  check(what: string): void {
    console.log(`\n${what}: ${this.share.toPrecision(3)} of what is allowed, at ${this.where || "every place"}`);
    assert.ok(this.share <= 1, `${what}: ${this.share} of what is allowed, at ${this.where}`);
  }
}

// ---- element by element

/** How many ulp the float32 value may be from the float64 one. */
const functions = { sigmoid: [sigmoid, 4], tanh: [tanh, 4], softplus: [softplus, 4], gelu: [gelu, 8] } as const;

for (const [name, [f, bound]] of Object.entries(functions))
  test(`${name}: within ${bound} ulp of float64, and its slope finite, for 100,000 numbers of every size`, () => {
    const x = draws(cases, 1);
    const exact = both(f, x, "float64", [cases]);
    onBoth((backend) => {
      const single = both(f, x, "float32", [cases]);
      const [worst, slopes] = [new Worst(), new Worst()];
      for (let i = 0; i < cases; i++) {
        const [found, wanted] = [single.value[i], Math.fround(exact.value[i])];
        // Below the smallest normal number an ulp is `least`, which is what ulps counts there.
        worst.see(ulps(found, exact.value[i], "float32") / bound, () => `${x[i]}: ${found}, not ${wanted}`);
        const error = Math.abs(single.slope[i] - exact.slope[i]);
        slopes.see(
          error / (16 * u * (1 + Math.abs(exact.slope[i]))),
          () => `${x[i]}: ${single.slope[i]}, not ${exact.slope[i]}`,
        );
        assert.ok(Number.isFinite(found), `${name}(${x[i]}) is ${found}`);
        assert.ok(Number.isFinite(single.slope[i]), `the slope of ${name} at ${x[i]} is ${single.slope[i]}`);
      }
      worst.check(`${name}, ${backend}, ${bound} ulp`);
      slopes.check(`slope of ${name}, ${backend}, 16u · (1 + |slope|)`);
    });
  });

// ---- rows

const widths = [10, 1000];

/** Whether a float32 is right where the true value is beyond them all. */
const beyond = (found: number, exact: number): boolean =>
  Math.abs(exact) > most * (1 - 8 * u) &&
  (found === Math.sign(exact) * Infinity || Math.abs(found) > most * (1 - 8 * u));

/** The largest of each row, and the largest size. */
const extremes = (x: Float32Array, width: number): { max: number; size: number }[] =>
  Array.from({ length: cases / width }, (_, r) => {
    const row = Array.from(x.subarray(r * width, (r + 1) * width));
    return { max: Math.max(...row), size: Math.max(...row.map(Math.abs)) };
  });

/** Rows of numbers of every size; of one row in two all are small, as scores are. */
function rowsOf(seed: number, width: number): Float32Array {
  const [wild, tame] = [draws(cases, seed), draws(cases, seed + 1)];
  return wild.map((value, i) => (Math.floor(i / width) % 2 ? value : Math.fround(tame[i] % 30)));
}

/** Cotangents of either sign. */
const seeds = Float32Array.from({ length: 997 }, (_, i) => Math.fround(Math.sin(i * i + 1)));

for (const width of widths) {
  const [count, rows] = [cases / width, `100,000 numbers in rows of ${width}`];

  test(`softmax: relative error at most 4u · (1 + |x − max x|), and its slope finite, for ${rows}`, () => {
    const x = rowsOf(2, width);
    const tops = extremes(x, width);
    const f = (t: Tensor) => t.softmax();
    const exact = both(f, x, "float64", [count, width], seeds);
    onBoth((backend) => {
      const single = both(f, x, "float32", [count, width], seeds);
      const worst = new Worst();
      for (let i = 0; i < cases; i++) {
        const [found, wanted, { max }] = [single.value[i], exact.value[i], tops[Math.floor(i / width)]];
        const allowed = 4 * u * (1 + Math.abs(x[i] - max)) * wanted + 2 * least;
        worst.see(Math.abs(found - wanted) / allowed, () => `${x[i]}, below ${max}: ${found}, not ${wanted}`);
        assert.ok(Number.isFinite(single.slope[i]), `slope ${single.slope[i]} at ${x[i]}`);
      }
      worst.check(`softmax, ${rows}, ${backend}`);
    });
  });

  const labels = tensor(
    Int32Array.from({ length: count }, (_, r) => (7 * r) % width),
    { dtype: "int32" },
  );
  const logarithms: Record<string, (x: Tensor) => Tensor> = {
    logSumExp: (x) => x.logSumExp(1),
    logSoftmax: (x) => x.logSoftmax(),
    crossEntropy: (x) => crossEntropy(x, labels, { reduction: "none" }),
  };

  for (const [name, f] of Object.entries(logarithms))
    test(`${name}: absolute error at most 4u · (1 + max |x|), and its slope finite, for ${rows}`, () => {
      const x = rowsOf(4, width);
      const tops = extremes(x, width);
      const exact = both(f, x, "float64", [count, width], seeds);
      onBoth((backend) => {
        const single = both(f, x, "float32", [count, width], seeds);
        const worst = new Worst();
        single.value.forEach((found, i) => {
          const wanted = exact.value[i];
          assert.ok(Number.isFinite(wanted), `${wanted} in float64`);
          if (beyond(found, wanted)) return;
          const { size } = tops[Math.floor((i * count) / single.value.length)];
          const share = Math.abs(found - wanted) / (4 * u * (1 + size));
          worst.see(share, () => `number ${i}, of size ${size}: ${found}, not ${wanted}`);
        });
        for (const slope of single.slope) assert.ok(Number.isFinite(slope), `slope ${slope}`);
        worst.check(`${name}, ${rows}, ${backend}`);
      });
    });
}

test("logSoftmax and crossEntropy: of what a row is sure of, relative error at most 4u, though its loss is as small as e^-20", () => {
  const [count, width] = [400, 5];
  // Multiples of 1/4, whose differences are exact; the largest where the label is.
  const x = Float32Array.from({ length: count * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return column === (7 * row) % width ? 2 : 2 - (row + 1 + 3 * column) / 20;
  }).map((value) => Math.round(4 * value) / 4);
  const labels = tensor(
    Int32Array.from({ length: count }, (_, row) => (7 * row) % width),
    { dtype: "int32" },
  );
  const losses: Record<string, (x: Tensor) => Tensor> = {
    logSoftmax: (x) => x.logSoftmax().gather(1, labels.reshape([count, 1])),
    crossEntropy: (x) => crossEntropy(x, labels, { reduction: "none" }),
    "crossEntropy, summed": (x) => crossEntropy(x, labels, { reduction: "sum" }),
    "crossEntropy, their mean": (x) => crossEntropy(x, labels),
  };
  for (const [name, f] of Object.entries(losses)) {
    const exact = both(f, x, "float64", [count, width]);
    onBoth((backend) => {
      const y = f(tensor(x, { shape: [count, width] }));
      if (y.size === 1) assert.is(y.item(), Math.fround(y.item()), "float32, read before anyone asked for its array");
      const worst = new Worst();
      both(f, x, "float32", [count, width]).value.forEach((found, i) => {
        const wanted = exact.value[i];
        worst.see(Math.abs(found - wanted) / (4 * u * Math.abs(wanted)), () => `number ${i}: ${found}, not ${wanted}`);
      });
      worst.check(`${name}, ${backend}`);
    });
  }
});

test("bceWithLogits: absolute error at most 4u · (1 + |x|), and its slope finite, for 100,000 numbers of every size", () => {
  const x = draws(cases, 6);
  const generator = new Generator(7);
  const t = Float32Array.from({ length: cases }, () => [0, 1, Math.fround(generator.uniform())][generator.integer(3)]);
  const f = (given: Tensor) =>
    bceWithLogits(given, tensor(t, { dtype: given.dtype as "float64" }), { reduction: "none" });
  const exact = both(f, x, "float64", [cases]);
  onBoth((backend) => {
    const single = both(f, x, "float32", [cases]);
    const worst = new Worst();
    for (let i = 0; i < cases; i++) {
      const [found, wanted] = [single.value[i], exact.value[i]];
      worst.see(
        Math.abs(found - wanted) / (4 * u * (1 + Math.abs(x[i]))),
        () => `${x[i]}, ${t[i]}: ${found}, not ${wanted}`,
      );
      assert.ok(
        Number.isFinite(found) && Number.isFinite(single.slope[i]),
        `${x[i]}, ${t[i]}: ${found}, slope ${single.slope[i]}`,
      );
    }
    worst.check(`bceWithLogits, ${backend}`);
  });
});

// ---- far from 0

const n = 4096;
const far: Record<string, (x: Tensor) => Tensor> = {
  variance: (x) => x.variance(),
  std: (x) => x.std(),
  norm: (x) => x.norm(),
  "norm of 1": (x) => x.norm(1),
  "norm of 3": (x) => x.norm(3),
  layerNorm: (x) => layerNorm(x.reshape([4, n / 4])),
  batchNorm: (x) => batchNorm(x.reshape([n / 4, 4])),
};

for (const [name, f] of Object.entries(far))
  test(`${name} of normal numbers around 1e4 in float32: value and gradient to a thousandth`, () => {
    const generator = new Generator(8);
    const x = Float32Array.from({ length: n }, () => 1e4 + generator.normal());
    const exact = both(f, x, "float64", [n], seeds);
    onBoth((backend) => {
      const single = both(f, x, "float32", [n], seeds);
      for (const what of ["value", "slope"] as const) {
        // Of many numbers, in the norm of all.
        const length = Math.hypot(...exact[what]);
        const error = Math.hypot(...single[what].map((value, i) => value - exact[what][i])) / length;
        console.log(`\n${what} of ${name}, ${backend}: relative error ${error.toPrecision(2)}`);
        assert.ok(error <= 1e-3, `${what} of ${name}, ${backend}: relative error ${error}`);
      }
    });
  });

test.run();
