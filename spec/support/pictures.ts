/** Draws the pictures of docs/book/ anew: `npm run docs:pictures`, or those alone whose names begin so, `npm run docs:pictures -- ch04`. */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { book, linksOf, pages, root, scriptOf } from "./pages.js";
import { flags } from "./scripts.js";

const beginnings = process.argv.slice(2);
const shown = pages.flatMap((page) => linksOf(page).flatMap(({ path, picture }) => (picture ? [path] : [])));
const wanted = [...new Set(shown)]
  .filter((path) => path.startsWith(book))
  .filter((path) => beginnings.length === 0 || beginnings.some((start) => basename(path).startsWith(start)));

const scripts = new Map<string, string[]>();
for (const picture of wanted) scripts.set(scriptOf(picture), [...(scripts.get(scriptOf(picture)) ?? []), picture]);

for (const [script, pictures] of scripts) {
  const drawn = pictures.map((picture) => join(root, "examples/.out", basename(picture)));
  for (const file of drawn) rmSync(file, { force: true });
  console.log(relative(root, script));
  const { status } = spawnSync(process.execPath, [...flags, script], { stdio: "inherit" });
  for (const [i, file] of drawn.entries()) {
    if (status !== 0 || !existsSync(file)) throw new Error(`${script} has not drawn ${file}`);
    copyFileSync(file, join(root, pictures[i]));
  }
}
