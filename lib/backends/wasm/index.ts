/** The WebAssembly backend: float32 words and products in SIMD. What is small, or has other types, is the reference's. */
import type { Word } from "../../word.js";
import { type Backend, type Block, type FastKernel, loops, strides, turns } from "../backend.js";
import { matrices } from "../gemm.js";
import * as gemm from "./gemm.js";
import { type Functions, Scratch } from "./memory.js";
import { exact, loop, spellable } from "./words.js";

/** From which sizes on, and in which pieces, work goes to WebAssembly: by measurement. Specs choose others. */
const usual = {
  /** Elements of a result, below which the copies cost more than is won. */
  elements: 256,
  /** Length of an inner loop that is worth a call. */
  inner: 16,
  /** Elements that go through scratch at a time: few enough to stay in cache. */
  chunk: 2 ** 15,
  /** Elements of an array that goes through scratch whole, when there is a loop around the inner one. */
  whole: 2 ** 18,
  /** Multiplications of a product that are worth it. */
  multiplications: 2 ** 12,
  /** Steps of a product summed by themselves: a tile's panels stay in cache, and sums of sums err less. */
  depth: 128,
};

/** The backend, or `null` where WebAssembly or its SIMD is missing. */
export function wasm(reference: Backend, limits: Partial<typeof usual> = {}): Backend | null {
  const { elements, inner: least, chunk, whole, multiplications, depth } = { ...usual, ...limits };
  let scratch: Scratch;
  let products: Functions;
  try {
    scratch = new Scratch();
    products = scratch.functions({ pack: gemm.pack(), product: gemm.product() });
  } catch {
    return null;
  }
  const known = new Map<Word, Known>();

  /** What is known of a word. */
  const knowing = (word: Word): Known => {
    const found = known.get(word) ?? {
      spelled: spellable(word),
      exact: exact(word),
      places: word.places(),
      loops: new Map(),
    };
    known.set(word, found);
    return found;
  };

  const word: Backend["word"] = (word, operands, y) => {
    const { data } = y.storage;
    const found = knowing(word);
    // Of two backends with different bits one must compute always: eager and fused, short and long agree.
    const worth = data.length >= elements || (!found.exact && data.length > 0);
    const suits = found.spelled && worth && data instanceof Float32Array && operands.every(isSingle);
    if (!suits || !run(word, found, operands, y, data as Float32Array)) reference.word(word, operands, y);
  };

  function run(word: Word, found: Known, operands: readonly (Block | number)[], y: Block, data: Float32Array): boolean {
    const { places } = found;
    const { lengths, patterns } = loops(y, operands);
    const inner = lengths.at(-1) as number;
    if (inner < least && lengths.length > 1 && found.exact) return false;
    const moves = patterns.map((pattern) => pattern.at(-1) as string);
    const kernel = found.loops.get(moves.join("")) ?? compile(word, found, moves);
    if (!kernel) return false;
    const outer = data.length / inner;
    // Every operand as the offset at which each turn of the outer loops begins.
    const starts = patterns.map((pattern) => turns(lengths.slice(0, -1), strides(lengths, pattern)));
    /** One call's arguments: of each operand its address, or its one value at this turn. */
    const given = (turn: number, address: (k: number, place: number) => number): number[] =>
      places.map((place, k) => {
        const x = operands[place];
        if (typeof x === "number") return x;
        return moves[place] === "1" ? address(k, place) : x.storage.data[starts[place][turn]];
      });
    const arrays = places.map((place) =>
      moves[place] === "1" ? ((operands[place] as Block).storage.data as Float32Array) : none,
    );

    if (outer > 1 && arrays.every(({ length }) => length <= whole) && data.length <= whole) {
      // Copied once, then row by row; what a row's last vector writes too much, the next row overwrites.
      const taken = scratch.take(data.length, ...arrays.map(({ length }) => length));
      if (!taken) return false;
      const [to, ...from] = taken;
      for (const [k, values] of arrays.entries()) scratch.write(from[k], values);
      for (let turn = 0; turn < outer; turn++)
        kernel(inner, to + 4 * turn * inner, ...given(turn, (k, place) => from[k] + 4 * starts[place][turn]));
      scratch.read(to, data, 0, data.length);
      return true;
    }
    for (let turn = 0; turn < outer; turn++)
      for (let start = 0; start < inner; start += chunk) {
        const n = Math.min(chunk, inner - start);
        const taken = scratch.take(n, ...arrays.map(({ length }) => (length === 0 ? 0 : n)));
        if (!taken) return false;
        const [to, ...from] = taken;
        const args = given(turn, (k, place) => {
          const at = starts[place][turn] + start;
          scratch.write(from[k], arrays[k].subarray(at, at + n));
          return from[k];
        });
        kernel(n, to, ...args);
        scratch.read(to, data, turn * inner + start, n);
      }
    return true;
  }

  /** The word's loop as a function, kept; a word too large for a module is left to the reference from then on. */
  function compile(word: Word, found: Known, moves: readonly string[]): Functions["loop"] | null {
    try {
      const { loop: kernel } = scratch.functions({ loop: loop(word, moves) });
      found.loops.set(moves.join(""), kernel);
      return kernel;
    } catch {
      found.spelled = false;
      return null;
    }
  }

  const matmul: FastKernel<{ ta?: boolean; tb?: boolean }> = ([a, b], y, { m, n, k }, { ta, tb }) => {
    if (![a, b, y].every(isSingle) || m * n * k < multiplications) return false;
    const [width, height] = [(n + 7) & -8, (m + 3) & -4];
    const batch = y.shape.slice(0, -2);
    const seconds = matrices(b, batch);
    const taken = scratch.take(m * k, k * n, height * k, width * k, height * width);
    if (!taken) return false;
    const [left, right, rows, columns, to] = taken;
    matrices(a, batch).forEach((first, i) => {
      scratch.write(left, (a.storage.data as Float32Array).subarray(first * m * k, (first + 1) * m * k));
      scratch.write(right, (b.storage.data as Float32Array).subarray(seconds[i] * k * n, (seconds[i] + 1) * k * n));
      products.pack(left, rows, m, k, ta ? 1 : 0);
      products.pack(right, columns, n, k, tb ? 0 : 1);
      for (let start = 0; start < k; start += depth)
        products.product(rows, columns, to, m, n, k, start, Math.min(depth, k - start));
      const out = y.storage.data as Float32Array;
      if (width === n) scratch.read(to, out, i * m * n, m * n);
      else for (let row = 0; row < m; row++) scratch.read(to + 4 * row * width, out, (i * m + row) * n, n);
    });
    return true;
  };

  return { name: `wasm, ${reference.name}`, kernels: { matmul }, word };
}

/** A word: whether it can be spelled here, and with the reference's bits; where its arguments are; its loops, by what moves. */
type Known = { spelled: boolean; exact: boolean; places: readonly number[]; loops: Map<string, Functions["loop"]> };

const none = new Float32Array(0);

const isSingle = (x: Block | number): boolean => typeof x === "number" || x.storage.data instanceof Float32Array;
