/** Networks that learn the same digits, batch by batch, in different ways: how their losses fall, in lines and in a picture. */
import { choice, type Optimizer, type Tensor } from "gradtape";
import type { Network } from "./network.js";
import { draw, type Marker } from "./plot.js";
import { Progress } from "./progress.js";

/** One of the ways. */
export type Way = { network: Network; optimizer: Optimizer; marker: Marker };

/** What there is to learn from, and for how long; losses are told of each so many-th iteration, and drawn within `yRange`. */
export type CompareOptions = {
  x: Tensor;
  t: Tensor;
  iterations: number;
  every: number;
  yRange: readonly [number, number];
};

/**
 * Trains all networks on the same batches of 128 rows, drawn anew for each iteration. Prints their losses, and draws them into
 * NAME.svg.
 */
export async function compareTraining(
  name: string,
  ways: Readonly<Record<string, Way>>,
  { x, t, iterations, every, yRange }: CompareOptions,
): Promise<void> {
  const runs = Object.entries(ways).map(([name, way]) => ({ name, ...way, losses: [] as number[] }));
  const progress = new Progress(iterations);
  for (let i = 0; i < iterations; i++) {
    const rows = choice(x.shape[0], 128);
    const [some, labels] = [x.indexSelect(0, rows), t.indexSelect(0, rows)];
    for (const { network, optimizer, losses } of runs) {
      const loss = network.loss(some, labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item()); // before the step, where the book computes it once more after it
    }
    if (i % every === 0) {
      progress.print(`===========iteration:${i}===========`);
      for (const { name, losses } of runs) progress.print(`${name}:${losses[i].toFixed(4)}`);
    }
    await progress.step(`iteration ${i + 1} of ${iterations}`);
  }
  progress.end();
  draw(
    name,
    [
      {
        title: "Loss of batches, smoothed over 11 iterations",
        x: "iterations",
        y: "loss",
        yRange,
        legend: "top-right",
        // A moving mean, where the book weighs the 11 by a Kaiser window.
        marks: runs.map(({ name, losses, marker }) => ({ name, y: losses, smooth: 11, marker, every })),
      },
    ],
    { width: 660, height: 420 },
  );
}
