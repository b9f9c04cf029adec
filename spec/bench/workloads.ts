/** The workloads: what each one computes, and the numbers it starts from, which every subject reads from the same file. */
import { writeFileSync } from "node:fs";
import { Generator } from "gradtape";

/** A multilayer perceptron trained by SGD; with `norm`, batch normalization of composed ops before each activation. */
export type Training = { sizes: number[]; activation: "sigmoid" | "relu"; norm: boolean; lr: number };

/** What a subject is told beside the arrays. */
export type Settings = Partial<Training> & { repeats?: number; heads?: number };

/** Values in [low, high), normal values, class indices below `classes`, or one value throughout. */
type Fill = { low: number; high: number } | { std: number } | { classes: number } | { value: number };

type Spec = { shape: number[]; fill: Fill };

export type Workload = {
  name: string;
  title: string;
  /** What the subjects know it by: those that do not know it say so. */
  kind: "train" | "convnet" | "matmul" | "chain" | "scalar" | "transformer";
  settings: Settings;
  arrays: Record<string, Spec>;
  /** How far results of two subjects may lie apart, as a share of the size of what was added up for them. */
  tolerance: number;
  /** Floating-point operations in a step, where a rate says more than a time. */
  flops?: number;
};

/** x, t and the parameters W0, b0, W1, …; with `norm`, hidden layers have gamma and beta, which make a bias idle. */
function training(batch: number, settings: Training, std: (inputs: number) => number): Record<string, Spec> {
  const { sizes, norm } = settings;
  const arrays: Record<string, Spec> = {
    x: { shape: [batch, sizes[0]], fill: { low: 0, high: 1 } },
    t: { shape: [batch], fill: { classes: 10 } },
  };
  for (let i = 0; i + 1 < sizes.length; i++) {
    arrays[`W${i}`] = { shape: [sizes[i], sizes[i + 1]], fill: { std: std(sizes[i]) } };
    if (norm && i + 2 < sizes.length) arrays[`gamma${i}`] = { shape: [sizes[i + 1]], fill: { value: 1 } };
    arrays[`${norm && i + 2 < sizes.length ? "beta" : "b"}${i}`] = { shape: [sizes[i + 1]], fill: { value: 0 } };
  }
  return arrays;
}

const book = (): number => 0.01;
const he = (inputs: number): number => Math.sqrt(2 / inputs);

function mlp(
  name: string,
  title: string,
  batch: number,
  settings: Training,
  std: (inputs: number) => number,
): Workload {
  const arrays = training(batch, settings, std);
  return { name, title: `${title}, batch ${batch}`, kind: "train", settings, arrays, tolerance: 1e-3 };
}

const product = (n: number): Workload => ({
  name: `W4-${n}`,
  title: `one matrix product ${n}×${n}×${n}`,
  kind: "matmul",
  settings: {},
  arrays: { a: { shape: [n, n], fill: { std: 1 } }, b: { shape: [n, n], fill: { std: 1 } } },
  tolerance: 1e-5,
  flops: 2 * n ** 3,
});

