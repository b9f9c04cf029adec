/** The reference backend, which defines what words mean: JavaScript loops printed once per word, dtype and broadcast pattern. */
import type { Dtype } from "../dtype.js";
import { round } from "../dtype.js";
import { letters } from "../letters.js";
import { interpret, print, type Word } from "../word.js";
import { type Backend, type Block, flat, type Loops, loops, strides } from "./backend.js";

type Arrays = ArrayLike<number> | number;
type Compiled = (y: readonly { [i: number]: number }[], lengths: readonly number[], x: readonly Arrays[]) => void;

/** A word's loop nest as JavaScript text: `(y, n, x) => …` with y the results, n the lengths, x the operands. */
export function source(word: Word, dtype: Dtype, patterns: readonly string[], depth: number): string {
  const places = word.places();
  const { lines, results } = print(word, dtype);
  const text = ["let o = 0;", ...results.map((_, k) => `const y${k} = y[${k}];`)];
  for (const i of places) {
    text.push(`const a${i} = x[${i}];`);
    let step = "1";
    for (let k = depth - 1; k >= 0; k--)
      if (patterns[i][k] === "1") {
        text.push(`const s${i}_${k} = ${step};`);
        step = `s${i}_${k} * n[${k}]`;
      }
  }
  /** Operand i's offset inside the outer `k` loops. */
  const offset = (i: number, k: number): string =>
    [...patterns[i].slice(0, k)].flatMap((moves, j) => (moves === "1" ? [`i${j} * s${i}_${j}`] : [])).join(" + ") ||
    "0";
  for (let k = 0; k < depth; k++) text.push(`for (let i${k} = 0, n${k} = n[${k}]; i${k} < n${k}; i${k}++) {`);
  for (const i of places) text.push(`const x${i} = ${patterns[i] === "#" ? `a${i}` : `a${i}[${offset(i, depth)}]`};`);
  text.push(...lines, ...results.map((result, k) => `y${k}[o] = ${result};`), "o++;", "}".repeat(depth));
  return text.join("\n");
}

/** The loop nest as a function made of text, fast. */
const compiled = (word: Word, dtype: Dtype, { patterns, lengths }: Loops): Compiled =>
  new Function("letters", `"use strict"; return (y, n, x) => {\n${source(word, dtype, patterns, lengths.length)}\n};`)(
    letters,
  );

/** The same, interpreted, for places that forbid code from strings. */
const interpreted = (word: Word, dtype: Dtype, { patterns }: Loops): Compiled => {
  const formulas = word.results.map((result) => interpret(result, dtype));
  return (y, lengths, x) => {
    const steps = patterns.map((pattern) => strides(lengths, pattern));
    const values = new Float64Array(x.length);
    const size = lengths.reduce((a, b) => a * b, 1);
    for (let o = 0; o < size; o++) {
      for (let i = 0; i < x.length; i++) {
        const operand = x[i];
        let offset = 0;
        for (let k = lengths.length - 1, rest = o; k >= 0; k--) {
          offset += (rest % lengths[k]) * steps[i][k];
          rest = Math.floor(rest / lengths[k]);
        }
        values[i] = typeof operand === "number" ? operand : operand[offset];
      }
      for (let k = 0; k < y.length; k++) y[k][o] = formulas[k](values);
    }
  };
};

/** The word as a function of single numbers: most of what scalars cost is not arithmetic. */
const single = (word: Word, dtype: Dtype, count: number, codegen: boolean): ((...x: number[]) => number) => {
  if (!codegen) {
    const value = interpret(word, dtype);
    return (...x) => value(x);
  }
  const { lines, results } = print(word, dtype);
  const names = Array.from({ length: count }, (_, i) => `x${i}`);
  const text = `"use strict"; return (${names}) => {\n${lines.join("\n")}\nreturn ${results};\n};`;
  return new Function("letters", text)(letters);
};

/** What was made of a word: loops by dtype and pattern, and the functions of single numbers by dtype. */
type Made = { loops: Map<string | number, Compiled>; singles: Partial<Record<Dtype, (...x: number[]) => number>> };

/** The reference backend; `codegen: false` interprets words instead of printing them. */
export function reference({ codegen }: { codegen: boolean }): Backend {
  const make = codegen ? compiled : interpreted;
  const kernels = new Map<Word, Made>();

  /** Words of numbers, and tensors of one element, give a number. */
  const scalar = (made: Made, word: Word, operands: readonly (Block | number)[], y: Block): void => {
    const { dtype } = y.storage;
    made.singles[dtype] ??= single(word, dtype, operands.length, codegen);
    const f = made.singles[dtype];
    const rounded = wide(operands) ? round.float64 : round[dtype];
    const value = (i: number): number => {
      const x = operands[i];
      return typeof x === "number" ? rounded(x) : x.storage.value;
    };
    switch (operands.length) {
      case 1:
        y.storage.value = f(value(0));
        break;
      case 2:
        y.storage.value = f(value(0), value(1));
        break;
      case 3:
        y.storage.value = f(value(0), value(1), value(2));
        break;
      default:
        y.storage.value = f(...operands.map((_, i) => value(i)));
    }
  };

  return {
    name: codegen ? "reference" : "reference, interpreted",
    kernels: {},
    word(word, operands, y, more = []) {
      const { size, dtype } = y.storage;
      if (size === 0) return;
      let made = kernels.get(word);
      if (!made) {
        made = { loops: new Map(), singles: {} };
        kernels.set(word, made);
      }
      if (size === 1 && more.length === 0) {
        scalar(made, word, operands, y);
        return;
      }
      const code = flat(y, operands);
      const plan = code < 0 ? loops(y, operands) : null;
      const key = plan ? dtype + plan.patterns.join() : dtype === "float32" ? code : -1 - code;
      const kernel = made.loops.get(key) ?? make(word, dtype, plan ?? loops(y, operands));
      made.loops.set(key, kernel);
      const rounded = wide(operands) ? round.float64 : round[dtype];
      const values = operands.map((x) => (typeof x === "number" ? rounded(x) : x.storage.data));
      const to = [y, ...more].map(({ storage }) => storage.change());
      kernel(to, plan?.lengths ?? [size], values);
    },
  };
}

/** Beside whole numbers of 32 bits, which float32 cannot all hold, a number keeps its digits. */
function wide(operands: readonly (Block | number)[]): boolean {
  for (const x of operands) if (typeof x !== "number" && x.storage.dtype === "int32") return true;
  return false;
}

/** Whether this place allows code from strings; pages with a strict content security policy do not. */
export function codegenAllowed(): boolean {
  try {
    return new Function("return true")() as boolean;
  } catch {
    return false;
  }
}
