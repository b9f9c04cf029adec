// slow, usual environment only: its processes are others
/** The canaries: files that must fail, each for its reason, and one that must pass. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { environments } from "./support/environments.js";
import { everywhere, findSpecs, readSeed, runFile, runFiles } from "./support/runner.js";
import { suite } from "./support/suite.js";

// Of each canary: the tests that pass, and all the failures, each beginning as told.
const canaries: Record<string, [number, ...string[]]> = {
  "adds-after-run": [1, "closed › too late: never started"],
  "blocks-while-loading": [0, "silent for 5000 ms outside of tests; sent no report (does it use support/suite?)"],
  "cannot-be-parsed": [0, "sent no report (does it use support/suite?); exited with code 1"],
  "exits-after-the-last-test": [1, "ended before its suites did (exit code 0)"],
  "exits-in-a-test": [1, "exits › in the middle: never finished (exit code 1)", "exits › never reached: never started"],
  "exits-in-after": [1, "exits › after: never finished (exit code 1); exited with code 1"],
  "fails-plainly": [1, "fails › plainly: one is not two"],
  "floats-a-rejection": [1, "exited with code 1"],
  "forgets-run": [1, "forgotten › never run: never started", "forgotten: .run() was never called"],
  "has-no-suite": [0, "sent no report (does it use support/suite?)"],
  "has-no-tests": [0, "empty: has no tests; exited with code 1"],
  "imports-nothing": [0, "sent no report (does it use support/suite?); exited with code 1"],
  "imports-uvu": [0, "imports uvu directly; sent no report (does it use support/suite?)"],
  "is-killed": [0, "dies › by a signal: never finished (exit code null)", "was killed by SIGKILL"],
  "leaves-a-process": [1, "left a process behind that holds its output open"],
  "leaves-a-worker": [1, "still alive 2000 ms after its last test"],
  "loops-for-ever": [0, "loops › for ever: did not finish within 500 ms", "loops › after that: never started"],
  "needs-code-from-strings": [1],
  "never-resolves": [0, "waits › for ever: never finished (exit code 1)"],
  "never-resolves-with-worker": [0, "waits › for ever: did not finish within 500 ms"],
  passes: [3],
  "rejects-with-undefined": [
    0,
    "rejects › with undefined: threw what is no Error: undefined",
    "rejects › later test: the later test ran",
  ],
  "sets-exit-code": [1, "exited with code 7"],
  "throws-a-strange-error": [0, "throws › a strange error: strange"],
  "throws-a-string": [0, "throws › a string: threw what is no Error: 'boom'"],
  "throws-in-after": [1, "hooked › after: cannot tidy up; exited with code 1"],
  "throws-in-after-each": [1, "hooked › left out: never started", "hooked › after.each: left in disorder"],
  "throws-in-before": [0, "hooked › never reached: never started", "hooked › before: no ground to stand on"],
  "throws-in-before-each": [0, "hooked › never reached: never started", "hooked › before.each: not even once"],
};

const path = (name: string) => `spec/support/canaries/${name}.ts`;
const blocking = path("blocks-while-loading");
const others = Object.keys(canaries)
  .map(path)
  .filter((file) => file !== blocking)
  .map((file) => ({ file }));
const verdicts = Promise.all([
  runFiles([{ file: blocking }], { deadline: 5_000 }),
  runFiles(others, { jobs: 4, grace: 2_000 }),
]).then((lists) => lists.flat());

const test = suite("runner");

test("every canary has its verdict here", () => {
  assert.equal(
    readdirSync(new URL("support/canaries", import.meta.url)).sort(),
    Object.keys(canaries)
      .map((name) => `${name}.ts`)
      .sort(),
  );
});

for (const [name, [passed, ...failures]] of Object.entries(canaries))
  test(`canary ${name}`, async () => {
    const verdict = (await verdicts).find(({ file }) => file === path(name))!;
    assert.equal(verdict.failures, failures, verdict.output);
    assert.is(verdict.passed, passed);
  });

test("seed and length reach the spec and fast-check", async () => {
  const { output } = await runFile({ file: path("passes") }, { seed: -7, long: true });
  assert.ok(
    output.includes('seed -7, long true, global {"seed":-7,"numRuns":1000,"includeErrorInReport":true}'),
    output,
  );
  const usual = (await verdicts).find(({ file }) => file === path("passes"))!;
  assert.ok(
    usual.output.includes(
      'seed 20261121, long false, global {"seed":20261121,"numRuns":100,"includeErrorInReport":true}',
    ),
    usual.output,
  );
});

const command = (...args: string[]) =>
  promisify(execFile)(process.execPath, [...process.execArgv, "spec/run.ts", ...args]).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }) => ({ code, stdout }),
  );

test("a pattern that matches nothing fails, even beside one that does", async () => {
  const alone = await command("--grep=no-such-spec", "--seed=-7");
  assert.is(alone.code, 1);
  assert.ok(alone.stdout.includes("✘ no spec file has this in its path"), alone.stdout);
  assert.ok(alone.stdout.endsWith("\nseed -7\n0 passed, 1 failed\n"), alone.stdout);
  const beside = await command("--grep=no-such-spec", "--grep=close");
  assert.is(beside.code, 1);
  assert.match(beside.stdout, /ok {3}spec\/close.spec.ts: .*\nseed 20261121\n[1-9]\d* passed, 1 failed\n$/);
  const examples = (files: string[]) => files.filter((file) => file.startsWith("spec/examples/")).length;
  assert.is(examples(findSpecs().files), 0, "those apart are run when they are asked for");
  assert.ok(examples(findSpecs(undefined, { apart: true }).files) > 0);
  assert.is(examples(findSpecs(["examples/own"]).files), 1);
  assert.equal(findSpecs(["runner", "no-such-spec"]), { files: ["spec/runner.spec.ts"], unmatched: ["no-such-spec"] });
});

test("the long run is in every environment, and fails where one file does in one of them", async () => {
  const file = path("needs-code-from-strings");
  const usual = await command(`--grep=${file}`);
  assert.is(usual.code, 0);
  assert.ok(usual.stdout.endsWith("\n1 passed, 0 failed\n"), usual.stdout);
  const long = await command(`--grep=${file}`, "--long");
  assert.is(long.code, 1);
  const names = Object.keys(environments);
  const verdict = (name: string) =>
    name === "without code from strings"
      ? `FAIL ${file} (${name}): 0 tests passed`
      : `ok   ${file} (${name}): 1 test passed`;
  const found = long.stdout.match(/^(ok {3}|FAIL).*(?=, .* s$)/gm)?.sort();
  assert.equal(found, [`ok   ${file}: 1 test passed`, ...names.map(verdict)].sort(), long.stdout);
  assert.ok(long.stdout.endsWith(`\nseed 20261121, long\n${names.length} passed, 1 failed\n`), long.stdout);
});

test("what is not for the usual environment only runs in all, in its normal size", async () => {
  const [runner, ops] = ["spec/runner.spec.ts", "spec/ops.spec.ts"];
  const elsewhere = Object.keys(environments).map((environment) => ({ file: ops, environment }));
  assert.equal(everywhere([runner, ops]), [{ file: runner }, { file: ops }, ...elsewhere]);
  const { output } = await runFile({ file: path("passes"), environment: "without SIMD" }, { long: true });
  assert.ok(output.includes("long false"), output);
});

test("the command line is checked", async () => {
  assert.is((await command("--seed", "many")).code, 1);
  assert.is((await command("--only", "runner")).code, 1);
  for (const text of ["", " ", "x", "1.5", "4294967296", "NaN"]) assert.throws(() => readSeed(text), /a seed is/);
  assert.is(readSeed("-3"), -3);
});

test.run();
