/** `npm run accuracies`: how well the networks of the examples do on 2,000 digits they have not seen: each script, run as a reader runs it, over several seeds. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "commander";
import { commandLine, whole } from "../../examples/common/options.js";

/** What a script must reach on average over seeds 0, 1 and 2. */
type Run = { name: string; example: string; options?: readonly string[]; least?: number };

const runs: readonly Run[] = [
  // 10,000 iterations, as in the book.
  { name: "TwoLayerNet", example: "ch05/train_neuralnet", options: ["--epochs", "125"], least: 0.93 },
  { name: "SimpleConvNet", example: "ch07/train_convnet", least: 0.96 },
  { name: "DeepConvNet", example: "ch08/train_deepnet" }, // SimpleConvNet's and 0.01
  {
    name: "augmented",
    example: "ch08/train_deepnet",
    options: ["--augment", "--dropout", "0.25", "--epochs", "10"],
    least: 0.985,
  },
  { name: "start", example: "own/digits", least: 0.975 },
];

function named(text: string, before: readonly Run[] = []): readonly Run[] {
  const run = runs.find(({ name }) => name === text);
  if (!run) throw new InvalidArgumentError(`There are ${runs.map(({ name }) => name).join(", ")}.`);
  return [...before, run];
}

const { only: chosen = runs, seeds } = commandLine(
  "npm run accuracies --",
  "Trains the networks of the examples, one after the other, and tells how well they do. Takes half an hour.",
)
  .option(
    "--only <name>",
    `one of ${runs.map(({ name }) => name).join(", ")}; may be given again (default: all)`,
    named,
  )
  .option("--seeds <list>", "such as 0,1,2", (text) => text.split(",").map(whole(0)), [0, 1, 2])
  .parse()
  .opts<{ only?: readonly Run[]; seeds: number[] }>();

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
const write = (...cells: string[]): boolean => process.stdout.write(cells.map((cell) => cell.padStart(10)).join(""));
const share = (x: number): string => (Number.isNaN(x) ? "" : x.toFixed(4));

/** The accuracy that the script's last line tells, and the seconds that its process took. */
function train({ example, options = [] }: Run, seed: number): { accuracy: number; seconds: number } {
  const file = fileURLToPath(new URL(`../../examples/${example}.ts`, import.meta.url));
  const start = performance.now();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=gradtape-source", "--import", "tsx", file, ...options, "--seed", `${seed}`],
    { encoding: "utf8" },
  );
  const found = /^test accuracy (0\.\d+|1\.0+) /m.exec(stdout);
  if (!found) throw new Error(`${example}: no accuracy was printed; ${stderr}`);
  return { accuracy: Number(found[1]), seconds: (performance.now() - start) / 1000 };
}

process.stdout.write(" ".repeat(14));
write(...seeds.map((seed) => `seed ${seed}`), "mean", "at least", "s each");
let simple = Number.NaN;
for (const run of chosen) {
  process.stdout.write(`\n${run.name.padEnd(14)}`);
  const results = seeds.map((seed) => {
    const result = train(run, seed);
    write(share(result.accuracy));
    return result;
  });
  const accuracy = mean(results.map(({ accuracy }) => accuracy));
  if (run.name === "SimpleConvNet") simple = accuracy;
  const seconds = mean(results.map(({ seconds }) => seconds));
  write(share(accuracy), share(run.least ?? simple + 0.01), seconds.toFixed(0));
}
console.log();
