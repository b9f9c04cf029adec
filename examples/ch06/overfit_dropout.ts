/** Chapter 6.4.3: 300 digits learnt by heart; where values are left out at random that takes longer, and teaches more. */
import { Adam, accuracy, manualSeed, type Optimizer, SGD, type Tensor, Trainer } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { MultiLayerNet } from "../common/multi_layer_net.js";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { progressBar } from "../common/progress.js";

const { seed, quick } = seedAndQuick("ch06/overfit_dropout", "Trains with dropout and without.");
const { train, test } = loadDigits({ train: 300, test: quick ? 100 : 2000 });

const line = (trainer: Trainer) => {
  const [a, b] = ["train", "validation"].map((group) => trainer.value(`${group}.accuracy`).toFixed(4));
  return `=== epoch:${trainer.epoch}, train acc:${a}, test acc:${b} ===`;
};

type Way = { hidden: number[]; optimizer: (parameters: Tensor[]) => Optimizer; epochs: number };

/** The accuracies after each epoch. Where the book tells the loss of each of 903 steps, there is a line for each epoch only. */
async function learn({ hidden, optimizer, epochs }: Way, dropout: number) {
  manualSeed(seed);
  const model = new MultiLayerNet(784, hidden, 10, { dropout });
  const trainer = new Trainer({
    model,
    optimizer: optimizer(model.parameters()),
    metrics: { accuracy: accuracy() },
    callbacks: [progressBar({ line })],
  });
  const how = { epochs: quick ? 16 : epochs, batchSize: 100, evaluateTrain: true, validation: test };
  const { history } = await trainer.fit(train, how);
  console.log("=============== Final Test Accuracy ===============");
  console.log(`test acc:${trainer.value("validation.accuracy").toFixed(4)}`);
  return { train: history.train.accuracy, test: history.validation.accuracy };
}

const axes = { x: "epochs", y: "accuracy" } as const;
const names = { train: "train (300)", test: `test (${test.t.size})` };

// The book's way, too slow for dropout.
const book = {
  hidden: [100, 100, 100, 100, 100, 100],
  optimizer: (p: Tensor[]) => new SGD(p, { lr: 0.01 }),
  epochs: 301,
};
const panels = [];
for (const dropout of [0, 0.2]) {
  console.log(`dropout ${dropout}`);
  const accuracies = await learn(book, dropout);
  panels.push({
    title: dropout === 0 ? "Without dropout" : `With dropout of ${dropout}`,
    ...axes,
    yRange: [0, 1] as const,
    marks: [
      { name: names.train, y: accuracies.train, marker: "dot", every: 10 },
      { name: names.test, y: accuracies.test, marker: "square", every: 10 },
    ] as const,
  });
}

// With fewer and wider layers, which have neurons to spare, and a faster optimizer.
const wide = { hidden: [300, 300], optimizer: (p: Tensor[]) => new Adam(p), epochs: 100 };
console.log("dropout 0, wide layers, Adam");
const without = await learn(wide, 0);
console.log("dropout 0.5, wide layers, Adam");
const dropped = await learn(wide, 0.5);
const ranges = { train: [0.5, 1], test: [0.8, 0.9] } as const;
for (const group of ["train", "test"] as const)
  panels.push({
    title: `Wide layers, by Adam: ${names[group]}`,
    ...axes,
    yRange: ranges[group],
    marks: [
      { name: "without dropout", y: without[group], marker: "triangle", every: 10, color: 2 },
      { name: "with dropout of 0.5", y: dropped[group], marker: "times", every: 10, color: 3 },
    ] as const,
  });
draw("ch06-overfit_dropout", panels, { columns: 2 });
