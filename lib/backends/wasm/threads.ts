/** Threads: workers that take part in a kernel's work, tile by tile, in shared memory. Nothing waits for them to start. */
import type { Kernel, Memory } from "./memory.js";

/** Where things stand in the control block, as 32-bit integers; then the numbers given to a kernel, then kernels' code. */
const at = {
  job: 0,
  next: 1,
  done: 2,
  ready: 3,
  asleep: 4,
  tiles: 5,
  grain: 6,
  units: 7,
  kernel: 8,
  count: 9,
  waiting: 10,
} as const;
const numbersAt = 64;
const mostNumbers = 56;
const tableAt = 512;
const mostKernels = 512;
const codeAt = tableAt + 8 * mostKernels;
const controlBytes = 2 ** 20;

/** A claim is the number of the job, of 20 bits, and of its next tile, of 12: nobody can take a tile of another job. */
const tileBits = 12;
/** No tile: while a job is being written. */
const closed = 2 ** tileBits - 1;
/** A job is cut into so many tiles for each thread, so that a late worker holds up little, */
const tilesEach = 16;
/** none of which is smaller than this (see `Threads.run`). */
const leastTile = 2 ** 14;

/**
 * In milliseconds: how long workers look for work before they sleep; how long the caller waits for what they hold, after
 * which wait it does without them, and for how long.
 */
const patience = { worker: 0.5, caller: 400, tile: 1, rest: 50 };

/**
 * What a worker runs, as text: `new Worker` of a file would need one that every bundler finds. It looks for a job, then
 * claims tiles until none is left.
 */
const source = `
const work = ({ control, memory }) => {
  const ints = new Int32Array(control);
  const numbers = new Float64Array(control, ${numbersAt}, ${mostNumbers});
  const bytes = new Uint8Array(control);
  const kernels = [];
  const make = (id) => {
    const [start, length] = ints.subarray(${tableAt / 4} + 2 * id);
    const module = new WebAssembly.Module(bytes.slice(start, start + length));
    return new WebAssembly.Instance(module, { memory: { memory } }).exports.kernel;
  };
  Atomics.add(ints, ${at.ready}, 1);
  for (let job = 0; ; ) {
    for (let until = 0; Atomics.load(ints, ${at.job}) === job; )
      for (let i = 0; i < 200 && Atomics.load(ints, ${at.job}) === job; i++)
        if (i === 199) {
          const now = performance.now();
          until ||= now + ${patience.worker};
          if (now < until) continue;
          Atomics.add(ints, ${at.asleep}, 1);
          Atomics.wait(ints, ${at.job}, job);
          Atomics.sub(ints, ${at.asleep}, 1);
        }
    job = Atomics.load(ints, ${at.job});
    for (;;) {
      const next = Atomics.load(ints, ${at.next});
      const tile = next & ${closed};
      if (next >>> ${tileBits} !== (job & ${2 ** (32 - tileBits) - 1}) || tile >= Atomics.load(ints, ${at.tiles})) break;
      const id = ints[${at.kernel}];
      const first = tile * ints[${at.grain}];
      const last = Math.min(first + ints[${at.grain}], ints[${at.units}]);
      const given = numbers.slice(0, ints[${at.count}]);
      if (Atomics.compareExchange(ints, ${at.next}, next, next + 1) !== next) continue;
      (kernels[id] ??= make(id))(first, last, ...given);
      Atomics.add(ints, ${at.done}, 1);
      if (Atomics.load(ints, ${at.waiting}) === 1) Atomics.notify(ints, ${at.done});
    }
  }
};
if (typeof require === "function") work(require("node:worker_threads").workerData);
else onmessage = ({ data }) => work(data);
`;

/** What of Node's workers, or a page's, is used. */
export type Worker = { terminate(): unknown; unref?(): void };

/** Thrown when a worker does not bring back what it took: it may have ended, or still write. */
export class Abandoned extends Error {}

const surroundings = globalThis as unknown as Surroundings;

/** Whether workers can share memory here: in Node, and in pages that are isolated from other origins. */
const sharing = (): boolean =>
  typeof SharedArrayBuffer !== "undefined" &&
  Boolean(surroundings.process?.getBuiltinModule || surroundings.crossOriginIsolated);

/** So many threads as are wanted, at most, if workers can share memory; by default as many as the machine has, 8 at most. */
export function threadsFor(wanted?: number): number {
  if (!sharing()) return 1;
  const { process, navigator } = surroundings;
  const cores = process?.getBuiltinModule?.("node:os").availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
  return wanted ?? Math.min(8, cores);
}

type Surroundings = {
  process?: {
    getBuiltinModule?(id: "node:os"): { availableParallelism(): number };
    getBuiltinModule?(id: "node:worker_threads"): { Worker: new (source: string, options: object) => NodeWorker };
  };
  crossOriginIsolated?: boolean;
  navigator?: { hardwareConcurrency: number };
};

