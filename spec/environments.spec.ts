/** Places that forbid code from strings, as pages with a strict content security policy do: everything works, interpreted. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { backend, configure, linspace, registry } from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame } from "./support/close.js";
import { seed, suite } from "./support/suite.js";

const test = suite("environments");

/** What a process found: whether text can become code there, the backend, and of each op's calls the values and gradients. */
type Report = { codegen: boolean; backend: string; results: [call: string, values: (number | string)[]][] };

const program = `
  import fc from "fast-check";
  import { backend, gradient, registry, tensor } from "gradtape";
  import { cases } from "./spec/support/cases.ts";

  function allowed() {
    try {
      return new Function("return true")();
    } catch {
      return false;
    }
  }

  /** The values and gradients of a call, NaN and infinities as text. */
  function compute(sample, inputs) {
    const y = sample.call(inputs);
    const slopes = y.tracked ? gradient(y.sum(), inputs) : [];
    return [y, ...slopes].flatMap((x) => [...x.data].map((value) => (Number.isFinite(value) ? value : String(value))));
  }

  const single = (x) => tensor(x, { dtype: "float32", requiresGrad: true });
  const results = [...registry.values()].flatMap((op) =>
    fc.sample(cases(op), { seed: ${seed}, numRuns: 5 }).map((sample) => [
      sample.describe(),
      [...compute(sample, sample.inputs), ...compute(sample, sample.inputs.map(single))],
    ]),
  );
  console.log(JSON.stringify({ codegen: allowed(), backend: backend().name, results }));
`;

function report(...flags: string[]): Report {
  const options = ["--conditions=gradtape-source", "--import", "tsx", "--input-type=module", "--eval", program];
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, [...flags, ...options], { cwd, encoding: "utf8", maxBuffer: 2 ** 28 }),
  );
}

test("where code from strings is forbidden, every op computes the same, interpreted, and backend() says so", () => {
  const normal = report();
  const strict = report("--disallow-code-generation-from-strings");
  assert.equal([normal.codegen, strict.codegen], [true, false]);
  assert.not.match(normal.backend, /interpreted/);
  assert.match(strict.backend, /interpreted/);
  assert.is(strict.results.length, 5 * registry.size);
  strict.results.forEach(([call, values], i) => {
    assert.is(call, normal.results[i][0]);
    assertClose(values.map(Number), normal.results[i][1].map(Number), { tolerance: 1e-12, what: call });
  });
});

test("configure chooses between printing and interpreting, to the same bits", () => {
  const x = linspace(-3, 3, 100, { dtype: "float64" });
  const compute = () => x.gelu().mul(x.sin()).softmax();
  const printed = compute();
  try {
    configure({ codegen: false, wasm: false });
    assert.match(backend().name, /interpreted/);
    assertSame(compute(), printed);
  } finally {
    configure({});
  }
  assert.not.match(backend().name, /interpreted/);
});

test.run();
