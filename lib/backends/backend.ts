/** The seam between operations and what computes them: words over broadcast operands, and optional kernels by name. */
import type { Dims, Shape } from "../shape.js";
import type { Storage } from "../storage.js";
import type { Word } from "../word.js";
import type { Engine } from "./wasm/engine.js";

/** Values with their shape: what kernels read and write. */
export type Block = { readonly storage: Storage; readonly shape: Shape };

/** Computes `y` from the inputs. `dims` are the lengths of the op's shape signature. */
export type Kernel<Attributes> = (inputs: readonly Block[], y: Block, dims: Dims, attributes: Attributes) => void;

/** A kernel that may decline: with `false`, the op's own runs. */
export type FastKernel<Attributes> = (...given: Parameters<Kernel<Attributes>>) => boolean;

/** Makes a kernel for WebAssembly. */
export type Maker<Attributes> = (engine: Engine) => FastKernel<Attributes>;

/** What can compute. Without a kernel of its own, an op's `run` serves: values lie in JavaScript's memory. */
export interface Backend {
  readonly name: string;
  /**
   * Writes the word's value at every element of `y`; operands broadcast to its shape, numbers are uniform arguments. Of a list
   * of words the values of the others go to `more`, alike in shape and dtype. What is written may be an operand too.
   */
  word(word: Word, operands: readonly (Block | number)[], y: Block, more?: readonly Block[]): void;
  /** Ends what it keeps running: nothing is computed with it any more. */
  stop?(): void;
  /** Kernels by the op's name, which may decline a call with `false`; each is a claim, tested against the op's own. */
  readonly kernels: Record<string, FastKernel<never>>;
  /** Makes a kernel that an op brings along, since few programs use it. */
  make?<Attributes>(maker: Maker<Attributes>): FastKernel<Attributes>;
}

/** The least loops that visit a broadcast: axes that move together are one, axes of length 1 are none. */
export type Loops = {
  /** The length of each loop, outermost first. */
  lengths: number[];
  /** For each operand, one character per loop: 1 where it moves, 0 where it stays; "#" for a number. */
  patterns: string[];
};

/**
 * How operands stand to `y` where a single loop visits them all: in base 3 one digit each, 0 for a number, 1 where it moves,
 * 2 where it stays. Where it takes more loops, −1.
 */
export function flat(y: Block, operands: readonly (Block | number)[]): number {
  let code = 0;
  for (let i = operands.length - 1; i >= 0; i--) {
    const x = operands[i];
    code *= 3;
    if (typeof x === "number") continue;
    if (x.storage.size === 1) code += 2;
    else if (x.storage.size === y.storage.size) code += 1;
    else return -1;
  }
  return code;
}

/** How operands move along the elements of `y`. */
export function loops(y: Block, operands: readonly (Block | number)[]): Loops {
  const flat = operands.map((x) =>
    typeof x === "number" ? "#" : x.storage.size === 1 ? "0" : x.storage.size === y.storage.size ? "1" : "",
  );
  if (!flat.includes("")) return { lengths: [y.storage.size], patterns: flat };
  const lengths: number[] = [];
  const columns: string[] = [];
  y.shape.forEach((length, axis) => {
    if (length === 1) return;
    const column = operands
      .map((x) => (typeof x === "number" || (x.shape[axis - y.shape.length + x.shape.length] ?? 1) === 1 ? "0" : "1"))
      .join("");
    if (columns.at(-1) === column) lengths[lengths.length - 1] *= length;
    else {
      lengths.push(length);
      columns.push(column);
    }
  });
  const patterns = flat.map((kind, i) => (kind === "#" ? kind : columns.map((column) => column[i]).join("")));
  return { lengths, patterns };
}

/** For each loop the step in an operand's values; 0 where it stays. */
export function strides(lengths: readonly number[], pattern: string): number[] {
  const steps = lengths.map(() => 0);
  for (let k = lengths.length - 1, step = 1; k >= 0; k--)
    if (pattern[k] === "1") {
      steps[k] = step;
      step *= lengths[k];
    }
  return steps;
}

/** Where an operand stands at every turn of the loops, in order. */
export function turns(lengths: readonly number[], steps: readonly number[]): number[] {
  return lengths.reduce(
    (found, length, k) => found.flatMap((start) => Array.from({ length }, (_, i) => start + i * steps[k])),
    [0],
  );
}
