/** Which backend computes: `configure` chooses, `backend()` tells. */
import { DtypeError, kindOf, ValueError } from "../error.js";
import { limitStorage } from "../storage.js";
import type { Backend } from "./backend.js";
import { codegenAllowed, reference } from "./reference.js";
import { wasm } from "./wasm/index.js";
import { threadsFor } from "./wasm/worker.js";

/** What `configure` takes; what is left out is what the place allows. */
export type Configuration = {
  /** Print formulas as JavaScript and compile them, or interpret them. */
  codegen?: boolean;
  /** Compute float32 in WebAssembly. */
  wasm?: boolean;
  /** … which is done with SIMD only: without, in JavaScript. */
  simd?: boolean;
  /** How many threads take part in large computations in WebAssembly (54 at most; default: one for each core, up to 8); 1 for none but this. */
  threads?: number;
  /** Bytes that a tensor, and WebAssembly's memory, may have at most (default: what the place allows). */
  maxMemory?: number;
};

/** Chooses how operations are computed, from now on. Tensors stay as they are. */
export function configure(choice: Configuration = {}): void {
  const { codegen = codegenAllowed(), wasm: fast = true, simd = true, maxMemory = Infinity } = choice;
  const { threads = threadsFor() } = choice;
  for (const [name, value] of Object.entries({ codegen, wasm: fast, simd }))
    if (typeof value !== "boolean")
      throw new DtypeError(`configure: ${name} must be true or false (given ${kindOf(value)})`);
  if (!Number.isInteger(threads) || threads < 1)
    throw new ValueError(`configure: threads must be a whole number of at least 1 (given ${threads})`);
  if (!(maxMemory > 0)) throw new ValueError(`configure: maxMemory must be a number of bytes (given ${maxMemory})`);
  current?.stop?.();
  limitStorage(maxMemory);
  const slow = reference({ codegen });
  current =
    (fast && simd && wasm(slow, { threads: threadsFor(threads), maxMemory: Math.min(2 ** 32, maxMemory) })) || slow;
}

let current: Backend | undefined;
configure();

/** The backend in use. */
export const backend = (): Backend => current as Backend;
