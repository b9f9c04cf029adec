/** Parts, picks and windows: values checked by hand, that the pairs are adjoint, and what convolution and pooling do at the edges. */
import fc from "fast-check";
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  argmaxPool2d,
  avgPool2d,
  concat,
  conv1d,
  conv2d,
  convTranspose2d,
  fold,
  full,
  Generator,
  gather,
  gradcheck,
  gradient,
  maxPool2d,
  maxUnpool2d,
  normal,
  ones,
  type Pair,
  pixelShuffle,
  pixelUnshuffle,
  type Shape,
  slice,
  type Tensor,
  tensor,
  unfold,
  upsampleBilinear,
  upsampleLinear,
  upsampleNearest,
  type WindowOptions,
  zeros,
  zerosLike,
} from "gradtape";
import { shapes, tensors } from "gradtape/testing";
import * as assert from "uvu/assert";
import { assertClose, assertSame } from "./support/close.js";
import { seed, suite } from "./support/suite.js";

const test = suite("windows");

const float64 = { dtype: "float64" } as const;
const generator = new Generator(seed >>> 0);
const random = (...shape: number[]): Tensor => normal(shape, { ...float64, generator });
const count = (n: number, shape: Shape): Tensor =>
  tensor(
    Float64Array.from({ length: n }, (_, i) => i + 1),
    { shape },
  );

/** ⟨a, b⟩: exact, as lattice numbers have few digits. */
const dot = (a: Tensor, b: Tensor): number => a.mul(b).sum().item();

/** Numbers of a lattice in a shape, so that sums of products are exact in any order. */
const drawn = (shape: Shape): fc.Arbitrary<Tensor> => tensors({ shape });

/** x and u of the shapes of a linear map's two sides. */
const sides = (a: Shape, b: Shape) => fc.tuple(drawn(a), drawn(b));

// ---- slice, place, pad

test("slice is NumPy's: ranges, negative indices, steps, bounds beyond the axis", () => {
  const x = tensor([0, 1, 2, 3, 4, 5], float64);
  for (const [range, expected] of [
    [[2], [2, 3, 4, 5]],
    [
      [1, 3],
      [1, 2],
    ],
    [[-2], [4, 5]],
    [
      [null, -2],
      [0, 1, 2, 3],
    ],
    [
      [null, null, 2],
      [0, 2, 4],
    ],
    [
      [null, null, -1],
      [5, 4, 3, 2, 1, 0],
    ],
    [
      [undefined, undefined, -4],
      [5, 1],
    ],
    [
      [4, 1, -2],
      [4, 2],
    ],
    [
      [-100, 100],
      [0, 1, 2, 3, 4, 5],
    ],
    [
      [100, -100, -3],
      [5, 2],
    ],
    [[3, 3], []],
    [[4, 1], []],
    [[], [0, 1, 2, 3, 4, 5]],
    [null, [0, 1, 2, 3, 4, 5]],
  ] as const)
    assert.equal(x.slice(range).toArray(), [...expected], JSON.stringify(range));
  const matrix = count(12, [3, 4]);
  assert.equal(matrix.slice([1], [-1]).toArray(), [[8], [12]]);
  assert.equal(matrix.slice(null, [null, null, -3]).toArray(), [
    [4, 1],
    [8, 5],
    [12, 9],
  ]);
  assert.equal([...matrix.slice([5]).shape], [0, 4]);
  assert.equal(tensor([1, 2, 3], { dtype: "int32" }).slice([1]).dtype, "int32");
});

test("place and pad put values where slice finds them", () => {
  assert.equal(tensor([7, 8]).place([5], [4, 0, -2]).toArray(), [0, 0, 8, 0, 7]);
  assert.equal(
    tensor([[1, 2]])
      .pad([
        [1, 0],
        [0, 2],
      ])
      .toArray(),
    [
      [0, 0, 0, 0],
      [1, 2, 0, 0],
    ],
  );
  assert.equal(
    tensor([1])
      .pad([[1, 2]], -Infinity)
      .toArray(),
    [-Infinity, 1, -Infinity, -Infinity],
  );
  assert.equal(
    tensor([1], { dtype: "int32" })
      .pad([[1, 0]], 7)
      .toArray(),
    [7, 1],
  );
});

