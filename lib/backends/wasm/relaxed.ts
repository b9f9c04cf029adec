/** Relaxed SIMD, by which products are added without being rounded first: at hand, behind a flag, or not there. */
import { Code, supported } from "./assemble.js";
import { surroundings } from "./worker.js";

/** Runs what compiles a module. */
export type Compiling = <T>(compile: () => T) => T;

export const plainly: Compiling = (compile) => compile();

/**
 * Node 20 has it behind a flag of V8's. Flags are the whole process's, and compiled code that was kept is of no use under
 * others: it is set only meanwhile.
 */
const flagged: Compiling = (compile) => {
  const v8 = surroundings.process?.getBuiltinModule?.("node:v8");
  const set = (no: string) => v8?.setFlagsFromString(`--${no}experimental-wasm-relaxed-simd`);
  try {
    set("");
    return compile();
  } finally {
    set("no-");
  }
};

/** How modules with fused steps are compiled here, if they can be. */
export function fusing(): Compiling | undefined {
  const steps = new Code().f32x4(0).f32x4(0).f32x4(0).do("f32x4.relaxed_madd", "drop");
  try {
    return [plainly, flagged].find((compiling) => compiling(() => supported(steps)));
  } catch {
    return undefined; // a place like Node without flags
  }
}
