/** Writes special-values.txt, what the reference gives at special values: `node --conditions=gradtape-source --import tsx spec/golden/special-values.ts`. */
import { writeFileSync } from "node:fs";
import { configure } from "gradtape";
import { type Float, line, pinned, written } from "../support/special-values.js";

configure({ wasm: false });

const found = new Map<string, Partial<Record<Float, string>>>();
for (const { name, order, dtype, values } of pinned()) {
  const title = `${name}, ${order}`;
  const lines = found.get(title) ?? {};
  found.set(title, { ...lines, [dtype]: line(Array.from(values.data, (x) => written(x, dtype))) });
}

const text = [...found].flatMap(([title, { float32, float64 }]) =>
  float32 === float64 ? [`${title}: ${float64}`] : [`${title}, float32: ${float32}`, `${title}, float64: ${float64}`],
);
const head =
  "# Values and slopes at special values; made by special-values.ts, and read over by people before it is kept.";
writeFileSync(new URL("special-values.txt", import.meta.url), `${[head, ...text].join("\n")}\n`);
