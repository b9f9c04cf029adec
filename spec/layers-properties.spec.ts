/** What must hold of normalization, dropout, attention and embeddings, whatever their numbers; and the book's variants, spelled out. */
import fc from "fast-check";
import {
  BatchNormalization,
  checkpoint,
  Dropout,
  Embedding,
  Generator,
  GroupNorm,
  gradient,
  IdentityWithLoss,
  InstanceNorm,
  identityInit,
  LayerNorm,
  MultiHeadAttention,
  manualSeed,
  noGrad,
  normal,
  ones,
  permutation,
  scaledDotProductAttention,
  sinusoidalPositions,
  type Tensor,
  TransformerBlock,
  tensor,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("layers, properties");

const float64 = { dtype: "float64" } as const;
const random = (seed: number, ...shape: number[]): Tensor =>
  normal(shape, { ...float64, generator: new Generator(seed) });
const close = { tolerance: 1e-12 };
const values = (x: Tensor | null): Tensor => x as Tensor;

// ---- normalization

test("running statistics follow the batches by PyTorch's rule, the variance the unbiased one", () => {
  const layer = new BatchNormalization(2, { ...float64, momentum: 0.25 });
  let [mean, variance] = [zeros([2], float64), ones([2], float64)];
  for (const seed of [1, 2, 3]) {
    const x = random(seed, 3, 2, 2, 2).mul(seed).add(seed);
    layer.forward(x);
    const axes = [0, 2, 3];
    mean = mean.mul(0.75).add(x.mean(axes).mul(0.25));
    variance = variance.mul(0.75).add(x.variance(axes).mul(0.25));
    assertClose(values(layer.runningMean), mean, close);
    assertClose(values(layer.runningVariance), variance, close);
  }
  const x = random(9, 1, 2, 2, 2);
  const expected = x.sub(mean.reshape([2, 1, 1])).div(variance.add(1e-5).sqrt().reshape([2, 1, 1]));
  assertClose(layer.eval().forward(x), expected, close);
});

test("running statistics move in noGrad too, and hinder no backward that comes after", () => {
  const layer = new BatchNormalization(3, float64);
  noGrad(() => layer.forward(random(1, 4, 3)));
  assert.not.equal([...values(layer.runningMean).data], [0, 0, 0]);
  const x = tensor(random(2, 4, 3), { requiresGrad: true });
  const [first, second] = [layer.forward(x), layer.forward(x.mul(2))]; // the second moves what the first has seen
  first
    .mul(random(3, 4, 3))
    .sum()
    .add(second.square().sum())
    .backward();
  assert.ok(x.grad);
  assert.equal([values(layer.runningMean).tracked, values(layer.runningVariance).tracked], [false, false]);
  assert.equal(layer.parameters().length, 2, "buffers are not trained");
  assert.equal([...layer.stateDict().keys()], ["gamma", "beta", "runningMean", "runningVariance"]);
});

test("a checkpoint, which computes a layer twice, moves its statistics once", () => {
  const run = (wrap: boolean) => {
    const layer = new BatchNormalization(3, float64);
    const x = tensor(random(1, 4, 3), { requiresGrad: true });
    const f = (y: Tensor) => layer.forward(y).square();
    (wrap ? checkpoint(f) : f)(x).sum().backward();
    return values(layer.runningVariance);
  };
  assertSame(run(true), run(false));
});

test("float32 values far from 0 are normalized to the digits that they have", () => {
  const x = random(1, 64, 3).add(1e4).to("float32");
  const wide = new BatchNormalization(3, float64).forward(x.to("float64"));
  const layer = new BatchNormalization(3);
  assertClose(layer.forward(x), wide, { tolerance: 1e-5 });
  // The running mean is a number near 1e3, the running variance one near 1, and both are as good as float32 can tell.
  const exact = x.to("float64");
  assertClose(values(layer.runningMean).div(exact.mean(0).mul(0.1).to("float32")), [1, 1, 1], { tolerance: 1e-6 });
  assertClose(values(layer.runningVariance), exact.variance(0).mul(0.1).add(0.9), { tolerance: 1e-5 });
});

/** The book's chapter 6.3: forward and backward of columns, in plain numbers. */
function book(x: number[][], dout: number[][], gamma: number[], beta: number[]) {
  const n = x.length;
  const columns = x[0].map((_, j) => x.map((row) => row[j]));
  const parts = columns.map((column, j) => {
    const g = dout.map((row) => row[j]);
    const mean = column.reduce((a, b) => a + b) / n;
    const centred = column.map((v) => v - mean);
    const variance = centred.reduce((a, b) => a + b * b, 0) / n;
    const deviation = Math.sqrt(variance + 10e-7);
    const normed = centred.map((v) => v / deviation);
    const dn = g.map((v) => v * gamma[j]);
    const dDeviation = -dn.reduce((a, v, i) => a + (v * centred[i]) / deviation ** 2, 0);
    const dVariance = (0.5 * dDeviation) / deviation;
    const dCentred = dn.map((v, i) => v / deviation + (2 / n) * centred[i] * dVariance);
    const dMean = dCentred.reduce((a, b) => a + b);
    return {
      mean,
      y: normed.map((v) => gamma[j] * v + beta[j]),
      dx: dCentred.map((v) => v - dMean / n),
      dgamma: normed.reduce((a, v, i) => a + v * g[i], 0),
      dbeta: g.reduce((a, b) => a + b),
    };
  });
  const rows = (of: "y" | "dx") => x.map((_, i) => parts.map((part) => part[of][i]));
  return { ...{ y: rows("y"), dx: rows("dx") }, parts };
}

test("normalized by position, images are the book's rows", () => {
  const [shape, rows] = [
    [2, 3, 2],
    [5, 12],
  ];
  const layer = new BatchNormalization(shape, { ...float64, eps: 10e-7 });
  const [gamma, beta] = [values(layer.gamma), values(layer.beta)];
  gamma.assign(random(1, ...shape));
  beta.assign(random(2, ...shape));
  const x = tensor(random(3, 5, ...shape), { requiresGrad: true });
  const seed = random(4, 5, ...shape);
  const y = layer.forward(x);
  const numbers = (z: Tensor, to: number[]) => z.reshape(to).toArray<number[][]>();
  const expected = book(numbers(x, rows), numbers(seed, rows), [...gamma.data], [...beta.data]);
  assertClose(y.reshape(rows), expected.y, close);
  const [dx, dgamma, dbeta] = gradient(y, [x, gamma, beta], { seed });
  assertClose(dx.reshape(rows), expected.dx, close);
  assertClose(
    dgamma.flatten(),
    expected.parts.map((part) => part.dgamma),
    close,
  );
  assertClose(
    dbeta.flatten(),
    expected.parts.map((part) => part.dbeta),
    close,
  );
  // Its momentum of 0.9 is what is kept: 0.9 · 0 + 0.1 · mean.
  assertClose(
    values(layer.runningMean).flatten(),
    expected.parts.map((part) => 0.1 * part.mean),
    close,
  );
  // Of rows there is no other way to normalize.
  assertClose(
    new BatchNormalization(12, { ...float64, eps: 10e-7 }).forward(x.reshape(rows)),
    new BatchNormalization(shape, { ...float64, eps: 10e-7 }).forward(x).reshape(rows),
    close,
  );
});

test("normalized values have mean 0 and variance 1, and neither shift nor scale of the input matters", () => {
  const small = { ...float64, eps: 0 };
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.integer({ min: -8, max: 8 }),
      fc.integer({ min: 1, max: 16 }),
      (seed, shift, scale) => {
        const x = random(seed, 3, 4, 5);
        const moved = x.mul(scale / 4).add(shift);
        for (const [layer, axes] of [
          [new BatchNormalization(4, small), [0, 2]],
          [new LayerNorm(5, small), [2]],
          [new LayerNorm([4, 5], small), [1, 2]],
          [new GroupNorm(1, 4, small), [1, 2]],
          [new InstanceNorm(4, small), [2]],
        ] as const) {
          const y = layer.forward(x);
          assertClose(y.mean(axes).abs().max(), 0, close);
          assertClose(y.square().mean(axes).sub(1).abs().max(), 0, close);
          assertClose(layer.forward(moved), y, { tolerance: 1e-9 });
        }
      },
    ),
    { numRuns: 20 },
  );
});

