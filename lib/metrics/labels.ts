/** Class labels, in whichever way they are told: indices, rows of which the highest value counts, or one score and a threshold. */
import { ShapeError, show, ValueError } from "../error.js";
import { checkLabels } from "../nested.js";
import { any, check } from "../range.js";
import type { Tensor } from "../tensor.js";
import { rowsOf } from "./metric.js";

/** How one score a row becomes a class. */
export type ThresholdOptions = {
  /** Scores are [rows] or [rows, 1], and those above this are of class 1, the others of class 0: 0 for logits, 0.5 for probabilities. */
  threshold?: number;
};

/** What was found and wanted, row by row, and how many classes there are, where the scores tell. */
export type Labels = { found: ArrayLike<number>; wanted: ArrayLike<number>; classes?: number };

/** Throws where a threshold was given that is none. */
export function checkThreshold(op: string, threshold: number | undefined): void {
  if (threshold !== undefined) check(op, { threshold }, any);
}

/** The labels of scores [rows, classes], of one score a row, or of int32 labels; and of t, int32 [rows] or rows of ones and zeros. */
export function readLabels(op: string, scores: Tensor, t: Tensor, threshold?: number): Labels {
  rowsOf(op, scores, t);
  const columns = columnsOf(op, scores);
  const single = columns === 1;
  if (single ? threshold === undefined && scores.dtype !== "int32" : threshold !== undefined)
    throw new ValueError(
      `${op}(${show(scores.shape)}, ${show(t.shape)}): one score a row needs a threshold, such as { threshold: 0 }, and scores of classes take none`,
    );
  const told = (x: Tensor, width: number) => (width > 1 ? highest(x.storage.data, width) : x.storage.data);
  const found =
    single && scores.dtype !== "int32"
      ? Int32Array.from(scores.storage.data, (score) => +(score > (threshold as number)))
      : told(scores, columns);
  const wanted = told(t, columnsOf(op, t));
  const most = single ? 2 ** 31 : columns;
  for (const labels of [found, wanted]) checkLabels(op, labels, most);
  return { found, wanted, classes: single ? undefined : columns };
}

/** The number of columns of [rows, columns]; 1 of [rows]. */
export function columnsOf(op: string, x: Tensor): number {
  const [, columns = 1] = x.shape;
  if (x.rank > 2 || columns === 0)
    throw new ShapeError(`${op}: scores and labels must be [rows] or [rows, classes] (given ${show(x.shape)})`);
  return columns;
}

/** Where the highest value of each row is, the first of equals; NaN is higher than any, as in argmax. */
function highest(values: ArrayLike<number>, columns: number): Int32Array {
  const found = new Int32Array(values.length / columns);
  for (let row = 0; row < found.length; row++) {
    const start = row * columns;
    let best = 0;
    for (let j = 1; j < columns; j++) if (above(values[start + j], values[start + best])) best = j;
    found[row] = best;
  }
  return found;
}

/** Whether a score stands above another. */
export const above = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));