const bound = fc.option(fc.integer({ min: -6, max: 6 }));
const step = fc.constantFrom(null, 1, 2, 3, -1, -2, -3);
const range = fc.oneof(fc.constant(null), fc.tuple(bound, bound, step));

test("slice is the adjoint of place, and takes back what place and pad put", () => {
  const calls = fc
    .tuple(shapes({ minLength: 0, maxLength: 5 }), fc.array(range, { maxLength: 3 }))
    .map(([shape, ranges]) => ({ shape, ranges: ranges.slice(0, shape.length) }));
  fc.assert(
    fc.property(
      calls.chain(({ shape, ranges }) =>
        sides(shape, zeros(shape).slice(...ranges).shape).map(([x, u]) => ({ x, u, ranges })),
      ),
      ({ x, u, ranges }) => {
        assert.is(dot(x.slice(...ranges), u), dot(x, u.place(x.shape, ...ranges)));
        assertSame(u.place(x.shape, ...ranges).slice(...ranges), u);
      },
    ),
  );
  const widths = fc.tuple(fc.nat(3), fc.nat(3));
  fc.assert(
    fc.property(tensors({ minLength: 0 }), fc.array(widths, { minLength: 3, maxLength: 3 }), (x, all) => {
      const own = all.slice(0, x.rank);
      const part = own.map(([before], axis) => [before, before + x.shape[axis]] as const);
      const y = x.pad(own, 0.5);
      assertSame(y.slice(...part), x);
      assertClose(y.sum(), x.sum().item() + 0.5 * (y.size - x.size), { tolerance: 1e-12 });
    }),
  );
});

// ---- concat

test("concat joins along an axis, and slices take it apart, gradients too", () => {
  const [a, b] = [count(4, [2, 2]), count(2, [2, 1])];
  assert.equal(concat([a, b], 1).toArray(), [
    [1, 2, 1],
    [3, 4, 2],
  ]);
  assert.equal([...concat([a, a, a]).shape], [6, 2]);
  assert.is(concat([a, tensor([[1, 1]])]).dtype, "float64");
  const labels = tensor([1, 2], { dtype: "int32" });
  assert.equal([concat([labels, labels]).dtype, concat([labels, labels]).toArray()], ["int32", [1, 2, 1, 2]]);
  const lists = fc
    .tuple(shapes({ minRank: 1, minLength: 0 }), fc.nat(2), fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }))
    .chain(([shape, at, lengths]) => {
      const axis = at % shape.length;
      const parts = lengths.map((length) => drawn(shape.map((n, i) => (i === axis ? length : n))));
      return fc.tuple(fc.tuple(...parts), fc.constant(axis));
    });
  fc.assert(
    fc.property(lists, fc.nat(), ([parts, axis], from) => {
      const xs = parts.map((x) => tensor(x, { requiresGrad: true }));
      const y = concat(xs, axis);
      const u = normal(y.shape, { ...float64, generator: new Generator(from) });
      const slopes = gradient(y, xs, { seed: u });
      let start = 0;
      xs.forEach((x, i) => {
        const own = [...Array.from({ length: axis }, () => null), [start, start + x.shape[axis]]];
        start += x.shape[axis];
        assertSame(y.slice(...(own as never[])), parts[i]);
        assertSame(slopes[i], u.slice(...(own as never[])));
      });
    }),
  );
});

test("one tensor may be in a list twice, and only those that require a gradient get one", () => {
  const x = tensor([1, 2], { ...float64, requiresGrad: true });
  assert.equal(
    gradient(
      concat([x, zeros([1], float64), x])
        .mul(tensor([1, 2, 5, 10, 20], float64))
        .sum(),
      x,
    ).toArray(),
    [11, 22],
  );
  assert.is(concat([zeros([1]), zeros([2])]).tracked, false);
});

// ---- gather, scatterAdd

