/** A word's loops: rows of values, four at a time, of operands that move along a row, stay in it, or are one number. */
import type { Word } from "../../word.js";
import { Code } from "./assemble.js";
import { exact, spellings } from "./words.js";

/** A word of so few letters, none a function, is computed in four vectors at a time: else counting costs more than computing. */
const short = 4;

/**
 * loop(first, last, inner, total, y…, …): the word's values, of each result at a y of its own, in rows `first` to `last` of
 * `inner` numbers each, of which the last may end at `total`; in whole vectors, so that a few numbers behind a row are written
 * too, and later rows overwrite them. Of each argument, in the order of its place: where it moves along a row ("1") or stays
 * ("0") its address and the bytes from row to row; else ("#") one number for all.
 */
export function loop(word: Word, moves: readonly string[]): Code {
  const places = word.places();
  const kinds = places.map((place) => moves[place]);
  const { results } = word;
  const code = new Code();
  const [first, last, inner, total] = code.parameters(4);
  const targets = code.parameters(results.length);
  const given = kinds.map((kind) => (kind === "#" ? code.parameters(1, "f32") : code.parameters(2)));
  const [row, i, n, many] = code.locals("i32", 4);
  const found = new Map<Word, number>();
  /** Keeps what was pushed as the value of a step. */
  const keep = (step: Word): void => {
    if (!found.has(step)) found.set(step, code.local("v128"));
    code.set(found.get(step) as number);
  };
  /** The variables that point into the row: of the results, then of each operand that moves. */
  const pointers = results.map(() => code.local("i32"));
  const loads: ((offset: number) => void)[] = [];
  /** What is done at the start of each row. */
  const begin = [
    ...results.map((_, k) => () => code.do(targets[k], row, inner, "i32.mul").floatAt().set(pointers[k])),
    () => code.do(inner, total, row, inner, "i32.mul", "i32.sub").do(inner, total, row, inner, "i32.mul", "i32.sub"),
    () => code.do("i32.lt_u", "select").set(n),
  ];

  const steps = word.steps();
  kinds.forEach((kind, k) => {
    const step = steps.find(({ letter, value }) => letter === "argument" && value === places[k]) as Word;
    const [at, stride] = given[k];
    if (kind === "#") {
      code.do(at, "f32x4.splat");
      keep(step);
    } else if (kind === "0")
      begin.push(() => {
        code.do(at, row, stride, "i32.mul", "i32.add").memory("v128.load32_splat");
        keep(step);
        return code;
      });
    else {
      const pointer = code.local("i32");
      pointers.push(pointer);
      begin.push(() => code.do(at, row, stride, "i32.mul", "i32.add").set(pointer));
      loads.push((offset) => {
        code.do(pointer).memory("v128.load", offset);
        keep(step);
      });
    }
  });
  for (const step of steps)
    if (step.letter === "constant") {
      code.f32x4(step.value);
      keep(step);
    }

  /** The value of the next four numbers. */
  const vector = (offset: number): void => {
    for (const load of loads) load(offset);
    for (const step of steps) {
      if (step.letter === "argument" || step.letter === "constant" || step.letter === "list") continue;
      const [a, b, c] = step.parts.map((part) => found.get(part) as number);
      spellings[step.letter]?.(code, a, b, c);
      keep(step);
    }
    results.forEach((result, k) => {
      code.do(pointers[k], found.get(result) as number).memory("v128.store", offset);
    });
  };
  const advance = (bytes: number): void => {
    for (const pointer of pointers) code.advance(pointer, bytes);
  };

  code.do(first).set(row);
  code.while(row, last, 1, () => {
    for (const write of begin) write();
    code.i32(0).set(i);
    if (exact(word) && steps.length - places.length <= short) {
      code.do(n).i32(-16).do("i32.and").set(many);
      code.while(i, many, 16, () => {
        for (let offset = 0; offset < 64; offset += 16) vector(offset);
        advance(64);
      });
    }
    code.while(i, n, 4, () => {
      vector(0);
      advance(16);
    });
  });
  return code;
}
