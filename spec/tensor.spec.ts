/** Tensors: making, reading and assigning them, how they mix and broadcast, how sums add up, and what they print. */
import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import fc from "fast-check";
import {
  add,
  arange,
  choice,
  configure,
  defaultDtype,
  eye,
  full,
  fullLike,
  Generator,
  leakyRelu,
  linspace,
  manualSeed,
  normal,
  oneHot,
  ones,
  onesLike,
  permutation,
  relu,
  setDefaultDtype,
  type Tensor,
  tensor,
  uniform,
  where,
  zeros,
  zerosLike,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame, type Values } from "./support/close.js";
import { long, suite } from "./support/suite.js";

const test = suite("tensor");

/** Holds a tensor's shape, dtype and values, every bit, against what is written in nested arrays. */
function holds(x: Tensor, expected: Values, dtype = "float32"): void {
  assertSame(x, expected);
  assert.is(x.dtype, dtype);
}

const float64 = { dtype: "float64" } as const;
const int32 = { dtype: "int32" } as const;

test("made of numbers, booleans and nested arrays", () => {
  holds(tensor(3), 3);
  holds(tensor(true), 1);
  holds(tensor([1, 2, 3]), [1, 2, 3]);
  holds(tensor([true, false]), [1, 0]);
  holds(
    tensor([
      [1, 2, 3],
      [4, 5, -0],
    ]),
    [
      [1, 2, 3],
      [4, 5, -0],
    ],
  );
  holds(tensor([[[1], [2]]]), [[[1], [2]]]);
  holds(tensor([NaN, Infinity, 0.1]), [NaN, Infinity, Math.fround(0.1)]);
  holds(tensor([]), []);
  holds(tensor([[], []]), [[], []]);
});

test("made of typed arrays, whose dtype it takes", () => {
  holds(tensor(new Float32Array([1, 2])), [1, 2], "float32");
  holds(tensor(new Float64Array([0.1])), [0.1], "float64");
  holds(tensor(new Int32Array([-7])), [-7], "int32");
  holds(tensor(new Uint8Array([255, 0])), [255, 0], "float32");
  holds(tensor(new Float64Array([1, 2]), { dtype: "float32" }), [1, 2], "float32");
});

test("a shape lays flat values out", () => {
  holds(tensor([1, 2, 3, 4], { shape: [2, 2] }), [
    [1, 2],
    [3, 4],
  ]);
  holds(tensor(new Float32Array(0), { shape: [0, 3] }), tensor([], { shape: [0, 3] }));
  holds(tensor(7, { shape: [1, 1] }), [[7]]);
  holds(tensor([7], { shape: [] }), 7);
});

test("what a tensor is made of is copied, not shared", () => {
  const values = new Float32Array([1, 2]);
  const shape = [2];
  const x = tensor(values, { shape });
  const copy = tensor(x, { requiresGrad: true });
  values[0] = 9;
  shape[0] = 5;
  x.assign(8, 1);
  holds(x, [1, 8]);
  holds(copy, [1, 2]);
  assert.is(copy.requiresGrad, true);
  assert.is(tensor(copy).requiresGrad, false, "a copy requires no gradient unless asked");
  holds(tensor(tensor([1, 2], float64)), [1, 2], "float64");
});

test("a shape that a tensor was made with is its own", () => {
  const shape = [2, 3];
  const made = [zeros(shape), full(shape, 1), ones([3]).expandTo(shape), ones([2, 2, 3]).sumTo(shape)];
  shape[0] = 99;
  for (const x of made) assert.equal([...x.shape], [2, 3]);
});

