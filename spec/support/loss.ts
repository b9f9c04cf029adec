/** How far apart two ways of computing a word may be: what each step may be off by, carried through the formula. */
import { nearly } from "../../lib/backends/wasm/words.js";
import { letters } from "../../lib/letters.js";
import type { Word } from "../../lib/word.js";

/** The distance between float32 numbers around x; 0 where there is none. */
export const unit = (x: number): number =>
  Number.isFinite(x) ? 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x)))) - 23) : 0;

/** How far a float32 result is from a float64 value, in units of float32 there; NaN is near NaN only, and a zero has its sign. */
export function distance(found: number, value: number): number {
  const rounded = Math.fround(value);
  if (Object.is(found, rounded)) return Number.isFinite(found) ? Math.abs(found - value) / unit(value) || 0 : 0;
  if (!Number.isFinite(found) || !Number.isFinite(rounded) || (found === 0 && rounded === 0)) return Infinity;
  return Math.abs(found - value) / unit(value);
}

/**
 * How far a word's float32 value at these arguments may be from the reference's of `dtype`, to first order: functions are off by
 * 2 units in the last place, and by 1 whatever rounds, if anything that it is made of differs. Of words without a function, 0.
 */
export function loss(word: Word, values: readonly number[], dtype: "float32" | "float64" = "float32"): number {
  const steps = word.steps();
  const off = new Map<Word, number>();
  for (const step of steps) {
    const { letter, parts } = step;
    if (letter === "argument") off.set(step, 0);
    else if (letter === "constant") off.set(step, dtype === "float64" ? 1 : 0);
    else if (letter in nearly) off.set(step, 2);
    else {
      const differs = dtype === "float64" || parts.some((part) => (off.get(part) as number) > 0);
      off.set(step, differs ? 1 : 0);
    }
  }
  const value = (nudged?: Word): number => {
    const found = new Map<Word, number>();
    for (const step of steps) {
      const [a, b, c] = step.parts.map((part) => found.get(part) as number);
      const plain =
        step.letter === "argument"
          ? values[step.value]
          : step.letter === "constant"
            ? step.value
            : letters[step.letter as keyof typeof letters].run(a, b, c);
      found.set(step, step === nudged ? plain + (off.get(step) as number) * unit(plain) : plain);
    }
    return found.get(word) as number;
  };
  const middle = value();
  return steps.reduce((sum, step) => (off.get(step) === 0 ? sum : sum + Math.abs(value(step) - middle)), 0);
}
