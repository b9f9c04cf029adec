/** Ranges: what a number must be, to be checked and to be said; of truth values 1 is true and 0 false. */
import { kindOf, ValueError } from "./error.js";

/** A test of a number, and how messages name what passes it. */
export type Range = { readonly holds: (x: number) => boolean; readonly text: string };

export const positive: Range = { holds: (x) => x > 0 && x < Infinity, text: "a positive number" };
export const nonNegative: Range = { holds: (x) => x >= 0 && x < Infinity, text: "a number from 0 on" };
/** A share of what is kept or decays: from 0 to below 1. */
export const fraction: Range = { holds: (x) => x >= 0 && x < 1, text: "a number from 0 to below 1" };
export const finite: Range = { holds: (x) => Number.isFinite(x), text: "a finite number" };
export const count: Range = { holds: (x) => Number.isSafeInteger(x) && x >= 0, text: "a whole number from 0 on" };
export const any: Range = { holds: () => true, text: "a number" };
export const flag: Range = { holds: (x) => x === 0 || x === 1, text: "true or false" };

/** Throws a ValueError unless x is a number, or a truth value, in the range; `what` names it. */
export function checkRange(what: string, x: unknown, range: Range, type: "number" | "boolean" = "number"): void {
  if (typeof x === type && range.holds(Number(x))) return;
  const given = typeof x === "number" || typeof x === "boolean" || typeof x === "string" ? x : kindOf(x);
  throw new ValueError(`${what} must be ${range.text} (given ${given})`);
}
