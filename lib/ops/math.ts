/** Functions of numbers, element by element: roots, exponentials, logarithms, the error function. */
import { binary, unary } from "../elementwise.js";
import type { Scalar } from "../letters.js";
import { between } from "../op.js";
import { pow } from "./arithmetic.js";
import { bell } from "./common/bell.js";

const positive = between(0.25, 4);

/** √x. */
export const sqrt = unary("sqrt", { f: (x) => x.sqrt(), d: [(y) => y.reciprocal().mul(0.5)], domain: [positive] });

/** 1 ÷ √x. */
export const rsqrt = unary("rsqrt", {
  f: (x) => x.sqrt().reciprocal(),
  d: [(y, x) => y.mul(-0.5).div(x)],
  domain: [positive],
});

/** x². */
export const square = unary("square", { f: (x) => x.mul(x), d: [(_, x) => x.mul(2)] });

/** Cube root, of negative numbers too; its slope at 0 is ∞. */
export const cbrt = unary("cbrt", {
  f: (x) => x.cbrt(),
  d: [(y) => y.mul(y).mul(3).reciprocal()],
  domain: [positive],
});

/** √(a² + b²), without squares that overflow; ∞ if one is infinite. The slopes at (0, 0) are 0, the shortest there are. */
export const hypot = binary("hypot", {
  f: (a, b) => {
    const [long, short] = [a.abs().maximum(b.abs()), a.abs().minimum(b.abs())];
    const ratio = short.div(long);
    const length = short.eq(0).where(long, ratio.mul(ratio).add(1).sqrt().mul(long));
    return a.abs().eq(Infinity).maximum(b.abs().eq(Infinity)).where(Infinity, length);
  },
  d: [(y, a) => a.div(y.eq(0).where(1, y)), (y, _, b) => b.div(y.eq(0).where(1, y))],
  domain: [positive, between(-2, 2)],
});

/** e^x. */
export const exp = unary("exp", { f: (x) => x.exp(), d: [(y) => y] });

/** 2^x, exact for whole x. */
export const exp2 = unary("exp2", { f: (x) => pow.of(2, x), d: [(y) => y.mul(Math.LN2)] });

/** e^x − 1, without the loss of digits near 0. */
export const expm1 = unary("expm1", { f: (x) => x.expm1(), d: [(y) => y.add(1)] });

/** Natural logarithm. */
export const log = unary("log", { f: (x) => x.log(), d: [(_, x) => x.reciprocal()], domain: [positive] });

/** log(1 + x), without the loss of digits near 0. */
export const log1p = unary("log1p", {
  f: (x) => x.log1p(),
  d: [(_, x) => x.add(1).reciprocal()],
  domain: [between(-0.75, 3)],
});

/** Logarithm to base 2, exact at powers of 2. */
export const log2 = unary("log2", {
  f: (x) => x.log2(),
  d: [(_, x) => x.reciprocal().mul(Math.LOG2E)],
  domain: [positive],
});

/** Logarithm to base 10, exact at powers of 10. */
export const log10 = unary("log10", {
  f: (x) => x.log10(),
  d: [(_, x) => x.reciprocal().mul(Math.LOG10E)],
  domain: [positive],
});

/** 1 / (1 + e^−x), through e^−|x|, so that it neither overflows nor loses small values. */
export const sigmoid = unary("sigmoid", {
  f: (x) => {
    const e = x.abs().neg().exp();
    return x.ge(0).where(1, e).div(e.add(1));
  },
  d: [(y) => y.mul(y.neg().add(1))],
});

/** log(x / (1 − x)), of which `sigmoid` is the inverse; NaN outside 0 … 1: clamp x first where it may be there. */
export const logit = unary("logit", {
  // Near ½ the quotient is near 1 and would leave few digits to its logarithm.
  f: (x) => {
    const rest = x.neg().add(1);
    return x.lt(0.25).where(x.log().sub(x.neg().log1p()), x.mul(2).sub(1).div(rest).log1p());
  },
  d: [(_, x) => x.mul(x.neg().add(1)).reciprocal()],
  domain: [between(0.0625, 0.9375)],
});

/** a · log(b), which is 0 where a is 0, unless b is NaN; the slopes are 0 where both are 0. */
export const xlogy = binary("xlogy", {
  f: (a, b) => a.eq(0).mul(b.eq(b)).where(0, a.mul(b.log())),
  d: [(_, a, b) => a.eq(0).mul(b.le(0)).where(1, b).log(), (_, a, b) => a.div(a.eq(0).mul(b.eq(0)).where(1, b))],
  domain: [between(-2, 2), positive],
});

/** a − b, which is 0 of equal infinities. */
const gap = (a: Scalar, b: Scalar): Scalar => a.eq(b).mul(a.abs().eq(Infinity)).where(0, a.sub(b));

/** log(e^a + e^b), as the larger and log1p(e^−|a − b|), which neither overflows nor loses digits. */
export const logAddExp = binary("logAddExp", {
  f: (a, b) => a.maximum(b).add(gap(a, b).abs().neg().exp().log1p()),
  d: [(_, a, b) => sigmoid.of(gap(a, b)), (_, a, b) => sigmoid.of(gap(b, a))],
});

/** log₂(2^a + 2^b), as `logAddExp`. */
export const logAddExp2 = binary("logAddExp2", {
  f: (a, b) => a.maximum(b).add(exp2.of(gap(a, b).abs().neg()).log1p().mul(Math.LOG2E)),
  d: [(_, a, b) => sigmoid.of(gap(a, b).mul(Math.LN2)), (_, a, b) => sigmoid.of(gap(b, a).mul(Math.LN2))],
});

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = unary("erf", { f: (x) => x.erf(), d: [(_, x) => bell(x, 1, 2 / Math.sqrt(Math.PI))] });

/** 1 − erf x, without the loss of digits above 0. */
export const erfc = unary("erfc", { f: (x) => x.erfc(), d: [(_, x) => bell(x, 1, -2 / Math.sqrt(Math.PI))] });
