/** Which backend computes: `configure` chooses, `backend()` tells. */
import type { Backend } from "./backend.js";
import { codegenAllowed, reference } from "./reference.js";
import { wasm } from "./wasm/index.js";

/** What `configure` takes; what is left out is what the place allows. */
export type Configuration = {
  /** Print formulas as JavaScript and compile them, or interpret them. */
  codegen?: boolean;
  /** Compute float32 in WebAssembly, with SIMD. */
  wasm?: boolean;
};

/** Chooses how operations are computed, from now on. */
export function configure({ codegen = codegenAllowed(), wasm: fast = true }: Configuration = {}): void {
  const slow = reference({ codegen });
  current = (fast && wasm(slow)) || slow;
}

let current: Backend;
configure();

/** The backend in use. */
export const backend = (): Backend => current;