test("zeros, ones, full, eye", () => {
  holds(zeros([2, 2]), [
    [0, 0],
    [0, 0],
  ]);
  holds(zeros([]), 0);
  holds(ones([3], float64), [1, 1, 1], "float64");
  holds(full([2], -0), [-0, -0]);
  holds(full([1, 2], 7, int32), [[7, 7]], "int32");
  holds(eye(3), [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  holds(eye(0), tensor([], { shape: [0, 0] }));
  assert.is(zeros([1], { requiresGrad: true }).requiresGrad, true);
});

test("zerosLike, onesLike, fullLike take shape and dtype, not the requirement of a gradient", () => {
  const x = tensor([[1, 2]], { dtype: "float64", requiresGrad: true });
  holds(zerosLike(x), [[0, 0]], "float64");
  holds(onesLike(x), [[1, 1]], "float64");
  holds(fullLike(x, 0.1), [[0.1, 0.1]], "float64");
  holds(onesLike(x, int32), [[1, 1]], "int32");
  assert.is(zerosLike(x).requiresGrad, false);
});

test("arange counts up, down and in fractions, never reaching its end", () => {
  holds(arange(4), [0, 1, 2, 3]);
  holds(arange(2, 5), [2, 3, 4]);
  holds(arange(5, 0, -2), [5, 3, 1]);
  holds(arange(0, 1, 0.25), [0, 0.25, 0.5, 0.75]);
  holds(arange(0, -1, -0.25), [0, -0.25, -0.5, -0.75]);
  holds(arange(0, 0.3, 0.1, float64), [0, 0.1, 0.2], "float64");
  holds(arange(3, 1), []);
  holds(arange(0), []);
  holds(arange(1, 4, 1, int32), [1, 2, 3], "int32");
});

test("linspace has both ends, exactly", () => {
  holds(linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]);
  holds(linspace(1, -1, 3), [1, 0, -1]);
  holds(linspace(2, 9, 1), [2]);
  holds(linspace(2, 9, 0), []);
  assertSame(linspace(-0.3, 0.1, 4, float64).data.at(-1) as number, 0.1, { what: "where -0.3 + 0.4 is not 0.1" });
  const fine = linspace(0, 0.7, 8, float64);
  assertSame(fine.data.at(-1) as number, 0.7);
  assertClose(fine, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], { tolerance: 1e-15 });
});

test("oneHot adds an axis of classes", () => {
  holds(oneHot([2, 0], 3), [
    [0, 0, 1],
    [1, 0, 0],
  ]);
  holds(oneHot(tensor(1, int32), 2, float64), [0, 1], "float64");
  holds(oneHot(tensor([[0], [1]], int32), 2), [[[1, 0]], [[0, 1]]]);
  holds(oneHot([], 3), tensor([], { shape: [0, 3] }));
});

test("the default dtype can be set, and put back", () => {
  assert.is(defaultDtype(), "float32");
  setDefaultDtype("float64");
  try {
    holds(tensor([0.1]), [0.1], "float64");
    holds(zeros([1]), [0], "float64");
    holds(add(0.1, 0.2), 0.1 + 0.2, "float64");
    assert.is(uniform([1]).dtype, "float64");
    holds(tensor(new Float32Array([1])), [1], "float32");
  } finally {
    setDefaultDtype("float32");
  }
  holds(tensor([0.1]), [Math.fround(0.1)]);
});

test("to(dtype) rounds, and makes integers of whole numbers only", () => {
  holds(tensor([0.1, 1e300], float64).to("float32"), [Math.fround(0.1), Infinity], "float32");
  holds(tensor([0.1]).to("float64"), [Math.fround(0.1)], "float64");
  holds(tensor([-3, 2]).to("int32"), [-3, 2], "int32");
  holds(tensor([-3, 2], int32).to("float64"), [-3, 2], "float64");
  const x = tensor([1]);
  x.to("float32").assign(9);
  holds(x, [1]);
});

test("JSON has a tensor as nested arrays, be it a result, or what a result was made of", () => {
  const x = tensor(
    [
      [1, 2.5],
      [Number.NaN, -3],
    ],
    { requiresGrad: true },
  );
  x.expand([600, 2, 2]).mul(2).sum().backward();
  assert.is(JSON.stringify({ x, y: x.mul(2) }), '{"x":[[1,2.5],[null,-3]],"y":[[2,5],[null,-6]]}');
  assert.throws(
    () => x.repeat(x as never),
    (error: Error) => error.message.endsWith("(given [[1,2.5],[null,-3]])"),
  );
});

