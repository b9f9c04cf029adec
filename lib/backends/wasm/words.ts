/** Words as SIMD: a loop over float32 values, four at a time, letter by letter. */
import type { Scalar } from "../../letters.js";
import type { Word } from "../../word.js";
import { Code, type Plain } from "./assemble.js";
import { exp, log, tanh } from "./functions.js";

/** Pushes a letter's value, four numbers at once, given the variables that hold its arguments. */
export type Spelling = (code: Code, a: number, b: number, c: number) => unknown;

/** One instruction, of as many arguments as it takes. */
const unary =
  (step: Plain): Spelling =>
  (code, a) =>
    code.do(a, step);
const binary =
  (step: Plain): Spelling =>
  (code, a, b) =>
    code.do(a, b, step);
/** 1 where a comparison holds, else 0. */
const holds =
  (step: Plain): Spelling =>
  (code, a, b) =>
    code.do(a, b, step).f32x4(1).do("v128.and");

/** The letters that have a spelling; a word with another is left to the reference. Those of one instruction keep its bits. */
const spellings: { readonly [L in keyof Scalar]?: Spelling } = {
  add: binary("f32x4.add"),
  sub: binary("f32x4.sub"),
  mul: binary("f32x4.mul"),
  div: binary("f32x4.div"),
  maximum: binary("f32x4.max"),
  minimum: binary("f32x4.min"),
  lt: holds("f32x4.lt"),
  le: holds("f32x4.le"),
  gt: holds("f32x4.gt"),
  ge: holds("f32x4.ge"),
  eq: holds("f32x4.eq"),
  ne: holds("f32x4.ne"),
  where: (code, a, b, c) => code.do(b, c, a).f32x4(0).do("f32x4.ne", "v128.bitselect"),
  neg: unary("f32x4.neg"),
  inv: (code, a) => code.f32x4(1).do(a, "f32x4.div"),
  abs: unary("f32x4.abs"),
  // 1 and −1 where x is not 0 or NaN, which stay themselves.
  sign: (code, a) => {
    code.do(a).f32x4(-0).do("v128.and").f32x4(1).do("v128.or", a);
    code.do(a).f32x4(0).do("f32x4.lt", a).f32x4(0).do("f32x4.gt", "v128.or", "v128.bitselect");
  },
  floor: unary("f32x4.floor"),
  sqrt: unary("f32x4.sqrt"),
  exp,
  log,
  tanh,
};

/** Letters whose bits are not the reference's. */
const approximate: ReadonlySet<string> = new Set(["exp", "log", "tanh"]);

/** Whether the word has the bits of the reference, so that either may compute it. */
export const exact = (word: Word): boolean => word.steps().every(({ letter }) => !approximate.has(letter));

/** Whether every letter of the word has a spelling. */
export const spellable = (word: Word): boolean =>
  word.steps().every(({ letter }) => letter === "argument" || letter === "constant" || letter in spellings);

/**
 * loop(n, y, …): the word's value for n numbers, at y on, a few more being written. Of each argument, in the order of its
 * place, "1" takes the address of its values, anything else one number for all.
 */
export function loop(word: Word, moves: readonly string[]): Code {
  const places = word.places();
  const code = new Code("i32", "i32", ...places.map((place) => (moves[place] === "1" ? "i32" : "f32")));
  const [n, y] = [0, 1];
  const i = code.local("i32");
  const found = new Map<Word, number>();
  /** Keeps what was pushed as the value of a step. */
  const keep = (step: Word): void => {
    found.set(step, code.local("v128"));
    code.set(found.get(step) as number);
  };
  const pointers: number[] = [y];
  const loads: (() => void)[] = [];
  for (const step of word.steps()) {
    const parameter = 2 + places.indexOf(step.value);
    if (step.letter === "argument" && moves[step.value] === "1") {
      pointers.push(parameter);
      loads.push(() => {
        code.do(parameter).memory("v128.load");
        keep(step);
      });
    } else if (step.letter === "argument") {
      code.do(parameter, "f32x4.splat");
      keep(step);
    } else if (step.letter === "constant") {
      code.f32x4(step.value);
      keep(step);
    }
  }
  code.for(i, n, 4, () => {
    for (const load of loads) load();
    for (const step of word.steps()) {
      if (step.letter === "argument" || step.letter === "constant") continue;
      const [a, b, c] = step.parts.map((part) => found.get(part) as number);
      (spellings[step.letter] as Spelling)(code, a, b, c);
      keep(step);
    }
    code.do(y, found.get(word) as number).memory("v128.store");
    for (const pointer of pointers) code.do(pointer).i32(16).do("i32.add").set(pointer);
  });
  return code;
}
