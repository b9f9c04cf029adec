/** What it costs to start: the size of the library's main entry, and the time from import to the first gradient. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { median } from "./report.js";

const first = (url: string) => `
  const start = performance.now();
  const { tensor } = await import(${JSON.stringify(url)});
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.mul(x).sum().backward();
  if (x.grad.data[2] !== 6) throw new Error("the first gradient is wrong");
  console.log(performance.now() - start);`;

export function measureStart(folder: string): string[] {
  const size = (name: string): string => {
    const bytes = readFileSync(`${folder}/min/${name}.mjs`);
    return `${(bytes.length / 1024).toFixed(1)} KB, gzipped ${(gzipSync(bytes, { level: 9 }).length / 1024).toFixed(1)} KB`;
  };
  const code = first(pathToFileURL(`${folder}/index.mjs`).href);
  const times = Array.from({ length: 7 }, () =>
    Number(execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" })),
  );
  const [least, most] = [Math.min(...times), Math.max(...times)].map((ms) => ms.toFixed(0));
  return [
    `import { tensor }, with all methods, minified: ${size("tensor")}`,
    `everything in the main entry, minified: ${size("index")}`,
    `import to first gradient, inside a fresh process: ${median(times).toFixed(0)} ms (${least} – ${most})`,
  ];
}
