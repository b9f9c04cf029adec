/** Blocks of values, and what a backend writes where it should not. */
import * as assert from "uvu/assert";
import type { Backend, Block } from "../../lib/backends/backend.js";
import type { WasmBackend } from "../../lib/backends/wasm/index.js";
import { bytesOf } from "../../lib/backends/wasm/memory.js";
import { arrays, type Data, type Dtype } from "../../lib/dtype.js";
import { Storage } from "../../lib/storage.js";
import { assertSame } from "./close.js";

/** Zeros of a shape. */
export const blank = (shape: readonly number[], dtype: Dtype = "float32"): Block => {
  const size = shape.reduce((a, b) => a * b, 1);
  return { storage: Storage.of(new arrays[dtype](size), dtype), shape };
};

const canary = Math.fround(12345.678);

type Guarding = { dtype?: Dtype; exactly?: boolean };

/**
 * What a backend computes into a new block; what it writes beside the block, save the rest of its last vector (nothing, if
 * `exactly`), or to its operands, is an error.
 */
export const guarded = (
  backend: Backend,
  shape: readonly number[],
  operands: readonly (Block | number)[],
  run: (y: Block) => void,
  how?: Guarding,
): Data => guardedAll(backend, shape, 1, operands, ([y]) => run(y), how)[0];

/** The same of several blocks. */
export function guardedAll(
  backend: Backend,
  shape: readonly number[],
  count: number,
  operands: readonly (Block | number)[],
  run: (results: readonly Block[]) => void,
  { dtype = "float32", exactly = false }: Guarding = {},
): Data[] {
  const memory = (backend as Partial<WasmBackend>).memory?.();
  const results = Array.from({ length: count }, () => blank(shape, dtype));
  const size = [...results, ...operands].reduce<number>(
    (sum, x) => sum + (typeof x === "number" ? 0 : x.storage.size),
    0,
  );
  const room = 2 ** 13 + 16 * size;
  memory?.empty();
  memory?.begin([], [room / 4]);
  memory?.floats.fill(canary, 0, room / 4);
  run(results);
  if (memory) {
    const { floats, top } = memory;
    assert.ok(
      floats.subarray(0, 16).every((x) => x === canary) &&
        floats.subarray(top / 4, room / 4).every((x) => x === canary),
      "ends",
    );
    const written = new Set(results.map(({ storage }) => storage));
    for (const { storage } of [...results, ...operands.filter((x) => typeof x !== "number")]) {
      if (storage.home !== memory) continue;
      const [start, end] = [storage.address / 4, (storage.address + bytesOf(storage.size)) / 4];
      const own = written.has(storage) && !exactly ? Math.ceil(storage.size / 4) * 4 : storage.size;
      assert.ok(
        floats.subarray(start + own, end).every((x) => x === canary),
        "behind a block",
      );
      if (!written.has(storage) && storage.dtype === "float32")
        assertSame(floats.subarray(start, start + storage.size), storage.data);
    }
  }
  return results.map(({ storage }) => storage.data);
}
