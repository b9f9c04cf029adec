/** Chapter 6.4.3: a large network learns 300 digits by heart, and less so when values are left out at random. */
import { accuracy, manualSeed, SGD, Trainer } from "gradtape";
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

/** The accuracies after each epoch. Where the book tells the loss of each of 903 steps, there is a line for each epoch only. */
async function learn(dropout: number) {
  manualSeed(seed);
  const model = new MultiLayerNet(784, [100, 100, 100, 100, 100, 100], 10, { dropout });
  const trainer = new Trainer({
    model,
    optimizer: new SGD(model.parameters(), { lr: 0.01 }),
    metrics: { accuracy: accuracy() },
    callbacks: [progressBar({ line })],
  });
  const how = { epochs: quick ? 16 : 301, batchSize: 100, evaluateTrain: true, validation: test };
  const { history } = await trainer.fit(train, how);
  console.log("=============== Final Test Accuracy ===============");
  console.log(`test acc:${trainer.value("validation.accuracy").toFixed(4)}`);
  return history;
}

const panels = [];
for (const dropout of [0, 0.2]) {
  console.log(`dropout ${dropout}`);
  const history = await learn(dropout);
  panels.push({
    title: dropout === 0 ? "Without dropout" : `With dropout of ${dropout}`,
    x: "epochs",
    y: "accuracy",
    yRange: [0, 1] as const,
    marks: [
      { name: "train (300)", y: history.train.accuracy, marker: "dot", every: 10 },
      { name: `test (${test.t.size})`, y: history.validation.accuracy, marker: "square", every: 10 },
    ] as const,
  });
}
draw("ch06-overfit_dropout", panels);
