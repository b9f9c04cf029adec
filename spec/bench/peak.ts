/** What WebAssembly can do at most here: multiplications and additions of numbers in registers, on all cores at once. */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { assemble, Code } from "../../lib/backends/wasm/assemble.js";
import { fuses } from "../../lib/backends/wasm/relaxed.js";

/** Sums that grow side by side: so many that none waits for its last step, and registers hold them all. */
const sums = 12;
/** Steps of each in a turn of the loop, so that counting costs nothing. */
const steps = 8;
const flops = 2 * 4 * sums * steps;

/** peak(turns): writes what it computed, or engines might compute nothing. */
function peak(fused: boolean): Code {
  const code = new Code();
  const [turns] = code.parameters(1);
  const i = code.local("i32");
  const [a, b, ...totals] = code.locals("v128", 2 + sums);
  code.f32x4(0.5).set(a).f32x4(0.25).set(b);
  code.for(i, turns, 1, () => {
    for (let step = 0; step < steps; step++)
      for (const total of totals) {
        if (fused) code.do(a, b, total, "f32x4.relaxed_madd").set(total);
        else code.do(total, a, b, "f32x4.mul", "f32x4.add").set(total);
      }
  });
  totals.forEach((total, k) => {
    code
      .i32(0)
      .do(total)
      .memory("v128.store", 16 * k);
  });
  return code;
}

const work = `
const { parentPort, workerData: module } = require("node:worker_threads");
const memory = new WebAssembly.Memory({ initial: 1 });
const { kernel } = new WebAssembly.Instance(module, { memory: { memory } }).exports;
parentPort.on("message", (ms) => {
  const start = performance.now();
  let [turns, elapsed] = [0, 0];
  for (; elapsed < ms; elapsed = performance.now() - start) {
    kernel(10000);
    turns += 10000;
  }
  parentPort.postMessage(turns / elapsed);
});`;

/** GFLOP/s of so many threads at once: the best of some tries, the first of which is the compiler's. */
export async function measurePeak(threads = availableParallelism()): Promise<number> {
  const module = new WebAssembly.Module(assemble(peak(fuses())));
  const workers = Array.from(
    { length: threads },
    () => new Worker(work, { eval: true, execArgv: [], workerData: module }),
  );
  const rate = async (worker: Worker, ms: number): Promise<number> => {
    worker.postMessage(ms);
    const [turns] = await once(worker, "message");
    return turns;
  };
  let best = 0;
  for (const ms of [500, ...Array(10).fill(100)]) {
    const rates = await Promise.all(workers.map((worker) => rate(worker, ms)));
    best = Math.max(best, (rates.reduce((a, b) => a + b, 0) * flops) / 1e6);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return best;
}
