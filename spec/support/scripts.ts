/** Runs scripts of the project as a reader does, and looks at what they draw. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

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
