/** The bell curve and the area under it, right to a few units far out, where rounding x² or x/√2 would cost hundreds. */
import type { Scalar, Value } from "../../letters.js";

/** x within ±40, beyond which e^(−x²/2) is 0 in float64 too. */
export const within = (x: Scalar): Scalar => x.maximum(-40).minimum(40);

/** x without what is behind its seventh binary place: few digits, so that products with it are exact. */
const coarse = (x: Scalar): Scalar => x.mul(128).floor().div(128);

/** factor · e^(−k·x²), k being 1 or ½, as e^(−k·c²) · e^(−k·(x − c)·(x + c)): the square of the coarse part c is exact. */
export function bell(x: Scalar, k: number, factor: Value): Scalar {
  const near = within(x);
  const part = coarse(near);
  const rest = near.sub(part).mul(near.add(part)).mul(-k).exp();
  return rest.mul(factor).mul(part.mul(part).mul(-k).exp());
}

/** √½ to eight binary places, and what is left of it. */
const [high, low] = [0.70703125, 7.55311865475244e-5];

/**
 * factor · Φ(x), Φ being the normal distribution erfc(−x/√2) / 2. Where erfc is small, at a positive z = −x/√2, an error ε of z
 * changes it by −2zε of itself: that much is put right, with ε from products that are exact.
 */
export function area(x: Scalar, factor: Value): Scalar {
  const near = within(x);
  const part = coarse(near);
  const z = near.mul(-Math.SQRT1_2);
  const error = part.mul(high).add(z).add(near.sub(part).mul(high)).add(near.mul(low));
  return z.maximum(0).mul(error).add(0.5).mul(factor).mul(z.erfc());
}