test("item, toArray, data, rank and size read a tensor", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(x.toArray(), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal([...x.data], [1, 2, 3, 4, 5, 6]);
  assert.equal([x.rank, x.size, x.shape], [2, 6, [2, 3]]);
  assert.is(tensor([[[5]]]).item(), 5);
  assert.is(tensor(0.1).item(), Math.fround(0.1));
  assert.is(tensor(4).toArray(), 4);
  assert.equal(zeros([2, 0]).toArray(), [[], []]);
  assert.equal(zeros([0, 2]).toArray(), []);
  assert.equal([tensor(1).rank, tensor(1).size, zeros([3, 0]).size], [0, 1, 0]);
});

test("assign writes all values, a number everywhere, or one at a flat index", () => {
  const x = zeros([2, 2]);
  assert.is(
    x.assign([
      [1, 2],
      [3, 4],
    ]),
    x,
    "gives the tensor itself",
  );
  holds(x, [
    [1, 2],
    [3, 4],
  ]);
  holds(x.assign(9, 2), [
    [1, 2],
    [9, 4],
  ]);
  holds(
    x.assign(0.1),
    tensor([
      [0.1, 0.1],
      [0.1, 0.1],
    ]),
  );
  holds(x.assign(new Float64Array([1, 2, 3, 4])), [
    [1, 2],
    [3, 4],
  ]);
  holds(
    x.assign(
      tensor(
        [
          [5, 6],
          [7, 8],
        ],
        float64,
      ),
    ),
    [
      [5, 6],
      [7, 8],
    ],
    "float32",
  );
  holds(x.assign(x), [
    [5, 6],
    [7, 8],
  ]);
  holds(zeros([2], int32).assign([3, -4]), [3, -4], "int32");
});

test("assign refuses what does not fit, and changes nothing then", () => {
  const x = tensor([1, 2, 3]);
  for (const wrong of [[1, 2], [[1, 2, 3]], [1, 2, 3, 4], tensor(1), new Float32Array(2), [1, "2", 3], null])
    assert.throws(() => x.assign(wrong as Values as number[]));
  for (const at of [-1, 3, 0.5, NaN]) assert.throws(() => x.assign(7, at), /assign\(\[3\]\): one number is written/);
  holds(x, [1, 2, 3]);
  const labels = tensor([1, 2], int32);
  for (const write of [() => labels.assign([1, 2.5]), () => labels.assign(0.5), () => labels.assign(NaN, 0)])
    assert.throws(write, /assign: int32 holds whole numbers/);
  holds(labels, [1, 2], "int32");
});

test("a list with holes is no list of numbers", () => {
  const holes = [7, 8, 9];
  delete holes[1];
  assert.throws(() => tensor(holes));
  assert.throws(() => tensor([1, 2, 3]).assign(holes));
});

test("integers that int32 cannot hold are refused wherever they come from", () => {
  for (const make of [
    () => tensor([0.5], int32),
    () => tensor([2 ** 31], int32),
    () => tensor(new Float32Array([NaN]), int32),
    () => full([1], 0.5, int32),
    () => full([1], 2 ** 31, int32),
    () => fullLike(tensor([1], int32), NaN),
    () => arange(0, 1, 0.5, int32),
    () => linspace(0, 1, 3, int32),
    () => tensor([0.5]).to("int32"),
  ])
    assert.throws(make, /int32 holds whole numbers/);
});

test("detach, reshape and their reshapes share values; clone and every other op do not", () => {
  const x = tensor([1, 2, 3, 4]);
  const sharing = [x.detach(), x.reshape([2, 2]), x.reshape([2, 2]).reshape([-1]), x.detach().reshape([4, 1])];
  const apart = [x.clone(), x.permute([0]), x.add(0), x.to("float32"), tensor(x), x.expandTo([4]), x.sumTo([4])];
  x.assign(9, 3);
  for (const y of sharing) assert.is(y.data[3], 9);
  for (const y of apart) assert.is(y.data[3], 4);
  sharing[1].assign(0, 0);
  for (const y of [x, ...sharing]) assert.is(y.data[0], 0);
});

