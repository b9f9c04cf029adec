/** Rules of optimizers: pure formulas in letters, read into words that update a parameter and its slots in one pass. */
import type { Scalar, Value } from "../letters.js";
import { flag, nonNegative, type Range } from "../range.js";
import { Word } from "../word.js";

/** Options with their usual values and what they must be. */
export type Declared = Readonly<Record<string, readonly [usual: number | boolean, range: Range]>>;

/** The options that are declared, as users give them. */
export type Options<D extends Declared> = { -readonly [K in keyof D]: D[K][0] extends boolean ? boolean : number };

/**
 * How an optimizer moves one parameter. The formula is given by name, as scalars in letters, the parameter `W`, its gradient
 * `g`, the slots (tensors like W that are kept from step to step, zeros at first), the options and more `numbers`; and which
 * options are neither 0 nor false, to choose by. It gives what W and the slots become; a slot that it does not give does not
 * exist. Options and numbers are arguments of the word, so that no value of theirs makes another kernel.
 */
export type Rule<O, Slot extends string = never, Extra extends string = never> = {
  readonly options: { readonly [K in keyof O]: readonly [usual: O[K], range: Range] };
  readonly slots?: readonly Slot[];
  /** Numbers that are computed beforehand, in float64, at step t = 1, 2, … of the parameter. */
  numbers?(options: O, t: number): Record<Extra, number>;
  formula(
    x: Record<"W" | "g" | Slot | Extra | (keyof O & string), Scalar>,
    has: Record<keyof O, boolean>,
  ): { W: Value } & Partial<Record<Slot, Value>>;
  /** What is wrong with options that are each what they must be, if anything. */
  conflict?(options: O): string | undefined;
};

/** A formula as read for options: its word, of W, g, the slots and the numbers, in this order. */
export type Reading = { word: Word; slots: readonly string[]; numbers: readonly string[] };

/** Reads the formula that the options choose. */
export function read<O>(rule: Rule<O, string, string>, options: O): Reading {
  const chosen = Object.keys(rule.options) as (keyof O & string)[];
  const names = ["W", "g", ...(rule.slots ?? []), ...chosen, ...Object.keys(rule.numbers?.(options, 1) ?? {})];
  const { W, ...made } = rule.formula(
    Object.fromEntries(names.map((name, place) => [name, Word.argument(place)])) as Record<string, Word>,
    Object.fromEntries(chosen.map((name) => [name, Boolean(options[name])])) as Record<keyof O, boolean>,
  ) as Record<string, Value>;
  const formulas = Word.list([W, ...Object.values(made)].map(Word.of));
  const tensors = ["W", "g", ...Object.keys(made)];
  const numbers = formulas.places().flatMap((place) => (tensors.includes(names[place]) ? [] : [names[place]]));
  const order = [...tensors, ...numbers];
  const word = formulas.substitute(names.map((name) => Word.argument(order.indexOf(name))));
  return { word, slots: Object.keys(made), numbers };
}

/** Options that every rule has; a type by itself, so that declarations keep what it says. */
export type Common = {
  /** Adds weightDecay · W to the gradient, as a penalty of weightDecay / 2 · Σ W² in the loss would (default 0). */
  weightDecay: readonly [usual: number, range: Range];
  /** Goes up instead of down (default false). */
  maximize: readonly [usual: boolean, range: Range];
};
export const common: Common = { weightDecay: [0, nonNegative], maximize: [false, flag] };

/** Options and more of them, or others in their place; a call, as bundlers keep a spread that nobody needs. */
export const extend = <A extends Declared, B extends Declared>(options: A, more: B): A & B => ({ ...options, ...more });

/** What a step goes against: the gradient, with the options that all have. */
export function descent(x: Record<"W" | "g" | "weightDecay", Scalar>, has: Record<keyof Common, boolean>): Scalar {
  const g = has.maximize ? x.g.neg() : x.g;
  return has.weightDecay ? g.add(x.W.mul(x.weightDecay)) : g;
}
