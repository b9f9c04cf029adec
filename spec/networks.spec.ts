/** The book's networks, in examples/common: what they are made of, their gradients, and how they are used. */
import {
  Generator,
  gradcheck,
  gradient,
  he,
  type Layer,
  manualSeed,
  noGrad,
  normal,
  oneHot,
  Sigmoid,
  SoftmaxWithLoss,
  type Tensor,
  tensor,
  uniform,
  xavier,
} from "gradtape";
import * as assert from "uvu/assert";
import { DeepConvNet } from "../examples/common/deep_convnet.js";
import { MultiLayerNet, type MultiLayerOptions } from "../examples/common/multi_layer_net.js";
import type { Network } from "../examples/common/network.js";
import { SimpleConvNet } from "../examples/common/simple_convnet.js";
import { TwoLayerNet } from "../examples/common/two_layer_net.js";
import { assertClose } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("networks");

test.before.each(() => {
  manualSeed(0);
});

const shapes = (network: Network) =>
  network.namedParameters().map(([name, x]) => `${name.replace("layers.", "")} ${x.shape.join("×")}`);
const count = (network: Network) => network.parameters().reduce((sum, { size }) => sum + size, 0);
const images = (n: number, channels = 1, height = 28, width = height) => uniform([n, channels, height, width]);

test("TwoLayerNet is 784-50-10", () => {
  const network = new TwoLayerNet(784, 50, 10);
  assert.equal(shapes(network), ["affine1.W 784×50", "affine1.b 50", "affine2.W 50×10", "affine2.b 10"]);
  assert.is(count(network), 39_760);
  assert.equal(network.predict(uniform([3, 784])).shape, [3, 10]);
});

test("SimpleConvNet is the book's figure 7-23", () => {
  const network = new SimpleConvNet();
  assert.equal(shapes(network), [
    "conv.W 30×1×5×5",
    "conv.b 30",
    "affine1.W 4320×100",
    "affine1.b 100",
    "affine2.W 100×10",
    "affine2.b 10",
  ]);
  assert.is(count(network), 433_890);
  assert.equal(network.predict(images(3)).shape, [3, 10]);
});

test("SimpleConvNet finds the size of what it pools", () => {
  const options = { input: [2, 9, 12], filters: 3, size: 4, padding: 1, stride: 2, hidden: 5, outputs: 4 };
  assert.equal(new SimpleConvNet(options).predict(images(2, 2, 9, 12)).shape, [2, 4]);
});

test("DeepConvNet is the book's figure 8-1", () => {
  const network = new DeepConvNet();
  assert.equal(
    shapes(network).filter((line) => line.includes("W")),
    [
      "conv1.W 16×1×3×3",
      "conv2.W 16×16×3×3",
      "conv3.W 32×16×3×3",
      "conv4.W 32×32×3×3",
      "conv5.W 64×32×3×3",
      "conv6.W 64×64×3×3",
      "affine1.W 1024×50",
      "affine2.W 50×10",
    ],
  );
  assert.is(count(network), 123_552);
  assert.equal(network.predict(images(2)).shape, [2, 10]);
  assert.equal(new DeepConvNet({ input: [3, 9, 22], filters: [1, 2, 3] }).predict(images(2, 3, 9, 22)).shape, [2, 10]);
});

test("DeepConvNet begins as He et al. have it, by the number of inputs, and with biases of 0", () => {
  for (const [name, x] of new DeepConvNet().namedParameters()) {
    const inputs = x.rank === 4 ? x.size / x.shape[0] : x.shape[0];
    const std = Math.sqrt(x.square().mean().item());
    if (name.endsWith(".b")) assert.is(std, 0, name);
    else assert.ok(Math.abs(std / Math.sqrt(2 / inputs) - 1) < 4 / Math.sqrt(2 * x.size), `${name}: ${std}`);
  }
});

test("DeepConvNet leaves out values in training only", () => {
  const network = new DeepConvNet();
  const x = images(4);
  const scores = () => [...noGrad(() => network.predict(x)).data];
  assert.not.equal(scores(), scores());
  const halves = scores().filter((score) => score === 0).length;
  assert.ok(halves >= 5 && halves <= 35, `${halves} of 40 scores are left out`);
  network.eval();
  const used = scores();
  assert.equal(used, scores());
  // As in the book, all scores are there in use, and half of themselves.
  const { dropout1, dropout2, ...layers } = network.layers;
  const all = Object.entries(layers).reduce(
    (y, [name, layer]) => (layer as Layer).forward(name === "affine2" ? y.mul(0.5) : y),
    x,
  );
  assertClose(used, [...all.mul(0.5).data], { tolerance: 1e-6 });
});

test("MultiLayerNet has what it is asked for, in the book's order", () => {
  const names = (options: MultiLayerOptions) => {
    const network = new MultiLayerNet(4, [3, 2], 2, options);
    assert.equal(network.predict(uniform([5, 4])).shape, [5, 2]);
    return [Object.keys(network.layers).join(" "), count(network)];
  };
  assert.equal(names({}), ["affine1 activation1 affine2 activation2 affine3", 15 + 8 + 6]);
  assert.equal(names({ batchNorm: true, dropout: 0.2 }), [
    "affine1 batchNorm1 activation1 dropout1 affine2 batchNorm2 activation2 dropout2 affine3",
    15 + 8 + 6 + 2 * 5,
  ]);
  assert.equal(new MultiLayerNet(4, [], 2).predict(uniform([5, 4])).shape, [5, 2]);
});

