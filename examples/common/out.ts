/** What scripts write: files in examples/.out, which git leaves alone. */
import { mkdirSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const folder = new URL("../.out/", import.meta.url);

/** The path of a file there; the folder is made where it is missing. */
export function outFile(name: string): string {
  mkdirSync(folder, { recursive: true });
  return fileURLToPath(new URL(name, folder));
}

/** A path as seen from the working directory. */
export const shown = (path: string): string => relative(process.cwd(), path);
