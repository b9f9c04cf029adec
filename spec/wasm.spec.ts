// usual environment only: its backends are its own
/** The WebAssembly backend is a claim: every word, pattern, length and product agrees with the reference, and nothing is written beside it. */
import { type Operation, registry } from "gradtape";
import * as assert from "uvu/assert";
import type { Backend, Block } from "../lib/backends/backend.js";
import { reference } from "../lib/backends/reference.js";
import { assemble } from "../lib/backends/wasm/assemble.js";
import { type WasmBackend, wasm } from "../lib/backends/wasm/index.js";
import { loop } from "../lib/backends/wasm/loops.js";
import { exact, spellable } from "../lib/backends/wasm/words.js";
import { Generator } from "../lib/random.js";
import { Storage } from "../lib/storage.js";
import { type Word, Word as Words } from "../lib/word.js";
import { assertSame } from "./support/close.js";
import { guarded, guardedAll } from "./support/guarded.js";
import { loss } from "./support/loss.js";
import { suite } from "./support/suite.js";

const test = suite("wasm");

const defines = reference({ codegen: true });
/** Everything goes to WebAssembly, however small, in small pieces. */
const all = { elements: 0, inner: 0, multiplications: 1 };
const claims = wasm(defines, { ...all, chunk: 48, depth: 8, unpacked: 0 }) as WasmBackend;
/** … with nothing packed for products … */
const claimsUnpacked = wasm(defines, { ...all, depth: 8, unpacked: Infinity }) as WasmBackend;
/** … or in one piece. */
const claimsWhole = wasm(defines, all) as WasmBackend;

const words = [...registry.values()].filter(
  (op): op is Operation & { word: Word } => op.word !== undefined && spellable(op.word),
);

const generator = new Generator(7);
const specials = [
  0,
  -0,
  1,
  -1,
  NaN,
  Infinity,
  -Infinity,
  1e-45,
  -1e-45,
  1e-38,
  3e38,
  -3e38,
  88.72283,
  88.72284,
  -87.3,
  -103.9,
  -104.1,
  0.625,
  -0.625,
];
const draw = (size: number): Float32Array =>
  Float32Array.from(
    { length: size },
    () => (generator.uniform() * 2 - 1) * 2 ** Math.round(generator.uniform() * 12 - 6),
  );

const block = (shape: readonly number[], data = draw(shape.reduce((a, b) => a * b, 1))): Block => ({
  storage: Storage.of(data, "float32"),
  shape,
});

/** The number that stands at place i of a result, of an operand that broadcasts to it. */
function at(x: Block | number, shape: readonly number[], i: number): number {
  if (typeof x === "number") return x;
  let [offset, stride, rest] = [0, 1, i];
  for (let axis = 1; axis <= shape.length; axis++) {
    const [length, own] = [shape.at(-axis) as number, x.shape.at(-axis) ?? 1];
    offset += own === 1 ? 0 : (rest % length) * stride;
    stride *= own;
    rest = Math.floor(rest / length);
  }
  return x.storage.data[offset];
}

/** A word's values by both backends; they must agree within what the formula makes of 2 units in the last place of each function. */
function compare(op: Operation & { word: Word }, shape: readonly number[], operands: (Block | number)[]): void {
  const [found, whole, expected] = [claims, claimsWhole, defines].map((backend) =>
    guarded(backend, shape, operands, (y) => backend.word(op.word, operands, y)),
  );
  assertSame(whole, found);
  for (let i = 0; i < found.length; i++)
    if (!Object.is(found[i], expected[i])) {
      const values = operands.map((x) => at(x, shape, i));
      if (!(Math.abs(found[i] - expected[i]) <= loss(op.word, values)) || found[i] === expected[i])
        throw new Error(`${op.name} of ${show(operands)} at ${i}: wasm ${found[i]}, reference ${expected[i]}`);
    }
}

const show = (operands: readonly (Block | number)[]): string =>
  operands.map((x) => (typeof x === "number" ? x : `[${x.shape}]`)).join(", ");

