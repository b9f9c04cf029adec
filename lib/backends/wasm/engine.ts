/** What every kernel of the backend needs: the memory, the threads, and how a computation begins, is divided and ends. */
import type { Backend, Block } from "../backend.js";
import type { Kernel } from "./memory.js";
import { Memory } from "./memory.js";
import { Abandoned, Threads } from "./threads.js";

/** From which sizes on, and in which pieces, work goes to WebAssembly: by measurement. Specs choose others. */
export const usual = {
  /** Elements of a result, below which a call costs more than is won. */
  elements: 256,
  /** Length of an inner loop that is worth it. */
  inner: 4,
  /** Elements of a long row that are computed in one go. */
  chunk: 2 ** 10,
  /** Multiplications of a product that are worth it. */
  multiplications: 2 ** 12,
  /**
   * Steps of a product summed by themselves, at most (or 2 √k, if that is more): sums of 100 to 30,000 uniform positive numbers
   * err by up to 8 units, 2^-24 of them.
   */
  depth: 64,
  /** Values of a product up to which b, unless transposed, is read where it lies: packing it costs more than it saves. */
  unpacked: 2 ** 16,
  /** Floats of packed panels up to which the products of a batch are computed together. */
  panels: 2 ** 20,
  /** Bytes of memory that are filled, at first, before values are copied out of it. */
  room: 2 ** 20,
  /** Bytes of memory at most. */
  maxMemory: 2 ** 32,
  /** Threads that take part in large computations, the caller's among them. */
  threads: 1,
  /** Work of one call that is worth dividing, in additions or so (each some 0.1 ns). */
  divided: 2 ** 16,
  /** Such work that is done before workers are started. */
  untilThreads: 2 ** 28,
};
export type Limits = typeof usual;

/** What a function costs, such as exp, in additions. */
export const functionWork = 8;

export const isSingle = (x: Block | number): boolean => typeof x === "number" || x.storage.dtype === "float32";

export class Engine {
  memory: Memory;
  threads: Threads | null = null;
  /** The backend that this is the engine of. */
  backend!: Backend;
  /** What workers could have had a part in since there are none. */
  private alone = 0;

  constructor(readonly limits: Limits) {
    this.memory = this.newMemory();
  }

  private newMemory(): Memory {
    const { threads, maxMemory, room } = this.limits;
    return new Memory(threads > 1, maxMemory, room, () => this.backend);
  }

  /** Runs a kernel's units, of so much work together: a part of them in workers, if it is much. */
  run(kernel: Kernel, units: number, given: readonly number[], work: number): void {
    const { threads: count, divided, untilThreads } = this.limits;
    if (count > 1 && work >= divided && units > 1) {
      if (this.threads?.lost) this.stop();
      if (this.threads?.ready && this.threads.run(kernel, units, given, work)) return;
      // Not longer than that: once the sum outgrew small integers, V8 would drop what it has compiled.
      if (!this.threads) {
        this.alone += work;
        if (this.alone >= untilThreads) this.threads = new Threads(this.memory, count);
      }
    }
    kernel.in(this.memory)(0, units, ...given);
  }

  /** Computes, anew in another memory if a worker is lost: it may still write to this one. What lies there is saved first. */
  safely(compute: () => boolean): boolean {
    try {
      return compute();
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      this.memory.empty();
      this.stop();
      this.memory = this.newMemory();
      return compute();
    }
  }

  /** Computes y, given its address, those of the operands, and of rooms of so many floats besides, for this computation only. */
  compute(
    operands: readonly Block[],
    y: Block,
    then: (to: number, from: readonly number[], rooms: readonly number[]) => void,
    floats: readonly number[] = [],
  ): boolean {
    return this.safely(() => {
      const { memory } = this;
      if (!memory.begin(operands, [y.storage.size, ...floats])) return false;
      const from = operands.map(({ storage }) => memory.address(storage));
      const to = memory.take(y.storage.size);
      const rooms = floats.map((size) => memory.take(size));
      then(to, from, rooms);
      rooms.forEach((address, i) => {
        memory.give(address, floats[i]);
      });
      this.finish(y, to);
      return true;
    });
  }

  /** The values of y are at an address. Few are fetched at once, since JavaScript will compute with them. */
  finish(y: Block, address: number): void {
    this.memory.keep(y.storage, address);
    if (y.storage.size < this.limits.elements) y.storage.change();
    this.memory.end();
  }

  /** Goes on without workers, for a while. */
  stop(): void {
    this.threads?.stop();
    this.threads = null;
    this.alone = 0;
  }
}