test("normalizations that are the same are the same", () => {
  const x = random(1, 3, 4, 2, 5);
  const same = (a: Tensor, b: Tensor) => assertClose(a, b, close);
  same(new GroupNorm(4, 4, float64).forward(x), new InstanceNorm(4, float64).forward(x));
  same(new GroupNorm(1, 4, float64).forward(x), new LayerNorm([4, 2, 5], float64).forward(x));
  same(
    new BatchNormalization(4, float64).forward(x),
    new InstanceNorm(4, float64)
      .forward(x.transpose(0, 1).reshape([1, 4, 30]))
      .reshape([4, 3, 2, 5])
      .transpose(0, 1),
  );
  const flat = x.transpose(0, 1).reshape([4, 30]).transpose();
  same(
    new BatchNormalization(4, float64).forward(flat),
    new BatchNormalization(4, float64).forward(x).transpose(0, 1).reshape([4, 30]).transpose(),
  );
});

// ---- dropout

test("dropout keeps each value with probability 1 − p, and the mean", () => {
  for (const p of [0.1, 0.5, 0.8]) {
    const y = new Dropout(p, { generator: new Generator(1) }).forward(ones([300, 300]));
    const kept = y.ne(0).mean().item();
    assertClose(kept, 1 - p, { tolerance: 0.01 });
    assertClose(y.mean(), 1, { tolerance: 0.03 });
    assert.equal(new Set(y.data), new Set([0, Math.fround(1 / (1 - p))]));
    // Independent of each other: neighbours are both kept as often as chance has it.
    assertClose(
      y
        .slice(null, [0, 299])
        .mul(y.slice(null, [1, 300]))
        .ne(0)
        .mean(),
      (1 - p) ** 2,
      { tolerance: 0.01 },
    );
  }
});

