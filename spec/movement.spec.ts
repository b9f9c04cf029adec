// usual environment only: its backends are its own
/** Values moved in WebAssembly are the very bits that the op's own loops give, for any number of threads, and nothing else is written. */
import {
  argmaxPool2d,
  backend,
  concat,
  configure,
  fold,
  type Tensor,
  tensor,
  unfold,
  zeros,
  zerosLike,
} from "gradtape";
import * as assert from "uvu/assert";
import type { Block, FastKernel } from "../lib/backends/backend.js";
import { reference } from "../lib/backends/reference.js";
import { type WasmBackend, wasm } from "../lib/backends/wasm/index.js";
import type { AxisRange } from "../lib/ops/slices.js";
import { Generator } from "../lib/random.js";
import type { Dims } from "../lib/shape.js";
import { complete } from "./support/calls.js";
import { assertSame } from "./support/close.js";
import { blank, guarded } from "./support/guarded.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("movement");
const rounds = long ? 2000 : 150;

/** A backend that computes all there is, and divides it among so many threads. */
const eager = (threads: number): WasmBackend =>
  complete(wasm(reference({ codegen: true }), { threads, elements: 0, divided: 1, untilThreads: 0 }) as WasmBackend);
const alone = eager(1);
const divided = eager(3);

test.before(() => {
  configure({ wasm: false });
  const x = random([64, 64]);
  do claim(divided, () => x.permute([1, 0]));
  while (!divided.threads()?.ready);
});
test.after(() => {
  divided.stop?.();
  configure();
});

const generator = new Generator(seed);
const below = (n: number): number => generator.integer(n);
const from = (least: number, most: number): number => least + below(most - least + 1);

const specials = [NaN, 0, -0, Infinity, -Infinity, 1e-45, -1e-45, 1e-38, 3e38, -3e38];

/** Values many of which are equal, or special. */
function random(shape: readonly number[]): Tensor {
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
    below(8) === 0 ? specials[below(specials.length)] : below(3) === 0 ? below(3) - 1 : generator.uniform() - 0.5,
  );
  return tensor(data, { shape });
}

const indices = (shape: readonly number[], length: number): Tensor =>
  tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => below(length)),
    { shape },
  );

/** What an op gives to its kernel. */
type Call = { name: string; inputs: readonly Block[]; y: Block; dims: Dims; attributes: object };

/** What an op asks of the backend. */
function asked(op: () => Tensor): Call {
  let call: Call | undefined;
  const listening = Object.fromEntries(
    Object.keys(alone.kernels).map((name) => [
      name,
      (inputs: readonly Block[], y: Block, dims: Dims, attributes: object) => {
        call = { name, inputs, y, dims, attributes };
        return true;
      },
    ]),
  );
  const { kernels } = backend();
  Object.assign(kernels, listening);
  try {
    op();
    return call as Call;
  } finally {
    for (const name of Object.keys(listening)) delete kernels[name];
  }
}

/** What a backend answers, `null` if it declines; and the op's own answer. */
function claim(claims: WasmBackend, op: () => Tensor): { found: ArrayLike<number> | null; expected: Tensor } {
  const { name, inputs, y, dims, attributes } = asked(op);
  const kernel = claims.kernels[name] as FastKernel<object>;
  let taken = false;
  const found = guarded(
    claims,
    y.shape,
    inputs,
    (to) => {
      taken = kernel(inputs, to, dims, attributes);
    },
    { dtype: y.storage.dtype, exactly: true },
  );
  return { found: taken ? found : null, expected: op() };
}

/** Compares an op that must not be declined. */
function compare(op: () => Tensor): void {
  for (const claims of [alone, divided]) {
    const { found, expected } = claim(claims, op);
    assert.ok(found, "declined");
    assertSame(found as Float32Array, expected.storage.data);
  }
}

