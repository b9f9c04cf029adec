/** Whole numbers: rounding to them, and division that leaves a rest; their slopes are those of steps. */
import { binary, unary } from "../elementwise.js";
import type { Scalar } from "../letters.js";
import { between } from "../op.js";

const whole = [[-2, -1, 0, 1, 2]];

/** The largest whole number not above x. */
export const floor = unary("floor", { f: (x) => x.floor(), kinks: whole });

/** The smallest whole number not below x. */
export const ceil = unary("ceil", { f: (x) => x.neg().floor().neg(), kinks: whole });

/** x without what is behind the point: rounded towards 0, whose sign is that of x. */
export const trunc = unary("trunc", { f: (x) => x.abs().floor().mul(x.sign()), kinks: whole });

/** The whole number nearest to x, of two the even one; zeros keep the sign of x. */
export const round = unary("round", {
  f: (x) => {
    const size = x.abs();
    const below = size.floor();
    const rest = size.sub(below);
    const even = size.mul(0.5).add(0.25).floor().mul(2);
    return rest
      .eq(0.5)
      .where(even, below.add(rest.gt(0.5)))
      .mul(x.sign());
  },
  kinks: [[-1.5, -0.5, 0.5, 1.5]],
});

/** What x has behind the point, with its sign: x − trunc(x). */
export const frac = unary("frac", { f: (x) => x.sub(trunc.of(x)), d: [() => 1], kinks: whole });

/** Where a ÷ b crosses no whole number. */
const rests = [between(3.25, 3.75), between(1.3125, 1.5625)];

/** trunc(a ÷ b), told by the rest, which is exact. */
const count = (a: Scalar, b: Scalar, rest: Scalar): Scalar => a.sub(rest).div(b).add(0.5).floor();
/** 1 where the rest, of the sign of a, has not that of b. */
const across = (rest: Scalar, b: Scalar): Scalar => rest.sign().mul(b.sign()).lt(0);

/** The rest of a ÷ b that has the sign of a, as C's: a − b · trunc(a ÷ b), exactly; a itself where b is infinite. */
export const fmod = binary("fmod", {
  f: (a, b) => a.fmod(b),
  d: [() => 1, (y, a, b) => count(a, b, y).neg()],
  domain: rests,
});

/** The rest of a ÷ b that has the sign of b, as Python's: `fmod`, and b more where that has the other sign. A rest of 0 has the sign of a. */
export const remainder = binary("remainder", {
  f: (a, b) => {
    const rest = a.fmod(b);
    return across(rest, b).where(rest.add(b), rest);
  },
  d: [() => 1, (_, a, b) => across(a.fmod(b), b).sub(count(a, b, a.fmod(b)))],
  domain: rests,
});

/** The largest whole number not above a ÷ b, exactly: 1 by 0.1 is 9, since 0.1 is a little more. */
export const floorDivide = binary("floorDivide", {
  f: (a, b) => b.eq(0).where(a.div(b), count(a, b, a.fmod(b)).sub(across(a.fmod(b), b))),
  domain: rests,
});
