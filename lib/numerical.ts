/** Slopes without a tape: the differences of "Deep Learning from Scratch", chapter 4. */
import { zerosLike } from "./create.js";
import { restoring } from "./differences.js";
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
    const start = x.storage.data[i];
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
