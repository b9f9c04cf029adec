/** Objective: a model and what is to become small, in training and in use. */
import { batches } from "../data/batches.js";
import { ValueError } from "../error.js";
import { type Metric, rowMean } from "../metrics/metric.js";
import { Layer, layersOf } from "../nn/layer.js";
import { concat } from "../ops/lists.js";
import { Generator } from "../random.js";
import { noGrad } from "../tape.js";
import { checkTensor, Tensor } from "../tensor.js";
import { epochOf, type Source, tensorsOf } from "./source.js";

/** How far scores are from what was wanted, as one number. */
export type Loss = Layer | ((scores: Tensor, t: Tensor) => Tensor);

/** How to walk data without training: so many rows at a time, with pauses, until told to stop. */
export type Walk = { size: number; pause: () => Promise<void> | undefined; signal?: AbortSignal };

/** Notes which layers are in training; gives what puts that back. */
export function keepModes(model: Layer): () => void {
  const modes = layersOf(model).map((layer) => [layer, layer.training] as const);
  return () => {
    for (const [layer, training] of modes) layer.training = training;
  };
}

/** A model with its loss, given or its own. */
export class Objective {
  constructor(
    readonly model: Layer,
    private readonly given: Loss | undefined,
  ) {
    if (!(model instanceof Layer)) throw new ValueError("Trainer: model must be a Layer");
    const own = (model as { loss?: unknown }).loss;
    if (given === undefined ? typeof own !== "function" : typeof given !== "function" && !(given instanceof Layer))
      throw new ValueError(
        "Trainer: loss must be a Layer or a function of scores and what was wanted, or the model have a method loss(x, t)",
      );
  }

  /** What the model says of a batch. */
  scores(batch: readonly Tensor[]): Tensor {
    return this.model.forward(...(batch.length > 1 ? batch.slice(0, -1) : batch));
  }

  /** The loss of a batch; a given one is told the scores, where they are known. */
  loss(batch: readonly Tensor[], scores?: Tensor): Tensor {
    const { given, model } = this;
    const t = batch[batch.length - 1];
    const value = !given
      ? (model as unknown as { loss(...batch: readonly Tensor[]): Tensor }).loss(...batch)
      : given instanceof Layer
        ? given.forward(scores ?? this.scores(batch), t)
        : given(scores ?? this.scores(batch), t);
    checkTensor("Trainer: what the loss gives", value);
    return value;
  }

  /** Runs `f` with the model in use and nothing recorded. No promise, so that nobody meets the layers in between. */
  private inUse<T>(f: () => T): T {
    const putBack = keepModes(this.model);
    this.model.eval();
    try {
      return noGrad(f);
    } finally {
      putBack();
    }
  }

  /** The loss and the metrics over all rows of a source. */
  async measure(
    source: Source,
    metrics: Readonly<Record<string, Metric>>,
    { size, pause, signal }: Walk,
  ): Promise<Record<string, number>> {
    let batch: readonly Tensor[] | undefined;
    const loss = rowMean((scores) => this.loss(batch as readonly Tensor[], scores));
    const tallies = Object.entries({ loss, ...metrics }).map(([name, metric]) => [name, metric.tally()] as const);
    for await (const data of epochOf("evaluate", source, { size, shuffle: false, dropLast: false }, new Generator(0))) {
      signal?.throwIfAborted();
      const tensors = tensorsOf("evaluate", data);
      batch = tensors;
      this.inUse(() => {
        const scores = this.scores(tensors);
        for (const [, tally] of tallies) tally.add(scores, tensors[tensors.length - 1]);
      });
      await pause();
    }
    if (!batch) throw new ValueError("evaluate: there must be data to evaluate on");
    return Object.fromEntries(tallies.map(([name, tally]) => [name, tally.value()]));
  }

  /** What the model says of all rows. */
  async predict(x: Tensor | readonly Tensor[], { size, pause, signal }: Walk): Promise<Tensor> {
    const inputs = tensorsOf("predict", x instanceof Tensor ? [x] : x);
    const parts: Tensor[] = [];
    for (const batch of batches(inputs, { size, shuffle: false })) {
      signal?.throwIfAborted();
      parts.push(this.inUse(() => this.model.forward(...batch)));
      await pause();
    }
    return this.inUse(() => (parts.length > 0 ? concat(parts, 0) : this.model.forward(...inputs)));
  }
}