test("detach has no past and requires no gradient; clone has both, as in PyTorch", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  for (const y of [x.detach(), x.detach().clone(), x.mul(2).detach()])
    assert.equal([y.tracked, y.requiresGrad, y.origin], [false, false, null]);
  x.clone().mul(3).sum().backward();
  holds(x.grad as Tensor, [3, 3]);
});

test("tensors of no axes pass through every kind of op", () => {
  const x = tensor(2);
  holds(x.add(1), 3);
  holds(x.sum(), 2);
  holds(x.mean(), 2);
  holds(x.max(), 2);
  holds(x.argmax(), 0, "int32");
  holds(x.reshape([1, 1]).transpose().reshape([]), 2);
  holds(x.expandTo([2, 1]), [[2], [2]]);
  holds(x.permute([]), 2);
  holds(x.logSumExp(), 2);
  holds(x.softmax(), 1);
  holds(x.logSoftmax(), 0);
});

test("tensors of no elements pass through every kind of op", () => {
  const x = zeros([2, 0]);
  holds(x.add(1), [[], []]);
  holds(x.mul(zeros([1, 1])), [[], []]);
  holds(x.exp(), [[], []]);
  holds(x.sum(), 0);
  holds(x.sum(1), [0, 0]);
  holds(x.sum(0), []);
  holds(x.mean(), NaN);
  holds(x.max(0), []);
  holds(x.transpose(), tensor([], { shape: [0, 2] }));
  holds(x.matmul(zeros([0, 3])), zeros([2, 3]));
  holds(x.reshape([0, 5]), tensor([], { shape: [0, 5] }));
  holds(x.expandTo([3, 2, 0]), tensor([], { shape: [3, 2, 0] }));
  holds(zeros([0]).indexSelect(0, []), []);
  holds(x.softmax(), [[], []]);
  holds(x.logSoftmax(), [[], []]);
  holds(x.logSumExp(1), [-Infinity, -Infinity]);
});

test("numbers mix with tensors in every place and change no dtype", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const x = tensor([1, 2], { dtype });
    const yes = tensor([1, 0], { dtype });
    const table: [Tensor, number[]][] = [
      [add(1, x), [2, 3]],
      [x.add(1), [2, 3]],
      [x.sub(2), [-1, 0]],
      [where(yes, 1, x), [1, 2]],
      [where(yes, x, 5), [1, 5]],
      [yes.where(7, 8), [7, 8]],
      [where(1, x, 3), [1, 2]],
      [x.pow(2), [1, 4]],
      [x.clamp(1.5), [1.5, 2]],
      [x.maximum(1.5), [1.5, 2]],
      [leakyRelu(x, 0.5), [1, 2]],
      [x.div(2), [0.5, 1]],
    ];
    for (const [y, expected] of table) holds(y, expected, dtype);
  }
  holds(tensor(1).mul(1e300), Infinity);
  holds(tensor(1).mul(0.1), Math.fround(0.1));
  holds(tensor(1, float64).mul(0.1), 0.1, "float64");
  holds(add(1, 2), 3);
});

test("float32 with float64 gives float64, of the float32 value", () => {
  holds(tensor([0.1]).add(tensor([0.1], float64)), [Math.fround(0.1) + 0.1], "float64");
  holds(tensor([[2]], float64).matmul(tensor([[3]])), [[6]], "float64");
  holds(where(tensor([1]), tensor([2], float64), tensor([3])), [2], "float64");
});

test("comparisons are 0 or 1 in the float dtype of their operands", () => {
  const x = tensor([1, 2, NaN]);
  holds(x.lt(2), [1, 0, 0]);
  holds(x.le(2), [1, 1, 0]);
  holds(x.gt(1), [0, 1, 0]);
  holds(x.ge(1), [1, 1, 0]);
  holds(x.eq(x), [1, 1, 0]);
  holds(x.ne(x), [0, 0, 1]);
  holds(x.eq(tensor([1], float64)), [1, 0, 0], "float64");
  holds(tensor(-0).eq(0), 1);
});

