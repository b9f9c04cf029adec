/** Training as chapters 4 and 5 of the book write it: iterations, each with a batch drawn at random, and accuracies once an epoch. */
import { choice, SGD } from "gradtape";
import type { Digits } from "gradtape/digits";
import type { Network } from "./network.js";
import { draw } from "./plot.js";
import { Progress } from "./progress.js";

export type Iterations = {
  iterations: number;
  batch: number;
  lr: number;
  /** How many iterations are called an epoch. */
  epoch: number;
  /** What is printed before the first iteration of each epoch; they are counted from 1. */
  line: (epoch: number, train: number, test: number) => string;
};

/** Trains by plain gradient descent, prints and draws how well it goes, as NAME.svg. */
export async function trainByIterations(
  name: string,
  network: Network,
  { train, test }: { train: Digits; test: Digits },
  { iterations, batch, lr, epoch, line }: Iterations,
): Promise<void> {
  const optimizer = new SGD(network.parameters(), { lr });
  const progress = new Progress(iterations);
  const losses: number[] = [];
  const accuracies = { train: [] as number[], test: [] as number[] };
  for (let i = 0; i < iterations; i++) {
    const rows = choice(train.x.shape[0], batch, { replace: true });
    const loss = network.loss(train.x.at(rows), train.t.at(rows));
    if (i % epoch === 0) {
      accuracies.train.push(network.accuracy(train.x, train.t));
      accuracies.test.push(network.accuracy(test.x, test.t));
      const last = accuracies.train.length - 1;
      progress.print(line(last + 1, accuracies.train[last], accuracies.test[last]));
    }
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
    await progress.step(`iteration ${i + 1} of ${iterations}, loss ${losses[i].toFixed(3)}`);
  }
  progress.end();
  draw(name, [
    {
      title: "Accuracy on handwritten digits",
      x: "epoch",
      y: "accuracy",
      yRange: [0, 1],
      marks: [
        { name: `train (${train.x.shape[0]})`, y: accuracies.train },
        { name: `test (${test.x.shape[0]})`, y: accuracies.test },
      ],
    },
    {
      title: "Loss, smoothed over 11 iterations",
      x: "iteration",
      y: "loss",
      marks: [{ y: losses, smooth: 11 }],
    },
  ]);
}
