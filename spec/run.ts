/** The test command: `npm test -- [--long] [--seed N] [--grep text-in-file-name]…`; the last line counts what passed and failed. */
import { parseArgs } from "node:util";
import { everywhere, findSpecs, readSeed, runFiles, type Verdict } from "./support/runner.js";

const { values } = parseArgs({
  options: { long: { type: "boolean" }, seed: { type: "string" }, grep: { type: "string", multiple: true } },
});
const { long = false } = values;
const seed = readSeed(values.seed);
const { files, unmatched } = findSpecs(values.grep, { apart: long });

let passed = 0;
let failed = 0;

function count(verdict: Verdict): void {
  const { file, environment, failures, output, seconds } = verdict;
  passed += verdict.passed;
  failed += failures.length;
  const tests = verdict.passed === 1 ? "1 test" : `${verdict.passed} tests`;
  const where = environment ? ` (${environment})` : "";
  console.log(`${failures.length > 0 ? "FAIL" : "ok  "} ${file}${where}: ${tests} passed, ${seconds.toFixed(1)} s`);
  if (failures.length > 0) console.log([output.trimEnd(), ...failures.map((text) => `  ✘ ${text}`), ""].join("\n"));
}

for (const text of unmatched)
  count({ file: text, passed: 0, failures: ["no spec file has this in its path"], output: "", seconds: 0 });
// The long run is in every environment.
const runs = long ? everywhere(files) : files.map((file) => ({ file }));
await runFiles(runs, { long, seed, deadline: long ? 600_000 : 60_000, each: count });

process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`seed ${seed}${long ? ", long" : ""}\n${passed} passed, ${failed} failed`);