/** Images, windows that fit into them, and options. */
function windows(dilated: boolean) {
  const size = [from(1, 4), from(1, 4)] as const;
  const stride = [from(1, 3), from(1, 3)] as const;
  const dilation = dilated ? ([from(1, 3), from(1, 3)] as const) : ([1, 1] as const);
  const padding = size.map((n) => below(dilated ? 6 : Math.floor(n / 2) + 1)) as unknown as readonly [number, number];
  const [h, w] = size.map((n, k) => Math.max(1, dilation[k] * (n - 1) + 1 - 2 * padding[k]) + below(20));
  return { shape: [from(1, 3), from(1, 3), h, w], size, options: { stride, padding, ...(dilated && { dilation }) } };
}

test("unfold: any windows", () => {
  for (let i = 0; i < rounds; i++) {
    const { shape, size, options } = windows(true);
    const x = random(shape);
    compare(() => unfold(x, size, options));
  }
});

test("fold: any windows, sums in the same order", () => {
  for (let i = 0; i < rounds; i++) {
    const { shape, size, options } = windows(true);
    const columns = random(unfold(zeros(shape), size, options).shape);
    compare(() => fold(columns, [shape[2], shape[3]], size, options));
  }
});

test("unfold and fold: windows far outside", () => {
  const x = random([2, 1, 2, 3]);
  const options = { padding: [7, 9], stride: 2, dilation: [3, 5] } as const;
  compare(() => unfold(x, 3, options));
  const columns = random(unfold(x, 3, options).shape);
  compare(() => fold(columns, [2, 3], 3, options));
});

test("argmaxPool2d: any windows, the first of equals, the first NaN", () => {
  for (let i = 0; i < 2 * rounds; i++) {
    const { shape, size, options } = windows(false);
    const x = random(shape);
    compare(() => argmaxPool2d(x, size, options));
  }
});

/** A shape, an axis of it, and the shape of an index along it. */
function axes() {
  const shape = Array.from({ length: from(1, 4) }, () => from(1, 9));
  const axis = below(shape.length);
  const m = from(1, 12);
  return { shape, axis, m, each: shape.map((length, i) => (i === axis ? m : length)) };
}

test("gather and scatterAdd: any axis, indices repeated", () => {
  for (let i = 0; i < rounds; i++) {
    const { shape, axis, each } = axes();
    const [x, source, index] = [random(shape), random(each), indices(each, shape[axis])];
    if (x.size <= 8 * source.size) compare(() => x.gather(axis, index));
    compare(() => x.scatterAdd(axis, index, source));
    compare(() => zerosLike(x).scatterAdd(axis, index, source));
  }
});

test("indexSelect and indexAdd: any axis, indices repeated", () => {
  for (let i = 0; i < rounds; i++) {
    const { shape, axis, m, each } = axes();
    const [x, source, index] = [random(shape), random(each), indices([m], shape[axis])];
    if (x.size <= 8 * source.size) compare(() => x.indexSelect(axis, index));
    compare(() => x.indexAdd(axis, index, source));
    compare(() => zerosLike(x).indexAdd(axis, index, source));
  }
});

test("permute: any order of up to four axes", () => {
  for (let i = 0; i < rounds; i++) {
    const x = random(Array.from({ length: from(0, 4) }, () => from(1, 9)));
    const order = [...generator.permutation(x.rank)];
    compare(() => x.permute(order));
  }
});

test("permute: matrices exchanged, whole and divided", () => {
  for (const [rows, columns] of [
    [8, 8],
    [64, 96],
    [37, 41],
    [5, 100],
    [100, 5],
    [33, 4],
    [1, 9],
  ]) {
    const [x, many] = [random([rows, columns]), random([3, rows, columns])];
    compare(() => x.permute([1, 0]));
    compare(() => many.permute([0, 2, 1]));
    compare(() => many.permute([2, 1, 0]));
  }
});

test("permute: of more axes, those that stay together count as one; the rest is declined", () => {
  const x = random([2, 3, 2, 2, 3]);
  compare(() => x.permute([3, 4, 0, 1, 2]));
  assert.is(claim(alone, () => x.permute([4, 3, 2, 1, 0])).found, null);
});

/** A range of an axis that is not empty. */
function range(length: number): AxisRange {
  const [a, b] = [below(length), below(length)].sort((p, q) => p - q);
  const step = from(1, 3);
  const all: AxisRange[] = [[a, b + 1, step], [b, a === 0 ? null : a - 1, -step], null, [a]];
  return all[below(4)];
}

