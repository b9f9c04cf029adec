/** Runs spec files, each in a process of its own, and counts as passed only what a file's report says has passed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { environments } from "./environments.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A line of the report that a spec file writes: a suite, test or hook is made, starts (a suite: is told to run), and passes or fails. */
export type Event =
  | { event: "made"; id: number; kind: Kind; name: string; deadline?: number }
  | { event: "started" | "passed"; id: number }
  | { event: "failed"; id: number; message: string };

/** What a report speaks of. */
export type Kind = "suite" | "test" | "hook";

interface Step {
  kind: Kind;
  name: string;
  deadline?: number;
  state: "made" | "started" | "passed" | "failed";
  message?: string;
}

/** How to run a file: the deadline of what has none of its own, and the time to exit after the last test, both in milliseconds. */
export interface Options {
  deadline?: number;
  grace?: number;
  long?: boolean;
  seed?: number;
}

/** A file to run, and the environment, if it is not the usual one. */
export interface Run {
  file: string;
  environment?: string;
}

/** What came of a file: it passed if `failures` is empty; what is wrong with the file as a whole is one failure. */
export interface Verdict extends Run {
  passed: number;
  failures: string[];
  output: string;
  seconds: number;
}

/** The seed that a command line gives, or the one that every run has unless told otherwise. */
export function readSeed(text = "20261121"): number {
  const seed = Number(text);
  if (text.trim() === "" || seed !== (seed | 0)) throw new Error(`a seed is a 32-bit integer, not "${text}"`);
  return seed;
}

/** What a spec file says of itself in a comment on its first line: "slow", why it is for the "usual environment only", or "apart" from the usual run. */
const marked = (file: string, mark: string): boolean =>
  /^\/\/ .*/.exec(readFileSync(resolve(root, file), "utf8"))?.[0].includes(mark) ?? false;

/**
 * The spec files whose path holds one of the texts, or is one, those that are slow first, and the texts that no path holds.
 * Without texts all, save those that are `apart` from the usual run, if they are not asked for.
 */
export function findSpecs(texts?: readonly string[], { apart = false } = {}): { files: string[]; unmatched: string[] } {
  const names = readdirSync(resolve(root, "spec"), { recursive: true, encoding: "utf8" }).sort();
  const specs = names
    .filter((name) => !name.includes("node_modules"))
    .map((name) => `spec/${name}`)
    .filter((file) => file.endsWith(".spec.ts") || texts?.includes(file));
  const files = specs.filter((file) =>
    texts ? texts.some((text) => file.includes(text)) : apart || !marked(file, "apart"),
  );
  const slow = (file: string) => Number(marked(file, "slow"));
  return {
    files: files.sort((a, b) => slow(b) - slow(a)),
    unmatched: (texts ?? []).filter((text) => !specs.some((file) => file.includes(text))),
  };
}

/** Each file, in all other environments too, save those that say that they are for the usual one. */
export const everywhere = (files: readonly string[]): Run[] =>
  files.flatMap((file) => {
    const others = marked(file, "usual environment only") ? [] : Object.keys(environments);
    return [{ file }, ...others.map((environment) => ({ file, environment }))];
  });

