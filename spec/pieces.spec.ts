/** Functions of the moving family that give several tensors: pieces of one, and grids. */
import fc from "fast-check";
import { concat, gradient, linspace, meshgrid, stack, type Tensor, tensor, zeros } from "gradtape";
import * as assert from "uvu/assert";
import { assertClose } from "./support/close.js";
import { elementsMadeBy } from "./support/cost.js";
import { suite } from "./support/suite.js";

const test = suite("pieces");

const x = (): Tensor =>
  tensor([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]], { dtype: "float64", requiresGrad: true }); // biome-ignore format: a matrix
const arrays = (pieces: readonly Tensor[]): unknown[] => pieces.map((piece) => piece.toArray());

test("split: by sizes, or into pieces of one length, the last shorter", () => {
  assert.equal(arrays(x().split([1, 0, 3], 1)), [
    [[1], [5], [9]],
    [[], [], []],
    [
      [2, 3, 4],
      [6, 7, 8],
      [10, 11, 12],
    ],
  ]);
  assert.equal(arrays(x().split(2)), [
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    [[9, 10, 11, 12]],
  ]);
  assert.equal(
    x()
      .split(3, -1)
      .map(({ shape }) => shape),
    [
      [3, 3],
      [3, 1],
    ],
  );
  assert.equal(
    zeros([0, 2])
      .split(3)
      .map(({ shape }) => shape),
    [[0, 2]],
  );
});

test("chunk: so many pieces, as PyTorch counts them", () => {
  assert.equal(
    x()
      .chunk(3, 1)
      .map(({ shape }) => shape),
    [
      [3, 2],
      [3, 2],
    ],
  );
  assert.equal(
    x()
      .chunk(2)
      .map(({ shape }) => shape),
    [
      [2, 4],
      [1, 4],
    ],
  );
  assert.equal(
    zeros([0])
      .chunk(3)
      .map(({ shape }) => shape),
    [[0], [0], [0]],
  );
});

test("unbind: the parts that stack joins", () => {
  assert.equal(arrays(x().unbind(-1)), [
    [1, 5, 9],
    [2, 6, 10],
    [3, 7, 11],
    [4, 8, 12],
  ]);
  for (const axis of [0, 1]) assert.equal(stack(x().unbind(axis), axis).toArray(), x().toArray());
});

test("meshgrid: by index, or with the first two axes exchanged", () => {
  const [a, b] = [tensor([1, 2, 3]), tensor([4, 5])];
  assert.equal(arrays(meshgrid([a, b])), [
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
    [
      [4, 5],
      [4, 5],
      [4, 5],
    ],
  ]);
  assert.equal(arrays(meshgrid([a, b], { indexing: "xy" })), [
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
    [
      [4, 4, 4],
      [5, 5, 5],
    ],
  ]);
});

test("gradients reach through pieces, each where it was cut", () => {
  const whole = x();
  const weights = [2, -1, 0.5];
  for (const cut of [
    (y: Tensor) => y.split([1, 2, 1], 1),
    (y: Tensor) => y.split(1).map((row) => row.reshape([4, 1])),
    (y: Tensor) => y.unbind(0),
  ]) {
    const y = cut(whole)
      .map((piece, i) => piece.square().sum().mul(weights[i]))
      .reduce((sum, part) => sum.add(part));
    const expected = concat(cut(x()).map((piece, i) => piece.mul(2 * weights[i]).reshape([piece.size])));
    const found = concat(cut(gradient(y, [whole])[0]).map((piece) => piece.reshape([piece.size])));
    assert.equal([...found.data], [...expected.data]);
  }
  const axis = tensor([1, 2], { requiresGrad: true });
  const [rows] = meshgrid([axis, zeros([3])]);
  assert.equal(gradient(rows.mul(tensor([1, 2, 3])).sum(), [axis])[0].toArray(), [6, 6]);
});

test("the gradients of many pieces add up to what one by one they are, whatever else reaches the whole", () => {
  const reals = fc.integer({ min: -64, max: 64 }).map((n) => n / 16);
  const part = fc.record({
    range: fc.tuple(fc.integer({ min: -7, max: 6 }), fc.integer({ min: -6, max: 7 }), fc.constantFrom(1, 2, -1)),
    weight: reals,
    kind: fc.constantFrom("piece", "piece", "whole", "shared", "square", "sum", "total", "total"),
  });
  const values = fc.array(reals, { minLength: 35, maxLength: 35 });
  fc.assert(
    fc.property(values, fc.array(part, { minLength: 1, maxLength: 8 }), fc.boolean(), (numbers, parts, first) => {
      const whole = tensor(numbers, { shape: [5, 7], dtype: "float64", requiresGrad: true });
      const y = whole.mul(2);
      const terms = parts.map(({ range, weight, kind }) => {
        const piece = y.slice(...(first ? [range] : [null, range]));
        // What is added has one gradient for both, which may not be added to; that of a total is a single number.
        const [shared, total] = [y.add(whole), y.sum()];
        const used = { piece, whole: y, shared, square: piece.mul(piece), sum: piece.sum(), total }[kind];
        return used.mul(weight).sin().sum();
      });
      const loss = terms.reduce((sum, term) => sum.add(term));
      const hooked: number[][] = [];
      y.registerHook((g) => void hooked.push([...g.data]));
      const fast = gradient(loss, [whole, y]);
      const recorded = gradient(loss, [whole, y], { createGraph: true }); // there, none is added in place
      for (const [i, g] of fast.entries()) assertClose(g, recorded[i], { tolerance: 1e-13 });
      assert.equal(hooked[0], [...fast[1].data]);
      fast[1].assign(7);
      assertClose(gradient(loss, y), recorded[1], { tolerance: 1e-13 }); // what one call gave is not what another adds to
    }),
  );
});

