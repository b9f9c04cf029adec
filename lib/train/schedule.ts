/** Schedules of learning rates, stepped by the run. */
import { ValueError } from "../error.js";
import { checkWord } from "../range.js";
import type { Stateful } from "../state.js";
import type { Callback } from "./callback.js";
import { checkMeasured } from "./monitor.js";

/** What changes a rate when it is told that time has passed, or how good the model is by now. */
export type Stepping = { step(value?: number): unknown } & Partial<Stateful>;

/** When a schedule steps. */
export type StepOptions = {
  /** At the end of every epoch (default), or after every step. */
  per?: "epoch" | "step";
  /** What `step` is told at the end of an epoch, for schedules that go by it: a name of the history, such as "validation.loss". */
  monitor?: string;
};

/** Steps a schedule, whose state becomes part of the trainer's. */
export function stepSchedule(schedule: Stepping, { per = "epoch", monitor }: StepOptions = {}): Callback {
  if (typeof schedule?.step !== "function") throw new ValueError("stepSchedule: a schedule must have step()");
  checkWord("stepSchedule", { per }, ["epoch", "step"]);
  if (per === "step" && monitor !== undefined)
    throw new ValueError(
      `stepSchedule: a monitor must go with epochs, at the end of which there are values (given ${monitor})`,
    );
  const { stateDict, loadStateDict } = schedule;
  return {
    name: "schedule",
    onTrainBegin(trainer) {
      if (monitor !== undefined) checkMeasured("stepSchedule", monitor, trainer);
    },
    onBatchEnd() {
      if (per === "step") schedule.step();
    },
    onEpochEnd(trainer) {
      if (per === "epoch" && trainer.epoch > 0) schedule.step(monitor === undefined ? monitor : trainer.value(monitor));
    },
    ...(stateDict && { stateDict: () => stateDict.call(schedule) }),
    ...(loadStateDict && { loadStateDict: (state) => loadStateDict.call(schedule, state) }),
  };
}
