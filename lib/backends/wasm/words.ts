/** How letters are spelled in SIMD: for four float32 values at once. */
import { letters, type Scalar } from "../../letters.js";
import type { Word } from "../../word.js";
import type { Code } from "./assemble.js";
import { erf, erfc } from "./functions/erf.js";
import { exp, log, tanh } from "./functions/exponential.js";
import { expm1, log1p, pow } from "./functions/power.js";
import { cos, sin } from "./functions/trigonometry.js";
import type { Plain } from "./instructions.js";

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

type Spellings = { readonly [L in keyof Scalar]?: Spelling };

/** Letters of a few instructions, which have the reference's bits. */
const exactly: Spellings = {
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
  reciprocal: (code, a) => code.f32x4(1).do(a, "f32x4.div"),
  abs: unary("f32x4.abs"),
  // 1 and −1 where x is not 0 or NaN, which stay themselves.
  sign: (code, a) => {
    code.do(a).f32x4(-0).do("v128.and").f32x4(1).do("v128.or", a);
    code.do(a).f32x4(0).do("f32x4.lt", a).f32x4(0).do("f32x4.gt", "v128.or", "v128.bitselect");
  },
  floor: unary("f32x4.floor"),
  sqrt: unary("f32x4.sqrt"),
};

/** Letters that are functions, within 2 units in the last place of the reference. */
export const nearly: Spellings = { pow, exp, expm1, log, log1p, sin, cos, tanh, erf, erfc };

/** The letters that have a spelling; a word with another is left to the reference. */
export const spellings: Spellings = { ...exactly, ...nearly };

/** Whether the word has the bits of the reference, so that either may compute it. */
export const exact = (word: Word): boolean => word.steps().every(({ letter }) => !(letter in nearly));

/** Whether every letter of the word has a spelling. */
export const spellable = (word: Word): boolean =>
  word.steps().every(({ letter }) => !(letter in letters) || letter in spellings);
