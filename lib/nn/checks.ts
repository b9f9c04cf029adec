/** What layers check when they are made, before anything is drawn or kept. */
import { ValueError } from "../error.js";

/** Throws unless every number is whole and at least 1. */
export function checkCounts(layer: string, counts: Readonly<Record<string, unknown>>): void {
  for (const [name, n] of Object.entries(counts))
    if (!Number.isSafeInteger(n) || (n as number) < 1)
      throw new ValueError(
        `${layer}: ${name} must be a whole number of at least 1 (given ${typeof n === "number" ? n : JSON.stringify(n)})`,
      );
}

/** Throws unless every number is finite, and not below `least`. */
export function checkNumbers(layer: string, numbers: Readonly<Record<string, unknown>>, least = -Infinity): void {
  for (const [name, x] of Object.entries(numbers))
    if (typeof x !== "number" || !Number.isFinite(x) || x < least)
      throw new ValueError(
        `${layer}: ${name} must be a finite number${least > -Infinity ? ` of at least ${least}` : ""} (given ${x})`,
      );
}

/** Throws unless every number lies from 0 to 1. */
export function checkShares(layer: string, shares: Readonly<Record<string, unknown>>): void {
  for (const [name, p] of Object.entries(shares))
    if (typeof p !== "number" || !(p >= 0 && p <= 1))
      throw new ValueError(`${layer}: ${name} must be a number from 0 to 1 (given ${p})`);
}

/** Throws unless an option is one of the words that are known. */
export function checkWord(layer: string, name: string, given: unknown, known: readonly string[]): void {
  if (!known.includes(given as string))
    throw new ValueError(
      `${layer}: ${name} must be ${known.map((word) => `"${word}"`).join(" or ")} (given ${JSON.stringify(given)})`,
    );
}