test("the letters that networks use are spelled", () => {
  const names = words.map(({ name }) => name);
  for (const name of ["add", "mul", "div", "where", "relu", "exp", "log", "tanh", "sigmoid", "clamp"])
    assert.ok(names.includes(name), name);
});

test("every word makes a valid module, so that none is compared with itself", () => {
  for (const { name, word, arity } of words)
    for (const moves of ["1", "0", "#"]) {
      const code = loop(word, new Array(arity).fill(moves));
      assert.ok(WebAssembly.validate(assemble(code)), `${name} ${moves}`);
    }
});

for (const op of words) {
  test(`${op.name}: every length from 0 to 67, at every alignment`, () => {
    for (let length = 0; length <= 67; length++)
      for (let shift = 0; shift < 4; shift++)
        compare(
          op,
          [length],
          Array.from({ length: op.arity }, () => block([length], draw(length + shift).subarray(shift))),
        );
  });

  test(`${op.name}: every broadcast pattern, and numbers`, () => {
    const shapes = [[3, 5, 7], [5, 7], [7], [1], [], [3, 1, 7], [3, 5, 1], [1, 5, 1], [3, 1, 1]];
    for (const first of shapes)
      for (const second of shapes) {
        const third = shapes[(shapes.indexOf(first) * 3 + shapes.indexOf(second)) % shapes.length];
        const operands = [first, second, third].slice(0, op.arity).map((shape) => block(shape));
        compare(op, [3, 5, 7], operands);
        compare(
          op,
          [3, 5, 7],
          operands.map((x, i) => (i === operands.length - 1 ? generator.uniform() : x)),
        );
      }
  });

  test(`${op.name}: specials in every lane and in the tail`, () => {
    for (let shift = 0; shift < specials.length; shift++) {
      const turned = (by: number) =>
        Float32Array.from(specials, (_, i) => specials[(i * (by + 1) + shift) % specials.length]);
      compare(
        op,
        [specials.length],
        Array.from({ length: op.arity }, (_, i) => block([specials.length], turned(i))),
      );
    }
  });
}

const [x, y, z] = [0, 1, 2].map(Words.argument);
/** Words with several results: of few letters and of many, of a function, of what is only an argument or a constant. */
const lists = (
  [
    [x.add(y), x.sub(y)],
    [y.div(z), x, Words.of(3), y.div(z)],
    [x.exp(), x.mul(y)],
    [x.sub(y.mul(z).div(z.abs().sqrt().add(1e-3))), y.mul(0.75).add(z), z.maximum(x).mul(z), z.where(x, y)],
  ] as Word[][]
).map(Words.list);

/** All results of a list by both backends, printed and interpreted: the same as those of each word by itself. */
function compareLists(shape: readonly number[], operands: (Block | number)[]): void {
  for (const list of lists) {
    const [found, whole, expected, interpreted] = [claims, claimsWhole, defines, reference({ codegen: false })].map(
      (backend) =>
        guardedAll(backend, shape, list.results.length, operands, ([first, ...more]) =>
          backend.word(list, operands, first, more),
        ),
    );
    list.results.forEach((word, k) => {
      const alone = (backend: Backend) =>
        guarded(backend, shape, operands, (result) => backend.word(word, operands, result));
      for (const values of [found, whole]) assertSame(values[k], alone(claims));
      for (const values of [expected, interpreted]) assertSame(values[k], alone(defines));
      if (exact(word)) assertSame(found[k], expected[k]);
    });
  }
}

test("several words at once: every length from 0 to 67, at every alignment", () => {
  for (let length = 0; length <= 67; length++) {
    const shift = length % 4;
    compareLists(
      [length],
      Array.from({ length: 3 }, () => block([length], draw(length + shift).subarray(shift))),
    );
  }
});

test("several words at once: broadcast patterns, and numbers", () => {
  for (const shapes of [
    [[3, 5, 7], [7], [5, 1]],
    [[3, 1, 7], [], [3, 5, 7]],
    [[1], [3, 1, 1], [5, 7]],
  ])
    for (const number of [-1, 0, 1, 2])
      compareLists(
        [3, 5, 7],
        shapes.map((shape, i) => (i === number ? generator.uniform() : block(shape))),
      );
});

