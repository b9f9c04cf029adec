/** Python, where it is installed and has what a script of golden/ needs. */
import { spawnSync } from "node:child_process";
import { basename } from "node:path";

const timeout = 120_000;

/** Runs scripts by a Python that has a module, and gives what they print; throws what they say when they fail. Undefined where there is none. */
export function pythonWith(module: string): ((script: string, ...args: string[]) => string) | undefined {
  const run = (python: string, ...args: string[]) => spawnSync(python, args, { encoding: "utf8", timeout });
  const python = ["/usr/bin/python3", "python3"].find((name) => run(name, "-c", `import ${module}`).status === 0);
  if (!python) return undefined;
  return (...args) => {
    const { status, stdout, stderr, error } = run(python, ...args);
    if (status !== 0) throw new Error(stderr || `${error}`);
    return stdout;
  };
}

/** Holds a golden file against what its script makes today. */
export function checkGolden(script: string, module: "torch" | "numpy"): void {
  const said = pythonWith(module)?.(script, "--check") ?? `not checked: there is no Python with ${module} here`;
  console.log(`\nspec/golden/${basename(script, ".py")}.json: ${said.trim()}`);
}
