/** Metrics of numbers, defined as in scikit-learn: of several outputs a row, each has its own, and they are averaged. */
import { ShapeError, show } from "../error.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { type Metric, metric, rowsOf } from "./metric.js";

/** What is known of an output: rows, sums of errors, and of what was wanted the mean and the squares about it. */
type Output = { rows: number; absolute: number; squared: number; mean: number; spread: number };

const perOutput = (op: string, better: "high" | "low", value: (output: Output) => number): Metric =>
  metric(() => {
    let outputs: Output[] | undefined;
    return {
      add(y, t) {
        const rows = rowsOf(op, y, t);
        const columns = outputsOf(op, y, t);
        if (rows === 0) return;
        outputs ??= Array.from({ length: columns }, () => ({ rows: 0, absolute: 0, squared: 0, mean: 0, spread: 0 }));
        if (columns !== outputs.length)
          throw new ShapeError(`${op}(${show(y.shape)}): there must be ${outputs.length} outputs a row, as before`);
        for (let i = 0; i < rows * columns; i++) count(outputs[i % columns], y.storage.data[i], t.storage.data[i]);
      },
      value: () => (outputs ?? []).reduce((sum, output) => sum + value(output), 0) / (outputs?.length ?? 0),
    };
  }, better);

/** How many outputs each row has: as many in y as in t, which may differ in axes of length 1 only. */
function outputsOf(op: string, y: Tensor, t: Tensor): number {
  const own = (x: Tensor) => x.shape.slice(1).filter((length) => length !== 1);
  if (show(own(y)) !== show(own(t)))
    throw new ShapeError(`${op}(${show(y.shape)}, ${show(t.shape)}): both must have the same shape`);
  return sizeOf(own(y));
}

function count(output: Output, y: number, t: number): void {
  const error = y - t;
  output.rows++;
  output.absolute += Math.abs(error);
  output.squared += error * error;
  // Welford's recurrence (1962): sums of squares would cancel where the mean is large beside the spread.
  const before = t - output.mean;
  output.mean += before / output.rows;
  output.spread += before * (t - output.mean);
}

/** The mean of |y − t|. */
export const meanAbsoluteError = (): Metric =>
  perOutput("meanAbsoluteError", "low", ({ absolute, rows }) => absolute / rows);

/** The square root of the mean of (y − t)². */
export const rootMeanSquaredError = (): Metric =>
  perOutput("rootMeanSquaredError", "low", ({ squared, rows }) => Math.sqrt(squared / rows));

/**
 * R², the share of the variance of t that y explains: 1 − Σ(y − t)² / Σ(t − mean t)²; 1 is perfect, 0 is no better than the
 * mean. Where t is constant it is 1 if y is right, else 0. NaN of fewer than two rows.
 */
export const r2Score = (): Metric =>
  perOutput("r2Score", "high", ({ squared, spread, rows }) => {
    if (rows < 2) return NaN;
    return spread === 0 ? +(squared === 0) : 1 - squared / spread;
  });