type NodeWorker = Worker & { on(event: "error" | "exit", listener: () => void): void };

/** Starts a worker; `ended` is called when it has ended, once this thread has time to hear of it. */
function startWorker(data: object, ended: () => void): Worker {
  const threads = surroundings.process?.getBuiltinModule?.("node:worker_threads");
  if (threads) {
    const worker = new threads.Worker(source, { eval: true, execArgv: [], workerData: data });
    worker.on("error", ended);
    worker.on("exit", ended);
    worker.unref?.();
    return worker;
  }
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new globalThis.Worker(url);
  worker.onerror = ended;
  worker.postMessage(data);
  return worker;
}

/** Pages must not block. */
const mayBlock = (globalThis as { document?: unknown }).document === undefined;

/** Workers on one memory. */
export class Threads {
  readonly workers: readonly Worker[];
  /** Whether a worker has ended, so that it is time for new ones. */
  lost = false;
  private readonly ints: Int32Array;
  private readonly numbers: Float64Array;
  private readonly bytes: Uint8Array;
  private readonly ids = new Map<Kernel, number>();
  private end = codeAt;
  /** Until when it is faster without workers. */
  private alone = 0;

  /** Starts workers; `count` threads, of which the caller is one. */
  constructor(
    private readonly memory: Memory,
    private readonly count: number,
  ) {
    const control = new SharedArrayBuffer(controlBytes);
    this.ints = new Int32Array(control);
    this.numbers = new Float64Array(control, numbersAt, mostNumbers);
    this.bytes = new Uint8Array(control);
    this.workers = Array.from({ length: count - 1 }, () =>
      startWorker({ control, memory: memory.memory }, () => {
        this.lost = true;
      }),
    );
  }

  /** Whether any worker has begun to look for work. */
  get ready(): boolean {
    return Atomics.load(this.ints, at.ready) > 0;
  }

  /**
   * Runs a kernel's units, in tiles, with all who are ready; `size` is the work of all of them, in additions or so. Gives
   * `false` if it cannot. Throws Abandoned when a worker kept a tile too long: then this memory is not to be used again.
   */
  run(kernel: Kernel, units: number, given: readonly number[], size: number): boolean {
    const id = this.ids.get(kernel) ?? this.publish(kernel);
    if (id < 0 || given.length > mostNumbers || performance.now() < this.alone) return false;
    const pieces = Math.min(this.count * tilesEach, Math.max(2, Math.floor(size / leastTile)), units, closed - 1);
    const grain = Math.ceil(units / pieces);
    const tiles = Math.ceil(units / grain);
    const { ints, numbers } = this;
    const job = (Atomics.load(ints, at.job) + 1) | 0;
    const claim = (job << tileBits) | 0;
    Atomics.store(ints, at.next, claim | closed);
    for (let i = 0; i < given.length; i++) numbers[i] = given[i];
    ints[at.count] = given.length;
    ints[at.kernel] = id;
    ints[at.grain] = grain;
    ints[at.units] = units;
    Atomics.store(ints, at.tiles, tiles);
    Atomics.store(ints, at.done, 0);
    Atomics.store(ints, at.next, claim);
    Atomics.store(ints, at.job, job);
    if (Atomics.load(ints, at.asleep) > 0) Atomics.notify(ints, at.job);
    const call = kernel.in(this.memory);
    const start = performance.now();
    let mine = 0;
    for (;;) {
      const next = Atomics.load(ints, at.next);
      const tile = next & closed;
      if (tile >= tiles) break;
      if (Atomics.compareExchange(ints, at.next, next, next + 1) !== next) continue;
      call(tile * grain, Math.min((tile + 1) * grain, units), ...given);
      Atomics.add(ints, at.done, 1);
      mine++;
    }
    this.wait(tiles, (performance.now() - start) / Math.max(1, mine));
    return true;
  }

  /** Waits until all tiles are done, of which one took `usual` milliseconds here. */
  private wait(tiles: number, usual: number): void {
    const { ints } = this;
    for (let start = 0; ; ) {
      for (let i = 0; i < 1000; i++) if (Atomics.load(ints, at.done) === tiles) return;
      const now = performance.now();
      start ||= now;
      if (now > start + patience.caller) throw new Abandoned();
      // Who waits that long shares the cores with others: for a while it is faster alone.
      if (now > start + patience.tile + 3 * usual) this.alone = now + patience.rest;
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
    if (id >= mostKernels || this.end + code.length > controlBytes) return -1;
    this.bytes.set(code, this.end);
    this.ints.set([this.end, code.length], tableAt / 4 + 2 * id);
    this.end += code.length;
    this.ids.set(kernel, id);
    return id;
  }

  /** Ends all workers. */
  stop(): void {
    for (const worker of this.workers) worker.terminate();
  }
}
