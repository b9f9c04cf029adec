/** Arithmetic, comparison and choice, element by element; operands broadcast, numbers stand for themselves. */
import { binary, ternary, unary } from "../elementwise.js";
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
  // At (0, 0) the slope b·a^(b-1) would be 0·∞, and at a = 0 the other y·log(a); 1 in place of a gives the limits.
  d: [
    (_, a, b) => b.mul(a.eq(0).mul(b.eq(0)).where(1, a).pow(b.sub(1))),
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

/** −1, 0 or 1; NaN for NaN (NumPy's; PyTorch gives 0). */
export const sign = unary("sign", { f: (x) => x.sign(), kinks: [[0]] });

/** The largest whole number not above x. */
export const floor = unary("floor", { f: (x) => x.floor(), kinks: [[-2, -1, 0, 1, 2]] });

/** The larger of a and b; NaN if one is. At a tie the whole gradient goes to b (PyTorch shares it). */
export const maximum = binary("maximum", {
  f: (a, b) => a.maximum(b),
  d: [(_, a, b) => a.gt(b), (_, a, b) => a.gt(b).eq(0)],
  ties: true,
});

/** The smaller of a and b; NaN if one is. At a tie the whole gradient goes to b (PyTorch shares it). */
export const minimum = binary("minimum", {
  f: (a, b) => a.minimum(b),
  d: [(_, a, b) => a.lt(b), (_, a, b) => a.lt(b).eq(0)],
  ties: true,
});

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

/** 1 where a < b, else 0. */
export const lt = binary("lt", { f: (a, b) => a.lt(b), ties: true, integers: true });

/** 1 where a ≤ b, else 0. */
export const le = binary("le", { f: (a, b) => a.le(b), ties: true, integers: true });

/** 1 where a > b, else 0. */
export const gt = binary("gt", { f: (a, b) => a.gt(b), ties: true, integers: true });

/** 1 where a ≥ b, else 0. */
export const ge = binary("ge", { f: (a, b) => a.ge(b), ties: true, integers: true });

/** 1 where a equals b, else 0. */
export const eq = binary("eq", { f: (a, b) => a.eq(b), ties: true, integers: true });

/** 1 where a differs from b, else 0. */
export const ne = binary("ne", { f: (a, b) => a.ne(b), ties: true, integers: true });

/**
 * a where the condition is not 0, else b: `where(x.gt(0), a, b)` or `x.gt(0).where(a, b)`. Slopes are multiplied, not
 * selected, so `x.gt(0).where(x.log(), 0)` has the gradient 0·∞ = NaN at 0. Choose the input first:
 * `x.gt(0).where(x.gt(0).where(x, 1).log(), 0)`.
 */
export const where = ternary("where", {
  f: (condition, a, b) => condition.where(a, b),
  d: [null, (_, condition) => condition.ne(0), (_, condition) => condition.eq(0)],
  kinks: [[0]],
}) as (condition: Operand, a: Operand, b: Operand) => Tensor;