test("slice, place, pad: any ranges", () => {
  for (let i = 0; i < rounds; i++) {
    const x = random(Array.from({ length: from(0, 4) }, () => from(1, 9)));
    const ranges = x.shape.map(range);
    const part = x.slice(...ranges);
    if (x.size <= 8 * part.size) compare(() => x.slice(...ranges));
    compare(() => part.place(x.shape, ...ranges));
    const widths = x.shape.map(() => [below(3), below(3)] as const);
    const value = specials[below(specials.length)];
    compare(() => x.pad(widths, value));
  }
});

test("concat: any axis, any number", () => {
  for (let i = 0; i < rounds; i++) {
    const { shape, axis } = axes();
    const count = from(1, 4);
    const list = Array.from({ length: count }, () => random(shape.map((n, k) => (k === axis ? from(1, 9) : n))));
    compare(() => concat(list, axis));
  }
});

test("what is empty, or of another type, is declined", () => {
  const wide = tensor([1, 2, 3, 4], { dtype: "float64", shape: [2, 2] });
  const whole = tensor([1, 2, 3, 4], { dtype: "int32", shape: [2, 2] });
  for (const x of [wide, whole, zeros([0, 2])])
    for (const op of [
      () => x.permute([1, 0]),
      () => x.slice([0, 1]),
      () =>
        x.pad([
          [1, 1],
          [1, 1],
        ]),
      () => x.gather(0, tensor(new Int32Array(0), { shape: [0, 2] })),
      () => x.indexSelect(1, [1]),
      () => concat([x, x]),
    ])
      assert.is(claim(alone, op).found, null);
  const images = zeros([0, 1, 3, 3]);
  for (const op of [
    () => unfold(images, 2),
    () => argmaxPool2d(images, 2),
    () => fold(zeros([0, 4, 4]), 3, 2),
    () => zeros([2, 2], { dtype: "float64" }).scatterAdd(0, [[0, 1]], random([1, 2])),
  ])
    assert.is(claim(alone, op).found, null);
});

test("a small part of what lies elsewhere is not worth copying all of it", () => {
  const x = random([100, 100]);
  assert.is(claim(alone, () => x.indexSelect(0, [7])).found, null);
  assert.is(claim(alone, () => x.slice([7, 8])).found, null);
});

test("whole numbers live in the memory, with the bits they have", () => {
  const memory = alone.memory();
  memory.empty();
  const values = tensor(Int32Array.of(0x7fa00000, -1, 2 ** 24 + 1, -(2 ** 31)));
  memory.begin([], [4]);
  memory.address(values.storage);
  assert.is(values.storage.home, memory);
  const copy = blank([4], "int32").storage.data;
  memory.copy(values.storage, copy);
  assert.equal([...copy], [0x7fa00000, -1, 2 ** 24 + 1, -(2 ** 31)]);
});

test("zeros that nobody made are made in the memory", () => {
  const memory = alone.memory();
  memory.empty();
  memory.begin([], [9]);
  memory.floats.fill(5);
  const x = zeros([9]);
  memory.address(x.storage);
  assert.equal([...x.data], new Array(9).fill(0));
});

test("indices once found to lie within are checked anew when they may have changed", () => {
  const x = random([4, 3]);
  const index = tensor([[3, 1, 0]], { dtype: "int32" });
  x.gather(0, index);
  assert.throws(() => random([3, 3]).gather(0, index), /from 0 to 2/);
  index.assign([[4, 1, 0]]);
  assert.throws(() => x.gather(0, index), /from 0 to 3/);
  index.assign([[2, 1, 0]]);
  x.gather(0, index);
  (index.data as Int32Array)[1] = 9;
  assert.throws(() => x.gather(0, index), /from 0 to 3/);
  (index.data as Int32Array)[1] = 1;
  x.gather(0, index);
  (index.data as Int32Array)[1] = -1;
  assert.throws(() => x.gather(0, index), /from 0 to 3/);
});

test.run();