test("broadcasting follows NumPy's table", () => {
  const table: [a: number[], b: number[], result: number[]][] = [
    [[256, 256, 3], [3], [256, 256, 3]],
    [
      [8, 1, 6, 1],
      [7, 1, 5],
      [8, 7, 6, 5],
    ],
    [[5, 4], [1], [5, 4]],
    [[5, 4], [4], [5, 4]],
    [
      [15, 3, 5],
      [15, 1, 5],
      [15, 3, 5],
    ],
    [
      [15, 3, 5],
      [3, 1],
      [15, 3, 5],
    ],
    [[], [2, 3], [2, 3]],
    [[0], [1], [0]],
    [[3, 0], [], [3, 0]],
    [[1, 1], [], [1, 1]],
  ];
  for (const [a, b, shape] of table) {
    assert.equal([...zeros(a).add(zeros(b)).shape], shape);
    assert.equal([...zeros(b).add(zeros(a)).shape], shape);
  }
  for (const [a, b] of [
    [[3], [4]],
    [
      [2, 1],
      [8, 4, 3],
    ],
    [[0], [2]],
  ])
    assert.throws(() => zeros(a).add(zeros(b)), /they must be equal, or one of them 1/);
});

/** Two shapes that broadcast, and their result: each axis of the result is missing, 1 or whole on either side. */
const broadcasting = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.boolean()), { maxLength: 4 })
  .chain((axes) => fc.tuple(fc.constant(axes), fc.nat(axes.length), fc.nat(axes.length)))
  .map(([axes, skipA, skipB]) => {
    const side = (skip: number, which: 1 | 2) => axes.slice(skip).map((axis) => (axis[which] ? axis[0] : 1));
    return { a: side(skipA, 1), b: side(skipB, 2) };
  });

test("broadcast values are those that index arithmetic finds", () => {
  fc.assert(
    fc.property(broadcasting, ({ a, b }) => {
      const count = (shape: number[]) => shape.reduce((n, length) => n * length, 1);
      const x = arange(count(a)).reshape(a);
      const y = arange(count(b)).mul(100).reshape(b);
      const z = x.add(y);
      const value = (small: Tensor, index: number[]) =>
        small.shape.reduce((at, length, axis) => {
          const i = index[axis + index.length - small.rank];
          return at * length + (length === 1 ? 0 : i);
        }, 0);
      const expected = Array.from(z.data, (_, flat) => {
        const index = z.shape.map(
          (length, axis) => Math.floor(flat / count(z.shape.slice(axis + 1) as number[])) % length,
        );
        return x.data[value(x, index)] + y.data[value(y, index)];
      });
      assertSame([...z.data], expected);
    }),
  );
});

test("the same seed draws the same tensors, from the default generator or one's own", () => {
  const draw = (generator?: Generator) => [
    uniform([3], { generator }),
    normal([3], { generator, mean: 5, std: 0.5, dtype: "float64" }),
    permutation(5, { generator }),
    choice(9, 4, { generator }),
  ];
  manualSeed(7);
  const first = draw();
  const second = draw();
  manualSeed(7);
  draw().forEach((x, i) => {
    assertSame(x, first[i]);
  });
  draw(new Generator(7)).forEach((x, i) => {
    assertSame(x, first[i]);
  });
  assert.not.equal([...second[0].data], [...first[0].data]);
  assert.equal(
    first.map((x) => x.dtype),
    ["float32", "float64", "int32", "int32"],
  );
  manualSeed(0);
});

test("uniform and normal draw what they are asked for", () => {
  const generator = new Generator(1);
  const u = uniform([100_000], { generator, low: -1, high: 3, dtype: "float64" });
  assert.ok(u.data.every((x) => x >= -1 && x < 3));
  assertClose(u.mean().item(), 1, { tolerance: 0.02 });
  const z = normal([100_000], { generator, mean: 2, std: 3, dtype: "float64" });
  assertClose(z.mean().item(), 2, { tolerance: 0.02 });
  assertClose(z.sub(2).square().mean().sqrt().item(), 3, { tolerance: 0.01 });
  assert.is(uniform([1], { requiresGrad: true }).requiresGrad, true);
  assert.equal([...permutation(6, { generator }).data].sort(), [0, 1, 2, 3, 4, 5]);
});

