/** gradtape/testing: arbitraries for property tests with fast-check, and gradient checks on what they draw. */
import fc from "fast-check";
import { type GradcheckOptions, GradError, gradcheck, type Model, Tensor } from "./index.js";
import { write } from "./testing/arbitraries.js";

export {
  broadcastableShapes,
  type ShapesOptions,
  shapes,
  type TensorsOptions,
  tensors,
} from "./testing/arbitraries.js";
export type { Range } from "./testing/lattice.js";

/** Options of `checkGradients`: those of `gradcheck`, and how to draw. */
export type CheckGradientsOptions = Pick<GradcheckOptions, "order" | "tolerance" | "model"> & {
  /** How many times to draw inputs (default: fast-check's, 100). */
  runs?: number;
  /** Where fast-check starts (default: anew each time, or as configured); failures print it. */
  seed?: number;
  /** Goes straight to a failure: the path that it printed. */
  path?: string;
};

/** What was checked. */
export type CheckGradientsResult = {
  runs: number;
  /** How many slopes were compared with differences. */
  compared: number;
  /** How many of them lie at a kink, and were let pass. */
  kinks: number;
};

/**
 * Holds `gradcheck` against inputs drawn at random: `arbitraries` has one for each input, or is one that draws a list of
 * inputs whose shapes depend on each other. Throws a GradError with the simplest inputs found that fail, what went wrong
 * with them, and how to get there again; also when there was nothing to compare.
 */
export function checkGradients(
  f: ((...inputs: Tensor[]) => Tensor) | Model,
  arbitraries: readonly fc.Arbitrary<Tensor>[] | fc.Arbitrary<Tensor | readonly Tensor[]>,
  { runs, seed, path, ...options }: CheckGradientsOptions = {},
): CheckGradientsResult {
  const drawn: fc.Arbitrary<Tensor | readonly Tensor[]> = Array.isArray(arbitraries)
    ? fc.tuple(...(arbitraries as readonly fc.Arbitrary<Tensor>[]))
    : (arbitraries as fc.Arbitrary<Tensor | readonly Tensor[]>);
  const sums = { runs: 0, compared: 0, kinks: 0 };
  const property = fc.property(drawn, fc.nat(), (inputs, cotangents) => {
    const { compared, kinks } = gradcheck(f, inputs, { ...options, seed: cotangents });
    sums.runs++;
    sums.compared += compared;
    sums.kinks += kinks.length;
  });
  const given = Object.entries({ numRuns: runs, seed, path }).filter(([, value]) => value !== undefined);
  const details = fc.check(property, Object.fromEntries(given));
  if (details.failed) throw failure(details);
  if (sums.compared === sums.kinks)
    throw new GradError(
      `checkGradients: there must be something smooth to compare (${sums.compared} comparisons, ${sums.kinks} at kinks)`,
    );
  return sums;
}

function failure(details: fc.RunDetails<[Tensor | readonly Tensor[], number]>): GradError {
  const { counterexample, errorInstance: cause, seed, counterexamplePath: path } = details;
  if (!counterexample) return new GradError(`checkGradients: ${fc.defaultReportMessage(details)}`);
  const [drawn, cotangents] = counterexample;
  const inputs = drawn instanceof Tensor ? [drawn] : drawn;
  return new GradError(
    [
      `checkGradients: fails in run ${details.numRuns}; after ${details.numShrinks} steps to simpler inputs, with`,
      ...inputs.map((x, i) => `  input ${i + 1}: ${write(x)}, shape [${x.shape}]`),
      `  ${cause instanceof Error ? cause.message : String(cause)}`,
      `Again: checkGradients(f, arbitraries, { seed: ${seed}, path: ${JSON.stringify(path)} })` +
        `, or gradcheck(f, inputs${cotangents === 0 ? "" : `, { seed: ${cotangents} }`})`,
    ].join("\n"),
    { cause },
  );
}