test("several words over their own operands: all are read before any is written, wherever they lie", () => {
  for (const word of lists.filter(exact))
    for (const length of [1, 2, 5, 66, 300, 5000])
      for (const kept of [[], [0], [0, 1, 2, 3]]) {
        const data = Array.from({ length: 4 }, () => draw(length));
        const results = [claims, claimsWhole, wasm(defines) as Backend, defines].map((backend) => {
          const blocks = data.map((values) => block([length], values.slice()));
          for (const i of kept) blocks[i].storage.handOut();
          for (let round = 0; round < 3; round++) {
            const [first, ...more] = blocks.slice(0, word.results.length);
            backend.word(word, blocks.slice(0, 3), first, more);
          }
          return blocks.map(({ storage }) => storage.data);
        });
        for (const found of results) for (const i of data.keys()) assertSame(found[i], results[3][i]);
      }
});

type Product = (
  inputs: Block[],
  y: Block,
  dims: Record<string, number>,
  how: { ta?: boolean; tb?: boolean },
) => boolean;

/** A product by both backends: within 8 units of the sum of its terms' sizes; NaN and ∞ where the reference has them. */
function compareProducts(
  m: number,
  n: number,
  k: number,
  how: { ta?: boolean; tb?: boolean },
  { by = claims, spoil, draw }: { by?: WasmBackend; spoil?: number; draw?: (size: number) => Float32Array } = {},
): void {
  const multiply = by.kernels.matmul as unknown as Product;
  const a = block(how.ta ? [k, m] : [m, k], draw?.(m * k));
  const b = block(how.tb ? [n, k] : [k, n], draw?.(n * k));
  if (spoil !== undefined && k > 0) (a.storage.data as Float32Array)[0] = spoil;
  const exactly = m > 1 && n > 1; // of vectors a few floats more
  const run = (y: Block) => assert.is(multiply([a, b], y, { m, n, k }, how), m * n * k > 0);
  const values = guarded(by, [m, n], [a, b], run, { exactly });
  if (m * n * k === 0) return;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let [sum, size] = [0, 0];
      for (let p = 0; p < k; p++) {
        const term = a.storage.data[how.ta ? p * m + i : i * k + p] * b.storage.data[how.tb ? j * k + p : p * n + j];
        sum += term;
        size += Math.abs(term);
      }
      const found = values[i * n + j];
      if (!Object.is(found, sum) && !(Math.abs(found - sum) <= 8 * 2 ** -24 * size))
        throw new Error(`[${m},${k}]·[${k},${n}] ${JSON.stringify(how)} at ${i},${j}: wasm ${found}, expected ${sum}`);
    }
}

const hows = [{}, { ta: true }, { tb: true }, { ta: true, tb: true }];

test("products of every small size, every operand transposed or not", () => {
  for (const how of hows)
    for (const m of [0, 1, 2, 3, 4, 5, 8, 9])
      for (const n of [0, 1, 3, 4, 5, 7, 8, 9, 16, 17])
        for (const k of [0, 1, 3, 4, 5, 8, 9, 19])
          for (const by of [claims, claimsUnpacked]) compareProducts(m, n, k, how, { by });
});

test("products of the sizes that networks have", () => {
  for (const how of hows)
    for (const [m, n, k] of [
      [100, 50, 784],
      [784, 50, 100],
      [100, 10, 50],
      [1, 64, 64],
      [64, 1, 64],
      [33, 65, 257],
      [5, 300, 70],
      [2, 1000, 9],
      [390, 1030, 9],
    ])
      for (const by of [claims, claimsUnpacked]) compareProducts(m, n, k, how, { by });
});

test("products of 100 and more positive numbers, whose sums grow and grow, err by at most 8 units as well", () => {
  const draw = (size: number): Float32Array => Float32Array.from({ length: size }, () => generator.uniform());
  for (const how of hows)
    for (const k of [100, 128, 256, 784, 2000]) compareProducts(64, 100, k, how, { by: claimsWhole, draw });
});