test("the book's dropout takes away in training, and scales in use", () => {
  const x = random(1, 40, 5);
  const layer = new Dropout(0.3, { inverted: false, generator: new Generator(2) });
  const uniform = new Generator(2).fillUniform(new Float64Array(200));
  const mask = [...uniform].map((u) => (u > 0.3 ? 1 : 0));
  assertSame(
    layer.forward(x),
    [...x.data]
      .map((value, i) => value * mask[i])
      .reduce<number[][]>((rows, value, i) => {
        if (i % 5 === 0) rows.push([]);
        rows[rows.length - 1].push(value);
        return rows;
      }, []),
  );
  assertSame(layer.eval().forward(x), x.mul(1 - 0.3));
});

test("nothing is drawn where all is kept, and all goes where all is dropped", () => {
  const generator = new Generator(1);
  const { state } = generator;
  const x = random(1, 3, 4);
  assert.is(new Dropout(0, { generator }).forward(x), x);
  assert.is(new Dropout(0.5, { generator }).eval().forward(x), x);
  assert.is(new Dropout(0, { inverted: false, generator }).forward(x), x);
  assert.equal(generator.state, state);
  for (const inverted of [true, false])
    assertClose(new Dropout(1, { inverted, generator }).forward(x), zeros([3, 4], float64), close);
});

test("masks come from the given generator, or from that of manualSeed, one after the other", () => {
  const x = ones([50]);
  const run = (generator?: Generator) => {
    const layer = new Dropout(0.5, { generator });
    return [layer.forward(x), layer.forward(x)];
  };
  const [first, second] = run(new Generator(3));
  const again = run(new Generator(3));
  assertSame(again[0], first);
  assertSame(again[1], second);
  assert.not.equal([...first.data], [...second.data]);
  manualSeed(3);
  const [byDefault] = run();
  assertSame(byDefault, first);
  manualSeed(0);
});

test("the gradient passes where values passed, and the tape holds no more than a mask", () => {
  const layer = new Dropout(0.5, { generator: new Generator(1) });
  const x = tensor(random(1, 20, 3), { requiresGrad: true });
  const y = layer.forward(x);
  assertSame(gradient(y.sum(), x), y.ne(0).mul(2));
  assert.is(y.origin?.op.name, "mul");
  assert.equal([...layer.stateDict().keys()], []);
});

test("inside a checkpoint the same values are dropped again, with the usual generator and with another", () => {
  for (const generator of [undefined, new Generator(5)]) {
    const run = (wrap: boolean) => {
      manualSeed(4);
      generator?.restore(new Generator(5).state);
      const layer = new Dropout(0.5, { generator });
      const x = tensor(random(1, 20, 3), { requiresGrad: true });
      const f = (y: Tensor) => layer.forward(y.tanh()).square();
      const z = (wrap ? checkpoint(f, { generator }) : f)(x);
      const g = gradient(z.sum(), x);
      return [z, g, layer.forward(ones([20]))]; // what is drawn afterwards goes on from there
    };
    const [plain, again] = [run(false), run(true)];
    plain.forEach((x, i) => {
      assertSame(again[i], x);
    });
  }
  manualSeed(0);
  // With a checkpoint that puts another one back, other values would be dropped than before.
  const layer = new Dropout(0.5, { generator: new Generator(5) });
  const z = checkpoint((y) => layer.forward(y))(ones([20], { requiresGrad: true }));
  assert.throws(() => z.sum().backward(), /^Dropout: in a checkpoint the same must be drawn twice; give checkpoint/);
});

// ---- attention

const attention = (options: object = {}) => {
  const layer = new MultiHeadAttention(6, 2, { ...float64, generator: new Generator(1), ...options });
  for (const [i, b] of [layer.bq, layer.bk, layer.bv, layer.bo].entries()) b.assign(random(i, 6));
  return layer;
};

