/** Early stopping: a run ends when it has not become better for a while. */
import { check, wholeFrom } from "../range.js";
import { type Field, restore, type StateDict, snapshot } from "../state.js";
import { nested, part } from "../together.js";
import type { Callback } from "./callback.js";
import { Monitor, type MonitorOptions } from "./monitor.js";
import type { Trainer } from "./trainer.js";

/** When to stop. */
export type EarlyStoppingOptions = MonitorOptions & {
  /** How many epochs in a row may pass without a better value. */
  patience: number;
  /**
   * When the run ends, and was not aborted, put back the parameters and buffers of the best epoch (default false); a run that
   * goes on after that does so from them.
   */
  restoreBest?: boolean;
};

/**
 * Stops the run when the value has not become better for `patience` epochs, as it will at once when resumed after that. What it
 * knows, the best weights included, is part of the trainer's state.
 */
export function earlyStopping({ patience, restoreBest = false, ...options }: EarlyStoppingOptions): Callback {
  const monitor = new Monitor("earlyStopping", options);
  check("earlyStopping", { patience }, wholeFrom(1));
  const passed = { wait: 0 };
  const fields: Field[] = [monitor.field, ["wait", passed, "wait", wholeFrom(0)]];
  let weights: StateDict = new Map();
  const stopIfDue = (trainer: Trainer) => {
    const { wait } = passed;
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
      passed.wait = better ? 0 : passed.wait + 1;
      if (better && restoreBest) weights = trainer.model.stateDict();
      stopIfDue(trainer);
    },
    onTrainEnd({ model, stopped }) {
      if (weights.size > 0 && stopped !== "aborted" && stopped !== "failed") model.loadStateDict(weights);
    },
    stateDict: () => new Map([...snapshot([], fields), ...nested("weights", weights)]),
    loadStateDict(state) {
      const saved = part("weights", state);
      const numbers = [...state].filter(([name]) => !name.startsWith("weights."));
      restore("earlyStopping", [], new Map(numbers), {}, fields);
      weights = snapshot(saved);
    },
  };
}