test("the gradients of many pieces cost as much as the whole, not as its square", () => {
  const cost = (rows: number): number => {
    const y = zeros([rows, 30], { requiresGrad: true }).mul(2);
    const loss = y.unbind().map((row) => row.square().sum());
    return elementsMadeBy(() => loss.reduce((sum, part) => sum.add(part)).backward());
  };
  assert.ok(cost(400) < 2.1 * cost(200), `${cost(400)} elements for 400 rows, ${cost(200)} for 200`);
});

test("pieces of what lies in WebAssembly's memory have the gradients that they have in arrays", () => {
  const loss = (x: Tensor): Tensor =>
    x
      .tanh()
      .unbind()
      .map((row, i) => row.mul(i).square().sum())
      .reduce((sum, part) => sum.add(part));
  const [small, large] = (["float32", "float64"] as const).map((dtype) => {
    const x = linspace(-1, 1, 20 * 600, { dtype: "float64" }).reshape([20, 600]);
    const leaf = tensor(x, { dtype, requiresGrad: true });
    return gradient(loss(leaf), leaf);
  });
  assertClose(small, large, { tolerance: 1e-4 });
});

test("whole numbers move as such, and nothing is recorded", () => {
  const labels = tensor(
    [
      [3, 1, 2],
      [6, 5, 2 ** 24 + 1],
    ],
    { dtype: "int32" },
  );
  const moved: Tensor[] = [
    labels.flatten(),
    labels.unflatten(1, [3, 1]),
    labels.squeeze(),
    labels.unsqueeze(0),
    labels.expand([2, -1, -1]),
    labels.movedim(0, 1),
    labels.select(1, -1),
    labels.narrow(1, 1, 2),
    ...labels.split(1),
    ...labels.chunk(2, 1),
    ...labels.unbind(),
    labels.repeat(2),
    labels.tile(2),
    labels.flip(),
    labels.roll(1),
    labels.take([5]),
    labels.at(1),
    labels.set([[0, 1]], 7),
    labels.setAt([0], 7),
    labels.scatter(1, [[0], [2]], labels.narrow(1, 0, 1)),
    labels.pad(
      [
        [1, 0],
        [2, 2],
      ],
      { mode: "reflect" },
    ),
    labels.maskedSelect(labels.gt(2)),
    labels.diagonal(),
    labels.diagEmbed(),
    labels.tril(),
    labels.triu(),
    stack([labels, labels]),
  ];
  for (const y of moved) assert.equal([y.dtype, y.origin], ["int32", null]);
  assert.is(labels.roll(1).data[0], 2 ** 24 + 1);
});

test("where one place is written twice the last wins, and has the gradient", () => {
  const [a, b] = [tensor([1, 2, 3], { requiresGrad: true }), tensor([4, 5, 6], { requiresGrad: true })];
  const y = a.scatter(0, [1, 0, 1], b);
  assert.equal(y.toArray(), [5, 6, 3]);
  assert.equal(
    gradient(y.mul(tensor([10, 20, 30])).sum(), [a, b]).map((g) => g.toArray()),
    [
      [0, 0, 30],
      [0, 10, 20],
    ],
  );
});

test("a triangle drops what is not finite, forward and backward", () => {
  const z = tensor(
    [
      [1, Infinity],
      [2, NaN],
    ],
    { requiresGrad: true },
  );
  assert.equal(z.tril(-1).toArray(), [
    [0, 0],
    [2, 0],
  ]);
  assert.equal(
    gradient(z.tril(-1), [z], {
      seed: tensor([
        [NaN, Infinity],
        [1, NaN],
      ]),
    })[0].toArray(),
    [
      [0, 0],
      [1, 0],
    ],
  );
});

test("nonzero tells where, for at", () => {
  const z = tensor([
    [0, -3],
    [NaN, -0],
  ]);
  assert.equal(z.nonzero().toArray(), [
    [0, 1],
    [1, 0],
  ]);
  assert.equal(z.at(...z.nonzero().unbind(1)).toArray(), [-3, NaN]);
  assert.equal(tensor(5).nonzero().shape, [1, 0]);
});

test("a gradient that a slope of 1 hands on is not changed by the parts that are added to it", () => {
  const x = tensor([1, 2, 3, 4], { dtype: "float64", requiresGrad: true });
  const part = x.slice([0, 2]);
  const moved = x.add(1);
  const sum = moved.mul(2).sum().add(moved.mul(3).sum()).add(part.mul(10).sum());
  assert.equal(
    gradient(sum, [moved, x]).map((g) => [...g.data]),
    [
      [5, 5, 5, 5],
      [15, 15, 5, 5],
    ],
  );
});

test.run();
