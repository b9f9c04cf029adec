/** The loop: epochs, their steps and evaluations, and the calls of callbacks between, each of which it can go on after. */
import type { Transform } from "../data/transforms.js";
import { ValueError } from "../error.js";
import type { Generator } from "../random.js";
import { noGrad } from "../tape.js";
import type { Tensor } from "../tensor.js";
import { type Callback, notify } from "./callback.js";
import { append } from "./history.js";
import type { Objective } from "./objective.js";
import type { Plan } from "./options.js";
import type { Position } from "./position.js";
import { epochOf, type Source, tensorsOf } from "./source.js";
import type { Trainer } from "./trainer.js";

const events = { begin: "onEpochBegin", steps: "onBatchEnd", end: "onEpochEnd" } as const;

/** One call of `fit`, from where the position is. */
export class Loop {
  /** Whether a step is under way, in the midst of which nothing can be saved. */
  busy = false;

  constructor(
    private readonly trainer: Trainer,
    private readonly objective: Objective,
    private readonly callbacks: readonly Callback[],
    private readonly position: Position,
    private readonly transform: Transform | undefined,
    private readonly plan: Plan,
    private readonly pause: () => Promise<void> | undefined,
  ) {}

  /** Trains until all epochs are done, or a callback or the signal stops it, which `trainer.stopped` tells. */
  async run(): Promise<void> {
    const { trainer, plan } = this;
    try {
      await this.notifyAll("onTrainBegin");
      await this.go();
    } catch (error) {
      if (!plan.signal?.aborted || error !== plan.signal.reason) {
        trainer.stopped = "failed";
        await this.notifyAll("onTrainEnd").catch(() => {}); // what failed first is what is told
        throw error;
      }
      trainer.stop("aborted");
    }
    await this.notifyAll("onTrainEnd");
  }

  /** From where the position is, until there is nothing more to do; throws the reason of the signal. */
  private async go(): Promise<void> {
    const { trainer, position, plan } = this;
    for (;;) {
      await this.notifyRest();
      if (trainer.stopped !== null) return;
      plan.signal?.throwIfAborted();
      if (position.stage === "end") {
        if (position.epoch >= plan.epochs) return;
        position.epoch++;
        position.step = 0;
        position.enter("begin");
      } else if (position.stage === "begin") {
        // Nothing is awaited from here until the order is drawn, so that nobody can save what lies between.
        position.order.restore(trainer.generator.state);
        position.layout = plan.layout;
        position.enter("steps", Infinity);
        await this.epoch(trainer.generator);
      } else await this.epoch(position.order.clone());
    }
  }

  private async notifyAll(event: "onTrainBegin" | "onTrainEnd"): Promise<void> {
    for (const callback of this.callbacks) await notify(callback, event, this.trainer);
  }

  /** Calls the callbacks that have not been called of what happened last. */
  private async notifyRest(): Promise<void> {
    const { position, callbacks } = this;
    while (position.called < callbacks.length) {
      const waiting = notify(callbacks[position.called++], events[position.stage], this.trainer);
      if (waiting) await waiting;
    }
    position.called = Infinity;
  }

  /** The steps of an epoch that are left, in an order drawn from `generator`, and its evaluation; epoch 0 has no steps. */
  private async epoch(generator: Generator): Promise<void> {
    const { trainer, position, plan } = this;
    if (position.epoch > 0) {
      await this.steps(generator);
      if (trainer.stopped !== null) return;
    }
    if (position.epoch > 0 || plan.baseline) await this.evaluate();
    else position.enter("end", Infinity);
  }

  private async steps(generator: Generator): Promise<void> {
    const { trainer, position, plan } = this;
    let seen = 0;
    for await (const data of epochOf("fit", plan.source, plan, generator)) {
      if (seen++ < position.step) continue; // it was trained on before the run was resumed
      plan.signal?.throwIfAborted();
      this.learn(tensorsOf("fit", data));
      await this.notifyRest();
      if (trainer.stopped !== null) return;
      plan.signal?.throwIfAborted();
      const pause = this.pause();
      if (pause) await pause;
    }
    if (seen === 0 || seen < position.step)
      throw new ValueError(
        `fit: there must be ${position.step || "some"} batches in epoch ${position.epoch} (given ${seen}); an iterator can be walked once, so give a function that makes one`,
      );
  }

  /** One step: the batch, its loss, the gradients, and the parameters moved along them. */
  private learn(batch: readonly Tensor[]): void {
    const { trainer, position, transform } = this;
    const { optimizer, generator, history } = trainer;
    this.busy = true;
    try {
      const [x, ...rest] = batch;
      const loss = this.objective.loss(transform ? [noGrad(() => transform(x, generator)), ...rest] : batch);
      optimizer.zeroGrad();
      loss.backward();
      for (const callback of this.callbacks) callback.onBackward?.(trainer);
      const { lr } = optimizer;
      optimizer.step();
      history.steps.loss.push(loss.item());
      history.steps.lr.push(lr);
      position.step++;
      position.called = 0;
    } finally {
      this.busy = false;
    }
  }

  /** Evaluates, and ends the epoch. */
  private async evaluate(): Promise<void> {
    const { objective, trainer, position, plan, pause } = this;
    const measure = (source: Source | undefined) =>
      source && objective.measure(source, trainer.metrics, { size: plan.size, signal: plan.signal, pause });
    const train = await measure(plan.train);
    const validation = await measure(plan.validation);
    // Nothing is awaited from here on: what is saved knows all of this, or none.
    const { history } = trainer;
    const losses = history.steps.loss.slice(history.steps.loss.length - position.step);
    if (train) append(history.train, train);
    else if (position.step > 0) append(history.train, { loss: losses.reduce((a, b) => a + b) / position.step });
    if (validation) append(history.validation, validation);
    position.enter("end");
  }
}
