/** The error function. */
import type { Code } from "../assemble.js";
import { inDoubles, polynomial } from "./common.js";

/**
 * erf x as x · P(x²) / Q(x²) for |x| ≤ 4, beyond which it is ±1, in doubles. Correct to 0.55 units in the last place: the
 * relative error of the fraction is 2^-28.5 (minimax over 0 … 4, fitted by Lawson's method to erf x / x).
 */
export function erf(code: Code, a: number): void {
  inDoubles(code, [a], ([given]) => {
    const [x, square] = code.locals("v128", 2);
    code.do(given).f64x2(4).do("f64x2.pmin").f64x2(-4).do("f64x2.pmax").set(x); // NaN passes
    code.do(x, x, "f64x2.mul").set(square);
    polynomial(
      code,
      square,
      [
        6.791396016153519e-6, 4.1127896128209266e-4, 4.226498545854096e-3, 5.574958519584986e-2, 0.1928789135062978,
        1.1283791699731907,
      ],
      "f64x2",
    ).do(x, "f64x2.mul");
    polynomial(
      code,
      square,
      [
        2.6048736371662173e-7, 7.256413238973189e-5, 1.4212101663442004e-3, 1.6295161124078753e-2, 0.1174954416246668,
        0.504267920360142, 1,
      ],
      "f64x2",
    );
    code.do("f64x2.div");
  });
}
