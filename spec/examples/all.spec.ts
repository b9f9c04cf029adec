// apart, usual environment only: its processes are others
/** No example goes unseen: each is listed with a line, and run by one of the specs beside this one. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as assert from "uvu/assert";
import { npm, root } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("all examples");

const folder = resolve(root, "spec/examples");
const specs = readdirSync(folder).map((file) => readFileSync(resolve(folder, file), "utf8"));

test("every script is listed with a line of its own, and run by a spec", () => {
  const { lines } = npm("run", "example");
  const listed = lines.map((line) => /^(\S+) {2,}(\S.*)$/.exec(line)?.slice(1) ?? [line, ""]);
  assert.ok(listed.length >= 48 + 5 + 8, `${listed.length} scripts`);
  assert.is(new Set(listed.map(([, line]) => line)).size, listed.length);
  for (const [name, line] of listed) {
    assert.ok(line.length > 10 && line.length < 140, `${name}: ${line}`);
    const [folder, script] = name.split("/");
    const run = specs.some(
      (spec) =>
        spec.includes(`"${name}"`) ||
        spec.includes(`"examples/${name}.ts"`) ||
        (spec.includes(`\`${folder}/\${`) && spec.includes(script.split("_")[0])), // several by one test, by the names of scripts
    );
    assert.ok(run, `no spec in spec/examples runs ${name}`);
  }
});

test.run();
