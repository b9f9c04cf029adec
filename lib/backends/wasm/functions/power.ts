/** pow, expm1 and log1p, through log₂ and 2^t in doubles: float32 has too few digits for what lies between the two. */
import type { Code } from "../assemble.js";
import { inDoubles, magic, polynomial } from "./common.js";

/**
 * Pushes log₂ x of two doubles, normal or 0, as e + log₂ m with √½ ≤ m < √2, the latter as an odd polynomial in
 * (m − 1) / (m + 1); `less` is x − 1, if it is known with more digits than x has. −∞ at 0; no meaning below. Relative error
 * 2^-37 (minimax fitted by Lawson's method).
 */
function log2(code: Code, x: number, less?: number): Code {
  const [e, f, s, square, y] = code.locals("v128", 5);
  // Of the bits, as integers: subtracting √½ and adding 1 makes the upper twelve of them e + 1023.
  code.do(x).f64x2(1).do("i64x2.add").f64x2(Math.SQRT1_2).do("i64x2.sub").shift("shr_u", 52, "i64x2").set(e);
  code.do(x, e).shift("shl", 52, "i64x2").do("i64x2.sub").f64x2(1).do("i64x2.add").f64x2(1).do("f64x2.sub").set(f);
  code
    .do(e)
    .f64x2(2 ** 52)
    .do("v128.or")
    .f64x2(2 ** 52 + 1023)
    .do("f64x2.sub")
    .set(e);
  if (less !== undefined) code.do(less, f, e).f64x2(0).do("f64x2.eq", "v128.bitselect").set(f);
  code.do(f, f).f64x2(2).do("f64x2.add", "f64x2.div").set(s);
  code.do(s, s, "f64x2.mul").set(square);
  polynomial(code, square, [0.340749, 0.41167175, 0.5770836003, 0.961796673266, 2.88539008179], "f64x2");
  code.do(s, "f64x2.mul", e, "f64x2.add", x, x).f64x2(Infinity).do("f64x2.lt", "v128.bitselect").set(y); // ∞ and NaN stay
  return code.f64x2(-Infinity).do(y, x).f64x2(0).do("f64x2.eq", "v128.bitselect");
}

/**
 * Pushes 2^t − 2^n of two doubles, n being t rounded, and gives the variable that holds 2^n: their sum is 2^t, and 2^t − 1
 * can be had without loss. Where float32 has 0 or ∞, so has the rounded sum. Relative error 2^-32 (minimax fitted
 * by Lawson's method).
 */
export function exp2(code: Code, t: number): number {
  const [x, n, f, scale] = code.locals("v128", 4);
  code.do(t).f64x2(200).do("f64x2.pmin").f64x2(-200).do("f64x2.pmax").set(x); // NaN passes
  code.do(x).f64x2(magic).do("f64x2.add").set(n);
  code.do(x, n).f64x2(magic).do("f64x2.sub", "f64x2.sub").set(f);
  code.do(n).shift("shl", 52, "i64x2").f64x2(1).do("i64x2.add").set(scale);
  polynomial(
    code,
    f,
    [1.525272e-5, 1.5461353e-4, 1.33336695e-3, 9.61805698e-3, 5.55041073e-2, 0.240226509, 0.69314718058],
    "f64x2",
  );
  code.do(f, "f64x2.mul", scale, "f64x2.mul");
  return scale;
}

/** a^b as 2^(b · log₂|a|), with the sign and the specials of IEEE 754. Correct to 0.51 units in the last place, below 2^-126 too. */
export function pow(code: Code, a: number, b: number): void {
  const [size, whole, half, y] = code.locals("v128", 4);
  code.do(a, "f32x4.abs").set(size);
  inDoubles(code, [size, b], ([x, p]) => {
    const [log, t] = code.locals("v128", 2);
    log2(code, x).set(log);
    // 0 · ∞ and 0 · NaN are 0 here, for x^0 = 1^p = 1.
    code.do(log, p, "f64x2.mul", log).f64x2(0).do("f64x2.ne", p).f64x2(0).do("f64x2.ne", "v128.and", "v128.and").set(t);
    code.do(exp2(code, t), "f64x2.add");
  }).set(y);
  code.do(b, b, "f32x4.floor", "f32x4.eq").set(whole);
  code.do(b).f32x4(0.5).do("f32x4.mul").set(half);
  // Of a negative base: minus where b is odd, NaN where it is no whole number.
  code
    .do(y, half, half, "f32x4.floor", "f32x4.ne", whole, "v128.and", a, "v128.and")
    .f32x4(-0)
    .do("v128.and", "v128.or")
    .set(y);
  code.f32x4(NaN).do(y, a).f32x4(0).do("f32x4.lt", a).f32x4(-Infinity).do("f32x4.gt", "v128.and", whole, "v128.andnot");
  code.do("v128.bitselect");
}

/** e^x − 1 as 2^t − 1, t = x · log₂ e. Correct to 0.51 units in the last place. */
export function expm1(code: Code, a: number): void {
  inDoubles(code, [a], ([x]) => {
    const [t] = code.locals("v128", 1);
    code.do(x).f64x2(Math.LOG2E).do("f64x2.mul").set(t);
    code.do(exp2(code, t)).f64x2(1).do("f64x2.sub", "f64x2.add");
  });
  code.do(a).f32x4(-0).do("v128.and", "v128.or"); // the sign, of −0 too
}

/** log(1 + x) as ln 2 · log₂(1 + x). Correct to 0.51 units in the last place; −∞ at −1, NaN below. */
export function log1p(code: Code, a: number): void {
  const [y] = code.locals("v128", 1);
  inDoubles(code, [a], ([x]) => {
    const [more] = code.locals("v128", 1);
    code.do(x).f64x2(1).do("f64x2.add").set(more);
    log2(code, more, x).f64x2(Math.LN2).do("f64x2.mul");
  });
  code.do(a).f32x4(-0).do("v128.and", "v128.or").set(y); // the sign, of −0 too
  code.do(y).f32x4(NaN).do(a).f32x4(-1).do("f32x4.ge", "v128.bitselect");
}