test("gather and scatterAdd are PyTorch's, and adjoint", () => {
  const x = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    float64,
  );
  const index = tensor(
    [
      [2, 0, 0, 1],
      [1, 1, 2, 0],
    ],
    { dtype: "int32" },
  );
  assert.equal(x.gather(1, index).toArray(), [
    [3, 1, 1, 2],
    [5, 5, 6, 4],
  ]);
  assert.equal(x.gather(0, [[1, 0, 1]]).toArray(), [[4, 2, 6]]);
  assert.equal(
    zerosLike(x)
      .scatterAdd(1, index, ones([2, 4], float64))
      .toArray(),
    [
      [2, 1, 1],
      [1, 2, 1],
    ],
  );
  const calls = fc.tuple(shapes({ minRank: 1 }), fc.nat(2), fc.nat(4)).chain(([shape, at, rows]) => {
    const axis = at % shape.length;
    const own = shape.map((n, i) => (i === axis ? rows : n));
    return fc.tuple(
      ...[shape, own, shape].map((lengths) => drawn(lengths)),
      tensors({ shape: own, min: 0, max: shape[axis] - 1, dtype: "int32" }),
      fc.constant(axis),
    );
  });
  fc.assert(
    fc.property(calls as fc.Arbitrary<[Tensor, Tensor, Tensor, Tensor, number]>, ([x, u, start, index, axis]) => {
      assert.is(dot(x.gather(axis, index), u), dot(x, zerosLike(x).scatterAdd(axis, index, u)));
      assertSame(start.scatterAdd(axis, index, u), start.add(zerosLike(x).scatterAdd(axis, index, u)));
    }),
  );
});

// ---- unfold, fold

type Sliding = { image: Shape; size: Pair; options: WindowOptions };

const pair = (least: number, most: number): fc.Arbitrary<Pair> =>
  fc.oneof(
    fc.integer({ min: least, max: most }),
    fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most })),
  );

/** Windows that fit. */
const slidings: fc.Arbitrary<Sliding> = fc
  .tuple(
    fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 2 }), fc.nat(6), fc.nat(6)),
    pair(1, 3),
    fc.record({ stride: pair(1, 3), padding: pair(0, 3), dilation: pair(1, 3) }, { requiredKeys: [] }),
  )
  .map(([image, size, options]) => ({ image, size, options }))
  .filter(({ image, size, options: { padding = 0, dilation = 1 } }) => {
    const [area, around, apart] = [size, padding, dilation].map((given) => [given, given].flat() as number[]);
    return [0, 1].every((k) => image[2 + k] + 2 * around[k] > apart[k] * (area[k] - 1));
  });

test("unfold lays windows side by side, and fold adds them back", () => {
  const x = count(9, [1, 1, 3, 3]);
  assert.equal(unfold(x, 2).toArray(), [
    [
      [1, 2, 4, 5],
      [2, 3, 5, 6],
      [4, 5, 7, 8],
      [5, 6, 8, 9],
    ],
  ]);
  assert.equal(fold(unfold(x, 2), 3, 2).toArray(), [
    [
      [
        [1, 4, 3],
        [8, 20, 12],
        [7, 16, 9],
      ],
    ],
  ]);
  const options: WindowOptions = { stride: [2, 1], padding: [0, 1], dilation: [1, 3] };
  assert.equal(unfold(x, [1, 2], options).toArray(), [
    [
      [0, 1, 0, 7],
      [3, 0, 9, 0],
    ],
  ]);
});

test("unfold is the adjoint of fold, whatever the windows", () => {
  const both = slidings.chain(({ image, size, options }) =>
    sides(image, unfold(zeros(image), size, options).shape).map(([x, u]) => ({ x, u, size, options })),
  );
  fc.assert(
    fc.property(both, ({ x, u, size, options }) => {
      assert.is(dot(unfold(x, size, options), u), dot(x, fold(u, [x.shape[2], x.shape[3]], size, options)));
    }),
  );
});

// ---- conv2d

