/** The pictures of `docs/graphs.md`: what its blocks write, each run in a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, pages, root } from "./pages.js";

const graphs = join("docs", "graphs.md");

/** What a block has left in its folder to be shown: the pictures, by name. */
export const picturesIn = (folder: string): [name: string, svg: string][] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".svg"))
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]);

/** The pictures as they must be. */
export function pictures(): [name: string, svg: string][] {
  const found = pages
    .filter(({ path }) => path === graphs)
    .flatMap(blocksOf)
    .map((code) => {
      const folder = mkdtempSync(join(root, "spec", ".docs-"));
      try {
        writeFileSync(join(folder, "block.ts"), code);
        const options = ["--conditions=gradtape-source", "--import", "tsx", "block.ts"];
        const { status, stderr } = spawnSync(process.execPath, options, { cwd: folder, encoding: "utf8" });
        if (status !== 0) throw new Error(stderr);
        return picturesIn(folder);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  return found.flat();
}
