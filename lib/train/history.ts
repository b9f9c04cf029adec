/** History: what a run has measured, as plain arrays by name, which are saved as tensors of the same names. */
import { tensor } from "../create.js";
import { show } from "../error.js";
import { type StateDict, unfit } from "../state.js";
import type { Tensor } from "../tensor.js";

/** Values in the order of time, by name. */
export type Series = Record<string, number[]>;

/** What was measured: in every step, and on the data for training and validation at the end of every epoch. */
export type History = {
  steps: { loss: number[]; lr: number[] } & Series;
  train: Series;
  validation: Series;
};

const groups = ["steps", "train", "validation"] as const;

/** Nothing yet. */
export const emptyHistory = (): History => ({ steps: { loss: [], lr: [] }, train: {}, validation: {} });

/** Adds what an epoch's evaluation gave. */
export function append(series: Series, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    series[name] ??= [];
    series[name].push(value);
  }
}

/** The lists by names such as "validation.loss". */
export const listsOf = (history: History): [name: string, values: number[]][] =>
  groups.flatMap((group) =>
    Object.entries(history[group]).map(([name, values]): [string, number[]] => [`${group}.${name}`, values]),
  );

/** The history as float64 tensors [n]. */
export const historyState = (history: History): StateDict =>
  new Map(listsOf(history).map(([name, values]) => [name, tensor(values, { dtype: "float64" })]));

/** What `historyState` gave, as a history again. */
export function readHistory(state: ReadonlyMap<string, Tensor>): History {
  const found = { steps: [], train: [], validation: [] } as Record<(typeof groups)[number], [string, number[]][]>;
  for (const [name, x] of state) {
    const group = groups.find((prefix) => name.startsWith(`${prefix}.`));
    if (!group || x.rank !== 1)
      throw unfit("history", [
        `there must be lists of numbers of steps, train or validation (given ${name} ${show(x.shape)})`,
      ]);
    found[group].push([name.slice(group.length + 1), [...x.data]]);
  }
  // Made of entries, so that no name means more than a name.
  const [steps, train, validation] = groups.map((group) => Object.fromEntries(found[group]));
  const { loss, lr } = steps;
  if (!Object.hasOwn(steps, "loss") || !Object.hasOwn(steps, "lr"))
    throw unfit("history", ["there must be steps.loss and steps.lr"]);
  return { steps: { ...steps, loss, lr }, train, validation };
}
