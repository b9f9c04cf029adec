/** Progress in plain lines, one for each epoch. */
import type { Callback } from "./callback.js";
import type { Trainer } from "./trainer.js";

/** All that an epoch has measured: `epoch 3 of 20 | train loss 0.3142 | validation loss 0.2718, accuracy 0.9123`. */
export function epochLine({ epoch, epochs, measured, history }: Trainer): string {
  const parts = (["train", "validation"] as const).flatMap((group) => {
    const values = measured.flatMap((name) => {
      const key = name.slice(group.length + 1);
      const value = name.startsWith(`${group}.`) ? history[group][key]?.at(-1) : undefined;
      return value === undefined ? [] : [`${key} ${value.toPrecision(4)}`];
    });
    return values.length > 0 ? [`${group} ${values.join(", ")}`] : [];
  });
  return [`epoch ${epoch} of ${epochs}`, ...parts].join(" | ");
}

/** The book's line, `train acc, test acc | 0.9012, 0.9045`, of a metric called accuracy and the option `evaluateTrain`. */
export const bookLine = (trainer: Trainer): string =>
  `train acc, test acc | ${["train", "validation"].map((group) => trainer.value(`${group}.accuracy`).toFixed(4)).join(", ")}`;

/** How `printEpochs` prints. */
export type PrintOptions = {
  /** What is said of an epoch (default `epochLine`). */
  line?: (trainer: Trainer) => string;
  /** Where to (default `console.log`). */
  print?: (line: string) => unknown;
};

/** Prints a line at the end of every epoch, and why a run was stopped. */
export const printEpochs = ({ line = epochLine, print = console.log }: PrintOptions = {}): Callback => ({
  onEpochEnd(trainer) {
    print(line(trainer));
  },
  onTrainEnd({ stopped, epoch, step }) {
    if (stopped !== null && stopped !== "failed") print(`stopped in epoch ${epoch}, after step ${step}: ${stopped}`);
  },
});
