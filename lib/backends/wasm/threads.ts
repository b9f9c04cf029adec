/** Threads: workers that take part in a kernel's work, tile by tile, in shared memory. Nothing waits for them to start. */
import type { Kernel, Memory } from "./memory.js";
import {
  at,
  closed,
  codeAt,
  controlBytes,
  mostKernels,
  mostNumbers,
  numbersAt,
  startWorker,
  tableAt,
  tileBits,
  type Worker,
} from "./worker.js";

/** A job is cut into so many tiles for each thread, so that a late worker holds up little, */
const tilesEach = 24;
/** none of which is smaller than this (see `Threads.run`). */
const leastTile = 2 ** 14;
/** From this much work on a late worker costs less than none. */
const large = 2 ** 26;

/** Milliseconds for which the caller looks whether workers are done before it sleeps, from which it wakes late. */
const spin = 0.05;
/** How long it waits for what they hold, beside thrice the time that it took for its own tiles. */
const patience = 400;
/** After which wait, beside an eighth of that time, it does without them, and for how long. */
const late = 1;
const rest = 10;

/** Thrown when a worker does not bring back what it took: it may have ended, or still write. */
export class Abandoned extends Error {}

/** Pages must not block. */
const mayBlock = (globalThis as { document?: unknown }).document === undefined;

/** Workers on one memory. */
export class Threads {
  readonly workers: readonly Worker[];
  /** Whether a worker has ended, so that it is time for new ones. */
  lost = false;
  private readonly ints: Int32Array;
  private readonly numbers: Float64Array;
  private readonly ids = new Map<Kernel, number>();
  private end = codeAt;
  /** Until when it is faster without workers; no small integer at first, since V8 would compile anew for the times to come. */
  private alone = -Infinity;

  /** Starts workers; `count` threads, of which the caller is one. */
  constructor(
    private readonly memory: Memory,
    private readonly count: number,
  ) {
    const control = new SharedArrayBuffer(controlBytes);
    this.ints = new Int32Array(control);
    this.numbers = new Float64Array(control, numbersAt, mostNumbers);
    this.workers = Array.from({ length: count - 1 }, (_, i) =>
      startWorker({ control, memory: memory.memory, thread: i + 1, threads: count }, () => {
        this.lost = true;
      }),
    );
  }

  /** Whether any worker has begun to look for work. */
  get ready(): boolean {
    return Atomics.load(this.ints, at.ready) > 0;
  }

  /**
   * Runs a kernel's units, in tiles, with all who are ready; `size` is the work of all of them, in additions or so. Each begins
   * with a share of its own, the same of every job: what it reads it often wrote itself, in its own cache. Gives `false` if it
   * cannot. Throws Abandoned when a worker kept a tile too long: then this memory is not to be used again.
   */
  run(kernel: Kernel, units: number, given: readonly number[], size: number): boolean {
    const id = this.ids.get(kernel) ?? this.publish(kernel);
    if (id < 0 || given.length > mostNumbers) return false;
    if (size < large && performance.now() < this.alone) return false;
    const pieces = Math.min(this.count * tilesEach, Math.max(2, Math.floor(size / leastTile)), units, closed - 1);
    const grain = Math.ceil(units / pieces);
    const tiles = Math.ceil(units / grain);
    const { ints, numbers, count } = this;
    const job = (Atomics.load(ints, at.job) + 1) | 0;
    const claim = job << tileBits;
    for (let t = 0; t < count; t++) Atomics.store(ints, at.next + t, claim | closed);
    numbers.set(given);
    ints.set([id, given.length, units, grain], at.kernel);
    Atomics.store(ints, at.tiles, tiles);
    Atomics.store(ints, at.done, 0);
    for (let t = 0; t < count; t++) Atomics.store(ints, at.next + t, claim | ((t * tiles) / count));
    Atomics.store(ints, at.job, job);
    if (Atomics.load(ints, at.asleep)) Atomics.notify(ints, at.job);
    const call = kernel.in(this.memory);
    const all = [0, 0].concat(given, 0);
    const start = performance.now();
    for (let t = 0; t < count; t++) {
      const end = Math.floor(((t + 1) * tiles) / count);
      for (;;) {
        const next = Atomics.load(ints, at.next + t);
        const tile = next & closed;
        if (tile >= end) break;
        const some = Math.ceil((end - tile) / 2);
        if (Atomics.compareExchange(ints, at.next + t, next, next + some) !== next) continue;
        all[0] = tile * grain;
        all[1] = Math.min(all[0] + some * grain, units);
        call(...all);
        Atomics.add(ints, at.done, some);
      }
    }
    this.wait(tiles, performance.now() - start);
    return true;
  }

  /** Waits until all tiles are done, of which those that were this thread's took it `own` milliseconds. */
  private wait(tiles: number, own: number): void {
    const { ints } = this;
    for (let start = 0; ; ) {
      for (let i = 0; i < 1000; i++) if (Atomics.load(ints, at.done) === tiles) return;
      const now = performance.now();
      start ||= now;
      if (now < start + spin) continue;
      if (now > start + patience + 3 * own) throw new Abandoned();
      // Who waits that long shares the cores with others: for a while it is faster alone.
      if (now > start + late + own / 8) this.alone = now + rest;
      if (!mayBlock) continue;
      // Where cores are scarce, the worker that is waited for may need this one.
      Atomics.store(ints, at.waiting, 1);
      const done = Atomics.load(ints, at.done);
      if (done < tiles) Atomics.wait(ints, at.done, done, 1);
      Atomics.store(ints, at.waiting, 0);
    }
  }

  /** Puts a kernel's code where workers find it; −1 when there is no more room. */
  private publish(kernel: Kernel): number {
    const code = kernel.bytes(this.memory.shared);
    const id = this.ids.size;
    const end = this.end + code.length;
    if (id >= mostKernels || end > controlBytes) return -1;
    new Uint8Array(this.ints.buffer).set(code, this.end);
    this.ints.set([this.end, end], tableAt / 4 + 2 * id);
    this.end = end;
    this.ids.set(kernel, id);
    return id;
  }

  /** Ends all workers. */
  stop(): void {
    for (const worker of this.workers) worker.terminate();
  }
}
