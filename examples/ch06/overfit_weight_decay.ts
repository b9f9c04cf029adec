/** Chapter 6.4.2: a large network learns 300 digits by heart, and less so when large weights cost something. */
import { batches, manualSeed, SGD } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { MultiLayerNet } from "../common/multi_layer_net.js";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { Progress } from "../common/progress.js";

const { seed, quick } = seedAndQuick("ch06/overfit_weight_decay", "Trains with weight decay and without.");
const epochs = quick ? 16 : 201;
const { train, test } = loadDigits({ train: 300, test: quick ? 100 : 2000 });
const progress = new Progress(2 * epochs);

/** The accuracies after each epoch; the loss that is minimized has ½ λ Σ W² in it. */
async function learn(weightDecay: number) {
  manualSeed(seed);
  const network = new MultiLayerNet(784, [100, 100, 100, 100, 100, 100], 10, { weightDecay });
  const optimizer = new SGD(network.parameters(), { lr: 0.01 });
  const accuracies = { train: [] as number[], test: [] as number[] };
  for (let epoch = 0; epoch < epochs; epoch++) {
    accuracies.train.push(network.accuracy(train.x, train.t));
    accuracies.test.push(network.accuracy(test.x, test.t));
    const [a, b] = [accuracies.train[epoch], accuracies.test[epoch]].map((share) => share.toFixed(4));
    progress.print(`epoch:${epoch}, train acc:${a}, test acc:${b}`);
    await progress.step(`λ = ${weightDecay}, epoch ${epoch + 1} of ${epochs}`);
    for (const [x, t] of batches([train.x, train.t], { size: 100 })) {
      optimizer.zeroGrad();
      network.loss(x, t).backward();
      optimizer.step();
    }
  }
  const squares = network.parameters().reduce((sum, W) => sum + W.square().sum().item(), 0);
  progress.print(`the squares of all weights add up to ${squares.toFixed(0)}`);
  return accuracies;
}

const panels = [];
for (const weightDecay of [0, 0.1]) {
  progress.print(`=== weight decay ${weightDecay} ===`);
  const accuracies = await learn(weightDecay);
  panels.push({
    title: weightDecay === 0 ? "Without weight decay" : `With weight decay, λ = ${weightDecay}`,
    x: "epochs",
    y: "accuracy",
    yRange: [0, 1] as const,
    marks: [
      { name: "train (300)", y: accuracies.train, marker: "dot", every: 10 },
      { name: `test (${test.t.size})`, y: accuracies.test, marker: "square", every: 10 },
    ] as const,
  });
}
progress.end();
draw("ch06-overfit_weight_decay", panels);
