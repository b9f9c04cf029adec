/** Schedules: learning rates of an optimizer that change from step to step, by a course or by what becomes of a metric. */
import { kindOf, ValueError } from "../error.js";
import { any, check, checkWord, fraction, nonNegative, wholeFrom } from "../range.js";
import { type Field, type LoadOptions, restore, type StateDict, type Stateful, snapshot } from "../state.js";
import { Tensor } from "../tensor.js";
import { type Course, checkCourse } from "./courses.js";
import { Optimizer } from "./optimizer.js";

/** An optimizer, whatever its options. */
type Rated = Stateful & { readonly groups: readonly { lr: number }[] };

function checkOptimizer(name: string, optimizer: unknown): void {
  if (!(optimizer instanceof Optimizer))
    throw new ValueError(`${name}: the first must be an optimizer (given ${kindOf(optimizer)})`);
}

/**
 * Multiplies the learning rate that each group has now by a course: `step()` goes to the next step, after each step of the
 * optimizer or each epoch.
 */
export class Schedule implements Stateful {
  private readonly bases: number[];
  private now = 0;

  constructor(
    private readonly optimizer: Rated,
    private readonly course: Course,
  ) {
    checkOptimizer("Schedule", optimizer);
    checkCourse("Schedule", course);
    this.bases = optimizer.groups.map(({ lr }) => lr);
    this.go(0);
  }

  /** Goes to the next step. */
  step(): void {
    this.go(this.now + 1);
  }

  private go(step: number): void {
    const factor = this.course(step);
    check("Schedule", { [`the factor at step ${step}`]: factor }, nonNegative);
    this.now = step;
    this.optimizer.groups.forEach((group, k) => {
      group.lr = this.bases[k] * factor;
    });
  }

  /** The step, and the rates of the groups that the factors multiply. */
  stateDict(): StateDict {
    return snapshot([], this.fields());
  }

  /** Goes to the step that `stateDict` told of. Throws a CheckpointError if it does not fit, and changes nothing then. */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options?: LoadOptions): this {
    restore("loadStateDict", [], state, options, this.fields());
    this.go(this.now);
    return this;
  }

  private fields(): Field[] {
    const bases = this.bases.map((_, k): Field => [`base.${k}`, this.bases, `${k}`, nonNegative]);
    return [["step", this, "now", wholeFrom(0)], ...bases];
  }
}

/** Options of `ReduceLROnPlateau`. */
export type PlateauOptions = {
  /** Whether the metric shall fall (default "min") or rise. */
  mode?: "min" | "max";
  /** What the rates are multiplied by (default 0.1). */
  factor?: number;
  /** So many steps without a better metric are endured (default 10). */
  patience?: number;
  /** By how much better counts (default 1e-4), */
  threshold?: number;
  /** as a share of the best metric (default "rel") or by itself. */
  thresholdMode?: "rel" | "abs";
  /** Steps after a reduction in which nothing is counted (default 0). */
  cooldown?: number;
  /** The least rate (default 0). */
  minLr?: number;
  /** A reduction of no more than this is left out (default 1e-8). */
  eps?: number;
};

/** Reduces the learning rates when a metric, such as the loss on held-out data, has not become better for a while. With PyTorch's options and defaults. */
export class ReduceLROnPlateau implements Stateful {
  private readonly options: Required<PlateauOptions>;
  private best: number;
  private bad = 0;
  private cooling = 0;

  constructor(
    private readonly optimizer: Rated,
    options: PlateauOptions = {},
  ) {
    checkOptimizer("ReduceLROnPlateau", optimizer);
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4 } = options;
    const { thresholdMode = "rel", cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    check("ReduceLROnPlateau", { factor }, fraction);
    check("ReduceLROnPlateau", { patience, cooldown }, wholeFrom(0));
    check("ReduceLROnPlateau", { threshold, minLr, eps }, nonNegative);
    checkWord("ReduceLROnPlateau", { mode }, ["min", "max"]);
    checkWord("ReduceLROnPlateau", { thresholdMode }, ["rel", "abs"]);
    this.options = { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps };
    this.best = mode === "min" ? Infinity : -Infinity;
  }

  /** Takes the metric of another step, or epoch. NaN is not better than anything. */
  step(metric: number | Tensor): void {
    const value = metric instanceof Tensor ? metric.item() : metric;
    if (typeof value !== "number")
      throw new ValueError(`ReduceLROnPlateau: the metric must be a number (given ${kindOf(value)})`);
    const { factor, patience, cooldown, minLr, eps } = this.options;
    if (this.better(value)) [this.best, this.bad] = [value, 0];
    else this.bad++;
    if (this.cooling > 0) [this.cooling, this.bad] = [this.cooling - 1, 0];
    if (this.bad <= patience) return;
    for (const group of this.optimizer.groups) {
      const lr = Math.max(group.lr * factor, minLr);
      if (group.lr - lr > eps) group.lr = lr;
    }
    [this.cooling, this.bad] = [cooldown, 0];
  }

  private better(value: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const sign = mode === "min" ? -1 : 1;
    const bound = thresholdMode === "rel" ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return sign * value > sign * bound;
  }

  /** The best metric, and the steps that are counted. */
  stateDict(): StateDict {
    return snapshot([], this.fields());
  }

  /** Puts back what `stateDict` gave. Throws a CheckpointError if it does not fit, and changes nothing then. */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options?: LoadOptions): this {
    restore("loadStateDict", [], state, options, this.fields());
    return this;
  }

  private fields(): Field[] {
    return [
      ["best", this, "best", any],
      ["bad", this, "bad", wholeFrom(0)],
      ["cooling", this, "cooling", wholeFrom(0)],
    ];
  }
}
