/** Word: a formula of letters as an interned graph, to evaluate, to simplify and to print as JavaScript. */
import { type Dtype, round } from "./dtype.js";
import { letters, type Scalar, type Value } from "./letters.js";

/** Rewrites that keep every bit, NaN payloads aside. */
const rewrites: Partial<Record<keyof Scalar, (a: Word, b: Word) => Word | undefined>> = {
  mul: (a, b) => (b.is(1) ? a : a.is(1) ? b : undefined),
  div: (a, b) => (b.is(1) ? a : undefined),
  sub: (a, b) => (b.is(0) ? a : undefined),
  add: (a, b) => (b.is(-0) ? a : a.is(-0) ? b : undefined),
  neg: (a) => (a.letter === "neg" ? a.parts[0] : undefined),
};

const interned = new Map<string, Word>();

export interface Word extends Scalar {}

/** A formula: an argument, a constant, or a letter applied to words; or a list of formulas. Equal ones are the same object. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the letters are attached below, one method each
export class Word {
  private constructor(
    readonly id: number,
    readonly letter: keyof Scalar | "argument" | "constant" | "list",
    readonly parts: readonly Word[],
    /** An argument's place, or a constant's value. */
    readonly value: number,
  ) {}

  private static intern(letter: Word["letter"], parts: readonly Word[], value: number): Word {
    const key = `${letter} ${parts.map((part) => part.id)} ${Object.is(value, -0) ? "-0" : value}`;
    const found = interned.get(key) ?? new Word(interned.size, letter, parts, value);
    interned.set(key, found);
    return found;
  }

  static argument = (place: number): Word => Word.intern("argument", [], place);
  static constant = (value: number): Word => Word.intern("constant", [], value);
  static of = (x: Value): Word => (typeof x === "number" ? Word.constant(x) : (x as Word));

  /** Words that are computed together, each with a result of its own; a single one is itself. */
  static list = (words: readonly Word[]): Word => (words.length === 1 ? words[0] : Word.intern("list", words, 0));

  /** The word of a formula of `arity` arguments, starting at place `from`. */
  static read(formula: (...x: Word[]) => Value, arity: number, from = 0): Word {
    return Word.of(formula(...Array.from({ length: arity }, (_, i) => Word.argument(from + i))));
  }

  /** A letter applied to words: simplified, or folded where both dtypes agree on the constant. */
  static apply(letter: keyof Scalar | "list", parts: readonly Word[]): Word {
    if (letter === "list") return Word.list(parts);
    const simpler = rewrites[letter]?.(parts[0], parts[1]);
    if (simpler) return simpler;
    const word = Word.intern(letter, parts, 0);
    if (!parts.every((part) => part.letter === "constant")) return word;
    const value = word.evaluate([]);
    return Object.is(Math.fround(value), word.evaluate([], "float32")) ? Word.constant(value) : word;
  }

  is(value: number): boolean {
    return this.letter === "constant" && Object.is(this.value, value);
  }

  /** What is computed: the words of a list, or the word itself. */
  get results(): readonly Word[] {
    return this.letter === "list" ? this.parts : [this];
  }

  /** Every word this one is made of, each once, parts before wholes, in the order in which the formula has them. */
  steps(): Word[] {
    const found = new Set<Word>();
    const open: Word[] = [this];
    for (let word = open.at(-1); word; word = open.at(-1)) {
      const missing = word.parts.filter((part) => !found.has(part));
      open.push(...missing.reverse());
      if (missing.length === 0) {
        found.add(word);
        open.pop();
      }
    }
    return [...found];
  }

  /** The places of the arguments that occur. */
  places(): number[] {
    return this.steps()
      .flatMap((word) => (word.letter === "argument" ? [word.value] : []))
      .sort((a, b) => a - b);
  }

  /** The word with its arguments moved to places 0, 1, …, and where each was. */
  compact(): { word: Word; places: number[] } {
    const places = this.places();
    const moved: Word[] = [];
    places.forEach((place, i) => {
      moved[place] = Word.argument(i);
    });
    return { word: this.substitute(moved), places };
  }

  /** The word with other words as its arguments: composition. */
  substitute(words: readonly Word[]): Word {
    const made = new Map<Word, Word>();
    for (const word of this.steps())
      made.set(
        word,
        word.letter === "argument"
          ? words[word.value]
          : word.letter === "constant"
            ? word
            : Word.apply(
                word.letter,
                word.parts.map((part) => made.get(part) as Word),
              ),
      );
    return made.get(this) as Word;
  }

  /** The value for numbers as arguments, rounded to `dtype` after every letter: the definition of the word. */
  evaluate(values: readonly number[], dtype: Dtype = "float64"): number {
    return interpret(this, dtype)(values);
  }
}

for (const name of Object.keys(letters) as (keyof Scalar)[])
  Word.prototype[name] = function (this: Word, ...rest: Value[]) {
    return Word.apply(name, [this, ...rest.map(Word.of)]);
  };

/** The word, which is no list, as a function of its arguments' values, walked step by step: what holds where code from strings is forbidden. */
export function interpret(word: Word, dtype: Dtype): (values: ArrayLike<number>) => number {
  const steps = word.steps();
  const place = new Map(steps.map((step, i) => [step, i]));
  const parts = steps.map((step) => step.parts.map((part) => place.get(part) as number));
  const found = new Float64Array(steps.length);
  const rounded = round[dtype];
  return (values) => {
    steps.forEach(({ letter, value }, i) => {
      const [a, b, c] = parts[i];
      if (letter === "argument") found[i] = values[value];
      else
        found[i] = rounded(
          letter === "constant" ? value : letters[letter as keyof Scalar].run(found[a], found[b], found[c]),
        );
    });
    return found[steps.length - 1];
  };
}

const literal = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

/** The word as JavaScript statements, one `const` per step; argument i is read from `x{i}`, the values are in the names `results`. */
export function print(word: Word, dtype: Dtype): { lines: string[]; results: string[] } {
  const names = new Map<Word, string>();
  const lines: string[] = [];
  for (const step of word.steps()) {
    if (step.letter === "argument") names.set(step, `x${step.value}`);
    else if (step.letter === "constant") names.set(step, literal(round[dtype](step.value)));
    else if (step.letter !== "list") {
      const { js, exact } = letters[step.letter];
      const [a, b, c] = step.parts.map((part) => names.get(part) as string);
      const text = js
        ? js.replace(/\b[abc]\b/g, (name) => ({ a, b, c })[name] as string)
        : `letters.${step.letter}.run(${[a, b, c].filter((name) => name !== undefined)})`;
      const name = `w${lines.length}`;
      lines.push(`const ${name} = ${dtype === "float32" && !exact ? `Math.fround(${text})` : text};`);
      names.set(step, name);
    }
  }
  return { lines, results: word.results.map((part) => names.get(part) as string) };
}
