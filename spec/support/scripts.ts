/** Runs scripts of the project as a reader does, and looks at what they draw. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";

/** The project's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What node is started with to run TypeScript that imports gradtape. */
export const flags = ["--conditions=gradtape-source", "--import", "tsx"];

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], cwd = root) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 50_000 });
  return { status, stdout, stderr, lines: stdout.trimEnd().split("\n") };
}

/** Runs a script with options, and what package.json calls by a name. */
export const script = (file: string, ...options: string[]) =>
  run(process.execPath, [...flags, resolve(root, file), ...options]);
export const npm = (...args: string[]) => run("npm", ["--silent", ...args]);

/**
 * What an example prints in a quick run, and the picture that it says it drew, as text: NAME.svg, or for scripts of a chapter
 * CHAPTER-NAME.svg. It must end well, and print no value that went astray.
 */
export function quick(example: string, ...options: string[]) {
  const name = `${example.replace(/^own\//, "").replace("/", "-")}.svg`;
  const file = resolve(root, "examples/.out", name);
  rmSync(file, { force: true });
  const { status, stdout, stderr, lines } = script(`examples/${example}.ts`, "--quick", ...options);
  assert.is(status, 0, stderr);
  assert.not.match(stdout, /NaN|undefined|\[object /);
  const drawn = () => {
    assert.ok(stdout.includes(`picture: examples/.out/${name}\n`), stdout);
    const svg = readFileSync(file, "utf8");
    assert.ok(wellFormed(svg));
    assert.not.match(svg.replaceAll(/base64,[^"]+/g, ""), /NaN|undefined/);
    return svg;
  };
  return { stdout, lines, drawn };
}

/** The numbers that a pattern finds in a text, in its first group or several. */
export const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].flatMap(([, ...found]) => found.map(Number));

/** Whether a text is one element, all of whose parts are closed in order. */
export function wellFormed(xml: string): boolean {
  const open: string[] = [];
  let fits = !/&(?!(amp|lt|gt|quot|#\d+);)/.test(xml);
  const tag = /<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;
  const rest = xml.trim().replace(tag, (_, end, name, _attributes, empty) => {
    if (end) fits &&= open.pop() === name;
    else if (!empty) open.push(name);
    return open.length === 0 ? "|" : "";
  });
  return fits && open.length === 0 && /^[^<>|]*\|$/.test(rest);
}
