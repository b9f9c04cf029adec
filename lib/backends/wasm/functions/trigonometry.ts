/** Sine and cosine of every float32: the reduction to a quarter turn in doubles, the rest after Cephes (Moshier 1992). */
import type { Code } from "../assemble.js";
import { inDoubles, magic, polynomial } from "./common.js";

/** Quarter turns of a radian, 2/π, to 80 bits. A float times the first part is exact. */
const near = [0xa2f9836 * 2 ** -28, 0xe4e441529fc27 * 2 ** -80];
/** Turns of a radian, 1/2π, to 194 bits: enough for 2^128. A float times any part but the last is exact. */
const far = [
  ...[0xa2f9836, 0xe4e4415, 0x29fc275, 0x7d1f534, 0xddc0db6].map((bits, i) => bits * 2 ** (-28 * (i + 1) - 2)),
  0x295993c439041 * 2 ** -194,
];

/**
 * Pushes the angle by which x ≥ 0 is beyond a whole number of quarter turns, at most π / 4 in size, and sets `quarters` to
 * that number, as integers of which two bits matter. After Payne & Hanek (1983): x is multiplied by one part of the constant
 * after the other; whole turns, of large x, are dropped from each product, and quarters from each sum, so that no digit of
 * the rest is lost.
 */
function reduce(code: Code, a: number, quarters: number): Code {
  const counts = code.locals("v128", 2);
  inDoubles(code, [a], ([x], half) => {
    const [rest, product, whole] = code.locals("v128", 3);
    const count = counts[half];
    const times = (parts: readonly number[]) => () => {
      for (const part of parts) {
        code.do(x).f64x2(part).do("f64x2.mul").set(product);
        if (parts === far) {
          code.do(product, product, "f64x2.nearest", "f64x2.sub").f64x2(4).do("f64x2.mul").set(product);
        }
        code.do(rest, product, "f64x2.add").set(rest).do(rest, "f64x2.nearest").set(whole);
        code.do(rest, whole, "f64x2.sub").set(rest).do(count, whole, "f64x2.add").set(count);
      }
    };
    code.f64x2(0).set(rest).f64x2(magic).set(count);
    code
      .f64x2(2 ** 20)
      .do(x, "f64x2.lt", "v128.any_true")
      .if(times(far), times(near));
    code
      .do(rest)
      .f64x2(Math.PI / 2)
      .do("f64x2.mul");
  });
  return code
    .do(...counts)
    .shuffle([0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27])
    .set(quarters);
}

/** Pushes the sine of |a| and `ahead` quarter turns. */
function turn(code: Code, a: number, ahead: number): Code {
  const [size, r, square, quarters, sine, cosine] = code.locals("v128", 6);
  code.do(a, "f32x4.abs").set(size);
  reduce(code, size, quarters).set(r);
  code.do(quarters).i32x4(ahead).do("i32x4.add").set(quarters);
  code.do(r, r, "f32x4.mul").set(square);
  polynomial(code, square, [-1.9515296e-4, 8.332161e-3, -0.16666655]);
  code.do(square, "f32x4.mul", r, "f32x4.mul", r, "f32x4.add").set(sine);
  polynomial(code, square, [2.4433157e-5, -1.3887316e-3, 4.1666646e-2]);
  code.do(square, "f32x4.mul", square, "f32x4.mul", square).f32x4(0.5).do("f32x4.mul", "f32x4.sub").f32x4(1);
  code.do("f32x4.add").set(cosine);
  code.do(cosine, sine, quarters).shift("shl", 31).shift("shr_s", 31).do("v128.bitselect");
  return code.do(quarters).shift("shl", 30).f32x4(-0).do("v128.and", "v128.xor");
}

/** sin x, x in radians, however large. Within 2 units in the last place. */
export const sin = (code: Code, a: number): Code => turn(code, a, 0).do(a).f32x4(-0).do("v128.and", "v128.xor");

/** cos x, x in radians, however large. Within 2 units in the last place. */
export const cos = (code: Code, a: number): Code => turn(code, a, 1);
