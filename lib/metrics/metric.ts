/** What a metric is: a number for people, of all rows at once, or of batches that follow one another. */
import { ShapeError, show } from "../error.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** A count that goes on: batches are added, and `value` is that of all their rows together, however they were cut. */
export type Tally<T = number> = {
  add(scores: Tensor, t: Tensor): void;
  value(): T;
};

/** A metric. Called, it gives its value of these rows; `tally()` begins a count over batches. */
export type Metric<T = number> = {
  (scores: Tensor, t: Tensor): T;
  tally(): Tally<T>;
  /** Which values are good ones, where that can be said. */
  readonly better?: "high" | "low";
};

/** A metric of one's own, made of what begins its count. */
export function metric<T = number>(tally: () => Tally<T>, better?: "high" | "low"): Metric<T> {
  const all = (scores: Tensor, t: Tensor): T => {
    const count = tally();
    count.add(scores, t);
    return count.value();
  };
  return Object.assign(all, { tally, better });
}

/** The mean over rows of what `f` says of a batch, itself a mean over rows, as most losses are: `rowMean(mae)`. NaN of no rows. */
export const rowMean = (f: (scores: Tensor, t: Tensor) => Tensor | number, better?: "high" | "low"): Metric =>
  metric(() => {
    let [sum, rows] = [0, 0];
    return {
      add(scores, t) {
        const value = f(scores, t);
        sum += t.shape[0] * (typeof value === "number" ? value : value.item());
        rows += t.shape[0];
      },
      value: () => sum / rows,
    };
  }, better);

/** Checks that scores and what was wanted are tensors of as many rows, and gives their number. */
export function rowsOf(op: string, scores: Tensor, t: Tensor): number {
  checkTensor(op, scores);
  checkTensor(op, t);
  if (scores.rank === 0 || t.rank === 0 || scores.shape[0] !== t.shape[0])
    throw new ShapeError(`${op}(${show(scores.shape)}, ${show(t.shape)}): there must be as many rows in both`);
  return t.shape[0];
}
