/** Runs an example by name: `npm run example -- ch05/train_neuralnet --quick`; without a name, lists them all. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

const folders = readdirSync(here).filter((folder) => /^(ch\d\d|own|seeds)$/.test(folder));
const names = folders.sort().flatMap((folder) =>
  readdirSync(`${here}${folder}`)
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => `${folder}/${file.slice(0, -3)}`),
);
const fileOf = (name: string) => `${here}${name}.ts`;

/** The first sentence of the comment that heads an example. */
function summary(name: string): string {
  const head = /^\/\*\*(.*?)\*\//s.exec(readFileSync(fileOf(name), "utf8"))?.[1] ?? "";
  const text = head.replace(/\s*\n \* ?/g, " ").trim();
  return text.split(/\.(?=\s|$)/)[0];
}

/** How many letters must be put in, left out or changed to make b of a (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}

/** The three names most like what was asked for, with or without the folder; those that hold it first, the shorter the sooner. */
function nearest(asked: string): string[] {
  const far = (name: string) =>
    name.includes(asked)
      ? -1 / name.length
      : Math.min(...[name, name.split("/")[1]].map((part) => distance(asked, part)));
  return [...names].sort((a, b) => far(a) - far(b)).slice(0, 3);
}

const [, , given, ...rest] = process.argv;
const asked = given?.replace(/^(\.\/)?examples\//, "").replace(/\.ts$/, "");
if (asked === undefined) {
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) console.log(`${name.padEnd(width)}  ${summary(name)}`);
} else if (names.includes(asked)) {
  // As if it were the script that was started: its options, its exit code and its signals are its own.
  process.argv = [process.argv[0], fileOf(asked), ...rest];
  await import(fileOf(asked));
} else {
  console.error(`error: there is no example "${asked}"; near it are ${nearest(asked).join(", ")}`);
  process.exitCode = 1;
}
