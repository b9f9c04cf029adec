/** The child's side of the bench, for subjects in JavaScript: reads the problem, shows its results, runs timed batches when asked. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Settings, Workload } from "../workloads.js";

export type Values = { values: Float32Array; shape: number[] };
export type Problem = { kind: Workload["kind"]; settings: Settings; arrays: Record<string, Values> };

/** Results to compare with those of other subjects: each a value, and the size of what was added up for it. */
export type Figures = Record<string, [value: number, scale: number]>;

export type Subject = {
  /** One step, finished when it returns. */
  step(): void;
  /** The results, from the first steps on. */
  figures(): Figures;
};

/** Two sums over the values (less those of `from`): one of their sizes, one that depends on their places. */
export function checksum(name: string, values: ArrayLike<number>, from?: ArrayLike<number>): Figures {
  let [size, mixed] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] - (from?.[i] ?? 0);
    size += Math.abs(value);
    mixed += value * ((i % 7) - 3);
  }
  return { [`Σ |${name}|`]: [size, size], [`Σ ± ${name}`]: [mixed, size] };
}

/** The results of training: the losses of steps 1 and 5, and how far each parameter has moved by then. */
export function trained(
  { arrays }: Problem,
  train: () => number,
  parameters: () => Record<string, ArrayLike<number>>,
): Figures {
  const losses = Array.from({ length: 5 }, train);
  const figures: Figures = { "loss of step 5": [losses[4], losses[4]], "loss of step 1": [losses[0], losses[0]] };
  for (const [name, values] of Object.entries(parameters()))
    Object.assign(figures, checksum(`movement of ${name}`, values, arrays[name].values));
  return figures;
}

function readProblem(path: string): Problem {
  const { arrays, ...rest } = JSON.parse(readFileSync(`${path}.json`, "utf8"));
  const { buffer } = new Uint8Array(readFileSync(`${path}.bin`));
  let start = 0;
  const problem: Problem = { ...rest, arrays: {} };
  for (const { name, shape } of arrays as { name: string; shape: number[] }[]) {
    const size = shape.reduce((a, b) => a * b, 1);
    problem.arrays[name] = { values: new Float32Array(buffer, start, size), shape };
    start += 4 * size;
  }
  return problem;
}

const say = (message: object): void => console.log(JSON.stringify(message));

/** Runs the subject; `kinds` makes it for the workload, or says (a string) why it cannot. */
export async function serve(
  kinds: Partial<Record<Problem["kind"], string | ((problem: Problem) => Subject)>>,
): Promise<void> {
  const problem = readProblem(process.argv[2]);
  const make = kinds[problem.kind] ?? "not written";
  if (typeof make === "string") return say({ cannot: make });
  const subject = make(problem);
  say({ figures: subject.figures() });
  for await (const line of createInterface({ input: process.stdin })) {
    const milliseconds = Number(line);
    const start = performance.now();
    let [steps, elapsed] = [0, 0];
    do {
      subject.step();
      steps++;
      elapsed = performance.now() - start;
    } while (elapsed < milliseconds);
    say({ ms: elapsed / steps, steps, peakMb: process.resourceUsage().maxRSS / 1024 });
  }
}
