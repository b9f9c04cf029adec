/** Questions that are answered by 1 or 0, and the choice by them, element by element; integers may be asked about too. */
import { binary, ternary, unary } from "../elementwise.js";
import type { Operand, Tensor } from "../tensor.js";

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

/** 1 where neither a nor b is 0, else 0. */
export const logicalAnd = binary("logicalAnd", {
  f: (a, b) => a.ne(0).minimum(b.ne(0)),
  kinks: [[0], [0]],
  integers: true,
});

/** 1 where a or b is not 0, else 0. */
export const logicalOr = binary("logicalOr", {
  f: (a, b) => a.ne(0).maximum(b.ne(0)),
  kinks: [[0], [0]],
  integers: true,
});

/** 1 where one of a and b is 0 and the other is not, else 0. */
export const logicalXor = binary("logicalXor", {
  f: (a, b) => a.ne(0).ne(b.ne(0)),
  kinks: [[0], [0]],
  integers: true,
});

/** 1 where x is 0, else 0. */
export const logicalNot = unary("logicalNot", { f: (x) => x.eq(0), kinks: [[0]], integers: true });

/** 1 where x is NaN, else 0. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name, in camelCase
export const isNaN = unary("isNaN", { f: (x) => x.ne(x), integers: true });

/** 1 where x is neither infinite nor NaN, else 0. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: PyTorch's name, in camelCase
export const isFinite = unary("isFinite", { f: (x) => x.abs().lt(Infinity), integers: true });

/** 1 where x is ∞ or −∞, else 0. */
export const isInf = unary("isInf", { f: (x) => x.abs().eq(Infinity), integers: true });

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
