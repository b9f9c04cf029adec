// usual environment only: its backends are its own
/** Guard words: what a backend computes in WebAssembly's memory changes nothing there but the blocks it took, whatever op is called. */
import { Generator, registry } from "gradtape";
import * as assert from "uvu/assert";
import type { Backend, Block, FastKernel } from "../lib/backends/backend.js";
import { reference } from "../lib/backends/reference.js";
import { type WasmBackend, wasm } from "../lib/backends/wasm/index.js";
import { bytesOf, type Memory } from "../lib/backends/wasm/memory.js";
import { as, complete, larger, replaceBackend, results } from "./support/calls.js";
import { long, suite } from "./support/suite.js";

const test = suite("guards");

/** The bits of guard words: a signalling NaN that no computation gives. */
const guard = 0x7fa5a5a5;
/** Guard words behind every block. */
const gap = 12;

/** Floats behind a block that may be written: a row that ends within a vector is written with all of it. */
const tail = 3;

type Taken = { address: number; floats: number };

/** Memory's `take`, with a gap behind every block, so that none lies beside another. */
function spread(memory: Memory): Taken[] {
  const blocks: Taken[] = [];
  const { take } = memory;
  memory.take = (floats) => {
    const address = take.call(memory, floats);
    take.call(memory, gap);
    blocks.push({ address, floats });
    return address;
  };
  return blocks;
}

/** What was computed in WebAssembly, and of that how much by each kernel. */
type Count = { calls: number; by: Map<string, number> };

/**
 * The backend, checked at every call. Operands are put into its memory first, the rest of which is guard words; afterwards all
 * that lay there must lie there still, bit for bit, and of what was taken since no block was left.
 */
function checked(backend: WasmBackend): { backend: Backend; count: Count } {
  const memory = backend.memory();
  const blocks = spread(memory);
  const count: Count = { calls: 0, by: new Map() };

  function run<T>(name: string, operands: readonly (Block | number)[], y: Block, compute: () => T): T {
    memory.empty();
    blocks.length = 0;
    const inputs = operands.filter((x): x is Block => typeof x !== "number" && x.storage.dtype === "float32");
    const room = 2 ** 14 + 64 * [y, ...inputs].reduce((sum, { storage }) => sum + storage.size, 0);
    assert.ok(memory.begin([], [room / 4]));
    const all = new Uint32Array(memory.floats.buffer, 0, room / 4);
    all.fill(guard);
    for (const { storage } of inputs) if (storage.size > 1) memory.address(storage);
    memory.end();
    const held = memory.top / 4;
    const before = all.slice(0, held);
    blocks.length = 0;
    const result = compute();
    assert.is(memory.floats.buffer, all.buffer, "the memory grew: there was too little room to check");
    const wrong = (at: number): string =>
      `${name}(${operands.map((x) => (typeof x === "number" ? x : `[${x.shape}]`)).join(", ")}) wrote at float ${at}`;
    for (let i = 0; i < held; i++) if (all[i] !== before[i]) throw new Error(`${wrong(i)}, over what lay there`);
    // What was taken since, and what was not taken, is guard words, save the blocks.
    const taken = [...blocks.sort((a, b) => a.address - b.address), { address: room, floats: 0 }];
    let at = held;
    for (const { address, floats } of taken) {
      for (; at < address / 4; at++) if (all[at] !== guard) throw new Error(`${wrong(at)}, between blocks`);
      at = Math.max(at, (address + Math.min(4 * (floats + tail), bytesOf(floats))) / 4); // a block may have been given back and taken again
    }
    if (blocks.length > 0) {
      count.calls++;
      count.by.set(name, (count.by.get(name) ?? 0) + 1);
    }
    return result;
  }

  const kernels = Object.entries(backend.kernels as unknown as Record<string, FastKernel<unknown>>).map(
    ([name, kernel]): [string, FastKernel<unknown>] => [
      name,
      (inputs, y, dims, attributes) => run(name, inputs, y, () => kernel(inputs, y, dims, attributes)),
    ],
  );
  return {
    backend: {
      ...backend,
      kernels: Object.fromEntries(kernels) as Backend["kernels"],
      word: (word, operands, y, more) => run("word", operands, y, () => backend.word(word, operands, y, more)),
    },
    count,
  };
}

const defines = reference({ codegen: true });
const everything = { elements: 1, inner: 0, multiplications: 1 };

/** Calls of every op in turn, forward and backward, until so many were computed in WebAssembly. */
function callEverything(made: WasmBackend, wanted: number): Count {
  const { backend, count } = checked(made);
  const back = replaceBackend(backend);
  try {
    for (let round = 0; count.calls < wanted; round++)
      for (const op of registry.values())
        for (const call of larger(op, 4, new Generator(round), 40 * 2 ** (round % 6)))
          results(call, as("float32", call.inputs));
  } finally {
    back();
  }
  return count;
}

/** Fails unless every kernel took part. */
function checkAll({ by }: Count, made: WasmBackend): void {
  assert.equal([...by.keys()].sort(), [...Object.keys(made.kernels), "word"].sort());
}

test(
  `${long ? "100,000" : "5,000"} calls of every op, forward and backward, change nothing but the blocks they took`,
  () => {
    const wanted = long ? 50_000 : 2500;
    for (const options of [{ chunk: 48, depth: 8 }, {}]) {
      const made = complete(wasm(defines, { ...everything, ...options }) as WasmBackend);
      checkAll(callEverything(made, wanted), made);
    }
  },
  { deadline: 600_000 },
);

/** The backend, whose words write one float more: `by` floats behind the result's first. */
function careless(by: (size: number) => number): WasmBackend {
  const made = complete(wasm(defines, everything) as WasmBackend);
  return {
    ...made,
    word(word, operands, y, more) {
      made.word(word, operands, y, more);
      if (y.storage.home) made.memory().floats[y.storage.address / 4 + by(y.storage.size)] = 1;
    },
  };
}

test("a float written before a block, or too far behind it, is seen", () => {
  for (const by of [() => -1, (size: number) => size + tail])
    assert.throws(
      () => callEverything(careless(by), 1),
      /word.* wrote at float \d+, (between blocks|over what lay there)/,
    );
  callEverything(
    careless((size) => size + tail - 1),
    100,
  );
});

test.run();