test("MultiLayerNet takes activations and initial weights", () => {
  const network = new MultiLayerNet(50, [40], 3, { activation: Sigmoid, init: xavier });
  assert.ok(network.layers.activation1 instanceof Sigmoid);
  for (const [init, variance] of [
    [undefined, 2],
    [he, 2],
    [xavier, 1],
  ] as const) {
    const { W } = new MultiLayerNet(100, [100], 3, { init }).layers.affine1 as unknown as { W: Tensor };
    assertClose(W.square().mean().item() * 100, variance, { tolerance: 0.05 });
  }
});

test("the weight decay of MultiLayerNet is ½ λ Σ W², of weights alone", () => {
  const x = uniform([5, 4], { dtype: "float64" });
  const t = tensor([0, 1, 2, 0, 1], { dtype: "int32" });
  const options = { batchNorm: true, init: he };
  const of = (weightDecay: number) => {
    manualSeed(0);
    const network = new MultiLayerNet(4, [3, 2], 3, { ...options, weightDecay }).to("float64");
    for (const [name, p] of network.namedParameters())
      if (!name.endsWith("W")) p.assign(normal(p.shape, { dtype: "float64", generator: new Generator(1) }));
    return network;
  };
  const [plain, decayed] = [of(0), of(0.1)];
  const weights = plain.namedParameters().filter(([name]) => name.endsWith("W"));
  assert.is(weights.length, 3);
  let squares = 0;
  for (const [, W] of weights) for (const w of W.data) squares += w * w;
  assertClose(decayed.loss(x, t).item(), plain.loss(x, t).item() + 0.5 * 0.1 * squares, { tolerance: 1e-14 });
  // Its gradient is λ W, which chapter 6.4.2 adds by hand.
  const slopes = (network: Network) => gradient(network.loss(x, t), network.parameters());
  const [before, after] = [slopes(plain), slopes(decayed)];
  plain.namedParameters().forEach(([name, p], i) => {
    assertClose(after[i], name.endsWith("W") ? before[i].add(p.mul(0.1)) : before[i], { tolerance: 1e-14 });
  });
});

const tiny: Record<string, () => [Network, Tensor]> = {
  TwoLayerNet: () => [new TwoLayerNet(6, 4, 3, { std: 1 }), normal([3, 6], { dtype: "float64" })],
  SimpleConvNet: () => [
    new SimpleConvNet({ input: [2, 6, 7], filters: 2, size: 3, padding: 1, hidden: 4, outputs: 3, std: 0.5 }),
    normal([2, 2, 6, 7], { dtype: "float64", generator: new Generator(1) }),
  ],
  DeepConvNet: () => [
    new DeepConvNet({ input: [1, 8, 9], filters: [2, 2, 3], hidden: 4, outputs: 3 }).eval(),
    normal([2, 1, 8, 9], { dtype: "float64" }),
  ],
  "DeepConvNet in training": () => [
    new DeepConvNet({ input: [1, 7, 6], filters: [2, 2, 3], hidden: 4, outputs: 3, dropout: 0 }),
    normal([2, 1, 7, 6], { dtype: "float64" }),
  ],
  MultiLayerNet: () => [
    new MultiLayerNet(5, [4, 3], 3, { activation: Sigmoid, weightDecay: 0.1, batchNorm: true }),
    normal([4, 5], { dtype: "float64" }),
  ],
};

for (const [name, make] of Object.entries(tiny))
  test(`the gradient of the loss is right: ${name}`, () => {
    const [network, x] = make();
    network.to("float64");
    const t = tensor(
      Array.from({ length: x.shape[0] }, (_, i) => i % 3),
      { dtype: "int32" },
    );
    const { ok, compared, kinks } = gradcheck((x) => network.loss(x, t), x, { order: 1, model: network });
    assert.ok(ok);
    assert.ok(compared >= count(network) + x.size);
    assert.ok(kinks.length < compared / 10, `${kinks.length} kinks`);
  });

test("the loss is that of softmax, for class indices and for rows with a single 1", () => {
  const network = new TwoLayerNet(5, 4, 3, { std: 1 });
  const x = uniform([7, 5]);
  const t = tensor([0, 1, 2, 2, 1, 0, 2], { dtype: "int32" });
  const loss = network.loss(x, t).item();
  assert.is(loss, new SoftmaxWithLoss().forward(network.forward(x), t).item());
  assertClose(network.loss(x, oneHot(t, 3)).item(), loss, { tolerance: 1e-6 });
});

test("accuracy counts what is right, in use, and leaves the network as it was", () => {
  const network = new DeepConvNet({ input: [1, 8, 8], filters: [2, 2, 2], outputs: 3 });
  const x = images(23, 1, 8);
  const t = tensor(
    Array.from({ length: 23 }, (_, i) => i % 3),
    { dtype: "int32" },
  );
  network.eval();
  const found = noGrad(() => network.predict(x).argmax(1)).toArray<number[]>();
  const share = found.filter((label, i) => label === i % 3).length / 23;
  network.train();
  for (const size of [undefined, 1, 10, 23]) {
    assert.is(network.accuracy(x, t, size), share);
    assert.is(network.accuracy(x, oneHot(t, 3), size), share);
  }
  assert.ok(Object.values(network.layers).every(({ training }) => training));
  network.eval();
  network.accuracy(x, t);
  assert.not(Object.values(network.layers).some(({ training }) => training));
});

test.run();
