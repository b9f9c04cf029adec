/** The WebAssembly backend: float32 in SIMD. What is small, or has other types, is the reference's. */
import type { Backend } from "../backend.js";
import { Code, supported } from "./assemble.js";
import { words } from "./elementwise.js";
import { Engine, type Limits, usual } from "./engine.js";
import { Kernel, type Memory } from "./memory.js";
import { moves } from "./moves.js";
import { matmul } from "./products.js";
import { reductions } from "./reductions.js";
import type { Threads } from "./threads.js";

/** The backend, the memory it works in, and its workers, once there are any. */
export type WasmBackend = Backend & { memory(): Memory; threads(): Threads | null };

/** The backend, or `null` where WebAssembly or its SIMD is missing. */
export function wasm(reference: Backend, options: Partial<Limits> = {}): WasmBackend | null {
  const limits = { ...usual, ...options };
  try {
    const simd = new Code().f32x4(0).do("drop");
    if (!supported(simd)) return null;
    const engine = new Engine(limits);
    new Kernel(() => simd).in(engine.memory); // throws where a page's policy forbids WebAssembly
    const made: WasmBackend = {
      name: `wasm${limits.threads > 1 ? ` with ${limits.threads} threads` : ""}, ${reference.name}`,
      word: words(engine, reference),
      kernels: { matmul: matmul(engine), ...reductions(engine), ...moves(engine) },
      make: (maker) => maker(engine),
      memory: () => engine.memory,
      threads: () => engine.threads,
      stop: () => {
        limits.threads = 1; // what was dropped may yet be asked for, and is then computed here
        engine.stop();
      },
    };
    engine.backend = made;
    return made;
  } catch {
    return null;
  }
}
