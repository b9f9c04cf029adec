/** Functions of angles, in radians, and of the hyperbola, with their inverses, element by element. */
import { binary, unary } from "../elementwise.js";
import type { Scalar, Value } from "../letters.js";
import { between } from "../op.js";
import { hypot } from "./math.js";
import { round } from "./rounding.js";

const inside = [between(-0.75, 0.75)];

/** Sine; x in radians. */
export const sin = unary("sin", { f: (x) => x.sin(), d: [(_, x) => x.cos()] });

/** Cosine; x in radians. */
export const cos = unary("cos", { f: (x) => x.cos(), d: [(_, x) => x.sin().neg()] });

/** Tangent; x in radians. */
export const tan = unary("tan", {
  f: (x) => x.sin().div(x.cos()),
  d: [(y) => y.mul(y).add(1)],
  domain: [between(-1, 1)],
});

/** sin(πx) / (πx), which is 1 at 0 and exactly 0 at every other whole number. */
export const sinc = unary("sinc", {
  f: (x) => {
    const { angle, sign } = halfTurns(x.abs());
    const whole = x.abs().mul(Math.PI);
    return whole.eq(0).where(1, angle.sin().mul(sign).div(whole));
  },
  d: [
    (y, x) => {
      // (cos(πx) − y) / x, near 0 by its power series (Abramowitz & Stegun 10.1.2), where the difference has no digits.
      const isNear = x.abs().lt(0.5);
      const [near, far] = [isNear.where(x, 0), isNear.where(1, x)];
      const { angle, sign } = halfTurns(far.abs());
      let sum: Value = 1;
      for (let n = 10; n > 0; n--)
        sum = near
          .mul(near)
          .mul(-(Math.PI ** 2) / (2 * n * (2 * n + 3)))
          .mul(sum)
          .add(1);
      return isNear.where(near.mul(-(Math.PI ** 2) / 3).mul(sum), angle.cos().mul(sign).sub(y).div(far));
    },
  ],
});

/** sin(πx) and cos(πx) are `sign` times those of `angle`, which lies within ±π/2 and is right however large x is. */
function halfTurns(x: Scalar): { angle: Scalar; sign: Scalar } {
  const count = round.of(x);
  const odd = count.sub(count.mul(0.5).floor().mul(2));
  return { angle: x.sub(count).mul(Math.PI), sign: odd.mul(-2).add(1) };
}

/** The angle from −π/2 to π/2 whose sine is x; NaN beyond ±1. */
export const asin = unary("asin", {
  f: (x) => x.atan2(x.neg().add(1).mul(x.add(1)).sqrt()),
  d: [(_, x) => x.neg().add(1).mul(x.add(1)).sqrt().reciprocal()],
  domain: inside,
});

/** The angle from 0 to π whose cosine is x; NaN beyond ±1. */
export const acos = unary("acos", {
  f: (x) => x.neg().add(1).mul(x.add(1)).sqrt().atan2(x),
  d: [(_, x) => x.neg().add(1).mul(x.add(1)).sqrt().reciprocal().neg()],
  domain: inside,
});

/** The angle from −π/2 to π/2 whose tangent is x. */
export const atan = unary("atan", { f: (x) => x.atan2(1), d: [(_, x) => x.mul(x).add(1).reciprocal()] });

/**
 * The angle of the point (b, a), from −π to π: of the tangent a ÷ b, in the quadrant of both. The slope at (0, 0) is NaN.
 */
export const atan2 = binary("atan2", {
  f: (a, b) => a.atan2(b),
  d: [(_, a, b) => b.div(a.mul(a).add(b.mul(b))), (_, a, b) => a.div(a.mul(a).add(b.mul(b))).neg()],
  domain: [between(-2, 2), between(0.25, 4)],
});

/** Hyperbolic sine, without the loss of digits near 0; as large as floats are. */
export const sinh = unary("sinh", {
  f: (x) => {
    const less = x.abs().expm1();
    const root = x.abs().mul(0.5).exp(); // e^|x| itself may be too large
    const size = x
      .abs()
      .lt(20)
      .where(less.add(less.div(less.add(1))).mul(0.5), root.mul(0.5).mul(root));
    return size.mul(x.sign());
  },
  d: [(y, x) => y.abs().add(x.abs().neg().exp())],
});

/** Hyperbolic cosine; as large as floats are. */
export const cosh = unary("cosh", {
  f: (x) => {
    const root = x.abs().mul(0.5).exp();
    return root.mul(0.5).mul(root).add(root.mul(root).reciprocal().mul(0.5));
  },
  d: [(_, x) => sinh.of(x)],
});

/** Hyperbolic tangent. */
export const tanh = unary("tanh", { f: (x) => x.tanh(), d: [(y) => y.mul(y).neg().add(1)] });

/** Beyond, 1 is nothing beside the square of a number. */
const large = 2 ** 28;

/** The inverse of `sinh`, through log1p, without the loss of digits near 0. */
export const asinh = unary("asinh", {
  f: (x) => {
    const size = x.abs();
    const squared = size.mul(size);
    const less = squared.div(squared.add(1).sqrt().add(1)).add(size).log1p();
    return size.gt(large).where(size.log().add(Math.LN2), less).mul(x.sign());
  },
  d: [(_, x) => hypot.of(x, 1).reciprocal()],
});

/** The inverse of `cosh`, not negative, through log1p; NaN below 1. */
export const acosh = unary("acosh", {
  f: (x) => {
    const more = x.sub(1);
    const less = more.sqrt().mul(more.add(2).sqrt()).add(more).log1p();
    return x.gt(large).where(x.log().add(Math.LN2), less);
  },
  d: [(_, x) => x.sub(1).sqrt().mul(x.add(1).sqrt()).reciprocal()],
  domain: [between(1.25, 4)],
});

/** The inverse of `tanh`, through log1p, without the loss of digits near 0; NaN beyond ±1. */
export const atanh = unary("atanh", {
  f: (x) => x.abs().mul(2).div(x.abs().neg().add(1)).log1p().mul(0.5).mul(x.sign()),
  d: [(_, x) => x.neg().add(1).mul(x.add(1)).reciprocal()],
  domain: inside,
});

/** Degrees as radians. */
export const deg2rad = unary("deg2rad", { f: (x) => x.mul(Math.PI / 180), d: [() => Math.PI / 180] });

/** Radians as degrees. */
export const rad2deg = unary("rad2deg", { f: (x) => x.mul(180 / Math.PI), d: [() => 180 / Math.PI] });
