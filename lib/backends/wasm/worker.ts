/** What a worker is: the block through which it is told what to do, the program it runs, and how it is started. */

/** Where things stand in the control block, as 32-bit integers; then the numbers given to a kernel, then kernels' code. */
export const at = {
  job: 0,
  done: 1,
  ready: 2,
  asleep: 3,
  waiting: 4,
  /** What a job is: its kernel's number, how many numbers that is given, its units, and how many of them a tile has. */
  kernel: 5,
  /** Written and read in order with the shares: with those of the next job, shares that are done would seem to have more. */
  tiles: 9,
  /** The next tile of each thread's share. */
  next: 10,
} as const;
export const mostThreads = 54;
export const numbersAt = 256;
export const mostNumbers = 56;
export const tableAt = 704;
export const mostKernels = 512;
export const codeAt = tableAt + 8 * mostKernels;
export const controlBytes = 2 ** 20;

/** A claim is the number of the job, of 20 bits, and of a share's next tile, of 12: nobody can take a tile of another job. */
export const tileBits = 12;
/** No tile: while a job is being written. */
export const closed = 2 ** tileBits - 1;
/** How long a worker looks for work before it sleeps, in milliseconds. */
const patience = 0.5;

/**
 * What a worker runs, as text: `new Worker` of a file would need one that every bundler finds. It looks for a job, then
 * claims tiles, first of its own share, until none is left. What it read once for all of them was this job's if it can claim one.
 */
const source = `
const work = ({ control, memory, thread, threads }) => {
  const ints = new Int32Array(control);
  const numbers = new Float64Array(control, ${numbersAt}, ${mostNumbers});
  const kernels = [];
  Atomics.add(ints, ${at.ready}, 1);
  for (let job = 0; ; ) {
    for (let i = 1, until = 0; Atomics.load(ints, ${at.job}) === job; i++) {
      if (i % 200) continue;
      const now = performance.now();
      until ||= now + ${patience};
      if (now < until) continue;
      Atomics.add(ints, ${at.asleep}, 1);
      Atomics.wait(ints, ${at.job}, job);
      Atomics.sub(ints, ${at.asleep}, 1);
    }
    job = Atomics.load(ints, ${at.job});
    const [id, count, units, grain] = ints.subarray(${at.kernel}), tiles = Atomics.load(ints, ${at.tiles});
    const given = [0, 0, ...numbers.subarray(0, count), thread];
    for (let turn = 0; turn < threads; turn++) {
      const whose = (thread + turn) % threads, end = Math.floor(((whose + 1) * tiles) / threads);
      for (;;) {
        const next = Atomics.load(ints, ${at.next} + whose), tile = (next - (job << ${tileBits})) >>> 0;
        if (tile >= end) break;
        const some = Math.ceil((end - tile) / 2);
        if (Atomics.compareExchange(ints, ${at.next} + whose, next, next + some) !== next) continue;
        if (!kernels[id]) {
          const module = new WebAssembly.Module(new Uint8Array(control).slice(...ints.subarray(${tableAt / 4} + 2 * id).slice(0, 2)));
          kernels[id] = new WebAssembly.Instance(module, { memory: { memory } }).exports.kernel;
        }
        given[0] = tile * grain;
        given[1] = Math.min(given[0] + some * grain, units);
        kernels[id](...given);
        Atomics.add(ints, ${at.done}, some);
        if (Atomics.load(ints, ${at.waiting}) === 1) Atomics.notify(ints, ${at.done});
      }
    }
  }
};
if (typeof require === "function") work(require("node:worker_threads").workerData);
else onmessage = ({ data }) => work(data);
`;

/** What of Node's workers, or a page's, is used. */
export type Worker = { terminate(): unknown; unref?(): void };

export const surroundings = globalThis as unknown as Surroundings;

/** Whether workers can share memory here: in Node, and in pages that are isolated from other origins. */
const sharing = (): boolean =>
  typeof SharedArrayBuffer !== "undefined" &&
  Boolean(surroundings.process?.getBuiltinModule || surroundings.crossOriginIsolated);

/** So many threads as are wanted, 54 at most, if workers can share memory; by default as many as the machine has, 8 at most. */
export function threadsFor(wanted?: number): number {
  if (!sharing()) return 1;
  const { process, navigator } = surroundings;
  const cores = process?.getBuiltinModule?.("node:os").availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
  return Math.min(wanted ?? Math.min(8, cores), mostThreads);
}

type Surroundings = {
  process?: {
    getBuiltinModule?(id: "node:os"): { availableParallelism(): number };
    getBuiltinModule?(id: "node:v8"): { setFlagsFromString(flags: string): void };
    getBuiltinModule?(id: "node:worker_threads"): { Worker: new (source: string, options: object) => NodeWorker };
  };
  crossOriginIsolated?: boolean;
  navigator?: { hardwareConcurrency: number };
};

type NodeWorker = Worker & { on(event: "error" | "exit", listener: () => void): void };

/** Starts a worker; `ended` is called when it has ended, once this thread has time to hear of it. */
export function startWorker(data: object, ended: () => void): Worker {
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
