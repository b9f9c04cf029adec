/** Chapter 6.5.3: a random search for a learning rate and a weight decay, with a process on each core. */
import { Generator } from "gradtape";
import { stopOnInterrupt } from "gradtape/node";
import type { Curves, Trial } from "../common/hyperparameter_trial.js";
import { commandLine, whole } from "../common/options.js";
import { draw } from "../common/plot.js";
import { spread } from "../common/processes.js";
import { Progress } from "../common/progress.js";

const usual = process.argv.includes("--quick") ? { trials: 4, epochs: 4 } : { trials: 100, epochs: 50 };
const options = commandLine("ch06/hyperparameter_optimization", "Searches for hyperparameters at random.")
  .option("--trials <n>", "how many pairs to try", whole(1), usual.trials)
  .option("--epochs <n>", "how long to train with each", whole(1), usual.epochs)
  .option("--processes <n>", "how many at a time, which changes nothing but the time (default: the cores)", whole(1))
  .option("--seed <n>", "decides what is random", whole(0), 0)
  .option("--quick", "a small search of a few seconds: changes the defaults above")
  .parse()
  .opts<Record<"trials" | "epochs" | "seed", number> & { processes?: number }>();

// Both are drawn by their exponents, since it is the order of magnitude that is not known.
const generator = new Generator(options.seed);
const between = (low: number, high: number) => 10 ** (low + (high - low) * generator.uniform());
const trials = Array.from({ length: options.trials }, (): Trial => {
  const [weightDecay, lr] = [between(-8, -4), between(-6, -2)];
  return { seed: generator.integer(2 ** 32), epochs: options.epochs, lr, weightDecay };
});

const told = ({ lr, weightDecay }: Trial) => `lr:${lr.toExponential(4)}, weight decay:${weightDecay.toExponential(4)}`;
const reached = ({ validation }: Curves) => validation[validation.length - 1];

const progress = new Progress(trials.length);
function each(curves: Curves, i: number): void {
  progress.print(`val acc:${reached(curves)} | ${told(trials[i])}`);
  void progress.step(`trial ${i + 1} of ${trials.length}`);
}
const script = new URL("../common/hyperparameter_trial.ts", import.meta.url);
const { processes } = options;
const found = await stopOnInterrupt((signal) => spread<Trial, Curves>(script, trials, { processes, each, signal }));
progress.end();
if (found.length < trials.length) console.log(`stopped after ${found.length} of ${trials.length} trials`);

console.log("=========== Hyper-Parameter Optimization Result ===========");
const best = found
  .map((curves, i) => ({ ...curves, trial: trials[i] }))
  .sort((a, b) => reached(b) - reached(a))
  .slice(0, 20);
for (const [i, curves] of best.entries())
  console.log(`Best-${i + 1}(val acc:${reached(curves)}) | ${told(curves.trial)}`);
const panels = best.map(({ train, validation, trial }, i) => ({
  title: `Best-${i + 1}: lr ${trial.lr.toPrecision(2)}, λ ${trial.weightDecay.toExponential(0)}`,
  x: "epochs",
  y: "accuracy",
  yRange: [0, 1] as const,
  marks: [
    { name: i === 0 ? "validation" : undefined, y: validation, marker: "none" }, // names in one panel serve all
    { name: i === 0 ? "train" : undefined, y: train, marker: "none", dash: true },
  ] as const,
}));
if (best.length > 0) draw("ch06-hyperparameter_optimization", panels, { columns: 4, width: 260, height: 190 });