test("2^24 times 0.1 in float32 is right to 2e-6, and 2^24 + 8 ones exactly", () => {
  const tenths = tensor(new Float32Array(2 ** 24).fill(0.1))
    .sum()
    .item();
  assert.ok(Math.abs(tenths / (2 ** 24 * 0.1) - 1) <= 2e-6, `${tenths}`);
  assert.is(
    tensor(new Float32Array(2 ** 24 + 8).fill(1))
      .sum()
      .item(),
    2 ** 24 + 8,
  );
});

test("half the sum of the book's squared errors is 0.5975 to the last bit", () => {
  const y = tensor([0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0], float64);
  const t = oneHot(tensor(2, int32), 10, float64);
  assert.is(y.sub(t).square().sum().mul(0.5).item(), 0.5975);
});

/** The sum of numbers with its rounding errors kept aside (Neumaier), so right to about one rounding. */
function exactSum(values: ArrayLike<number>): number {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const next = sum + values[i];
    lost += Math.abs(sum) >= Math.abs(values[i]) ? sum - next + values[i] : values[i] - next + sum;
    sum = next;
  }
  return sum + lost;
}

test("sums of any length are as accurate as pairwise addition", () => {
  const length = fc.oneof(fc.nat(300), fc.nat(5000), fc.integer({ min: 0, max: long ? 2 ** 20 : 2 ** 17 }));
  fc.assert(
    fc.property(length, fc.nat(), fc.constantFrom("float32", "float64"), fc.boolean(), (n, seed, dtype, wide) => {
      const generator = new Generator(seed);
      const x = wide
        ? normal([n], { generator, dtype }).mul(normal([n], { generator, dtype }).mul(4).exp())
        : normal([n], { generator, dtype });
      const unit = dtype === "float32" ? 2 ** -24 : 2 ** -53;
      const total = exactSum(x.data.map(Math.abs));
      const error = Math.abs(x.sum().item() - exactSum(x.data as ArrayLike<number>));
      assert.ok(error <= (Math.log2(n || 1) + 16) * unit * total, `${n} values, error ${error}, total ${total}`);
    }),
  );
});

/** NumPy's order of addition, as ARCHITECTURE tells it: blocks of 128, eight running sums, the rest one by one, blocks pairwise. */
function numpySum(x: readonly number[]): number {
  const f = Math.fround;
  if (x.length > 128) {
    const half = Math.floor(x.length / 16) * 8;
    return f(numpySum(x.slice(0, half)) + numpySum(x.slice(half)));
  }
  if (x.length < 8) return x.reduce((a, b) => f(a + b), 0);
  const whole = x.length - (x.length % 8);
  const r = x.slice(0, 8);
  for (let i = 8; i < whole; i++) r[i % 8] = f(r[i % 8] + x[i]);
  const joined = f(f(f(r[0] + r[1]) + f(r[2] + r[3])) + f(f(r[4] + r[5]) + f(r[6] + r[7])));
  return x.slice(whole).reduce((a, b) => f(a + b), joined);
}

/** A test of what the reference promises alone. */
const onReference = (name: string, body: () => void) =>
  test(name, () => {
    configure({ wasm: false });
    try {
      body();
    } finally {
      configure();
    }
  });

onReference("sums add in NumPy's order", () => {
  for (const n of [1, 7, 8, 9, 15, 127, 128, 129, 136, 255, 256, 257, 1000, 4099]) {
    const x = normal([n], { generator: new Generator(n) });
    assertSame(x.sum().item(), numpySum([...x.data]));
  }
});

onReference("the order of a sum does not hang on which axes are summed", () => {
  const lengths = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(lengths, lengths, fc.nat(), (m, n, seed) => {
      const x = normal([m, n], { generator: new Generator(seed) });
      assertSame(x.sum(0), x.transpose().sum(1));
      assertSame(x.sum(1), x.transpose().sum(0));
      assertSame(x.sum(0), x.sumTo([n]));
      assertSame(x.reshape([m, 1, n]).sum([1, 2]), x.sum(1));
      const cube = x.reshape([m, n, 1]).expandTo([m, n, 3]);
      assertSame(
        cube.sum([0, 2]),
        cube
          .permute([1, 0, 2])
          .reshape([n, 3 * m])
          .sum(1),
      );
    }),
  );
});