test("causal attention does not look ahead: what comes later changes nothing", () => {
  const block = (options: object) =>
    new TransformerBlock(6, 2, { ...float64, generator: new Generator(1), dropout: 0, ...options });
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 4 }), (seed, place) => {
      const x = random(seed, 2, 5, 6);
      const changed = x.set([null, [place]], random(seed + 1, 2, 5 - place, 6));
      const before = (y: Tensor) => y.slice(null, [0, place]);
      for (const layer of [
        attention({ causal: true }),
        block({ causal: true }),
        block({ causal: true, preNorm: false }),
      ])
        assertSame(before(layer.forward(changed)), before(layer.forward(x)));
      assert.throws(() => assertSame(before(attention().forward(changed)), before(attention().forward(x))));
      assertClose(attention({ causal: true }).forward(x), attention().forward(x, x, x, ones([5, 5]).tril()), close);
    }),
    { numRuns: 20 },
  );
});

test("without a mask the order of the keys does not matter, and that of the queries is that of the results", () => {
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const [layer, x, y] = [attention(), random(seed, 2, 4, 6), random(seed + 1, 2, 5, 6)];
      const generator = new Generator(seed);
      const [rows, keys] = [permutation(4, { generator }), permutation(5, { generator })];
      const z = layer.forward(x, y);
      assertClose(layer.forward(x.indexSelect(1, rows), y.indexSelect(1, keys)), z.indexSelect(1, rows), close);
    }),
    { numRuns: 20 },
  );
});

test("keys behind a mask might as well not be there", () => {
  const [layer, x, y] = [attention(), random(1, 2, 4, 6), random(2, 2, 5, 6)];
  const padding = tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]).reshape([2, 1, 1, 5]); // biome-ignore format: a matrix
  const z = layer.forward(x, y, y, padding);
  assertClose(z.slice([0, 1]), layer.forward(x.slice([0, 1]), y.slice([0, 1], [0, 3])), close);
  assertClose(z.slice([1]), layer.forward(x, y).slice([1]), close);
});

test("one head without maps is plain attention, and heads are attention side by side", () => {
  const [q, k, v] = [random(1, 2, 3, 4), random(2, 2, 5, 4), random(3, 2, 5, 4)];
  for (const heads of [1, 2, 4]) {
    const y = new MultiHeadAttention(4, heads, { ...float64, init: identityInit }).forward(q, k, v);
    const width = 4 / heads;
    for (let start = 0; start < 4; start += width) {
      const own = (x: Tensor) => x.narrow(2, start, width);
      assertClose(own(y), scaledDotProductAttention(own(q), own(k), own(v)), close);
    }
  }
});

test("dropout of attention drops shares of the values, in training only", () => {
  const layer = attention({ dropout: 0.5 });
  const x = random(1, 2, 4, 6);
  assert.throws(() => assertSame(layer.forward(x), layer.forward(x)));
  assertSame(layer.eval().forward(x), attention().forward(x));
  const nothing = attention({ dropout: 1 }).forward(x);
  assertClose(nothing, zeros([2, 4, 6], float64).add(attention().bo), close);
});

// ---- embeddings, losses

test("places are the waves of the paper, spelled out", () => {
  const y = sinusoidalPositions(7, 5, float64);
  for (let place = 0; place < 7; place++)
    for (let column = 0; column < 5; column++) {
      const i = column >> 1;
      const angle = place / 10000 ** ((2 * i) / 5);
      assertClose(y.at(place, column), column % 2 ? Math.cos(angle) : Math.sin(angle), close);
    }
  // A step of any length is the same turn wherever it begins (§3.5).
  const wide = sinusoidalPositions(20, 6, float64).reshape([20, 3, 2]);
  const product = (a: number, b: number) => wide.select(0, a).mul(wide.select(0, b)).sum(1);
  assertClose(product(3, 8), product(11, 16), close);
});

test("an embedding picks rows, and only those that were picked get a gradient, as often as they were", () => {
  const layer = new Embedding(4, 2, { ...float64, generator: new Generator(1) });
  const y = layer.forward(tensor([[1, 3], [1, 1]], { dtype: "int32" })); // biome-ignore format: a matrix
  assert.equal(y.shape, [2, 2, 2]);
  assertSame(y.at(0, 1), layer.W.at(3));
  assertSame(gradient(y.sum(), layer.W), [[0, 0], [3, 3], [0, 0], [1, 1]]); // biome-ignore format: a matrix
});

test("the loss of an identity is half the squared error of a row, its gradient the error over the rows", () => {
  const [x, t] = [tensor(random(1, 4, 3), { requiresGrad: true }), random(2, 4, 3)];
  const loss = new IdentityWithLoss().forward(x, t);
  const rows = x.sub(t).toArray<number[][]>();
  assertClose(loss, rows.flat().reduce((sum, e) => sum + e * e, 0) / 2 / 4, close);
  assertClose(gradient(loss, x), x.sub(t).div(4), close);
});

test.run();
