/** uvu's suites, made unable to fail in silence: whatever is thrown counts, and every step is reported to the runner. */
import { writeSync } from "node:fs";
import { inspect, parseArgs } from "node:util";
import fc from "fast-check";
import { suite as uvuSuite } from "uvu";
import { type Event, type Kind, readSeed } from "./runner.js";

const { values } = parseArgs({
  options: { report: { type: "boolean" }, long: { type: "boolean" }, seed: { type: "string" } },
});

/** Whether this is the long run: ten times the samples, and room for what takes minutes. */
export const long = values.long === true;

/** The seed of all that is drawn at random, in properties and elsewhere. */
export const seed = readSeed(values.seed);

fc.configureGlobal({ seed, numRuns: long ? 1000 : 100, includeErrorInReport: true });

/** What a test or a hook does. */
export type Body = () => void | Promise<void>;

/** A way to add hooks: around the suite, or around each of its tests. */
export interface Hook {
  (body: Body): void;
  each(body: Body): void;
}

/** A suite: call it to add a test, and `run()` it at the end; under the runner a test is killed past its deadline (ms). */
export interface Suite {
  (name: string, body: Body, options?: { deadline?: number }): void;
  before: Hook;
  after: Hook;
  run(): void;
}

let steps = 0;
let failed = false;

const report = (event: Event) => {
  if (values.report) writeSync(3, `${JSON.stringify(event)}\n`);
};

function step(kind: Kind, name: string, deadline?: number): number {
  report({ event: "made", id: steps, kind, name, deadline });
  return steps++;
}

function fail(id: number, message: string): void {
  failed = true;
  report({ event: "failed", id, message: message.slice(0, 1000) });
}

// For a spec run by hand: uvu exits with 0 after some failures.
process.on("exit", () => {
  if (failed) process.exitCode ||= 1;
});

/** The body, with its start and end reported, throwing nothing but Errors: uvu takes others for success. */
function guard(kind: Kind, name: string, body: Body, deadline?: number): () => Promise<void> {
  const id = step(kind, name, deadline);
  return async () => {
    report({ event: "started", id });
    try {
      await body();
      report({ event: "passed", id });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(`threw what is no Error: ${inspect(thrown)}`);
      fail(id, `${error.message}`);
      if (kind === "hook") console.error(error); // uvu does not show it
      throw error;
    }
  };
}

/** A suite of tests, to be closed with `.run()`. */
export function suite(name: string): Suite {
  const id = step("suite", name);
  const inner = uvuSuite(name);
  let tests = 0;

  const hook = (when: "before" | "after"): Hook => {
    const all = (body: Body) => inner[when](guard("hook", `${name} › ${when}`, body));
    return Object.assign(all, {
      each: (body: Body) => inner[when].each(guard("hook", `${name} › ${when}.each`, body)),
    });
  };
  const test = (title: string, body: Body, options: { deadline?: number } = {}) => {
    tests++;
    inner(title, guard("test", `${name} › ${title}`, body, options.deadline));
  };
  const run = () => {
    report({ event: "started", id });
    if (tests === 0) fail(id, "has no tests");
    inner.after(() => report({ event: "passed", id }));
    inner.run();
  };
  return Object.assign(test, { before: hook("before"), after: hook("after"), run });
}
