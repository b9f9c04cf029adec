/** `npm run bench`: workloads in gradtape and its peers, each in a process of its own, compared with each other, then timed in turn. */
import { rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import { commandLine, positive } from "../../examples/common/options.js";
import type { Batch, Child } from "./child.js";
import { measurePeak } from "./peak.js";
import { median, peakShares, type Result, summary, workloadTable } from "./report.js";
import { measureStart } from "./start.js";
import type { Figures } from "./subjects/serve.js";
import { buildAll, howTo, makeFolder, makeSubjects, names, type Subject, setup } from "./subjects.js";
import { type Workload, workloads, writeProblem } from "./workloads.js";

const rounds = 15;
/** Milliseconds of work before anything is timed: engines compile what is used often, for two or three seconds where cores are few. */
const warmUp = 4000;
/** Milliseconds between two batches, in which threads that still look for work fall asleep. */
const pause = 50;

type Options = { json?: string; setup?: true; seconds: number; subjects?: string[] };

function subjectNames(text: string): string[] {
  const list = text.split(",");
  const unknown = list.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no ${JSON.stringify(unknown)}; there are ${names.join(", ")}.`);
  return list;
}

/** W4 stands for all its sizes. */
const called = (text: string): Workload[] =>
  workloads.filter(({ name }) => [name, name.split("-")[0]].includes(text.toUpperCase()));

function workloadNames(text: string, before: Workload[] = []): Workload[] {
  const found = called(text);
  if (found.length === 0) throw new InvalidArgumentError(`There are ${workloads.map(({ name }) => name).join(", ")}.`);
  return [...before, ...found.filter((workload) => !before.includes(workload))];
}

const command = commandLine(
  "npm run bench --",
  "Times gradtape and its peers; ours / it below 1 means that we are faster.",
)
  .argument("[workloads...]", "W1 … W8 (default: all)", workloadNames)
  .option("--seconds <s>", "time for each subject in each workload, after 4 s to warm up", positive, 3)
  .option("--subjects <names>", `some of ${names.join(",")} (default: all)`, subjectNames)
  .option("--json <file>", "write the results there as well")
  .option("--setup", "install the peers, then end")
  .parse();
const options = command.opts<Options>();
const { subjects: asked = names } = options;
const given: readonly Workload[] = command.processedArgs[0] ?? [];
const chosen = given.length > 0 ? given : workloads;

type Runner = { name: string; child: Child; figures: Figures; batches: Batch[] };

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function fail(text: string): void {
  console.log(`  error: ${text}`);
  process.exitCode = 1;
}

/** Starts the subject and waits for its results; where there are none, says why. */
async function start({ name, start: spawn }: Subject, problem: string): Promise<Runner | undefined> {
  const child = spawn(problem);
  try {
    const ready = await child.ready();
    if ("figures" in ready) return { name, child, figures: ready.figures, batches: [] };
    console.log(`  ${name}: ${ready.cannot}`);
  } catch (error) {
    fail(`${name} failed: ${message(error)}`);
  }
  child.end();
  return undefined;
}

/** What two subjects disagree about. */
function disagreement(a: Runner, b: Runner, tolerance: number): string | undefined {
  for (const figure of new Set([...Object.keys(a.figures), ...Object.keys(b.figures)])) {
    const [x, xScale] = a.figures[figure] ?? [NaN, NaN];
    const [y, yScale] = b.figures[figure] ?? [NaN, NaN];
    if (!(Math.abs(x - y) <= tolerance * Math.max(Math.abs(xScale), Math.abs(yScale))))
      return `${a.name} and ${b.name} disagree about ${figure}: ${x} and ${y}`;
  }
  return undefined;
}

/** Batches in turn, A B C A B C …, so that what disturbs the machine disturbs all, once each has warmed up. */
async function time(runners: readonly Runner[]): Promise<void> {
  const run = async ({ name, child }: Runner, ms: number): Promise<Batch> => {
    await wait(pause);
    return child.run(ms).catch((error: unknown) => {
      throw new Error(`${name} failed: ${message(error)}`);
    });
  };
  for (const runner of runners) await run(runner, warmUp);
  for (let round = 0; round < rounds; round++)
    for (const runner of runners) runner.batches.push(await run(runner, (1000 * options.seconds) / rounds));
}

async function measure(workload: Workload, subjects: readonly Subject[], folder: string): Promise<Result[]> {
  console.log(`\n${workload.name} ${workload.title}`);
  const problem = `${folder}/${workload.name}`;
  writeProblem(workload, problem);
  const runners: Runner[] = [];
  try {
    for (const subject of subjects) {
      const runner = await start(subject, problem);
      if (runner) runners.push(runner);
    }
    const pairs = runners.flatMap((a, i) => runners.slice(i + 1).map((b) => disagreement(a, b, workload.tolerance)));
    const wrong = pairs.filter((text) => text !== undefined);
    if (wrong.length > 0) {
      wrong.forEach(fail);
      return [];
    }
    await time(runners);
    const results = runners.map(({ name, figures, batches }) => {
      const times = batches.map(({ ms }) => ms);
      return {
        workload: workload.name,
        subject: name,
        medianMs: median(times),
        minMs: Math.min(...times),
        maxMs: Math.max(...times),
        peakMb: Math.max(...batches.map(({ peakMb }) => peakMb)),
        value: Object.values(figures)[0][0],
      };
    });
    if (results.length > 0) console.log(workloadTable(workload, results));
    return results;
  } catch (error) {
    fail(message(error));
    return [];
  } finally {
    for (const { child } of runners) child.end();
  }
}

async function bench(folder: string): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    load: loadavg()[0],
    date: new Date().toISOString(),
  };
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.platform}, Node ${machine.node}; ` +
      `load before the start ${machine.load.toFixed(1)}`,
  );
  const wanted = makeSubjects(folder).filter(({ name }) => asked.includes(name));
  const subjects = wanted.filter((subject) => subject.installed());
  for (const { name } of wanted.filter((subject) => !subjects.includes(subject)))
    console.log(`left out: ${name}, not installed (${howTo(name)})`);
  await buildAll(folder);

  const results: Result[] = [];
  for (const workload of chosen) results.push(...(await measure(workload, subjects, folder)));
  if (new Set(results.map(({ subject }) => subject)).size > 1) console.log(`\nours\n${summary(results)}`);
  const products = results.filter(({ workload }) => chosen.some(({ name, flops }) => name === workload && flops));
  if (products.some(({ subject }) => subject === "gradtape"))
    console.log(`\n${peakShares(await measurePeak(), chosen, products)}`);
  if (asked.includes("gradtape")) console.log(`\n${measureStart(folder).join("\n")}`);
  console.log("\nms per step. ~: max is more than 1.5 times min, the machine was busy with something else.");
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}

if (options.setup) process.exitCode = setup() ? 0 : 1;
else {
  const folder = makeFolder();
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  await bench(folder);
}
