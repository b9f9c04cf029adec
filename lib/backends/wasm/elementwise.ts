/** Words over broadcast operands: which loops of which kernel, and where they begin. */
import type { Word } from "../../word.js";
import { type Backend, type Block, flat, loops, strides, turns } from "../backend.js";
import { type Engine, functionWork, isSingle } from "./engine.js";
import { loop } from "./loops.js";
import { Kernel } from "./memory.js";
import { exact, nearly, spellable } from "./words.js";

/**
 * A word: whether it can be spelled, in a module that is not too large; whether it has the reference's bits; its work; where
 * its arguments are; its kernels, by what moves.
 */
type Known = {
  fits: boolean;
  exact: boolean;
  work: number;
  places: readonly number[];
  kernels: Map<string | number, Kernel>;
};

/** How the backend runs words; what is small, or of other types, is the reference's. */
export function words(engine: Engine, reference: Backend): Backend["word"] {
  const { elements, inner: least, chunk } = engine.limits;
  const known = new Map<Word, Known>();

  const knowing = (word: Word): Known => {
    const steps = word.steps();
    const found = {
      fits: spellable(word),
      exact: exact(word),
      work: steps.reduce((sum, { letter }) => sum + (letter in nearly ? functionWork : 1), 0),
      places: word.places(),
      kernels: new Map(),
    };
    known.set(word, found);
    return found;
  };

  function compute(
    word: Word,
    found: Known,
    operands: readonly (Block | number)[],
    results: readonly Block[],
  ): boolean {
    const [y] = results;
    const { size } = y.storage;
    const code = flat(y, operands);
    const nest = code < 0 ? loops(y, operands) : null;
    // The kernel runs the last two loops; a single one is cut into rows.
    const inner = nest ? (nest.lengths.at(-1) as number) : chunk;
    const rows = nest ? (nest.lengths.at(-2) as number) : Math.ceil(size / chunk);
    if (nest && inner < least && found.exact) return false;
    const sizes = results.map(() => size);
    if (!engine.memory.begin(operands, sizes)) return false;
    const moves = nest?.patterns.map((pattern) => (pattern.includes("1") ? pattern.slice(-1) : "#"));
    const key = moves?.join("") ?? code;
    const kernel =
      found.kernels.get(key) ??
      make(word, found, key, moves ?? operands.map((x) => (typeof x === "number" || x.storage.size === 1 ? "#" : "1")));
    if (!kernel) return false;
    const to = sizes.map((floats) => engine.memory.take(floats));
    const total = nest ? rows * inner : size;
    const given = [inner, total, ...to];
    const moving: { at: number; starts: number[] }[] = [];
    for (const place of found.places) {
      const x = operands[place];
      if (typeof x === "number") given.push(x);
      else if (x.storage.size === 1) given.push(x.storage.value);
      else {
        const steps = nest ? strides(nest.lengths, nest.patterns[place]) : [inner];
        if (nest) moving.push({ at: given.length, starts: turns(nest.lengths.slice(0, -2), steps) });
        given.push(engine.memory.address(x.storage), 4 * (steps.at(nest ? -2 : 0) as number));
      }
    }
    for (let turn = 0; turn * total < size; turn++) {
      const here = given.slice();
      for (let k = 0; k < to.length; k++) here[2 + k] += 4 * turn * total;
      for (const { at, starts } of moving) here[at] += 4 * starts[turn];
      // Where rows end within a vector, the next row writes over what one row wrote too much: in order, in one thread.
      engine.run(kernel, rows, here, nest && inner % 4 !== 0 ? 0 : total * found.work);
    }
    results.forEach((result, k) => {
      engine.finish(result, to[k]);
    });
    return true;
  }

  /** A word's loops, kept from now on, by what moves along a row; of a word too large for a module none: it is the reference's from then on. */
  function make(word: Word, found: Known, key: string | number, moves: readonly string[]): Kernel | null {
    try {
      const kernel = new Kernel(() => loop(word, moves));
      kernel.in(engine.memory);
      found.kernels.set(key, kernel);
      return kernel;
    } catch {
      found.fits = false;
      return null;
    }
  }

  return (word, operands, y, more = []) => {
    const { size, dtype } = y.storage;
    const found = known.get(word) ?? knowing(word);
    // Of two backends with different bits one must compute always: eager and fused, short and long agree.
    const worth = size >= elements || (!found.exact && size > 0);
    const suits = found.fits && worth && dtype === "float32" && operands.every(isSingle);
    if (!suits || !engine.safely(() => compute(word, found, operands, [y, ...more])))
      reference.word(word, operands, y, more);
  };
}
