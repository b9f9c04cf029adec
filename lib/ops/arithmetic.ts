/** Arithmetic, element by element; operands broadcast, numbers stand for themselves. */
import { binary, ternary, unary } from "../elementwise.js";
import type { Scalar } from "../letters.js";
import { between } from "../op.js";
import type { Operand, Tensor } from "../tensor.js";

const positive = between(0.25, 3);

/** a + b. */
export const add = binary("add", { f: (a, b) => a.add(b), d: [() => 1, () => 1] });

/** a − b. */
export const sub = binary("sub", { f: (a, b) => a.sub(b), d: [() => 1, () => -1] });

/** a · b, element by element; `matmul` is the matrix product. */
export const mul = binary("mul", { f: (a, b) => a.mul(b), d: [(_, _a, b) => b, (_, a) => a] });

/** a ÷ b. */
export const div = binary("div", {
  f: (a, b) => a.div(b),
  d: [(_, _a, b) => b.reciprocal(), (y, _a, b) => y.div(b).neg()],
  domain: [between(-2, 2), positive],
});

/**
 * a to the power b. Right at 0 and, for whole exponents, below; a^0 is 1 even for NaN. The slope with respect to b is
 * NaN below 0, where the power is not defined around b; at 0 it is 0.
 */
export const pow = binary("pow", {
  f: (a, b) => a.pow(b),
  // Where 1/a is ∞ the slope b·a^(b-1) would be 0·∞ at b = 0, and at a = 0 the other y·log(a); 1 in place of a gives the limits.
  d: [
    (_, a, b) => b.mul(a.reciprocal().abs().eq(Infinity).mul(b.eq(0)).where(1, a).pow(b.sub(1))),
    (y, a, b) => y.mul(a.eq(0).mul(b.ge(0)).where(1, a).log()),
  ],
  domain: [positive, between(-2, 2)],
});

/** −x. */
export const neg = unary("neg", { f: (x) => x.neg(), d: [() => -1] });

/** 1 ÷ x. */
export const reciprocal = unary("reciprocal", {
  f: (x) => x.reciprocal(),
  d: [(y) => y.mul(y).neg()],
  domain: [positive],
});

/** |x|; its slope at 0 is 0. */
export const abs = unary("abs", { f: (x) => x.abs(), d: [(_, x) => x.sign()], kinks: [[0]] });

/** −1, 0 or 1; NaN for NaN (NumPy's; PyTorch gives 0), and −0 for −0. */
export const sign = unary("sign", { f: (x) => x.sign(), kinks: [[0]] });

/** Whether a number is negative, −0 too. */
const isNegative = (x: Scalar): Scalar => x.eq(0).where(x.reciprocal(), x).lt(0);

/** |a| with the sign of b, that of −0 too; of NaN the sign is plus. */
export const copysign = binary("copysign", {
  f: (a, b) => isNegative(b).where(a.abs().neg(), a.abs()),
  d: [(_, a, b) => a.sign().mul(isNegative(b).where(-1, 1)), null],
  kinks: [[0], [0]],
});

/** 0 below 0, `at0` at 0, 1 above; 0 for NaN. */
export const heaviside = binary("heaviside", {
  f: (x, at0) => x.eq(0).where(at0, x.gt(0)),
  d: [null, (_, x) => x.eq(0)],
  kinks: [[0]],
});

const larger = {
  f: (a: Scalar, b: Scalar) => a.maximum(b),
  d: [(_: Scalar, a: Scalar, b: Scalar) => a.gt(b), (_: Scalar, a: Scalar, b: Scalar) => a.gt(b).eq(0)],
  ties: true,
} as const;

const smaller = {
  f: (a: Scalar, b: Scalar) => a.minimum(b),
  d: [(_: Scalar, a: Scalar, b: Scalar) => a.lt(b), (_: Scalar, a: Scalar, b: Scalar) => a.lt(b).eq(0)],
  ties: true,
} as const;

/** The larger of a and b; NaN if one is. At a tie the whole gradient goes to b (PyTorch shares it). */
export const maximum = binary("maximum", larger);

/** The smaller of a and b; NaN if one is. At a tie the whole gradient goes to b (PyTorch shares it). */
export const minimum = binary("minimum", smaller);

/** max(x, 0); its slope at 0 is 0. */
export const relu = unary("relu", { f: (x) => x.maximum(0), d: [(_, x) => x.gt(0)], kinks: [[0]] });

/** x kept from falling below `low`: maximum(x, low). The slope at the bound is 0 (PyTorch: 1). */
export const clampMin = binary("clampMin", larger);

/** x kept from rising above `high`: minimum(x, high). The slope at the bound is 0 (PyTorch: 1). */
export const clampMax = binary("clampMax", smaller);

/** x kept between `low` (default −∞) and `high` (default ∞): minimum(maximum(x, low), high). The slope at a bound is 0 (PyTorch: 1). */
export const clamp = ternary("clamp", {
  f: (x, low, high) => x.maximum(low).minimum(high),
  d: [
    (_, x, low, high) => x.gt(low).mul(x.lt(high)),
    (_, x, low, high) => x.gt(low).eq(0).mul(low.lt(high)),
    (_, x, low, high) => x.maximum(low).lt(high).eq(0),
  ],
  defaults: [-Infinity, Infinity],
  domain: [between(-2, 2), between(-1, -0.25), between(0.25, 1)],
  ties: true,
}) as (x: Operand, low?: Operand, high?: Operand) => Tensor;

/** From a to b as t goes from 0 to 1: a · (1 − t) + b · t, which is a and b at the ends. */
export const lerp = ternary("lerp", {
  f: (a, b, t) => t.neg().add(1).mul(a).add(b.mul(t)),
  d: [(_, _a, _b, t) => t.neg().add(1), (_, _a, _b, t) => t, (_, a, b) => b.sub(a)],
});