test("the products of a batch, computed together, or of what is not packed, have the bits that they have one by one", () => {
  const packs = [1, 60, 300, 2 ** 20].map((panels) => ({ panels, unpacked: 0 }));
  const backends = [...packs, { unpacked: Infinity }].map(
    (how) => wasm(defines, { ...all, depth: 8, ...how }) as WasmBackend,
  );
  for (const how of hows)
    for (const [left, right, batch] of [
      [[7], [7], [7]],
      [[], [7], [7]],
      [[7], [], [7]],
      [[2, 1], [3], [2, 3]],
      [
        [2, 3],
        [2, 1],
        [2, 3],
      ],
    ])
      for (const [m, n, k] of [
        [3, 5, 4],
        [37, 9, 10],
        [1, 8, 9],
        [5, 1, 3],
      ]) {
        const a = block([...left, ...(how.ta ? [k, m] : [m, k])]);
        const b = block([...right, ...(how.tb ? [n, k] : [k, n])]);
        const [alone, ...others] = backends.map(({ kernels, ...backend }) =>
          guarded(backend as WasmBackend, [...batch, m, n], [a, b], (y) => {
            assert.ok((kernels.matmul as unknown as Product)([a, b], y, { m, n, k }, how));
          }),
        );
        for (const values of others) assertSame(values, alone);
      }
});

test("NaN and ∞ reach what depends on them, and nothing else", () => {
  for (const how of hows)
    for (const spoil of [NaN, Infinity, -Infinity]) for (const m of [1, 3, 6]) compareProducts(m, 9, 6, how, { spoil });
});

test("a product of float64, and one too small, are left to the reference", () => {
  const usual = wasm(defines) as Backend;
  const product = usual.kernels.matmul as unknown as Product;
  assert.is(product([block([2, 2]), block([2, 2])], block([2, 2]), { m: 2, n: 2, k: 2 }, {}), false);
  const wide: Block = { storage: Storage.of(new Float64Array(64 * 64), "float64"), shape: [64, 64] };
  assert.is(product([wide, wide], wide, { m: 64, n: 64, k: 64 }, {}), false);
});

test("eager and fused, one element and many: the same bits", () => {
  const usual = wasm(defines) as Backend;
  const [sub, exp] = ["sub", "exp"].map((name) => (registry.get(name) as Operation & { word: Word }).word);
  const fused = exp.substitute([sub]);
  const value = (word: Word, operands: Block[], shape: number[]): Block => {
    const y = block(shape);
    usual.word(word, operands, y);
    return y;
  };
  const [a, b] = [block([100, 10]), block([100, 1])];
  const eager = value(exp, [value(sub, [a, b], [100, 10])], [100, 10]);
  assert.equal(value(fused, [a, b], [100, 10]).storage.data, eager.storage.data);
  const many = block([300]);
  const together = value(exp, [many], [300]).storage.data;
  for (let i = 0; i < 300; i++)
    assert.is(
      value(exp, [block([], many.storage.data.slice(i, i + 1) as Float32Array)], []).storage.data[0],
      together[i],
    );
});

test("a word too large for a module is the reference's", () => {
  const usual = wasm(defines) as Backend;
  const x = Words.argument(0);
  let word = x;
  for (let i = 0; i < 30_000; i++) word = word.mul(x).add(0.5) as Word;
  const values = block([300]);
  const [found, expected] = [usual, defines].map((backend) => {
    const y = block([300]);
    backend.word(word, [values], y);
    return y.storage.data;
  });
  assert.equal(found, expected);
});

test("without WebAssembly, where a policy forbids it, or with too little memory to begin, there is no such backend", () => {
  const real = globalThis.WebAssembly;
  try {
    Object.assign(globalThis, { WebAssembly: undefined });
    assert.is(wasm(defines), null);
    const forbidden = () => {
      throw new real.CompileError("disallowed");
    };
    const { validate, Memory, Instance } = real;
    Object.assign(globalThis, { WebAssembly: { validate, Memory, Instance, Module: forbidden } });
    assert.is(wasm(defines), null);
  } finally {
    Object.assign(globalThis, { WebAssembly: real });
  }
});

test.run();
