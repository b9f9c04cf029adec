/** What a trainer and its runs are told. */
import type { Transform } from "../data/transforms.js";
import { ValueError } from "../error.js";
import type { Metric } from "../metrics/metric.js";
import type { Layer } from "../nn/layer.js";
import type { Generator } from "../random.js";
import { check, wholeFrom } from "../range.js";
import type { Stateful } from "../state.js";
import type { Tensor } from "../tensor.js";
import type { CallbackLike } from "./callback.js";
import type { Loss } from "./objective.js";
import { type Cut, type Source, wholeOf } from "./source.js";
import type { Clock } from "./turns.js";

/** What moves parameters along their gradients: an `Optimizer`, or what looks like one. */
export type Optimizing = { step(): void; zeroGrad(): void; lr: number } & Stateful;

/** What a trainer is made of: all that a run changes. */
export type TrainerOptions = {
  model: Layer;
  optimizer: Optimizing;
  /** A layer or function of scores and what was wanted, itself a mean over rows (default: the model's own `loss(x, t)`). */
  loss?: Loss;
  /** What evaluations tell beside the loss. */
  metrics?: Readonly<Record<string, Metric>>;
  callbacks?: readonly CallbackLike[];
  /** Changes the inputs of batches that are trained on, not of those evaluated. */
  transform?: Transform;
  /** Draws the order of rows and the transforms; so must dropout, if runs are to be resumed (default: that of `manualSeed`). */
  generator?: Generator;
  /** After how many milliseconds the event loop gets a turn (default 16). */
  yieldEvery?: number;
  /** Tells the time; tests bring their own. */
  clock?: Clock;
};

/** How long to train, and what to do beside. */
export type FitOptions = {
  /** How many epochs shall have been done, those of earlier calls and of a loaded state among them. */
  epochs: number;
  /** Rows in a step (default 100). */
  batchSize?: number;
  /** Take the rows in random order, another in every epoch (default true). */
  shuffle?: boolean;
  /** Leave out a last batch of fewer rows (default false). */
  dropLast?: boolean;
  /** Data to evaluate on at the end of every epoch. */
  validation?: Source;
  /** Evaluate on the training data, too: all rows, or the first so many. Else `train.loss` is the mean of the epoch's steps. */
  evaluateTrain?: boolean | number;
  /** Evaluate before the first step, too, as the end of epoch 0 (default false). */
  baseline?: boolean;
  /** Ends the run after the step that is under way. */
  signal?: AbortSignal;
};

/** How to go through data without training. */
export type WalkOptions = {
  /** Rows at a time (default 100). */
  batchSize?: number;
  signal?: AbortSignal;
};

/** A run, as it was told. */
export type Plan = Cut & {
  source: Source;
  epochs: number;
  baseline: boolean;
  signal: AbortSignal | undefined;
  /** Where an epoch is evaluated. */
  train: Source | undefined;
  validation: Source | undefined;
  /** Rows, and how they are cut: what must be the same where an epoch is resumed; zeros for batches of one's own. */
  layout: number[];
  /** Steps of an epoch, where the data tell. */
  steps: number | undefined;
  /** The names of what an epoch adds to the history. */
  measured: string[];
};

const firstRows = (whole: readonly Tensor[] | undefined, rows: number) =>
  whole?.map((x) => (rows < x.shape[0] ? x.narrow(0, 0, rows) : x));

/** Reads and checks what `fit` is told. */
export function readPlan(source: Source, options: FitOptions, metrics: readonly string[]): Plan {
  const {
    epochs,
    batchSize = 100,
    shuffle = true,
    dropLast = false,
    validation,
    evaluateTrain = false,
  } = options ?? {};
  check("fit", { epochs }, wholeFrom(0));
  check("fit", { batchSize }, wholeFrom(1));
  if (typeof evaluateTrain === "number") check("fit", { evaluateTrain }, wholeFrom(1));
  const whole = wholeOf("fit", source);
  if (evaluateTrain && !whole)
    throw new ValueError("fit: evaluateTrain needs tensors, not batches of one's own; give them as validation");
  if (validation) wholeOf("fit: validation", validation);
  const rows = whole?.[0].shape[0] ?? 0;
  const steps = whole && (dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize));
  if (steps === 0)
    throw new ValueError(`fit: there must be at least one batch (given ${rows} rows, batchSize ${batchSize})`);
  return {
    source,
    size: batchSize,
    shuffle,
    dropLast,
    epochs,
    baseline: options.baseline ?? false,
    signal: options.signal,
    train: typeof evaluateTrain === "number" ? firstRows(whole, evaluateTrain) : evaluateTrain ? whole : undefined,
    validation,
    layout: whole ? [rows, batchSize, +shuffle, +dropLast] : [0, 0, 0, 0],
    steps,
    measured: [
      "train.loss",
      ...(evaluateTrain ? metrics.map((name) => `train.${name}`) : []),
      ...(validation ? ["loss", ...metrics].map((name) => `validation.${name}`) : []),
    ],
  };
}
