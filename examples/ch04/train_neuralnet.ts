/** Chapter 4.5.3: a network of two layers learns digits from ten thousand mini-batches. */
import { choice, manualSeed, SGD, Sigmoid } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { Progress } from "../common/progress.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

const { seed, quick } = seedAndQuick("ch04/train_neuralnet", "Trains chapter 4's network of two layers on digits.");

// An epoch of the book's 60,000 digits is 600 iterations, and so it prints 17 lines. As many are printed here, though 600
// iterations go through these 8,000 digits 7½ times.
const [iterations, perLine, batchSize, lr] = quick ? [301, 100, 50, 1] : [10_000, 600, 100, 0.1];
const { train, test } = loadDigits(quick ? { train: 1000, test: 500 } : {});
const trainSize = train.x.shape[0];

manualSeed(seed);
const network = new TwoLayerNet(784, 50, 10, { activation: Sigmoid });
const optimizer = new SGD(network.parameters(), { lr });

const accuracies = { train: [] as number[], test: [] as number[] };
const progress = new Progress(iterations);
for (let i = 0; i < iterations; i++) {
  const rows = choice(trainSize, batchSize, { replace: true });
  const loss = network.loss(train.x.at(rows), train.t.at(rows));
  optimizer.zeroGrad();
  loss.backward(); // two_layer_net tells how long this would take by differences
  optimizer.step();
  await progress.step(`loss ${loss.item().toFixed(3)}`);

  if (i % perLine === 0) {
    accuracies.train.push(network.accuracy(train.x, train.t));
    accuracies.test.push(network.accuracy(test.x, test.t));
    const [a, b] = [accuracies.train, accuracies.test].map((list) => list.at(-1)?.toFixed(4));
    progress.print(`train acc, test acc | ${a}, ${b}`);
  }
}
progress.end();

draw("ch04-train_neuralnet", [
  {
    title: "Accuracy on handwritten digits",
    x: `epoch of ${perLine} iterations`,
    y: "accuracy",
    yRange: [0, 1],
    marks: [
      { name: "train acc", y: accuracies.train, marker: "none" },
      { name: "test acc", y: accuracies.test, dash: true, marker: "none" },
    ],
  },
]);