const prints: [x: Tensor, text: string][] = [
  [tensor(2), "tensor(2, shape=[], dtype=float32)"],
  [tensor(1 / 3), "tensor(0.3333, shape=[], dtype=float32)"],
  [tensor([1, 2, 30]), "tensor([ 1,  2, 30], shape=[3], dtype=float32)"],
  [tensor([0.5, -1.25, 2], float64), "tensor([ 0.50, -1.25,  2.00], shape=[3], dtype=float64)"],
  [
    tensor([
      [1, 2],
      [3, 4],
    ]),
    "tensor([[1, 2],\n        [3, 4]], shape=[2, 2], dtype=float32)",
  ],
  [
    arange(8).reshape([2, 2, 2]),
    "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]], shape=[2, 2, 2], dtype=float32)",
  ],
  [tensor([]), "tensor([], shape=[0], dtype=float32)"],
  [zeros([2, 0]), "tensor([], shape=[2, 0], dtype=float32)"],
  [tensor([1, -2], int32), "tensor([ 1, -2], shape=[2], dtype=int32)"],
  [tensor([1e-6, 1, 1e6]), "tensor([1.0000e-6, 1.0000e+0, 1.0000e+6], shape=[3], dtype=float32)"],
  [
    tensor([1, NaN, Infinity, -Infinity]),
    "tensor([        1,       NaN,  Infinity, -Infinity], shape=[4], dtype=float32)",
  ],
  [tensor([1], { requiresGrad: true }), "tensor([1], shape=[1], dtype=float32, requiresGrad=true)"],
  [tensor([1], { requiresGrad: true }).mul(2), "tensor([2], shape=[1], dtype=float32, op=mul)"],
  [tensor([1], { requiresGrad: true }).mean(), "tensor(1, shape=[], dtype=float32, op=mean)"],
  [arange(1001), "tensor([   0,    1,    2, ...,  998,  999, 1000], shape=[1001], dtype=float32)"],
  [
    arange(2000).reshape([20, 100]),
    `tensor([[   0,    1,    2, ...,   97,   98,   99],
        [ 100,  101,  102, ...,  197,  198,  199],
        [ 200,  201,  202, ...,  297,  298,  299],
        ...,
        [1700, 1701, 1702, ..., 1797, 1798, 1799],
        [1800, 1801, 1802, ..., 1897, 1898, 1899],
        [1900, 1901, 1902, ..., 1997, 1998, 1999]], shape=[20, 100], dtype=float32)`,
  ],
];

test("a tensor prints its values, shape, dtype and origin", () => {
  for (const [x, text] of prints) assert.is(String(x), text);
});

test("inspect and console.log show the same as String", () => {
  const stream = new PassThrough();
  const console = new Console(stream);
  for (const [x, text] of prints) {
    assert.is(inspect(x), text);
    console.log(x);
    assert.is(String(stream.read()), `${text}\n`);
  }
});

test("a thousand values print whole, and any shape prints at all", () => {
  assert.is(String(arange(1000)).split(",").length, 1002);
  assert.is(String(zeros([2 ** 53 - 1, 0])), `tensor([], shape=[${2 ** 53 - 1}, 0], dtype=float32)`);
  assert.ok(String(full([6, 6, 6, 6, 6, 6, 6], 0.5)).endsWith("shape=[6, 6, 6, 6, 6, 6, 6], dtype=float32)"));
});

test("int32 beside a number compares all its digits", () => {
  const x = tensor([16777217, 16777216], { dtype: "int32" });
  assert.equal(x.eq(16777217).toArray(), [1, 0]);
  assert.equal(x.lt(16777217).toArray(), [0, 1]);
});

test("ops may be given to map and reduce", () => {
  const xs = [tensor(-1), tensor(2)];
  assert.equal(
    xs.map(relu).map((x) => x.item()),
    [0, 2],
  );
  assert.is(xs.reduce(add).item(), 1);
});

test.run();
