/** Checkpoints: the whole state of a run, handed to what keeps it, from which it can go on to the same bits. */
import { ValueError } from "../error.js";
import { check, wholeFrom } from "../range.js";
import { restore, type StateDict, snapshot } from "../state.js";
import type { Callback } from "./callback.js";
import { Monitor, type MonitorOptions } from "./monitor.js";
import type { Trainer } from "./trainer.js";

/** What to save, when, and how. */
export type SaveOptions = {
  /** Keeps a state, such as `(_, trainer) => saveCheckpoint(path, trainer)` of gradtape/node; a promise is waited for. */
  save: (state: StateDict, trainer: Trainer) => unknown;
  /** Save at the end of every so many epochs (default 1). */
  every?: number;
  /** Save after every so many steps, too. */
  everySteps?: number;
  /** Instead: save at the end of the epochs in which this is better than ever before; `{}` means the loss on the validation data. */
  best?: MonitorOptions;
};

/**
 * Saves `trainer.stateDict()` as often as was asked, and when the run ends, also by the signal, if there is more to save. What
 * `save` throws ends the run.
 */
export function saveCheckpoints({ save, every = 1, everySteps, best }: SaveOptions): Callback {
  if (typeof save !== "function") throw new ValueError("saveCheckpoints: save must be a function that keeps a state");
  check("saveCheckpoints", { every }, wholeFrom(1));
  if (everySteps !== undefined) check("saveCheckpoints", { everySteps }, wholeFrom(1));
  if (best) return savingBest(save, new Monitor("saveCheckpoints", best));
  let saved = "";
  const place = ({ epoch, step }: Trainer) => `${epoch}, ${step}`;
  const keep = (trainer: Trainer) => {
    saved = place(trainer);
    return save(trainer.stateDict(), trainer);
  };
  return {
    onTrainBegin(trainer) {
      saved = place(trainer);
    },
    onBatchEnd: (trainer) =>
      everySteps && trainer.history.steps.loss.length % everySteps === 0 ? keep(trainer) : undefined,
    onEpochEnd: (trainer) => (trainer.epoch % every === 0 ? keep(trainer) : undefined),
    onTrainEnd: (trainer) => (trainer.stopped === "failed" || saved === place(trainer) ? undefined : keep(trainer)),
  };
}

const savingBest = (save: SaveOptions["save"], monitor: Monitor): Callback => ({
  name: "saveBest",
  onTrainBegin: (trainer) => monitor.begin(trainer),
  onEpochEnd: (trainer) => (monitor.improves(trainer) ? save(trainer.stateDict(), trainer) : undefined),
  stateDict: () => snapshot([], [monitor.field]),
  loadStateDict: (state) => restore("saveCheckpoints", [], state, {}, [monitor.field]),
});
