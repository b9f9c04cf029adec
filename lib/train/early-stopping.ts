/** Early stopping: a run ends when it has not become better for a while. */
import { nested, part, type StateDict, snapshot } from "../state.js";
import type { Callback } from "./callback.js";
import { Monitor, type MonitorOptions } from "./monitor.js";
import { checkWhole } from "./options.js";
import { readNumbers, stateOfNumbers } from "./state.js";
import type { Trainer } from "./trainer.js";

/** When to stop. */
export type EarlyStoppingOptions = MonitorOptions & {
  /** How many epochs in a row may pass without a better value. */
  patience: number;
  /** When the run ends, and was not aborted, put back the parameters and buffers of the best epoch (default false). */
  restoreBest?: boolean;
};

/**
 * Stops the run when the value has not become better for `patience` epochs, as it will at once when resumed after that. What it
 * knows, the best weights included, is part of the trainer's state.
 */
export function earlyStopping({ patience, restoreBest = false, ...options }: EarlyStoppingOptions): Callback {
  const monitor = new Monitor("earlyStopping", options);
  checkWhole("earlyStopping: patience", patience, 1);
  let wait = 0;
  let weights: StateDict = new Map();
  const stopIfDue = (trainer: Trainer) => {
    if (wait >= patience)
      trainer.stop(
        `early stopping: ${monitor.name} has not been better than ${monitor.best} for ${wait} ${wait === 1 ? "epoch" : "epochs"}`,
      );
  };
  return {
    name: "earlyStopping",
    onTrainBegin(trainer) {
      monitor.begin(trainer);
      stopIfDue(trainer);
    },
    onEpochEnd(trainer) {
      const better = monitor.improves(trainer);
      wait = better ? 0 : wait + 1;
      if (better && restoreBest) weights = trainer.model.stateDict();
      stopIfDue(trainer);
    },
    onTrainEnd({ model, stopped }) {
      if (weights.size > 0 && stopped !== "aborted" && stopped !== "failed") model.loadStateDict(weights);
    },
    stateDict: () => new Map([...stateOfNumbers({ best: monitor.best, wait }), ...nested("weights", weights)]),
    loadStateDict(state) {
      const saved = part("weights", state);
      const numbers = [...state].filter(([name]) => !name.startsWith("weights."));
      ({ best: monitor.best, wait } = readNumbers("earlyStopping", ["best", "wait"], new Map(numbers)));
      weights = snapshot(saved);
    },
  };
}