export const workloads: readonly Workload[] = [
  mlp(
    "W1",
    "the book's network: Affine 784-50, sigmoid, Affine 50-10, softmax cross-entropy",
    100,
    { sizes: [784, 50, 10], activation: "sigmoid", norm: false, lr: 0.1 },
    book,
  ),
  mlp(
    "W2",
    "Affine 784-512, ReLU, 512-512, ReLU, 512-10, softmax cross-entropy",
    128,
    { sizes: [784, 512, 512, 10], activation: "relu", norm: false, lr: 0.01 },
    he,
  ),
  {
    name: "W3",
    title: "SimpleConvNet: 30 filters 5×5, ReLU, 2×2 max pool, Affine 4320-100, ReLU, Affine 100-10, batch 100",
    kind: "convnet",
    settings: { lr: 0.01 },
    arrays: {
      x: { shape: [100, 1, 28, 28], fill: { low: 0, high: 1 } },
      t: { shape: [100], fill: { classes: 10 } },
      W0: { shape: [30, 1, 5, 5], fill: { std: he(25) } },
      b0: { shape: [30], fill: { value: 0 } },
      W1: { shape: [4320, 100], fill: { std: he(4320) } },
      b1: { shape: [100], fill: { value: 0 } },
      W2: { shape: [100, 10], fill: { std: he(100) } },
      b2: { shape: [10], fill: { value: 0 } },
    },
    tolerance: 1e-3,
  },
  ...[256, 512, 1024].map(product),
  {
    name: "W5",
    title: "value and gradient of sum(tanh(x·0.5 + 1) · sigmoid(x) · x), 2^20 values",
    kind: "chain",
    settings: {},
    arrays: { x: { shape: [2 ** 20], fill: { std: 1 } } },
    tolerance: 1e-4,
  },
  {
    name: "W6",
    title: "value and gradient of a scalar chain: y = y·a + a, 500 times",
    kind: "scalar",
    settings: { repeats: 500 },
    arrays: { a: { shape: [], fill: { value: 0.9 } } },
    tolerance: 1e-4,
  },
  mlp(
    "W7",
    "Affine 784-1024 and two of 1024-1024, each with batch normalization of composed ops and ReLU, Affine 1024-10",
    256,
    { sizes: [784, 1024, 1024, 1024, 10], activation: "relu", norm: true, lr: 0.01 },
    he,
  ),
  {
    name: "W8",
    title:
      "one transformer block: 128 tokens, width 256, 4 heads, batch 8; attention, then Affine 256-1024, ReLU, 1024-256, " +
      "each behind a layer normalization and added to its input; mean squared error",
    kind: "transformer",
    settings: { heads: 4, lr: 0.1 },
    arrays: {
      x: { shape: [8, 128, 256], fill: { std: 1 } },
      t: { shape: [8, 128, 256], fill: { std: 1 } },
      gamma0: { shape: [256], fill: { value: 1 } },
      beta0: { shape: [256], fill: { value: 0 } },
      Wq: { shape: [256, 256], fill: { std: 1 / 16 } },
      Wk: { shape: [256, 256], fill: { std: 1 / 16 } },
      Wv: { shape: [256, 256], fill: { std: 1 / 16 } },
      Wo: { shape: [256, 256], fill: { std: 1 / 16 } },
      gamma1: { shape: [256], fill: { value: 1 } },
      beta1: { shape: [256], fill: { value: 0 } },
      W0: { shape: [256, 1024], fill: { std: he(256) } },
      b0: { shape: [1024], fill: { value: 0 } },
      W1: { shape: [1024, 256], fill: { std: he(1024) } },
      b1: { shape: [256], fill: { value: 0 } },
    },
    tolerance: 1e-3,
  },
];

function fillWith(values: Float32Array, fill: Fill, random: Generator): void {
  if ("std" in fill) random.fillNormal(values, 0, fill.std);
  else if ("low" in fill) random.fillUniform(values, fill.low, fill.high);
  else if ("value" in fill) values.fill(fill.value);
  else for (let i = 0; i < values.length; i++) values[i] = random.integer(fill.classes);
}

/** Writes `path`.json, which says what is to be computed, and `path`.bin, its arrays one after the other as float32. */
export function writeProblem({ name, kind, settings, arrays }: Workload, path: string): void {
  const random = new Generator(0);
  const parts = Object.values(arrays).map(({ shape, fill }) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    fillWith(values, fill, random);
    return Buffer.from(values.buffer);
  });
  const shapes = Object.entries(arrays).map(([array, { shape }]) => ({ name: array, shape }));
  writeFileSync(`${path}.json`, JSON.stringify({ name, kind, settings, arrays: shapes }));
  writeFileSync(`${path}.bin`, Buffer.concat(parts));
}
