/** Which backend computes: `configure` chooses, `backend()` tells. */
import type { Backend } from "./backend.js";
import { codegenAllowed, reference } from "./reference.js";

/** What `configure` takes. */
export type Configuration = {
  /** Print formulas as JavaScript and compile them (default: where the place allows it), or interpret them. */
  codegen?: boolean;
};

let current: Backend = reference({ codegen: codegenAllowed() });

/** Chooses how operations are computed, from now on. Results keep their bits; only speed changes. */
export function configure({ codegen = codegenAllowed() }: Configuration): void {
  current = reference({ codegen });
}

/** The backend in use. */
export const backend = (): Backend => current;