/** Runs files, `jobs` at a time, and hands over each verdict as it comes. */
export async function runFiles(
  runs: readonly Run[],
  { jobs = 2, each, ...options }: Options & { jobs?: number; each?: (verdict: Verdict) => void } = {},
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const queue = runs.values();
  const lane = async () => {
    for (const run of queue) {
      const verdict = await runFile(run, options);
      verdicts.push(verdict);
      each?.(verdict);
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  return verdicts;
}

/**
 * Runs one file, kills it where it passes a deadline (a loop that never yields can only be stopped from outside), and judges
 * it. In another environment than the usual one it runs in its normal size: six times the long one would take hours.
 */
export async function runFile(
  run: Run,
  { deadline = 60_000, grace = 5_000, long = false, seed = readSeed() }: Options = {},
): Promise<Verdict> {
  const begun = performance.now();
  const { file, environment } = run;
  const node = ["--conditions=gradtape-source", "--import", "tsx", ...(environment ? environments[environment] : [])];
  const flags = ["--report", `--seed=${seed}`, ...(long && !environment ? ["--long"] : [])];
  const child = spawn(process.execPath, [...node, file, ...flags], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const closed = once(child, "close");
  const steps = new Map<number, Step>();
  const troubles: string[] = [];
  let output = "";
  let killed = false;
  let timer: NodeJS.Timeout | undefined;

  const watch = (running?: Step) => {
    clearTimeout(timer);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const states = [...steps.values()].filter(({ kind }) => kind === "suite").map(({ state }) => state);
    const over = !running && states.includes("passed") && !states.includes("started");
    const limit = over ? grace : (running?.deadline ?? deadline);
    timer = setTimeout(() => {
      if (running) running.message = `did not finish within ${limit} ms`;
      else
        troubles.push(over ? `still alive ${limit} ms after its last test` : `silent for ${limit} ms outside of tests`);
      killed = child.kill("SIGKILL");
    }, limit);
  };
  const hear = (line: string) => {
    const event: Event = JSON.parse(line);
    if (event.event === "made") steps.set(event.id, { ...event, state: "made" });
    const step = steps.get(event.id)!;
    step.state = event.event;
    if (event.event === "failed") step.message ??= event.message;
    watch(step.state === "started" && step.kind !== "suite" ? step : undefined);
  };

  for (const stream of [child.stdout, child.stderr] as Readable[])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-200_000);
    });
  createInterface({ input: child.stdio[3] as Readable }).on("line", hear);
  watch();

  await once(child, "exit");
  clearTimeout(timer);
  if ((await Promise.race([closed, wait(grace, "late", { ref: false })])) === "late") {
    troubles.push("left a process behind that holds its output open");
    for (const stream of child.stdio) stream?.destroy();
  }
  if (/from ["']uvu["']/.test(readFileSync(resolve(root, file), "utf8"))) troubles.push("imports uvu directly");
  if (child.signalCode && !killed) troubles.push(`was killed by ${child.signalCode}`);
  return {
    ...run,
    ...judge([...steps.values()], troubles, child.exitCode),
    output,
    seconds: (performance.now() - begun) / 1000,
  };
}

/** Sums up a report: each test that did not pass is a failure, and so, once, is all that is wrong beside the tests. */
function judge(steps: Step[], troubles: string[], code: number | null): Pick<Verdict, "passed" | "failures"> {
  const unfinished: Record<Kind, { made?: string; started?: string }> = {
    suite: { made: ".run() was never called" },
    test: { made: "never started", started: `never finished (exit code ${code})` },
    hook: { started: `never finished (exit code ${code})` },
  };
  const complaints = (kind: Kind) =>
    steps.flatMap((step) => {
      if (step.kind !== kind) return [];
      const message = step.message ?? unfinished[kind][step.state as "made" | "started"];
      return message === undefined ? [] : [`${step.name}: ${message}`];
    });
  const tests = complaints("test");
  const whole = [...troubles, ...complaints("hook"), ...complaints("suite")];
  if (steps.length === 0) whole.push("sent no report (does it use support/suite?)");
  // What other failures explain is not counted again: exit code 1, and a suite without an end.
  if (code && !(code === 1 && tests.length > 0)) whole.push(`exited with code ${code}`);
  if (tests.length + whole.length === 0 && steps.some(({ kind, state }) => kind === "suite" && state !== "passed"))
    whole.push(`ended before its suites did (exit code ${code})`);
  return {
    passed: steps.filter(({ kind }) => kind === "test").length - tests.length,
    failures: whole.length > 0 ? [...tests, whole.join("; ")] : tests,
  };
}
