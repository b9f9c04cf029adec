// usual environment only: its processes are others
/** Other places than usual: without WebAssembly, SIMD, threads, code from strings, or much memory, everything works, and to the same values. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  backend,
  configure,
  Generator,
  gelu,
  linspace,
  normal,
  ones,
  registry,
  type Tensor,
  tensor,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import type { WasmBackend } from "../lib/backends/wasm/index.js";
import { assertClose, assertSame, failure } from "./support/close.js";
import { environments, first } from "./support/environments.js";
import { long, suite } from "./support/suite.js";

const test = suite("environments");

/** A call: its float64 values and gradients; those of float32, and how far these may be from the former. NaN, infinities and −0 are text. */
type Result = { call: string; double: Numbers[]; single: Numbers[]; allowed: Numbers[] };
type Numbers = (number | string)[];

/** What a process found: whether text can become code there, its backend, and what ops computed. */
type Report = { codegen: boolean; backend: string; results: Result[]; more: Record<string, unknown> };

/** Small calls of every op, and larger ones, with the backend that `configure()` finds; `before` and `after` are text that runs around them. */
const program = (before: string, after: string): string => `
  import { backend, configure, Generator, registry, tensor } from "gradtape";
  import { as, bounds, claimEverything, larger, results } from "./spec/support/calls.ts";
  import { noted } from "./spec/support/environments/noted.ts";

  function allowed() {
    try {
      return new Function("return true")();
    } catch {
      return false;
    }
  }

  const number = (value) => (Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value));
  const plain = (xs) => xs.map((x) => Array.from(x.data ?? x, number));
  const more = {};
  configure();
  ${before}
  const found = [];
  for (const op of registry.values())
    for (const most of [0, 300])
      for (const call of larger(op, ${long ? 40 : 2}, new Generator(3), most)) {
        const exact = results(call, call.inputs);
        const single = results(call, as("float32", call.inputs));
        found.push({ call: call.describe(), double: plain(exact), single: plain(single), allowed: plain(bounds(call, exact)) });
      }
  ${after}
  console.log(JSON.stringify({ codegen: allowed(), backend: backend().name, results: found, more }));
`;

