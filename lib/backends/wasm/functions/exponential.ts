/** exp, log and tanh, for which float32 has digits enough: polynomials after Cephes (Moshier 1992). */
import type { Code } from "../assemble.js";
import { polynomial } from "./common.js";

/** ln 2 in two parts, of which the first has so few bits that multiples of it are exact. */
const [ln2, rest] = [0.693359375, -2.1219444e-4];
/** 1.5 · 2^23: added to a float, it leaves a whole number in the lowest bits. */
const magic = 12582912;

/** e^x = 2^n · e^r with |r| ≤ ln 2 / 2. Within 1 unit in the last place, below 2^-126 too. */
export function exp(code: Code, a: number): Code {
  const [x, n, r, half] = code.locals("v128", 4);
  // Beyond these bounds e^x is 0 or ∞. pmin and pmax, in this order, let NaN pass.
  code.do(a).f32x4(89).do("f32x4.pmin").f32x4(-105).do("f32x4.pmax").set(x);
  code.do(x).f32x4(Math.LOG2E).do("f32x4.mul").f32x4(magic).do("f32x4.add").set(n);
  code.do(n).f32x4(magic).do("f32x4.sub").set(r);
  code.do(x, r).f32x4(ln2).do("f32x4.mul", "f32x4.sub", r).f32x4(rest).do("f32x4.mul", "f32x4.sub").set(r);
  polynomial(code, r, [1.9875691e-4, 1.39819995e-3, 8.333452e-3, 4.1665796e-2, 0.16666665, 0.5]);
  code.do(r, r, "f32x4.mul", "f32x4.mul", r, "f32x4.add").f32x4(1).do("f32x4.add");
  // 2^n in two factors: so results below 2^-126 are rounded once, and those above the largest float are ∞.
  code.do(n).shift("shl", 9).shift("shr_s", 9).set(n);
  code.do(n).shift("shr_s", 1).set(half);
  code.do(half).i32x4(127).do("i32x4.add").shift("shl", 23).do("f32x4.mul");
  return code.do(n, half, "i32x4.sub").i32x4(127).do("i32x4.add").shift("shl", 23).do("f32x4.mul");
}

/** log x = e · ln 2 + log m with √½ ≤ m < √2. Within 1 unit in the last place; −∞ at 0, NaN below. */
export function log(code: Code, a: number): Code {
  const [x, e, m, z, y, tiny] = code.locals("v128", 6);
  // What is below 2^-126 has its exponent in the other bits: 2^23 times it has not.
  code
    .do(a)
    .f32x4(2 ** -126)
    .do("f32x4.lt")
    .set(tiny);
  code
    .do(a)
    .f32x4(2 ** 23)
    .do("f32x4.mul", a, tiny, "v128.bitselect")
    .set(x);
  code.do(x).i32x4(0x3f3504f3).do("i32x4.sub").shift("shr_s", 23).set(e);
  code.do(x, e).shift("shl", 23).do("i32x4.sub").f32x4(1).do("f32x4.sub").set(m);
  code.do(e, "f32x4.convert_i32x4_s").f32x4(23).do(tiny, "v128.and", "f32x4.sub").set(e);
  code.do(m, m, "f32x4.mul").set(z);
  polynomial(
    code,
    m,
    [7.0376836e-2, -0.1151461, 0.116769987, -0.12420141, 0.14249323, -0.16668058, 0.200007148, -0.24999994, 0.3333333],
  );
  code
    .do(m, "f32x4.mul", z, "f32x4.mul", e)
    .f32x4(rest)
    .do("f32x4.mul", "f32x4.add", z)
    .f32x4(0.5)
    .do("f32x4.mul", "f32x4.sub");
  code.do(m, "f32x4.add", e).f32x4(ln2).do("f32x4.mul", "f32x4.add").set(y);
  code.f32x4(Infinity).do(y, a).f32x4(Infinity).do("f32x4.eq", "v128.bitselect").set(y);
  code.f32x4(-Infinity).do(y, a).f32x4(0).do("f32x4.eq", "v128.bitselect").set(y);
  return code.do(y).f32x4(NaN).do(a).f32x4(0).do("f32x4.ge", "v128.bitselect");
}

/** tanh x, near 0 by an odd polynomial, else as 1 − 2 / (e^2|x| + 1) with the sign of x. Within 2 units in the last place. */
export function tanh(code: Code, a: number): Code {
  const [size, double, square, near, far] = code.locals("v128", 5);
  code.do(a, "f32x4.abs").set(size);
  code.do(size, size, "f32x4.add").set(double);
  code.f32x4(1).f32x4(2);
  exp(code, double).f32x4(1).do("f32x4.add", "f32x4.div", "f32x4.sub").set(far);
  code.do(a, a, "f32x4.mul").set(square);
  polynomial(code, square, [-5.7049887e-3, 2.06390888e-2, -5.3739716e-2, 0.13331442, -0.3333328]);
  code.do(square, "f32x4.mul", size, "f32x4.mul", size, "f32x4.add").set(near);
  code.do(near, far, size).f32x4(0.625).do("f32x4.lt", "v128.bitselect");
  return code.do(a).f32x4(-0).do("v128.and", "v128.or"); // the sign, of −0 too
}
