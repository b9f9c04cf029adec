/** The WebAssembly backend: float32 words, products and reductions in SIMD. What is small, or has other types, is the reference's. */
import { type Shape, sizeOf, summedAxes } from "../../shape.js";
import type { Word } from "../../word.js";
import { type Backend, type Block, type FastKernel, flat, loops, strides, turns } from "../backend.js";
import { matrices } from "../gemm.js";
import { Code } from "./assemble.js";
import * as gemm from "./gemm.js";
import { loop } from "./loops.js";
import { bytesOf, Kernel, Memory, supported } from "./memory.js";
import { block, columns, type Fold, folds, rows } from "./reduce.js";
import { softmax } from "./softmax.js";
import { Abandoned, Threads } from "./threads.js";
import { exact, nearly, spellable } from "./words.js";

/** From which sizes on, and in which pieces, work goes to WebAssembly: by measurement. Specs choose others. */
const usual = {
  /** Elements of a result, below which a call costs more than is won. */
  elements: 256,
  /** Length of an inner loop that is worth it. */
  inner: 4,
  /** Elements of a long row that are computed in one go. */
  chunk: 2 ** 13,
  /** Multiplications of a product that are worth it. */
  multiplications: 2 ** 12,
  /** Steps of a product summed by themselves. */
  depth: 128,
  /** Bytes of memory that are filled before values are copied out of it. */
  room: 2 ** 23,
  /** Bytes of memory at most. */
  maxMemory: 2 ** 32,
  /** Threads that take part in large computations, the caller's among them. */
  threads: 1,
  /** Work of one call that is worth dividing, in additions or so (each some 0.1 ns). */
  divided: 2 ** 16,
  /** Such work that is done before workers are started. */
  untilThreads: 2 ** 28,
};

/** What a function costs, such as exp, in additions. */
const functionWork = 8;

