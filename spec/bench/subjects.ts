/** Who takes part: how each subject is built, started, found and installed. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Child } from "./child.js";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const peers = path("peers");

export type Subject = { name: string; installed(): boolean; start(problem: string): Child };

/** Where the bench keeps its files while it runs: under the peers' node_modules, so that what is built finds them. */
export function makeFolder(): string {
  mkdirSync(`${peers}/node_modules`, { recursive: true });
  return mkdtempSync(`${peers}/node_modules/.bench-`);
}

const scripts = ["gradtape", "jax-js", "tfjs-wasm"];

/**
 * Bundles the subjects in JavaScript, so that no loader weighs on their memory, and the library as `npm run build` does
 * (from the sources, never an old dist), once plain and twice as small as it gets: whole, and for a program that uses
 * tensors and their methods only.
 */
export async function buildAll(folder: string): Promise<void> {
  const common = { bundle: true, format: "esm", target: "es2022", outExtension: { ".js": ".mjs" } } as const;
  const library = { ...common, platform: "neutral", entryPoints: { index: path("../../lib/index.ts") } } as const;
  await build({
    ...common,
    platform: "node",
    entryPoints: scripts.map((name) => path(`subjects/${name}.ts`)),
    outdir: folder,
    conditions: ["gradtape-source"],
  });
  await build({ ...library, external: ["node:*"], outdir: folder });
  await build({ ...library, external: ["node:*"], outdir: `${folder}/min`, minify: true });
  const least = { contents: 'import { tensor } from "./index.mjs"; export { tensor };', resolveDir: folder };
  await build({ ...common, platform: "neutral", stdin: least, outfile: `${folder}/min/tensor.mjs`, minify: true });
}

const script = (name: string, folder: string, needs?: string): Subject => ({
  name,
  installed: () => !needs || existsSync(`${peers}/node_modules/${needs}/package.json`),
  start: (problem) => new Child(process.execPath, [`${folder}/${name}.mjs`, problem]),
});

/** Debian's Python first: that is where `--setup` puts PyTorch. One whose products are computed by the reference BLAS, twenty times slower, is no peer. */
const findPython = (): string | undefined =>
  ["/usr/bin/python3", "python3"].find((python) => spawnSync(python, ["-c", usable]).status === 0);
const usable = `
import os, sys, torch
maps = "/proc/self/maps"
sys.exit(os.path.exists(maps) and any("/blas/libblas.so" in line for line in open(maps)))`;

export function makeSubjects(folder: string): Subject[] {
  const python = findPython();
  const pytorch = (name: string, threads: number): Subject => ({
    name,
    installed: () => python !== undefined,
    // OpenBLAS and OpenMP go by the environment, whatever torch.set_num_threads says.
    start: (problem) =>
      new Child(python ?? "python3", [path("subjects/pytorch.py"), problem, `${threads}`], {
        OMP_NUM_THREADS: `${threads}`,
      }),
  });
  return [
    script("gradtape", folder),
    script("jax-js", folder, "@jax-js/jax"),
    script("tfjs-wasm", folder, "@tensorflow/tfjs-backend-wasm"),
    pytorch("pytorch-1", 1),
    pytorch("pytorch-all", availableParallelism()),
  ];
}

export const names = [...scripts, "pytorch-1", "pytorch-all"];

const pythonPackages = ["python3-torch", "libopenblas0-pthread"];

/** How a subject that is missing is installed. */
export const howTo = (name: string): string =>
  name.startsWith("pytorch")
    ? `apt-get install ${pythonPackages.join(" ")}, or PyTorch in python3; npm run bench -- --setup tries`
    : "npm run bench -- --setup";

/** Installs the peers, saying what is done; returns whether all went well. */
export function setup(): boolean {
  const run = (command: string, args: string[], options = {}): boolean => {
    console.log(`$ ${[command, ...args].join(" ")}`);
    return spawnSync(command, args, { stdio: "inherit", ...options }).status === 0;
  };
  console.log(`The peers in JavaScript, into ${peers}/node_modules (about 300 MB):`);
  const scriptsDone = run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: peers });
  if (findPython()) {
    console.log("PyTorch is there.");
    return scriptsDone;
  }
  const install = ["install", "-y", "--no-install-recommends", ...pythonPackages];
  if (process.getuid?.() !== 0 || spawnSync("apt-get", ["--version"]).status !== 0) {
    console.log(`PyTorch is left out: as root on Debian, run apt-get ${install.join(" ")}`);
    return scriptsDone;
  }
  console.log("PyTorch, from Debian's packages:");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return run("apt-get", ["update"]) && run("apt-get", install, { env }) && scriptsDone;
}
