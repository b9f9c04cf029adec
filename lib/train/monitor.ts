/** Monitor: the best value so far of something in the history, by which runs are stopped and saved. */
import { ValueError } from "../error.js";
import { any, check, checkWord, nonNegative } from "../range.js";
import type { Field } from "../state.js";
import type { Trainer } from "./trainer.js";

/** What to watch, and what is better. */
export type MonitorOptions = {
  /** A name of the history, such as "validation.accuracy" (default "validation.loss"). */
  monitor?: string;
  /** Whether small values are good, or large ones (default: the loss small, of a metric what it says of itself). */
  mode?: "min" | "max";
  /** By how much a value must be better than the best to count (default 0). */
  minDelta?: number;
};

/** Throws where a run will not measure what is to be watched. */
export function checkMeasured(caller: string, name: string, { measured }: Trainer): void {
  if (!measured.includes(name))
    throw new ValueError(
      `${caller}: monitor must be what this run measures, ${measured.join(", ")}; the options validation and evaluateTrain add to that (given ${name})`,
    );
}

/** Watches one value of the history. NaN is no better than anything. */
export class Monitor {
  /** NaN before there is one. */
  best = NaN;
  readonly name: string;
  /** The best value, as it is saved. */
  readonly field: Field = ["best", this, "best", any];
  private mode: "min" | "max" | undefined;
  private readonly minDelta: number;

  constructor(
    private readonly caller: string,
    { monitor = "validation.loss", mode, minDelta = 0 }: MonitorOptions,
  ) {
    if (typeof monitor !== "string")
      throw new ValueError(`${caller}: monitor must be a name, such as "validation.loss" (given ${monitor})`);
    if (mode !== undefined) checkWord(caller, { mode }, ["min", "max"]);
    check(caller, { minDelta }, nonNegative);
    this.name = monitor;
    this.mode = mode;
    this.minDelta = minDelta;
  }

  /** Refuses, before the first step, what this run will not measure, and finds out what is better. */
  begin(trainer: Trainer): void {
    checkMeasured(this.caller, this.name, trainer);
    const metric = this.name.slice(this.name.indexOf(".") + 1);
    const better = metric === "loss" ? "low" : trainer.metrics[metric].better;
    this.mode ??= better && (better === "low" ? "min" : "max");
    if (!this.mode)
      throw new ValueError(`${this.caller}: mode must be given, as ${this.name} does not tell what is better`);
  }

  /** Whether the latest value is the best so far. */
  improves(trainer: Trainer): boolean {
    const value = trainer.value(this.name);
    const gain = this.mode === "min" ? this.best - value : value - this.best;
    const improved = Number.isNaN(this.best) ? !Number.isNaN(value) : gain > this.minDelta;
    if (improved) this.best = value;
    return improved;
  }
}
