/** What numbers and words must be, as functions check what they are told before they do anything. */
import { kindOf, ValueError } from "./error.js";

/** A test of a number, and how messages name what passes it; of truth values 1 is true and 0 false. */
export type Range = { readonly holds: (x: number) => boolean; readonly text: string };

export const finite: Range = { holds: (x) => Number.isFinite(x), text: "a finite number" };
export const positive: Range = { holds: (x) => x > 0 && x < Infinity, text: "a finite number above 0" };
export const nonNegative: Range = { holds: (x) => x >= 0 && x < Infinity, text: "a finite number of at least 0" };
/** A share or a probability; and one that is never all. */
export const share: Range = { holds: (x) => x >= 0 && x <= 1, text: "a number from 0 to 1" };
export const fraction: Range = { holds: (x) => x >= 0 && x < 1, text: "a number from 0 to below 1" };
export const any: Range = { holds: () => true, text: "a number" };
export const flag: Range = { holds: (x) => x === 0 || x === 1, text: "true or false" };

/** A count, at least `least`. */
export const wholeFrom = (least: number): Range => ({
  holds: (x) => Number.isSafeInteger(x) && x >= least,
  text: `a whole number of at least ${least}`,
});

/** Values by the names that messages call them. */
type Named = Readonly<Record<string, unknown>>;

/** Throws a ValueError that begins with `op` unless each value is a number, or a truth value, in the range. */
export function check(op: string, values: Named, range: Range, type: "number" | "boolean" = "number"): void {
  for (const [name, x] of Object.entries(values))
    if (typeof x !== type || !range.holds(Number(x))) refuse(op, name, range.text, x);
}

/** Throws a ValueError that begins with `op` unless each value is one of the words. */
export function checkWord(op: string, values: Named, words: readonly string[]): void {
  const quoted = words.map((word) => `"${word}"`);
  for (const [name, x] of Object.entries(values))
    if (!words.includes(x as string)) refuse(op, name, `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`, x);
}

function refuse(op: string, name: string, must: string, x: unknown): never {
  const itself = typeof x === "number" || typeof x === "boolean";
  const given = itself ? x : typeof x === "string" ? JSON.stringify(x) : Array.isArray(x) ? "an array" : kindOf(x);
  throw new ValueError(`${op}: ${name} must be ${must} (given ${given})`);
}
