/** Numbers of 16 bits, IEEE 754's binary16 (NumPy's float16), emulated by an operation that rounds what 32 or 64 bits hold. */
import { exp2, round, unary } from "gradtape";

/**
 * The half nearest to x, of two the even one; ±∞ from 65520 on. Halves are multiples of 2^−10 of the power of 2 below, near 0 of
 * 2^−24. That power is told by a logarithm, whose error is no matter: near a power of 2 the unit below gives the same as that above.
 * Its slope is 0, as that of all steps.
 */
export const half = unary("half", {
  f: (x) => {
    const exponent = x.abs().log().mul(Math.LOG2E).floor().maximum(-14).minimum(15);
    const unit = exp2.of(exponent.sub(10));
    const rounded = round.of(x.div(unit)).mul(unit);
    return rounded.abs().gt(65504).where(x.sign().mul(Infinity), rounded);
  },
});
