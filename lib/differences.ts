/** Differences good enough to judge gradients by: four points, outputs before their sum, and an eye for kinks. */

/** What `read` gives between `write` and `restore`, which comes exceptions or not. */
export function restoring<T>(write: () => void, read: () => T, restore: () => void): T {
  try {
    write();
    return read();
  } finally {
    restore();
  }
}

/** A power of two, so that x ± h is exact for the usual x; with four points the error is near 1e-11 (h⁴ against u/h). */
const h = 2 ** -13;
/** Below h by enough to tell a kink nearby from a wrong slope. */
const fine = 2 ** -19;

/** The outputs with the input moved by t. */
export type Move = (t: number) => readonly number[];
/** The slopes on both sides of a point. */
export type Sides = { left: number; right: number };

/** The weighted sum of numbers. */
export const weigh = (weights: readonly number[], value: (i: number) => number): number =>
  weights.reduce((sum, weight, i) => sum + weight * value(i), 0);

/** The five-point stencil (Abramowitz & Stegun 25.3.6), output by output before they are weighed: large outputs do not cancel. */
export function four(move: Move, weights: readonly number[], step = h): number {
  const [a, b, c, d] = [-2, -1, 1, 2].map((n) => move(n * step));
  return weigh(weights, (i) => (8 * (c[i] - b[i]) - (d[i] - a[i])) / (12 * step));
}

/** The slope on one side, that of the step's sign, from four points of it; its error is near four()'s. */
function oneSided(move: Move, weights: readonly number[], step: number): number {
  const [a, b, c, d] = [0, 1, 2, 3].map((n) => move(n * step));
  return weigh(weights, (i) => (18 * b[i] - 11 * a[i] - 9 * c[i] + 2 * d[i]) / (6 * step));
}

/** The slopes of both sides, where a kink explains why differences disagree with the tape's slope; else undefined. */
export function kinkAt(move: Move, weights: readonly number[], tape: number, tolerance: number): Sides | undefined {
  // Beside a kink one side is smooth as far as the kink; where there are many, as in a network, fine steps reach none of
  // them. But the finer the step the more rounding is in its slopes, and noise agrees with anything.
  const start = move(0);
  const noise = 2 ** -50 * weigh(weights.map(Math.abs), (i) => Math.abs(start[i]));
  const steps = [h, h / 8, fine, fine / 8].filter((step) => noise / step <= tolerance * Math.max(1, Math.abs(tape)));
  const found = steps.map((step) => ({
    left: oneSided(move, weights, -step),
    right: oneSided(move, weights, step),
  }));
  const beside = found.find(({ left, right }) => Math.min(scaled(tape, left), scaled(tape, right)) <= tolerance);
  if (beside) return beside;
  // On a kink, which every step sees, any slope between those of its sides will do.
  const on = found.every(({ left, right }) => Math.abs(right - left) > 1e-3 * Math.max(1, Math.abs(tape)));
  const { left, right } = found.at(-1) ?? { left: tape, right: tape };
  return on && tape > Math.min(left, right) && tape < Math.max(left, right) ? { left, right } : undefined;
}

/** The error of a against b, relative where they are large. */
export const scaled = (a: number, b: number): number => {
  const error = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
  return Number.isNaN(error) ? Infinity : error; // NaN agrees with nothing, and where slopes are infinite nothing is shown
};
