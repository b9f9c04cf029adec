/** What the functions are written with: polynomials, and doubles two by two. */
import type { Code } from "../assemble.js";

/** Pushes c₀ + x·(c₁ + x·(c₂ + …)), highest power first in the list. */
export function polynomial(
  code: Code,
  x: number,
  [first, ...rest]: readonly number[],
  lanes: "f32x4" | "f64x2" = "f32x4",
): Code {
  code[lanes](first);
  for (const coefficient of rest) code.do(x, `${lanes}.mul`)[lanes](coefficient).do(`${lanes}.add`);
  return code;
}

/** 1.5 · 2^52: added to a double, it leaves a whole number in the lowest bits. */
export const magic = 6755399441055744;

const lowHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const highHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * Pushes four floats, computed as doubles: `body` is written twice, for the first two lanes of `floats` and the last two,
 * and each time pushes two doubles, which are rounded once. What is right to a few units of float32 in them is right.
 */
export function inDoubles(code: Code, floats: readonly number[], body: (x: number[], half: 0 | 1) => unknown): Code {
  const results = ([0, 1] as const).map((half) => {
    const doubles = code.locals("v128", floats.length);
    floats.forEach((x, i) => {
      if (half === 0) code.do(x);
      else code.do(x, x).shuffle(highHalf);
      code.do("f64x2.promote_low_f32x4").set(doubles[i]);
    });
    body(doubles, half);
    const [result] = code.locals("v128", 1);
    code.do("f32x4.demote_f64x2_zero").set(result);
    return result;
  });
  return code.do(...results).shuffle(lowHalves);
}
