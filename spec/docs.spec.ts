// usual environment only: its processes are others
/** Every TypeScript block of the README and of docs/ runs as it stands, and prints what its comments say. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { registry } from "gradtape";
import * as assert from "uvu/assert";
import { blocksOf, picturesIn } from "./support/graph-pictures.js";
import { page, render } from "./support/ops-page.js";
import { suite } from "./support/suite.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];

const test = suite("docs");

// Inside the project, so that "gradtape" is found as a user finds it; a folder for each block, which may write there.
const folder = mkdtempSync(join(root, "spec", ".docs-"));
test.after(() => rmSync(folder, { recursive: true }));

const blocks = pages.flatMap((page) =>
  blocksOf(page).map((code, i) => {
    const place = join(folder, `${page.replace(/\W/g, "-")}-${i + 1}`);
    mkdirSync(place);
    writeFileSync(join(place, "block.ts"), code);
    return { name: `${page}, block ${i + 1}`, code, place };
  }),
);

test("all blocks can be bundled", async () => {
  await build({
    entryPoints: blocks.map(({ place }) => join(place, "block.ts")),
    outdir: folder,
    outbase: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    conditions: ["gradtape-source"],
    external: ["mnist", "fflate", "@viz-js/viz"],
  });
});

for (const { name, code, place } of blocks)
  test(name, () => {
    const ran = spawnSync(process.execPath, ["block.mjs"], { cwd: place, encoding: "utf8" });
    assert.is(ran.status, 0, ran.stderr);
    const promised = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
    assert.ok(promised.length > 0, "a block shows what it prints");
    assert.equal(ran.stdout.trimEnd().split("\n"), promised);
    for (const [name, svg] of picturesIn(place))
      assert.ok(
        svg === readFileSync(join(root, "docs", name), "utf8"),
        `docs/${name} is not what the block draws: npm run docs`,
      );
  });

test("docs/ops.md is current: npm run docs writes it", () => {
  assert.ok(readFileSync(page, "utf8") === render(), "differs from the registry");
  assert.match(render(), new RegExp(`^${registry.size} operations`, "m"));
});

test.run();
