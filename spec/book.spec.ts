// slow
/** The hand-made cases of "Deep Learning from Scratch": the apple and the orange, descents, and the gradient check of its network. */
import {
  Generator,
  gradient,
  noGrad,
  normal,
  numericalDiff,
  numericalGradient,
  SoftmaxWithLoss,
  type Tensor,
  tensor,
  uniform,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("book");

const float64 = { dtype: "float64" } as const;
const leaf = (values: number | number[] | number[][]) => tensor(values, { ...float64, requiresGrad: true });
const exact = { tolerance: 1e-12 };

test("5.4.1: two apples at 100 yen with tax cost 220", () => {
  const [apple, count, tax] = [leaf(100), leaf(2), leaf(1.1)];
  const price = apple.mul(count).mul(tax);
  price.backward();
  assertClose(price, 220, exact);
  assertClose(
    [apple, count, tax].map((x) => x.grad?.item() as number),
    [2.2, 110, 200],
    exact,
  );
});

test("5.4.2: apples and oranges cost 715, and the slopes are the book's", () => {
  const [apple, apples, orange, oranges, tax] = [100, 2, 150, 3, 1.1].map(leaf);
  const price = apple.mul(apples).add(orange.mul(oranges)).mul(tax);
  price.backward();
  assertClose(price, 715, exact);
  const slopes = [apple, apples, orange, oranges, tax].map((x) => x.grad?.item() as number);
  assertClose(slopes, [2.2, 110, 3.3, 165, 650], exact);
});

test("4.3: the numerical slopes of 0.01 x² + 0.1 x", () => {
  const f = (x: number) => 0.01 * x ** 2 + 0.1 * x;
  assertClose(numericalDiff(f, 5), 0.2, { tolerance: 1e-9 });
  assertClose(numericalDiff(f, 10), 0.3, { tolerance: 1e-9 });
  const forward = numericalDiff(f, 5, { side: "forward" });
  assert.ok(Math.abs(forward - 0.2) > 1e-7, "a difference to one side is a worse slope");
});

const bowl = (x: Tensor) => x.square().sum();

test("4.4: the numerical gradient of x₀² + x₁² is the book's, and the tape's", () => {
  for (const [point, slope] of [
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
    const x = leaf(point);
    assertClose(numericalGradient(bowl, x), slope, { tolerance: 1e-9 });
    assertClose(gradient(bowl(x), x), slope, exact);
  }
});

/** The book's gradient_descent (4.4.1), on the tape. */
function descend(start: number[], { lr = 0.01, steps = 100 }): Tensor {
  const x = leaf(start);
  for (let step = 0; step < steps; step++) {
    const slope = gradient(bowl(x), x);
    x.assign(noGrad(() => x.sub(slope.mul(lr))));
  }
  return x;
}

test("4.4.1: gradient descent from (-3, 4) ends at the book's numbers, for its three learning rates", () => {
  const round = (x: Tensor, digits: number) => [...x.data].map((value) => Number(value.toExponential(digits)));
  assert.equal(round(descend([-3, 4], { lr: 0.1 }), 8), [-6.11110793e-10, 8.14814391e-10]);
  assert.equal(round(descend([-3, 4], { lr: 1e-10 }), 8), [-2.99999994, 3.99999992]);
  const far = descend([-3, 4], { lr: 10 });
  assert.ok(
    far.data.every((value) => Math.abs(value) > 1e12),
    "too large a rate runs away",
  );
});

test("4.4.2: the loss and gradient of simpleNet are the book's", () => {
  const W = leaf([
    [0.47355232, 0.9977393, 0.84668094],
    [0.85557411, 0.03563661, 0.69422093],
  ]);
  const x = tensor([[0.6, 0.9]], float64);
  const t = tensor([[0, 0, 1]], float64);
  const loss = () => new SoftmaxWithLoss().forward(x.matmul(W), t);
  assertClose(x.matmul(W), [[1.05414809, 0.63071653, 1.1328074]], { tolerance: 1e-8 });
  assertClose(loss(), 0.92806853663411326, { tolerance: 1e-8 });
  const slopes = [
    [0.21924763, 0.14356247, -0.36281009],
    [0.32887144, 0.2153437, -0.54421514],
  ];
  assertClose(gradient(loss(), W), slopes, { tolerance: 1e-8 });
  assertClose(numericalGradient(loss, W), slopes, { tolerance: 1e-8 });
});

test(
  "5.7.3: the gradient check of TwoLayerNet, all 39,760 elements, is below 1e-9 on average for W1, b1, W2 and b2",
  () => {
    const generator = new Generator(0);
    const weights = (inputs: number, outputs: number) =>
      normal([inputs, outputs], { ...float64, std: 0.01, requiresGrad: true, generator });
    const bias = (outputs: number) => zeros([outputs], { ...float64, requiresGrad: true });
    const [W1, b1, W2, b2] = [weights(784, 50), bias(50), weights(50, 10), bias(10)];
    // Like three digits: four pixels of five are blank.
    const x = uniform([3, 784], { ...float64, generator })
      .sub(0.8)
      .maximum(0)
      .mul(5);
    const t = tensor([5, 0, 4], { dtype: "int32" });
    const loss = () => new SoftmaxWithLoss().forward(x.matmul(W1).add(b1).relu().matmul(W2).add(b2), t);
    const parameters = { W1, b1, W2, b2 };
    const found = gradient(loss(), Object.values(parameters));
    Object.entries(parameters).forEach(([name, parameter], i) => {
      const difference = numericalGradient(loss, parameter).sub(found[i]).abs().mean().item();
      assert.ok(found[i].abs().max().item() > 1e-4, `${name} has a gradient`);
      assert.ok(difference <= 1e-9, `${name}: ${difference}`);
    });
  },
  { deadline: 300_000 },
);

test.run();
