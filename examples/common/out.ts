/** What scripts write: files in examples/.out, which git leaves alone, or in another folder. */
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Where scripts write, unless they are told otherwise. */
const usual = fileURLToPath(new URL("../.out", import.meta.url));

/** The path of a file to write; its folder is made where it is missing. */
export function outFile(name: string, folder = usual): string {
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

/** A path as people read it: from the working directory, if it lies in it. */
export function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}
