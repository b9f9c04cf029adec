/** ScratchDeepNeuralNetwork.ipynb: networks of any depth, of layers that move themselves, compared on digits. */
import {
  accuracy,
  crossEntropy,
  AdaGrad as GradtapeAdaGrad,
  gradient,
  manualSeed,
  setDefaultDtype,
  tensor,
} from "gradtape";
import { loadDigits } from "gradtape/digits";
import { ManualReLU as ReLU } from "../common/manual_layers.js";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import {
  ScratchDeepNeuralNetworkClassifier as Classifier,
  type Configuration,
} from "../common/scratch_deep_classifier.js";
import * as scratch from "../common/scratch_layers.js";

const { seed, quick } = seedAndQuick("seeds/scratch_deep_neural_network", "Compares networks of several depths.");
const { AdaGrad, SGD, Tanh } = scratch;
const simple = new scratch.SimpleInitializer(0.02);
const xavier = new scratch.XavierInitializer();
const he = new scratch.HeInitializer();

// The second is that of NeuralNetwork.ipynb. A quick run has fewer nodes and digits, and longer steps.
const [first, second, third] = quick ? [50, 40, 30] : [400, 200, 100];
const lr = quick ? 0.1 : 0.01;
const configurations: Configuration[] = [
  { nodes: [784, 10], activation: Tanh, initializer: simple, optimizer: new SGD(lr) },
  { nodes: [784, first, second, 10], activation: Tanh, initializer: simple, optimizer: new SGD(lr) },
  { nodes: [784, first, second, 10], activation: Tanh, initializer: xavier, optimizer: new SGD(lr) },
  { nodes: [784, first, second, 10], activation: ReLU, initializer: he, optimizer: new SGD(lr) },
  { nodes: [784, first, second, third, 10], activation: ReLU, initializer: he, optimizer: new AdaGrad(0.01) },
];

/** How far the gradients that layers find are from the tape's, in float64, on one batch, which moves nothing. */
function compare(configuration: Configuration): string {
  setDefaultDtype("float64");
  const network = new Classifier({ ...configuration, optimizer: { update() {} } });
  setDefaultDtype("float32");
  network.step(x, t);
  const weights = network.connections.flatMap(({ W, B }) => [W, B]);
  for (const W of weights) W.requiresGrad = true;
  const byTape = gradient(crossEntropy(network.scores(x), t), weights);
  const byHand = network.connections.flatMap(({ dW, dB }) => [dW, dB]);
  return Math.max(...byTape.map((g, i) => g.sub(byHand[i]).abs().max().item())).toExponential(1);
}

manualSeed(seed);
const { x, t } = loadDigits({ train: 20, test: 0, oneHot: true, dtype: "float64" }).train;
console.log(`by the layers and by the tape: at most ${configurations.map(compare).join(", ")} apart`);

const { train, test } = loadDigits({ ...(quick && { train: 500, test: 250 }), oneHot: true });

// The document's AdaGrad divides by √H alone. Some pixels have ink in no digit of a batch: gradients of 0, and 0 ÷ √0 is NaN.
const [rows, labels] = [train.x.narrow(0, 0, 20), train.t.narrow(0, 0, 20)];
for (const eps of [0, 1e-7]) {
  const network = new Classifier({ ...configurations[0], optimizer: new AdaGrad(0.01, eps) });
  const [layer] = network.connections;
  const W = tensor(layer.W, { requiresGrad: true });
  network.step(rows, labels);
  W.grad = layer.dW;
  new GradtapeAdaGrad([W], { lr: 0.01, eps: 1e-7 }).step();
  const apart = layer.W.sub(W).abs().max().item().toExponential(1);
  const how = eps === 0 ? "without ε, as printed" : `with ε = ${eps}, at most ${apart} from gradtape's`;
  console.log(`AdaGrad ${how}: a step makes 0 ÷ 0 of ${layer.W.isNaN().sum().item()} weights in ${W.size}`);
}

const sizes = { epoch: quick ? 3 : 10, batchSize: 20 };
const networks = configurations.map((configuration) => {
  const network = new Classifier(configuration).fit(train.x, train.t, sizes);
  const { nodes, activation, initializer, optimizer } = configuration;
  const kinds = [...(nodes.length > 2 ? [activation] : []), initializer.constructor, optimizer.constructor];
  const name = kinds.map(({ name }) => name.replace(/Initializer|Manual/, "")).join(" ");
  const shares = [train, test].map(({ x, t }) => accuracy()(network.predict(x), t).toFixed(4));
  console.log(`${`${nodes.join("-")} ${name}`.padEnd(38)} train acc, test acc | ${shares.join(", ")}`);
  return { name: `${nodes.length - 1} × FC, ${name}`, loss: network.loss };
});

draw(
  "seeds-scratch_deep_neural_network",
  [
    {
      title: "Cross-entropy error of the digits that networks train with",
      x: "epoch",
      y: "loss",
      yRange: [0, 2.4],
      legend: "top-right",
      marks: networks.map(({ name, loss }) => ({ name, x: loss.map((_, i) => i + 1), y: loss })),
    },
  ],
  { width: 660, height: 420 },
);
