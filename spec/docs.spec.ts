// usual environment only: its processes are others
/** Every TypeScript block of the README and of docs/ runs as it stands, and prints what its comments say. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { registry } from "gradtape";
import * as assert from "uvu/assert";
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

for (const page of pages) {
  const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
  blocks.forEach((code, i) => {
    test(`${page}, block ${i + 1}`, () => {
      // Inside the project, so that "gradtape" is found as a user finds it.
      const folder = mkdtempSync(join(root, "spec", ".docs-"));
      try {
        const file = join(folder, "block.ts");
        writeFileSync(file, code);
        // There, too, is what it writes.
        const ran = spawnSync(process.execPath, ["--conditions=gradtape-source", "--import", "tsx", file], {
          cwd: folder,
          encoding: "utf8",
        });
        assert.is(ran.status, 0, ran.stderr);
        const promised = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
        assert.ok(promised.length > 0, "a block shows what it prints");
        assert.equal(ran.stdout.trimEnd().split("\n"), promised);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

test("docs/ops.md is current: npm run docs writes it", () => {
  assert.ok(readFileSync(page, "utf8") === render(), "differs from the registry");
  assert.match(render(), new RegExp(`^${registry.size} operations`, "m"));
});

test.run();
