/** Initializers: the spread they promise for the fans of a shape, orthogonality, and what they refuse. */
import {
  Affine,
  Convolution,
  constantInit,
  eye,
  Generator,
  glorotNormal,
  glorotUniform,
  he,
  heUniform,
  type Initializer,
  identityInit,
  type Layer,
  lecunNormal,
  lecunUniform,
  normalInit,
  ones,
  orthogonal,
  type Shape,
  Tensor,
  truncatedNormal,
  uniformInit,
  xavier,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame, failure } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("initializers");

const make = (init: Initializer, shape: Shape): Tensor =>
  init(shape, { generator: new Generator(3), dtype: "float64" });

/** A matrix has 200 inputs and 100 outputs; filters have 9 · 40 inputs and 9 · 60 outputs. */
const shapes: readonly (readonly [shape: Shape, inputs: number, outputs: number])[] = [
  [[200, 100], 200, 100],
  [[60, 40, 3, 3], 360, 540],
  [[80, 50, 5], 250, 400],
];

test("normal ones have the variance that their source says, of matrices and of filters", () => {
  for (const [shape, inputs, outputs] of shapes)
    for (const [init, variance] of [
      [normalInit(0.5), 0.25],
      [xavier, 1 / inputs],
      [lecunNormal, 1 / inputs],
      [he, 2 / inputs],
      [glorotNormal, 2 / (inputs + outputs)],
    ] as const) {
      const W = make(init, shape);
      assert.equal([W.shape, W.dtype], [shape, "float64"]);
      assertClose(W.mean().item() / Math.sqrt(variance), 0, { tolerance: 0.03 });
      assertClose(W.square().mean().item() / variance, 1, { tolerance: 0.03 });
      assert.ok(W.abs().max().item() > 3 * Math.sqrt(variance), "has tails");
    }
});

test("uniform ones fill the range that their source says", () => {
  for (const [shape, inputs, outputs] of shapes)
    for (const [init, bound] of [
      [uniformInit(-0.25, 0.25), 0.25],
      [lecunUniform, Math.sqrt(3 / inputs)],
      [heUniform, Math.sqrt(6 / inputs)],
      [glorotUniform, Math.sqrt(6 / (inputs + outputs))],
    ] as const) {
      const W = make(init, shape);
      assert.ok(W.abs().max().item() <= bound);
      assert.ok(W.max().item() > 0.995 * bound && W.min().item() < -0.995 * bound);
      assertClose(W.square().mean().item() / (bound ** 2 / 3), 1, { tolerance: 0.03 });
    }
});

test("what was drawn too far away is drawn again, and nothing else", () => {
  const W = make(truncatedNormal(0.02), [100, 200]);
  const plain = make(normalInit(0.02), [100, 200]);
  assert.ok(W.abs().max().item() <= 0.04 && W.abs().max().item() > 0.0395);
  // The variance of a normal number that lies within two standard deviations.
  assertClose(W.square().mean().item() / 0.02 ** 2, 0.7737, { tolerance: 0.02 });
  const moved = [...W.data].filter((x, i) => x !== plain.data[i]).length;
  assert.is(moved, [...plain.data].filter((x) => Math.abs(x) > 0.04).length);
  assertSame(make(truncatedNormal(0), [3]), new Float64Array(3));
});

test("orthogonal ones have orthonormal rows or columns, whichever are fewer", () => {
  for (const shape of [
    [5, 3],
    [3, 5],
    [4, 4],
    [2, 3, 2, 2],
    [6, 1, 2, 1],
  ]) {
    const W = make(orthogonal(2), shape).reshape([shape[0], -1]).div(2);
    const [rows, columns] = W.shape;
    const product = rows < columns ? W.matmul(W, { tb: true }) : W.matmul(W, { ta: true });
    assertClose(product, eye(Math.min(rows, columns), { dtype: "float64" }), { tolerance: 1e-14 });
  }
  // All of them are as likely: of a plain Q from QR the first entry would never be positive.
  const signs = Array.from({ length: 40 }, (_, i) =>
    Math.sign(orthogonal()([3, 3], { generator: new Generator(i) }).data[0]),
  );
  assert.ok(signs.includes(1) && signs.includes(-1));
});

test("constants and the identity", () => {
  assertSame(constantInit(0.5)([2, 2]), ones([2, 2]).div(2));
  assertSame(identityInit([2, 3]), [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  const layer = new Affine(3, 2, { init: identityInit });
  assertSame(layer.forward(ones([1, 3]).mul(4)), [[4, 4]]);
  for (const init of [zeros, ones]) assertSame(new Affine(2, 1, { init }).W, init([2, 1]));
});

test("layers take any of them, for leaves of their dtype, drawn from the given generator", () => {
  for (const init of [he, glorotUniform, truncatedNormal(1), orthogonal(), constantInit(2)])
    for (const layer of [
      (generator: Generator): Layer => new Affine(4, 3, { init, generator, dtype: "float64" }),
      (generator: Generator): Layer => new Convolution(2, 3, 2, { init, generator, dtype: "float64" }),
    ]) {
      const [[, W]] = layer(new Generator(7)).namedParameters();
      assert.ok(W instanceof Tensor && W.requiresGrad && W.origin === null && W.dtype === "float64");
      assertSame(layer(new Generator(7)).namedParameters()[0][1], W);
    }
});

test("shapes without fans are refused", () => {
  for (const init of [he, xavier, glorotUniform, orthogonal()])
    assert.match(
      failure(() => init([3])),
      /^initializer\(\[3\]\): weights must be \[inputs, outputs\] or \[outputs, inputs, \.\.\.window\]/,
    );
  assert.is(
    failure(() => identityInit([2, 2, 2])),
    "identityInit([2,2,2]): weights must be a matrix, [inputs, outputs]",
  );
  assert.match(
    failure(() => truncatedNormal(-1)([2])),
    /std finite and not negative/,
  );
});

test.run();
