/** Draws the pictures of docs/book/ anew: `npm run docs:pictures`, or those alone whose names begin so, `npm run docs:pictures -- ch04`. */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { book, linksOf, pages, root, scriptOf } from "./pages.js";
import { flags } from "./scripts.js";

/** What scripts are run with that are not run at their full settings. */
const options: Readonly<Record<string, readonly string[]>> = {};

const beginnings = process.argv.slice(2);
const shown = pages.flatMap((page) => linksOf(page).flatMap(({ path, picture }) => (picture ? [path] : [])));
const wanted = [...new Set(shown)]
  .filter((path) => path.startsWith(book))
  .filter((path) => beginnings.length === 0 || beginnings.some((start) => basename(path).startsWith(start)));

for (const picture of wanted) {
  const name = basename(picture);
  const script = scriptOf(picture);
  const drawn = join(root, "examples/.out", name);
  rmSync(drawn, { force: true });
  console.log(`${relative(root, script)} ${(options[name] ?? []).join(" ")}`);
  const { status } = spawnSync(process.execPath, [...flags, script, ...(options[name] ?? [])], { stdio: "inherit" });
  if (status !== 0 || !existsSync(drawn)) throw new Error(`${script} has not drawn ${drawn}`);
  copyFileSync(drawn, join(root, picture));
}
