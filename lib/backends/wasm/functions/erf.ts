/** The error function, and what it leaves to 1. */
import type { Code } from "../assemble.js";
import { inDoubles, polynomial } from "./common.js";
import { exp2 } from "./power.js";

/**
 * erf x as x · P(x²) / Q(x²) for |x| ≤ 4, beyond which it is ±1, in doubles. Correct to 0.55 units in the last place: the
 * relative error of the fraction is 2^-28.4 (minimax over 0 … 4, fitted by Lawson's method to erf x / x).
 */
export function erf(code: Code, a: number): void {
  inDoubles(code, [a], ([given]) => {
    const [x, square] = code.locals("v128", 2);
    code.do(given).f64x2(4).do("f64x2.pmin").f64x2(-4).do("f64x2.pmax").set(x); // NaN passes
    code.do(x, x, "f64x2.mul").set(square);
    polynomial(
      code,
      square,
      [6.791396016e-6, 4.112789613e-4, 4.226498546e-3, 5.57495852e-2, 0.1928789135, 1.12837917],
      "f64x2",
    ).do(x, "f64x2.mul");
    polynomial(
      code,
      square,
      [2.604873637e-7, 7.256413239e-5, 1.421210166e-3, 1.629516112e-2, 0.1174954416, 0.5042679204, 1],
      "f64x2",
    );
    code.do("f64x2.div");
  });
}

/**
 * erfc x as e^(−x²) · P(|x|) / Q(|x|), which below 0 is subtracted from 2, in doubles, where x² is exact. Correct to 0.61 units
 * in the last place, below 2^-126 too: the relative error of the fraction is 2^-27.3 (minimax over 0 … 10.25, beyond which
 * float32 has 0, fitted by Lawson's method to e^(x²) · erfc x).
 */
export function erfc(code: Code, a: number): void {
  const [size] = code.locals("v128", 1);
  code.do(a, "f32x4.abs").f32x4(10.25).do("f32x4.pmin").set(size); // NaN passes
  inDoubles(code, [a, size], ([given, x]) => {
    const [t, y] = code.locals("v128", 2);
    code.do(x, x, "f64x2.mul").f64x2(-Math.LOG2E).do("f64x2.mul").set(t);
    code.do(exp2(code, t), "f64x2.add");
    polynomial(code, x, [0.0329273665, 0.2298416637, 0.7329102427, 1.239656706, 1.0000000059], "f64x2").do("f64x2.mul");
    polynomial(code, x, [0.0583615598, 0.4074095425, 1.327806839, 2.404943686, 2.368036468, 1], "f64x2");
    code.do("f64x2.div").set(y);
    code.f64x2(2).do(y, "f64x2.sub", y, given).f64x2(0).do("f64x2.lt", "v128.bitselect");
  });
}