/** Runs the calls in a process of its own. */
function report(flags: readonly string[] = [], { before = "", after = "" } = {}): Report {
  const options = ["--conditions=gradtape-source", "--import", "tsx", ...flags, "--input-type=module", "--eval"];
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, [...options, program(before, after)], {
      cwd,
      encoding: "utf8",
      maxBuffer: 2 ** 30,
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
}

let found: Report | undefined;
/** What the usual environment finds. */
const usual = (): Report => {
  found ??= report([], { after: telling });
  return found;
};

/** Fails unless another environment finds the same bits of float64, and float32 values as near to these as they must be. */
function compare(other: Report, expected = usual()): void {
  assert.is(other.results.length, expected.results.length);
  assert.ok(other.results.length >= 4 * registry.size);
  other.results.forEach(({ call, double, single }, i) => {
    const { call: same, double: exact, allowed } = expected.results[i];
    assert.is(call, same);
    assert.equal(double, exact, call);
    assert.is(single.length, exact.length, call);
    single.forEach((values, k) => {
      assert.is(values.length, exact[k].length, call);
      values.forEach((value, at) => {
        const [found, wanted] = [Number(value), Number(exact[k][at])];
        if (Object.is(found, wanted) || Math.abs(found - wanted) <= Number(allowed[k][at])) return;
        throw new Error(`${call}: ${k === 0 ? "value" : `gradient ${k}`} at ${at} is ${found}, and must be ${wanted}`);
      });
    });
  });
}

/** A test of an environment, which may take minutes in the long run. */
const place = (name: string, body: () => void): void => test(name, body, { deadline: long ? 600_000 : 60_000 });

place("the usual environment has WebAssembly, and code from strings", () => {
  assert.match(usual().backend, /^wasm.*, reference$/);
  assert.is(usual().codegen, true);
  assert.equal(usual().more, { all: false, grown: false, emptied: false });
  compare(usual());
});

/** What a process tells of its memory: whether two values go there, and what happened to it. */
const telling = `
  const memory = backend().memory?.();
  memory?.empty();
  tensor([1, 2]).add(1); // exp would always go there
  Object.assign(more, { all: memory?.top > 64, grown: noted.grown > 500, emptied: noted.emptied > 500 });
`;

/** By which an environment is told from the usual one. */
const signs: Record<string, (found: Report) => void> = {
  "without WebAssembly": ({ backend }) => assert.is(backend, "reference"),
  "without SIMD": ({ backend }) => assert.is(backend, "reference"),
  "without threads, all in WebAssembly": ({ backend, more: { all, grown } }) =>
    assert.equal([backend, all, grown], ["wasm, reference", true, false]),
  "without code from strings": ({ backend, codegen }) => {
    assert.is(codegen, false);
    assert.match(backend, /interpreted/);
  },
  "in a memory that grows": ({ more: { all, grown } }) => assert.equal([all, grown], [true, true]),
  "in a memory that is emptied": ({ more: { all, emptied } }) => assert.equal([all, emptied], [true, true]),
};

for (const [name, flags] of Object.entries(environments))
  place(`${name} every op computes the same, and configure() changes nothing`, () => {
    const found = report(flags, { after: telling });
    signs[name](found);
    compare(found);
  });

place("without SIMD, configure says so too", () => {
  const found = report(environments["without SIMD"], {
    after: "configure({ simd: false }); more.told = backend().name;",
  });
  assert.equal(found.more, { told: "reference" });
});

/** Everything goes to WebAssembly, however small. */
const everything = { before: "claimEverything();" };

place("where WebAssembly has relaxed SIMD, products use it, and every op computes the same", () => {
  /** A process that notes whether fused steps were valid, and in which they may be made invalid. */
  const validating = (fused: boolean) =>
    first(`
      const { validate } = WebAssembly;
      WebAssembly.validate = (bytes) => {
        const relaxed = bytes.join().includes("253,133,2");
        const is = validate(bytes) && (${fused} || !relaxed);
        if (relaxed) globalThis.fused = is;
        return is;
      };
    `);
  const told = { ...everything, after: "more.fused = fused;" };
  const [fused, plain] = [true, false].map((fused) => report(validating(fused), told));
  assert.equal([fused.more, plain.more], [{ fused: true }, { fused: false }]);
  compare(fused);
  compare(plain);
  const bits = ({ results }: Report) => results.map(({ single }) => single);
  assert.not.equal(bits(fused), bits(plain)); // fused: rounded once
});

place("in a memory that cannot grow, what does not fit is computed without it", () => {
  const found = report(first("WebAssembly.Memory.prototype.grow = () => { throw new RangeError('no memory'); };"), {
    ...everything,
    after: "more.bytes = backend().memory().memory.buffer.byteLength;",
  });
  assert.equal(found.more, { bytes: 2 ** 16 });
  compare(found);
});

/** Runs `body` as configured, and puts back what was. */
function configured(choice: Parameters<typeof configure>[0], body: () => void): void {
  try {
    configure(choice);
    body();
  } finally {
    configure();
  }
}

test("with little memory, a tensor that is too large is an error that says what was asked and allowed; then everything goes on", () => {
  const most = 2 ** 20;
  const generator = () => new Generator(1);
  const expected = new Map<number, Tensor>();
  const compute = (size: number): Tensor => normal([size, 2], { generator: generator() }).exp().mul(0.5).sum(0);
  configured({ wasm: false }, () => {
    for (const size of [200, 2 ** 16]) expected.set(size, compute(size));
  });
  configured({ maxMemory: most }, () => {
    const x = ones([600, 400], { requiresGrad: true });
    const error =
      /^(\w+)\((\[[\d,]+\])\): (\d+) bytes are asked for, and 1048576 are allowed; use smaller batches, or configure\(\{ maxMemory: \3 \}\)$/;
    for (const [call, op, shape, bytes] of [
      [() => zeros([2 ** 18 + 1]), "zeros", [2 ** 18 + 1], 2 ** 20 + 4],
      [() => zeros([2 ** 18], { dtype: "float64" }), "zeros", [2 ** 18], 2 ** 21],
      [() => x.expandTo([2, 600, 400]), "expandTo", [2, 600, 400], 1_920_000],
      [() => x.matmul(x, { tb: true }).exp(), "matmul", [600, 600], 1_440_000],
      [() => ones([1000, 1]).add(ones([1, 1000])), "add", [1000, 1000], 4_000_000],
      [() => tensor(new Float32Array(2 ** 18 + 1)), "tensor", [2 ** 18 + 1], 2 ** 20 + 4],
    ] as const) {
      const message = failure(call);
      const [, name, given, asked] = error.exec(message) ?? [];
      assert.equal([name, given, Number(asked)], [op, `[${shape}]`, bytes], message);
      x.grad = null;
      x.mul(2).sum().backward();
      assert.ok(x.grad && (x.grad as Tensor).data.every((slope) => slope === 2));
    }
    // As large as may be; of results as large WebAssembly has no room, but the reference has.
    const all = ones([2 ** 18]);
    assert.is(all.add(all).sum().item(), 2 ** 19);
    assertSame(compute(2 ** 16), expected.get(2 ** 16) as Tensor);
    assertClose(compute(200), expected.get(200) as Tensor, { tolerance: 1e-6 });
    const used = (backend() as WasmBackend).memory();
    assert.ok(used.top > 64 && used.memory.buffer.byteLength <= most, "WebAssembly takes no part");
  });
  assert.is(zeros([2 ** 18 + 1]).size, 2 ** 18 + 1);
});

test("with less memory than a page, WebAssembly takes no part", () => {
  configured({ maxMemory: 2 ** 16 - 1 }, () => {
    assert.is(backend().name, "reference");
    assert.is(ones([100]).exp().sum().dtype, "float32");
    assert.match(
      failure(() => ones([2 ** 14])),
      /^ones\(\[16384\]\): 65536 bytes are asked for, and 65535 are allowed/,
    );
  });
});

test("configure chooses between printing and interpreting, to the same bits", () => {
  const x = linspace(-3, 3, 100, { dtype: "float64" });
  const compute = () => gelu(x).mul(x.sin()).softmax();
  const printed = compute();
  configured({ codegen: false, wasm: false }, () => {
    assert.match(backend().name, /interpreted/);
    assertSame(compute(), printed);
  });
  assert.not.match(backend().name, /interpreted/);
});

test("configure chooses threads", () => {
  const names = [1, 2, 5].map((threads) => {
    let name = "";
    configured({ threads }, () => {
      name = backend().name;
    });
    return name;
  });
  assert.equal(names, ["wasm, reference", "wasm with 2 threads, reference", "wasm with 5 threads, reference"]);
});

test.run();
