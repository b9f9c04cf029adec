/** Relaxed SIMD, by which products are added without being rounded first. */
import { Code, supported } from "./assemble.js";
import { surroundings } from "./worker.js";

/**
 * Whether there are fused steps here. Node 20 (from 20.16 on) has them behind a flag of V8's, which is set for good: it is the whole
 * process's, in which other threads may be compiling, too. Code that was kept compiled without it is compiled again.
 */
export function fuses(): boolean {
  const steps = new Code().f32x4(0).f32x4(0).f32x4(0).do("f32x4.relaxed_madd", "drop");
  if (supported(steps)) return true;
  try {
    const v8 = surroundings.process?.getBuiltinModule?.("node:v8");
    v8?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  } catch {
    return false; // a place like Node, without flags
  }
  return supported(steps);
}