test("conv2d gives what is added up by hand", () => {
  const x = count(9, [1, 1, 3, 3]);
  const W = tensor(
    [
      [
        [
          [1, 0],
          [0, -1],
        ],
      ],
      [
        [
          [1, 1],
          [1, 1],
        ],
      ],
    ],
    float64,
  );
  assert.equal(conv2d(x, W, tensor([0.5, 100], float64)).toArray(), [
    [
      [
        [-3.5, -3.5],
        [-3.5, -3.5],
      ],
      [
        [112, 116],
        [124, 128],
      ],
    ],
  ]);
  const corner = tensor(
    [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
    float64,
  );
  assert.equal(conv2d(x, corner, null, { stride: 2, padding: 1 }).toArray(), [
    [
      [
        [4, 18],
        [36, 77],
      ],
    ],
  ]);
  assert.equal(conv2d(x, corner, undefined, { dilation: 2 }).toArray(), [[[[1 + 6 + 21 + 36]]]]);
  assert.equal([...conv2d(zeros([0, 1, 3, 3]), zeros([2, 1, 2, 2])).shape], [0, 2, 2, 2]);
});

test("a convolution adds up its channels, and is linear in images and filters", () => {
  const [x, z, W] = [random(2, 3, 5, 4), random(2, 3, 5, 4), random(4, 3, 2, 3)];
  const parts = [0, 1, 2].map((c) => conv2d(x.slice(null, [c, c + 1]), W.slice(null, [c, c + 1])));
  assertClose(
    parts.reduce((sum, y) => sum.add(y)),
    conv2d(x, W),
    { tolerance: 1e-12 },
  );
  assertClose(conv2d(x.add(z), W), conv2d(x, W).add(conv2d(z, W)), { tolerance: 1e-12 });
});

test("groups are convolutions side by side, and sequences images of one row", () => {
  const [x, W, b] = [random(2, 4, 5, 4), random(6, 2, 2, 3), random(6)];
  const options = { stride: [2, 1], padding: 1 } as const;
  const halves = [0, 1].map((half) =>
    conv2d(
      x.slice(null, [2 * half, 2 * half + 2]),
      W.slice([3 * half, 3 * half + 3]),
      b.slice([3 * half, 3 * half + 3]),
      options,
    ),
  );
  assertClose(conv2d(x, W, b, { ...options, groups: 2 }), concat(halves, 1), { tolerance: 1e-12 });
  const [row, filter] = [random(2, 3, 7), random(4, 3, 3)];
  const flat = conv2d(row.reshape([2, 3, 1, 7]), filter.reshape([4, 3, 1, 3]), null, { stride: [1, 2] });
  assertSame(conv1d(row, filter, null, { stride: 2 }), flat.reshape([2, 4, 3]));
});

test('padding "same" keeps the size, and puts one more zero at the end', () => {
  const x = tensor([[[1, 2, 3]]], float64);
  const W = tensor([[[10, 1]]], float64);
  assert.equal(conv1d(x, W, null, { padding: "same" }).toArray(), [[[12, 23, 30]]]);
  assert.equal(conv1d(x, W, null, { padding: "valid" }).toArray(), [[[12, 23]]]);
  for (const dilation of [1, 2, [3, 1]] as const)
    assert.equal(
      [...conv2d(random(1, 2, 5, 4), random(3, 2, 2, 3), null, { padding: "same", dilation }).shape],
      [1, 3, 5, 4],
    );
});

test("a transposed convolution is the adjoint of the convolution", () => {
  for (const options of [{}, { stride: 2, padding: 1 }, { stride: [1, 3], dilation: [2, 1], groups: 2 }] as const) {
    const { groups = 1 }: { groups?: number } = options;
    const [x, W] = [random(2, 4, 5, 7), random(2, 4 / groups, 3, 2)];
    const u = random(...conv2d(x, W, null, options).shape);
    // Rows and columns that no window reached are what outputPadding adds.
    const reached = convTranspose2d(u, W, null, options).shape;
    const outputPadding = [5 - reached[2], 7 - reached[3]] as const;
    const back = convTranspose2d(u, W, null, { ...options, outputPadding });
    assertClose(conv2d(x, W, null, options).mul(u).sum(), x.mul(back).sum(), { tolerance: 1e-12 });
  }
});

// ---- means, and given sizes

test("adaptive pools are the usual ones where sizes divide, and what is infinite stays in its windows", () => {
  const x = random(2, 3, 4, 6);
  assertClose(adaptiveAvgPool2d(x, [2, 3]), avgPool2d(x, 2), { tolerance: 1e-15 });
  assertSame(adaptiveMaxPool2d(x, [2, 3]), maxPool2d(x, 2));
  assert.equal(adaptiveAvgPool1d(tensor([[[Infinity, 1, 2, 3, 4]]], float64), 3).toArray(), [[[Infinity, 2, 3.5]]]);
  assert.equal(adaptiveAvgPool1d(tensor([[[0, 1, 2, 3, Infinity]]], float64), 3).toArray(), [[[0.5, 2, Infinity]]]);
});

test("upsampling repeats, or interpolates between neighbours; what has no share does not count", () => {
  const x = tensor([[[1, 3, Infinity]]], float64);
  assert.equal(upsampleNearest(x, 2).toArray(), [[[1, 1, 3, 3, Infinity, Infinity]]]);
  assert.equal(upsampleLinear(x, 2).toArray(), [[[1, 1.5, 2.5, Infinity, Infinity, Infinity]]]);
  assert.equal(upsampleLinear(x, { size: 5, alignCorners: true }).toArray(), [[[1, 2, 3, Infinity, Infinity]]]);
  const flat = full([1, 2, 3, 4], 7, float64);
  assertClose(upsampleBilinear(flat, { size: [5, 9] }), full([1, 2, 5, 9], 7, float64), { tolerance: 1e-15 });
});

test("pixels are shuffled and unshuffled, and maxima put back", () => {
  const x = random(2, 8, 3, 2);
  assertSame(pixelUnshuffle(pixelShuffle(x, 2), 2), x);
  assert.equal(pixelShuffle(count(4, [1, 4, 1, 1]), 2).toArray(), [
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ]);
  const y = maxPool2d(x, [2, 1], { stride: 2 });
  const back = maxUnpool2d(y, argmaxPool2d(x, [2, 1], { stride: 2 }), [2, 1], { stride: 2, outputSize: [3, 2] });
  assertSame(maxPool2d(back.add(back.eq(0).mul(-100)), [2, 1], { stride: 2 }), y);
});

// ---- maxPool2d

test("maxPool2d gives what is seen by eye, with padding and overlap", () => {
  const x = tensor(
    [
      [
        [
          [1, 5, 2],
          [4, 3, 9],
          [-7, -8, -6],
        ],
      ],
    ],
    float64,
  );
  assert.equal(maxPool2d(x, 2).toArray(), [[[[5]]]]);
  assert.equal(maxPool2d(x, 2, { stride: 1 }).toArray(), [
    [
      [
        [5, 9],
        [4, 9],
      ],
    ],
  ]);
  assert.equal(maxPool2d(x, [1, 3]).toArray(), [[[[5], [9], [-6]]]]);
  assert.equal(argmaxPool2d(x, 2, { stride: 1 }).toArray(), [
    [
      [
        [1, 5],
        [3, 5],
      ],
    ],
  ]);
  assert.equal(
    maxPool2d(x.sub(10), 2, { padding: 1 }).toArray(),
    [
      [
        [
          [-9, -5],
          [-6, -1],
        ],
      ],
    ],
    "padding never wins",
  );
  assert.equal([...maxPool2d(zeros([0, 2, 4, 4]), 2).shape], [0, 2, 2, 2]);
});

test("of equals the first in the window takes the value's place and the whole gradient", () => {
  const x = tensor(
    [
      [
        [
          [1, 3, 3],
          [3, 0, 3],
          [-0, 0, 0],
        ],
      ],
    ],
    { ...float64, requiresGrad: true },
  );
  const y = maxPool2d(x, 2, { stride: 1 });
  assert.equal(argmaxPool2d(x, 2, { stride: 1 }).toArray(), [
    [
      [
        [1, 1],
        [3, 5],
      ],
    ],
  ]);
  assert.equal(gradient(y.sum(), x).toArray(), [
    [
      [
        [0, 2, 0],
        [1, 0, 1],
        [0, 0, 0],
      ],
    ],
  ]);
  const lowest = tensor([[[[-Infinity, -Infinity]]]], float64);
  assert.equal(argmaxPool2d(lowest, [1, 2]).toArray(), [[[[0]]]]);
});

test("NaN wins over everything, the first of them", () => {
  const x = tensor(
    [
      [
        [
          [1, NaN, Infinity],
          [NaN, 2, 3],
        ],
      ],
    ],
    { ...float64, requiresGrad: true },
  );
  assert.equal(argmaxPool2d(x, 2, { stride: 1 }).toArray(), [[[[1, 1]]]]);
  assertSame(maxPool2d(x, 2, { stride: 1 }), tensor([[[[NaN, NaN]]]], float64));
  assertSame(maxPool2d(x, [2, 1]), tensor([[[[NaN, NaN, Infinity]]]], float64));
  assert.equal(gradient(maxPool2d(x, [2, 3]).sum(), x).toArray(), [
    [
      [
        [0, 1, 0],
        [0, 0, 0],
      ],
    ],
  ]);
});

// ---- together

test("a convolutional network has gradients of order 1 and 2", () => {
  const network = (x: Tensor, W: Tensor, b: Tensor) =>
    maxPool2d(conv2d(x, W, b, { padding: 1 }).tanh(), 2, { stride: 2 });
  const found = gradcheck(network, [random(2, 2, 4, 3), random(3, 2, 2, 2), random(3)]);
  assert.ok(found.ok && found.compared > 150);
  const strided = (x: Tensor, W: Tensor) =>
    maxPool2d(conv2d(x, W, null, { stride: [2, 1], dilation: [1, 2] }).square(), 3, { stride: 1, padding: 1 });
  assert.ok(gradcheck(strided, [random(1, 2, 5, 4), random(2, 2, 2, 2)]).ok);
});

// ---- errors

test("errors name the function, what was given, and what would do", () => {
  const x = zeros([2, 3]);
  const image = zeros([1, 2, 4, 4]);
  const wrong = (value: unknown) => value as never;
  for (const [call, message] of [
    [() => x.slice(wrong(1)), /^slice\(\[2,3\]\): the range of axis 0 must be \[start, end, step\].*given 1.*\[1, 3\]/],
    [() => x.slice([0.5]), /^slice.*range of axis 0 must hold whole numbers \(given 0.5\)/],
    [() => x.slice(null, [0, 1, 0]), /^slice.*range of axis 1 must have a step that is not 0/],
    [() => x.slice(null, null, null), /^slice.*one range for each axis, 2 \(given 3\)/],
    [() => slice(wrong([1])), /^slice: a tensor must be given/],
    [() => x.place([2, 4], null, [0, 2]), /^place\(\[2,3\], \[2,4\]\).*\[2,2\]/],
    [() => x.place([-1, 3]), /^place\(\[-1,3\]\)/],
    [() => x.pad([[1, 1]]), /^pad\(\[2,3\]\): each of the 2 axes must have its \[before, after\]/],
    [
      () =>
        x.pad([
          [1, 1],
          [0, -1],
        ]),
      /^pad.*whole numbers from 0/,
    ],
    [
      () =>
        x.pad(
          [
            [1, 1],
            [0, 1],
          ],
          wrong("0"),
        ),
      /^pad: the value must be a number/,
    ],
    [() => tensor([1], { dtype: "int32" }).pad([[1, 1]], 0.5), /^pad: int32 holds whole numbers/],
    [() => concat(wrong(x)), /^concat: tensors must be given in an array, at least one/],
    [() => concat([]), /^concat: tensors must be given in an array, at least one \(given none\)/],
    [() => concat([x, wrong(1)]), /^concat: a tensor must be given \(given number\)/],
    [() => concat([x, zeros([3, 2])]), /^concat\(\[2,3\], \[3,2\]\): the lengths must be equal on every axis but 0/],
    [() => concat([x, zeros([2])], 1), /^concat\(\[2,3\], \[2\]\)/],
    [() => concat([x], 2), /^concat: axis must be a whole number from -2 to 1/],
    [() => concat([x, tensor([[1, 2, 3]], { dtype: "int32" })]), /^concat: int32/],
    [() => x.gather(1, [[3], [0]]), /^gather\(\[2,3\]\): indices along axis 1 must lie from 0 to 2 \(given 3 at 0\)/],
    [() => x.gather(1, [[0], [-1]]), /^gather.*given -1 at 1/],
    [
      () => x.gather(1, [0, 1]),
      /^gather\(\[2,3\]\): the index must have the lengths.*every axis but 1 \(given \[2\]\)/,
    ],
    [() => gather(x, 0, [[0, 1]]), /^gather.*every axis but 0 \(given \[1,2\]\)/],
    [() => x.gather(1, x), /^gather: the index must be int32 \(given float32\)/],
    [() => x.scatterAdd(1, [[0], [1]], zeros([2, 2])), /^scatterAdd\(\[2,3\], \[2,1\], \[2,2\]\): the source/],
    [() => unfold(x, 2), /^unfold\(\[2,3\]\): the tensor must have 4 axes, \[N, C, H, W\] \(given 2\)/],
    [() => unfold(image, 5), /^unfold\(\[1,2,4,4\]\): windows of \[5,5\] must fit.*height 4/],
    [() => unfold(image, [2, 3], { dilation: 2 }), /^unfold.*\[2,3\], dilated by 2, must fit.*width 4/],
    [() => unfold(image, 0), /^unfold: size must be a whole number of at least 1, or two \(given 0\)/],
    [() => unfold(image, 2, { stride: 0 }), /^unfold: stride must be a whole number of at least 1/],
    [() => unfold(image, 2, { padding: [1, -1] }), /^unfold: padding must be a whole number of at least 0/],
    [() => unfold(image, 2, { dilation: wrong([1, 1, 1]) }), /^unfold: dilation must be/],
    [() => unfold(image, 2, wrong(2)), /^unfold: options must be an object/],
    [
      () => fold(zeros([1, 4, 9]), 3, 2),
      /^fold\(\[1,4,9\]\): for images of \[3,3\] and windows of \[2,2\].*\[N, C · 4, 4\]/,
    ],
    [() => fold(zeros([1, 3, 4]), 3, 2), /^fold\(\[1,3,4\]\): for images of \[3,3\]/],
    [() => fold(zeros([1, 4, 4]), 1, 2), /^fold\(\[1,1,1,1\]\): windows of \[2,2\] must fit/],
    [() => conv2d(image, zeros([3, 1, 2, 2])), /^conv2d\(\[1,2,4,4\], \[3,1,2,2\]\): the channels of x \(2\)/],
    [
      () => conv2d(image, zeros([3, 2, 2])),
      /^conv2d\(\[3,2,2\]\): the tensor must have 4 axes, \[O, C, height, width\]/,
    ],
    [() => conv2d(image, zeros([3, 2, 2, 2]), zeros([2])), /^conv2d.*one b for each output of W, 3/],
    [
      () => conv2d(image, zeros([3, 2, 2, 2]), wrong({ stride: 2 })),
      /^conv2d: b must be a tensor, or null.*options come after/,
    ],
    [() => conv2d(image, zeros([3, 2, 5, 2])), /^conv2d\(\[1,2,4,4\]\): windows of \[5,2\] must fit/],
    [
      () => maxPool2d(image, 3, { padding: 2 }),
      /^maxPool2d: padding must be at most half the size, \[3,3\] \(given \[2,2\]\)/,
    ],
    [() => maxPool2d(image, 5), /^maxPool2d\(\[1,2,4,4\]\): windows of \[5,5\] must fit/],
    [() => maxPool2d(x, 2), /^maxPool2d\(\[2,3\]\): the tensor must have 4 axes/],
    [
      () => maxPool2d(zeros([1, 1, 0, 4]), 2, { padding: 1 }),
      /^maxPool2d\(\[1,1,0,4\]\): the axes after the second must not be empty/,
    ],
  ] as const)
    assert.throws(call, (error: Error) => {
      assert.match(error.message, message);
      return true;
    });
});

test.run();
