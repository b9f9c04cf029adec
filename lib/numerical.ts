/** Slopes without a tape: the differences of "Deep Learning from Scratch", chapter 4. */
import { zerosLike } from "./create.js";
import { DtypeError } from "./error.js";
import { noGrad } from "./tape.js";
import { checkTensor, type Tensor } from "./tensor.js";

/**
 * The slope of a function of one number: `(f(x + h) − f(x − h)) / 2h`, whose error shrinks with h²; with
 * `side: "forward"` `(f(x + h) − f(x)) / h`, whose error shrinks with h only ("Deep Learning from Scratch", 4.3.1).
 */
export function numericalDiff(
  f: (x: number) => number,
  x: number,
  { h = 1e-4, side = "central" }: { h?: number; side?: "central" | "forward" } = {},
): number {
  return side === "forward" ? (f(x + h) - f(x)) / h : (f(x + h) - f(x - h)) / (2 * h);
}

/**
 * The gradient of a scalar function by central differences, one element of `x` after the other ("Deep Learning from
 * Scratch", 4.4). `f` may take x or know it: `numericalGradient(() => net.loss(x, t), net.W1)`. Elements are assigned and
 * restored, also when `f` throws. `h` is 1e-4, for a float32 `x` 1e-2, where rounding leaves two or three digits.
 */
export function numericalGradient(f: (x: Tensor) => Tensor | number, x: Tensor, { h }: { h?: number } = {}): Tensor {
  checkTensor("numericalGradient", x);
  if (x.dtype === "int32")
    throw new DtypeError('numericalGradient: whole numbers cannot be moved by h; convert x with .to("float64")');
  const step = h ?? (x.dtype === "float32" ? 1e-2 : 1e-4);
  const value = () => {
    const y = noGrad(() => f(x));
    return typeof y === "number" ? y : y.item();
  };
  const found = zerosLike(x);
  for (let i = 0; i < x.size; i++) {
    const start = x.data[i];
    const moved = (v: number) =>
      restoring(
        () => x.assign(v, i),
        value,
        () => x.assign(start, i),
      );
    found.assign(numericalDiff(moved, start, { h: step }), i);
  }
  return found;
}

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
/** The least step whose rounding errors stay below the tolerances. */
const finest = 2 ** -24;

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

/** The slopes of both sides, where a kink explains why differences disagree with the tape's slope; else undefined. */
export function kinkAt(move: Move, weights: readonly number[], tape: number, tolerance: number): Sides | undefined {
  const here = move(0);
  const slack = tolerance * Math.max(1, Math.abs(tape));
  /** Whether rounding leaves differences with this step anything to say: large outputs drown them. */
  const heard = (step: number): boolean =>
    weigh(weights.map(Math.abs), (i) => Math.abs(here[i])) * 2 ** -51 <= slack * step;
  const sides = (step: number): Sides => {
    const [back, forth] = [move(-step), move(step)];
    return {
      left: weigh(weights, (i) => (here[i] - back[i]) / step),
      right: weigh(weights, (i) => (forth[i] - here[i]) / step),
    };
  };
  if (!heard(fine)) return undefined;
  const near = four(move, weights, fine);
  if (scaled(tape, near) <= tolerance) return { left: near, right: near }; // beside a kink, not on it
  const step = heard(finest) ? finest : fine;
  const { left, right } = sides(step);
  if (scaled(tape, (left + right) / 2) <= tolerance) return { left, right }; // closer beside it
  // At a kink the sides stay apart however short the step; where the slope only changes fast, they approach in proportion.
  const wide = sides(16 * step);
  const stays = Math.abs(right - left) > Math.max(slack, Math.abs(wide.right - wide.left) / 8);
  const between = tape >= Math.min(left, right) - slack && tape <= Math.max(left, right) + slack;
  return stays && between ? { left, right } : undefined;
}

/** The error of a against b, relative where they are large. */
export const scaled = (a: number, b: number): number => {
  const error = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b));
  return Number.isNaN(error) ? Infinity : error; // NaN agrees with nothing, and where slopes are infinite nothing is shown
};
