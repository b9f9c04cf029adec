/** Chapter 5.7.4: a network of two layers learns handwritten digits by backpropagation. */
import { batches, manualSeed, SGD } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { commandLine, orExit, positive, whole } from "../common/options.js";
import { draw } from "../common/plot.js";
import { Progress } from "../common/progress.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

type Options = Record<"epochs" | "train" | "test" | "batch" | "hidden" | "lr" | "seed", number>;

const quick = process.argv.includes("--quick");
const usual = quick
  ? { epochs: 5, train: 1000, test: 500, batch: 20 }
  : { epochs: 17, train: 8000, test: 2000, batch: 100 };
const options = commandLine("ch05/train_neuralnet", "Trains the book's network of two layers on handwritten digits.")
  .option("--epochs <n>", "how often to go through the digits", whole(1), usual.epochs)
  .option("--train <n>", "digits to train with", whole(1), usual.train)
  .option("--test <n>", "other digits, to test with", whole(1), usual.test)
  .option("--batch <n>", "digits in a step", whole(1), usual.batch)
  .option("--hidden <n>", "neurons in the hidden layer", whole(1), 50)
  .option("--lr <x>", "the learning rate", positive, 0.1)
  .option("--seed <n>", "decides the first weights and the order of the digits, not the split", whole(0), 0)
  .option("--quick", "a small run of a few seconds: changes the defaults above")
  .parse()
  .opts<Options>();

manualSeed(options.seed);
const { train, test } = orExit(() => loadDigits({ train: options.train, test: options.test }));
const network = orExit(() => new TwoLayerNet(784, options.hidden, 10));
const optimizer = new SGD(network.parameters(), { lr: options.lr });

const stepsPerEpoch = Math.ceil(options.train / options.batch);
const progress = new Progress(options.epochs * stepsPerEpoch);
const losses: number[] = [];
const accuracies = { train: [] as number[], test: [] as number[] };

function evaluate(): void {
  accuracies.train.push(network.accuracy(train.x, train.t));
  accuracies.test.push(network.accuracy(test.x, test.t));
  const [a, b] = [accuracies.train, accuracies.test].map((list) => list.at(-1)?.toFixed(4));
  progress.print(`train acc, test acc | ${a}, ${b}`);
}

const start = performance.now();
evaluate();
for (let epoch = 1; epoch <= options.epochs; epoch++) {
  for (const [x, t] of batches([train.x, train.t], { size: options.batch })) {
    const loss = network.loss(x, t);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
    await progress.step(`epoch ${epoch} of ${options.epochs}, loss ${loss.item().toFixed(3)}`);
  }
  evaluate();
}
progress.end();
console.log(`${options.epochs} epochs: ${((performance.now() - start) / 1000).toFixed(2)} s`);

draw("ch05-train_neuralnet", [
  {
    title: "Accuracy on handwritten digits",
    x: "epoch",
    y: "accuracy",
    yRange: [0, 1],
    marks: [
      { name: `train (${options.train})`, y: accuracies.train },
      { name: `test (${options.test})`, y: accuracies.test },
    ],
  },
  {
    title: "Loss, smoothed over 11 iterations",
    x: "iteration",
    y: "loss",
    marks: [{ y: losses, smooth: 11 }],
  },
]);
console.log(`test accuracy ${accuracies.test.at(-1)?.toFixed(4)} (${options.test} digits)`);
