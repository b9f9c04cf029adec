// usual environment only: its backends are its own
/** Threads: the same bits for any number of them, whatever becomes of the workers; and none keeps the process alive. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { registry } from "gradtape";
import * as assert from "uvu/assert";
import type { Block, FastKernel } from "../lib/backends/backend.js";
import { reference } from "../lib/backends/reference.js";
import { type WasmBackend, wasm } from "../lib/backends/wasm/index.js";
import { at, closed, tileBits } from "../lib/backends/wasm/worker.js";
import { Generator } from "../lib/random.js";
import { Storage } from "../lib/storage.js";
import { type Word, Word as Words } from "../lib/word.js";
import { assertSame } from "./support/close.js";
import { long, suite } from "./support/suite.js";

const test = suite("threads");

const defines = reference({ codegen: true });
/** A backend that divides everything among so many threads, from the start. */
const eager = (threads: number): WasmBackend =>
  wasm(defines, { threads, elements: 0, multiplications: 1, divided: 1, untilThreads: 0, chunk: 64 }) as WasmBackend;

const block = (shape: readonly number[], generator?: Generator): Block => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  generator?.fillNormal(data, 0, 1);
  return { storage: Storage.of(data, "float32"), shape };
};

/** Runs something until workers take part. */
function warm(backend: WasmBackend): void {
  const [x, y] = [block([4096], new Generator(1)), block([4096])];
  const word = registry.get("exp")?.word as Word;
  do backend.word(word, [x], y);
  while (!backend.threads()?.ready);
}

const x = Words.argument(0);

type Kernels = Record<string, FastKernel<object>>;

/** Products, words, sums, and softmax: all that is divided, of sizes that end in the middle of a tile. */
function everything(backend: WasmBackend, round: number): Block[] {
  const generator = new Generator(round);
  const size = () => 1 + generator.integer(150);
  const [m, n, k] = [size(), size(), size()];
  const kernels = backend.kernels as unknown as Kernels;
  const [a, b] = [block([m, k], generator), block([k, n], generator)];
  const shapes = [[m, n], [9, 5, n], [m, k], [], [m], [k], [m, k]];
  const [product, batch, elements, sum, rows, columns, share] = shapes.map((s) => block(s));
  const both = [block([m, k]), block([m, k])];
  kernels.matmul([a, b], product, { m, n, k }, {});
  const some = [block([9, 5, k], generator), block([9, k, n], generator)];
  kernels.matmul(some, batch, { m: 5, n, k }, {});
  backend.word(registry.get("sigmoid")?.word as Word, [a], elements);
  backend.word(Words.list([x.exp() as Word, x.mul(x) as Word]), [a], both[0], both.slice(1));
  kernels.sum([a], sum, {}, { axes: [0, 1] });
  kernels.sum([a], rows, {}, { axes: [1] });
  kernels.sum([a], columns, {}, { axes: [0] });
  kernels.softmax([a], share, {}, { axes: [1] });
  return [product, batch, elements, ...both, sum, rows, columns, share];
}

/** A product large enough for tiles to be claimed one by one. */
function large(backend: WasmBackend): Block[] {
  const generator = new Generator(1);
  const [m, n, k] = [500, 301, 500];
  const y = block([m, n]);
  const operands = [block([m, k], generator), block([k, n], generator)];
  (backend.kernels as unknown as Kernels).matmul(operands, y, { m, n, k }, {});
  return [y];
}

const same = (found: Block[], expected: Block[]): void =>
  found.forEach(({ storage }, i) => {
    assertSame(storage.data, expected[i].storage.data);
  });

test("1, 2, 3 and 5 threads give the same bits", () => {
  const alone = eager(1);
  for (const count of [2, 3, 5]) {
    const backend = eager(count);
    const memories = new Set<unknown>();
    const rounds = long ? 500 : 60;
    try {
      everything(backend, 0); // compiles, here
      warm(backend);
      assert.is(backend.threads()?.workers.length, count - 1);
      for (let round = 0; round < rounds; round++) {
        warm(backend);
        same(everything(backend, round), everything(alone, round));
        memories.add(backend.memory());
      }
      same(large(backend), large(alone));
      assert.ok(memories.size < rounds / 4, "workers are lost time and again: what they are given, they cannot run");
    } finally {
      backend.stop?.();
    }
  }
});

test(
  "a worker that ends in the middle of its work changes no result",
  async () => {
    const alone = eager(1);
    const backend = eager(2);
    const rounds = long ? 500 : 20;
    try {
      for (let round = 0; round < rounds; round++) {
        warm(backend);
        const kept = everything(backend, round); // lies in a memory that may be given up
        const ended = backend.threads()?.workers[0].terminate();
        for (let i = 0; i < 10; i++) same(everything(backend, i), everything(alone, i));
        same(kept, everything(alone, round));
        await ended;
      }
    } finally {
      backend.stop?.();
    }
  },
  { deadline: 600_000 },
);

/** A worker that claims a tile of the next job, of the first of two shares, and does nothing with it. */
function rob(ints: Int32Array): Worker {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const source = `
    const { ints, flag } = require("node:worker_threads").workerData;
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    const before = Atomics.load(ints, ${at.next}) >>> ${tileBits};
    for (;;) {
      const next = Atomics.load(ints, ${at.next});
      if (next >>> ${tileBits} === before || (next & ${closed}) >= Math.floor(Atomics.load(ints, ${at.tiles}) / 2)) continue;
      if (Atomics.compareExchange(ints, ${at.next}, next, next + 1) === next) break;
    }
  `;
  const worker = new Worker(source, { eval: true, execArgv: [], workerData: { ints, flag } });
  Atomics.wait(flag, 0, 0);
  return worker;
}

test("a worker that keeps a tile is given up after a while, with the memory it may still write to", () => {
  const backend = eager(2);
  try {
    warm(backend);
    const before = backend.memory();
    const expected = everything(backend, 3);
    const robber = rob((backend.threads() as unknown as { ints: Int32Array }).ints);
    for (let i = 0; i < 1000 && backend.memory() === before; i++) same(everything(backend, 3), expected);
    assert.is.not(backend.memory(), before);
    same(everything(backend, 4), everything(eager(1), 4));
    robber.terminate();
  } finally {
    backend.stop?.();
  }
});

test("workers do not keep a process alive, and no error reaches it", () => {
  const program = `
    import { backend, normal } from "gradtape";
    const x = normal([512, 512]);
    let y = x;
    for (let i = 0; i < 40; i++) y = x.matmul(x);
    console.log(backend().threads?.()?.ready ?? "alone", y.size);
  `;
  const flags = ["--conditions=gradtape-source", "--import", "tsx", "--input-type=module", "--eval", program];
  const output = execFileSync(process.execPath, flags, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.match(output, /^(true|alone) 262144/);
});

test.run();
