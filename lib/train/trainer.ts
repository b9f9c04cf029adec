/** Trainer: trains a model, and can be watched, stopped at any step, saved, and resumed to the same bits. */
import { ValueError } from "../error.js";
import type { Metric } from "../metrics/metric.js";
import type { Layer } from "../nn/layer.js";
import { defaultGenerator, type Generator } from "../random.js";
import { check, wholeFrom } from "../range.js";
import { sameShape } from "../shape.js";
import type { StateDict, Stateful } from "../state.js";
import type { Tensor } from "../tensor.js";
import { together } from "../together.js";
import { type Callback, statesOf } from "./callback.js";
import { emptyHistory, type History, historyState, listsOf, readHistory } from "./history.js";
import { Loop } from "./loop.js";
import { keepModes, Objective, type Walk } from "./objective.js";
import { type FitOptions, type Optimizing, readPlan, type TrainerOptions, type WalkOptions } from "./options.js";
import { Position } from "./position.js";
import type { Source } from "./source.js";
import { pacer, clock as usualClock } from "./turns.js";

/** How a run ended: `stopped` is null when all epochs are done, "aborted" by the signal, else the reason a callback gave. */
export type Outcome = { history: History; stopped: string | null };

/** Trains a model: `await new Trainer({ model, optimizer, loss }).fit([x, t], { epochs: 20 })`. */
export class Trainer implements Stateful {
  readonly model: Layer;
  readonly optimizer: Optimizing;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly generator: Generator;
  /** What was measured so far. */
  history = emptyHistory();
  /** How many epochs `fit` was last asked for. */
  epochs = 0;
  /** How many steps an epoch has, where the data tell. */
  steps: number | undefined;
  /** The names of what epochs add to the history, such as "validation.loss". */
  measured: readonly string[] = [];
  /** Why the run ends, or ended, before all epochs were done; else null. */
  stopped: string | null = null;
  private readonly objective: Objective;
  private readonly callbacks: readonly Callback[];
  private readonly position = new Position();
  private readonly state: Stateful;
  private loop: Loop | undefined;

  constructor(private readonly options: TrainerOptions) {
    const { model, optimizer, loss, metrics = {}, callbacks = [], generator = defaultGenerator() } = options;
    this.objective = new Objective(model, loss);
    const methods = ["step", "zeroGrad", "stateDict", "loadStateDict"] as const;
    if (!methods.every((name) => typeof optimizer?.[name] === "function") || !(optimizer.lr >= 0))
      throw new ValueError(`Trainer: optimizer must have ${methods.join("(), ")}() and a rate lr`);
    for (const [name, metric] of Object.entries(metrics))
      if (name === "loss" || typeof metric?.tally !== "function")
        throw new ValueError(`Trainer: metrics.${name} must be a metric, such as accuracy(), and not be called loss`);
    for (const each of callbacks)
      if (typeof each !== "function" && (typeof each !== "object" || each === null))
        throw new ValueError(`Trainer: callbacks must be objects with hooks, or functions (given ${typeof each})`);
    const { yieldEvery = 16 } = options;
    check("Trainer", { yieldEvery }, { holds: (x) => x >= 0, text: "milliseconds, at least 0" });
    this.model = model;
    this.optimizer = optimizer;
    this.metrics = metrics;
    this.generator = generator;
    this.callbacks = callbacks.map((each) => (typeof each === "function" ? { onEpochEnd: each } : each));
    const history: Stateful = {
      stateDict: () => historyState(this.history),
      loadStateDict: (state) => {
        this.history = readHistory(state);
      },
    };
    const { position } = this;
    this.state = together({ model, optimizer, generator, position, history, ...statesOf(this.callbacks) });
  }

  /** The epoch that is under way, or that ended last, counted from 1. */
  get epoch(): number {
    return this.position.epoch;
  }

  /** How many of its steps are done. */
  get step(): number {
    return this.position.step;
  }

  /** The latest value of what the history holds under a name such as "validation.loss". */
  value(name: string): number {
    const lists = listsOf(this.history).filter(([, values]) => values.length > 0);
    const [, values] = lists.find(([other]) => other === name) ?? [];
    if (!values) {
      const names = lists.map(([name]) => name).join(", ");
      throw new ValueError(`value: the history has no "${name}"; it has ${names || "nothing"}`);
    }
    return values[values.length - 1];
  }

  /** Ends the run when all callbacks have been told of what happens now. The first reason counts. */
  stop(reason = "stopped"): void {
    this.stopped ??= reason;
  }

  /**
   * Trains until so many epochs are done in all, from the step that is next: also after it was stopped, and in a state that
   * was loaded. It resolves when it is stopped by the signal, too, since nothing is lost, and rejects with what a callback,
   * the data or the model throws. Layers are in training meanwhile, and as before afterwards.
   */
  async fit(source: Source, options: FitOptions): Promise<Outcome> {
    const plan = readPlan(source, options, Object.keys(this.metrics));
    const { position } = this;
    if (this.loop) throw new ValueError("fit: this trainer is training; wait until it is done, or make another");
    if (position.stage === "steps" && position.epoch > 0 && !sameShape(position.layout, plan.layout))
      throw new ValueError(
        `fit: epoch ${position.epoch}, stopped after step ${position.step}, goes on with the same rows, batchSize, shuffle and dropLast only: ` +
          `${position.layout} (given ${plan.layout}); for others make another Trainer of the same model and optimizer`,
      );
    const { transform } = this.options;
    const loop = new Loop(this, this.objective, this.callbacks, position, transform, plan, this.pacer());
    const putBack = keepModes(this.model);
    this.epochs = plan.epochs;
    this.steps = plan.steps;
    this.measured = plan.measured;
    this.stopped = null;
    this.loop = loop;
    try {
      this.model.train();
      await loop.run();
      return { history: this.history, stopped: this.stopped };
    } finally {
      putBack();
      this.loop = undefined;
    }
  }

  /** The loss and the metrics over all rows, by name. Rejects with the signal's reason, since there is no result then. */
  async evaluate(source: Source, options: WalkOptions = {}): Promise<Record<string, number>> {
    return this.objective.measure(source, this.metrics, this.walk("evaluate", options));
  }

  /** What the model says of all rows, in use and with nothing recorded. Rejects with the signal's reason. */
  async predict(x: Tensor | readonly Tensor[], options: WalkOptions = {}): Promise<Tensor> {
    return this.objective.predict(x, this.walk("predict", options));
  }

  private walk(caller: string, { batchSize = 100, signal }: WalkOptions): Walk {
    check(caller, { batchSize }, wholeFrom(1));
    return { size: batchSize, signal, pause: this.pacer() };
  }

  private pacer(): () => Promise<void> | undefined {
    const { clock = usualClock, yieldEvery = 16 } = this.options;
    return pacer(clock, yieldEvery);
  }

  /**
   * All that a run goes on from: model, optimizer, generator, position, history and what callbacks know, under these names.
   * To be had at any time, in callbacks too, but not in the midst of a step.
   */
  stateDict(): StateDict {
    if (this.loop?.busy)
      throw new ValueError("stateDict: a step is under way; save in onBatchEnd, onEpochEnd or after fit");
    return this.state.stateDict();
  }

  /** Puts back what `stateDict` gave, so that `fit` goes on from there. All, or nothing and a CheckpointError that lists what does not fit. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): this {
    if (this.loop) throw new ValueError("loadStateDict: this trainer is training; stop it first");
    this.state.loadStateDict(state);
    return this;
  }
}