/** The backend, or `null` where WebAssembly or its SIMD is missing. */
export function wasm(reference: Backend, options: Partial<typeof usual> = {}): WasmBackend | null {
  const {
    elements,
    inner: least,
    chunk,
    multiplications,
    depth,
    room,
    maxMemory,
    threads: count,
    divided,
    untilThreads,
  } = {
    ...usual,
    ...options,
  };
  let memory: Memory;
  let threads: Threads | null = null;
  /** What workers could have had a part in since there are none. */
  let done = 0;
  try {
    if (!supported(new Code().f32x4(0).do("drop"))) return null;
    memory = new Memory(count > 1, maxMemory, room);
  } catch {
    return null;
  }
  const pack = new Kernel(gemm.pack());
  const fused = gemm.product({ fused: true });
  const product = new Kernel(supported(fused) ? fused : gemm.product({ fused: false }));
  const known = new Map<Word, Known>();

  /** Goes on without workers, for a while. */
  const abandon = (): void => {
    threads?.stop();
    threads = null;
    done = 0;
  };

  /** Runs a kernel's units, of so much work together: a part of them in workers, if it is much. */
  const run = (kernel: Kernel, units: number, given: readonly number[], work: number): void => {
    if (count > 1 && work >= divided && units > 1) {
      if (threads?.lost) abandon();
      if (threads?.ready && threads.run(kernel, units, given, work)) return;
      done += work;
      if (!threads && done >= untilThreads) threads = new Threads(memory, count);
    }
    kernel.in(memory)(0, units, ...given);
  };

  /** Computes, anew in another memory if a worker is lost: it may still write to this one. What lies there is saved first. */
  const safely = (compute: () => boolean): boolean => {
    try {
      return compute();
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      memory.empty();
      abandon();
      memory = new Memory(true, maxMemory, room);
      return compute();
    }
  };

  /** The values of y are at an address. Few are fetched at once, since JavaScript will compute with them. */
  const finish = (y: Block, address: number): void => {
    memory.keep(y.storage, address);
    if (y.storage.size < elements) y.storage.change();
    memory.end();
  };

  const word: Backend["word"] = (word, operands, y) => {
    const { size, dtype } = y.storage;
    let found = known.get(word);
    if (!found) {
      const steps = word.steps();
      found = {
        spelled: spellable(word),
        exact: exact(word),
        work: steps.reduce((sum, { letter }) => sum + (letter in nearly ? functionWork : 1), 0),
        places: word.places(),
        kernels: new Map(),
      };
      known.set(word, found);
    }
    // Of two backends with different bits one must compute always: eager and fused, short and long agree.
    const worth = size >= elements || (!found.exact && size > 0);
    const suits = found.spelled && worth && dtype === "float32" && operands.every(isSingle);
    if (!suits || !safely(() => compute(word, found, operands, y))) reference.word(word, operands, y);
  };

  function compute(word: Word, found: Known, operands: readonly (Block | number)[], y: Block): boolean {
    const { size } = y.storage;
    const code = flat(y, operands);
    const nest = code < 0 ? loops(y, operands) : null;
    // The kernel runs the last two loops; a single one is cut into rows.
    const inner = nest ? (nest.lengths.at(-1) as number) : chunk;
    const rows = nest ? (nest.lengths.at(-2) as number) : Math.ceil(size / chunk);
    if (nest && inner < least && found.exact) return false;
    let bytes = bytesOf(size);
    for (const x of operands) if (typeof x !== "number") bytes += bytesOf(x.storage.size);
    if (!memory.begin(bytes)) return false;
    const moves = nest?.patterns.map((pattern) => (pattern.includes("1") ? pattern.slice(-1) : "#"));
    const kernel = kernelFor(word, found, moves?.join("") ?? code, moves);
    if (!kernel) return false;
    const to = memory.take(size);
    const total = nest ? rows * inner : size;
    const given = [inner, total, to];
    const moving: { at: number; starts: number[] }[] = [];
    for (const place of found.places) {
      const x = operands[place];
      if (typeof x === "number") given.push(x);
      else if (x.storage.size === 1) given.push(x.storage.data[0]);
      else {
        const steps = nest ? strides(nest.lengths, nest.patterns[place]) : [inner];
        if (nest) moving.push({ at: given.length, starts: turns(nest.lengths.slice(0, -2), steps) });
        given.push(memory.address(x.storage), 4 * (steps.at(nest ? -2 : 0) as number));
      }
    }
    for (let turn = 0; turn * total < size; turn++) {
      const here = given.slice();
      here[2] += 4 * turn * total;
      for (const { at, starts } of moving) here[at] += 4 * starts[turn];
      // Where rows end within a vector, the next row writes over what one row wrote too much: in order, in one thread.
      run(kernel, rows, here, nest && inner % 4 !== 0 ? 0 : total * found.work);
    }
    finish(y, to);
    return true;
  }

  /** The word's loops, kept, by what moves along a row; of a word too large for a module none: it is the reference's from then on. */
  function kernelFor(word: Word, found: Known, key: number | string, moves?: readonly string[]): Kernel | null {
    const kernel = found.kernels.get(key);
    if (kernel) return kernel;
    try {
      const digits = (place: number): string => (Math.floor((key as number) / 3 ** place) % 3 === 1 ? "1" : "#");
      const made = new Kernel(loop(word, moves ?? Array.from({ length: most(found.places) + 1 }, (_, i) => digits(i))));
      made.in(memory);
      found.kernels.set(key, made);
      return made;
    } catch {
      found.spelled = false;
      return null;
    }
  }

  /** y[..., height, n] = a · b over leading axes. */
  function multiply(a: Block, b: Block, y: Block, [height, n, k]: readonly number[], ta = false, tb = false): boolean {
    const batch = y.shape.slice(0, -2);
    // Many matrices times one are one tall matrix times it.
    const tall = !ta && b.storage.size === k * n && a.storage.size === sizeOf(batch) * height * k;
    const m = tall ? sizeOf(batch) * height : height;
    const [firsts, seconds] = tall ? [[0], [0]] : [matrices(a, batch), matrices(b, batch)];
    const sizes = [Math.ceil(m / gemm.width) * gemm.width * k, Math.ceil(n / 8) * 8 * k] as const;
    const all = [a.storage.size, b.storage.size, ...sizes, y.storage.size];
    if (!memory.begin(all.reduce((sum, floats) => sum + bytesOf(floats), 0))) return false;
    const [left, right] = [memory.address(a.storage), memory.address(b.storage)];
    const [heights, widths] = sizes.map((floats) => memory.take(floats));
    const to = memory.take(y.storage.size);
    const units = Math.ceil(m / gemm.part.rows) * Math.ceil(n / gemm.part.columns);
    firsts.forEach((first, i) => {
      if (i === 0 || first !== firsts[i - 1])
        run(pack, Math.ceil(m / gemm.width), [left + 4 * first * m * k, heights, m, k, ta ? 1 : 0], m * k);
      if (i === 0 || seconds[i] !== seconds[i - 1])
        run(pack, Math.ceil(n / gemm.width), [right + 4 * seconds[i] * k * n, widths, n, k, tb ? 0 : 1], n * k);
      run(product, units, [heights, widths, to + 4 * i * m * n, m, n, k, depth], m * n * k);
    });
    memory.give(heights, sizes[0]);
    memory.give(widths, sizes[1]);
    finish(y, to);
    return true;
  }

  /** Folds the values of x along some axes, one run of neighbouring axes after the other, from the back. */
  function reduce(kernels: Folding, x: Block, axes: readonly number[], y: Block): boolean {
    const groups: { length: number; folded: boolean }[] = [];
    x.shape.forEach((length, axis) => {
      const folded = axes.includes(axis);
      const last = groups.at(-1);
      if (length === 1) return;
      if (last && last.folded === folded) last.length *= length;
      else groups.push({ length, folded });
    });
    if (!groups.some(({ folded }) => folded)) return false;
    if (!memory.begin(3 * bytesOf(x.storage.size))) return false;
    let from = memory.address(x.storage);
    let taken = 0;
    let [inner, outer] = [1, x.storage.size];
    for (const { length, folded } of groups.reverse()) {
      outer /= length;
      if (!folded) inner *= length;
      for (let n = folded ? length : 1; n > 1; ) {
        const blocks = Math.ceil(n / (inner === 1 ? block.rows : block.columns));
        const to = memory.take(outer * blocks * inner);
        if (inner === 1) run(kernels.rows, outer * blocks, [from, to, n, blocks], outer * n);
        else
          run(kernels.columns, outer * blocks, [from, to, n, inner, blocks], inner % 4 === 0 ? outer * n * inner : 0);
        if (taken) memory.give(from, taken);
        [from, taken, n] = [to, outer * blocks * inner, blocks];
      }
    }
    finish(y, from);
    return true;
  }

  const folding = (fold: Fold): Folding => ({ rows: new Kernel(rows(fold)), columns: new Kernel(columns(fold)) });
  const [sums, maxima, minima] = [folds.sum, folds.max, folds.min].map(folding);

  const softmaxes = [false, true].map((log) => new Kernel(softmax({ log })));
  /** Softmax along the last axes, or its logarithm. */
  function change(kernel: Kernel, x: Block, n: number, y: Block): boolean {
    const { size } = x.storage;
    if (!memory.begin(2 * bytesOf(size))) return false;
    const from = memory.address(x.storage);
    const to = memory.take(size);
    run(kernel, size / n, [from, to, n], n % 4 === 0 ? size * 2 * functionWork : 0);
    finish(y, to);
    return true;
  }
  const rowwise =
    (kernel: Kernel): FastKernel<{ axes: readonly number[] }> =>
    ([x], y, _, { axes }) => {
      const trailing = axes.every((axis, i) => axis === x.shape.length - axes.length + i);
      const n = sizeOf(axes.map((axis) => x.shape[axis]));
      return trailing && n > 1 && x.storage.size > 0 && isSingle(x) && safely(() => change(kernel, x, n, y));
    };

  const matmul: FastKernel<{ ta?: boolean; tb?: boolean }> = ([a, b], y, { m, n, k }, { ta, tb }) =>
    m * n * k >= multiplications && [a, b, y].every(isSingle) && safely(() => multiply(a, b, y, [m, n, k], ta, tb));
  const reduction =
    (kernels: Folding): FastKernel<{ axes: readonly number[] }> =>
    ([x], y, _, { axes }) =>
      x.storage.size >= elements && [x, y].every(isSingle) && safely(() => reduce(kernels, x, axes, y));
  const sum = reduction(sums);
  const sumTo: FastKernel<{ shape: Shape }> = (x, y, dims) =>
    sum(x, y, dims, { axes: summedAxes(x[0].shape, y.shape) });

  return {
    name: `wasm${count > 1 ? ` with ${count} threads` : ""}, ${reference.name}`,
    kernels: {
      matmul,
      sum,
      sumTo,
      max: reduction(maxima),
      min: reduction(minima),
      softmax: rowwise(softmaxes[0]),
      logSoftmax: rowwise(softmaxes[1]),
    },
    word,
    memory: () => memory,
    threads: () => threads,
    stop: () => threads?.stop(),
  };
}

/** The backend, the memory it works in, and its workers, once there are any. */
export type WasmBackend = Backend & { memory: () => Memory; threads: () => Threads | null };

/** A word: whether it can be spelled here, and with the reference's bits; its work; where its arguments are; its loops, by what moves. */
type Known = {
  spelled: boolean;
  exact: boolean;
  work: number;
  places: readonly number[];
  kernels: Map<string | number, Kernel>;
};

const most = (numbers: readonly number[]): number => Math.max(-1, ...numbers);

/** A fold of rows, and of columns. */
type Folding = { rows: Kernel; columns: Kernel };

const isSingle = (x: Block | number): boolean => typeof x === "number" || x.storage.dtype === "float32";
