/** Callbacks: what a trainer calls while it trains. */
import type { Stateful } from "../state.js";
import type { Trainer } from "./trainer.js";

/**
 * What is called at points of a run, in the order of the list, with the trainer, which tells where it is and can be told to stop. A
 * promise is waited for. Calls can save `trainer.stateDict()`: who resumes from it goes on with the callback after the one that did.
 */
export type Callback = Partial<Stateful> & {
  /** Under which its state, if it has one, is saved (default "callback"). */
  readonly name?: string;
  /** `fit` begins, or goes on. */
  onTrainBegin?(trainer: Trainer): unknown;
  onEpochBegin?(trainer: Trainer): unknown;
  /** The gradients of a step are there, and are about to be used: for clipping, say. No promise, and no saving here. */
  onBackward?(trainer: Trainer): void;
  /** A step is done. */
  onBatchEnd?(trainer: Trainer): unknown;
  /** An epoch is done, and was evaluated; also epoch 0, where `fit` has the option `baseline`. */
  onEpochEnd?(trainer: Trainer): unknown;
  /** `fit` is about to end: `trainer.stopped` tells why, if before the last epoch did. */
  onTrainEnd?(trainer: Trainer): unknown;
};

/** A callback, or what to do at the end of every epoch. */
export type CallbackLike = Callback | ((trainer: Trainer) => unknown);

/** Calls one callback; gives what to wait for, if there is. */
export function notify(callback: Callback, event: Exclude<keyof Callback, keyof Stateful | "name">, trainer: Trainer) {
  const result = callback[event]?.(trainer);
  return typeof (result as PromiseLike<unknown> | undefined)?.then === "function" ? result : undefined;
}

/** Those that have a state, by their names, of which equal ones are numbered. */
export function statesOf(callbacks: readonly Callback[]): Record<string, Stateful> {
  const counts = new Map<string, number>();
  const found: Record<string, Stateful> = {};
  for (const callback of callbacks) {
    if (!callback.stateDict || !callback.loadStateDict) continue;
    const { name = "callback" } = callback;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    found[`callbacks.${name}${count > 1 ? count : ""}`] = callback as Stateful;
  }
  return found;
}
