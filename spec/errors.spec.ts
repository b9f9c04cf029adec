/** Error messages, word for word: which op, what it was given, what must hold, and where it helps what to do instead. */
import fc from "fast-check";
import {
  Affine,
  arange,
  batches,
  choice,
  configure,
  eye,
  full,
  Generator,
  GradtapeError,
  gradcheck,
  gradient,
  Layer,
  linspace,
  manualSeed,
  noGrad,
  normal,
  numericalGradient,
  oneHot,
  ones,
  permutation,
  registry,
  SGD,
  ShapeError,
  SoftmaxWithLoss,
  setDefaultDtype,
  type Tensor,
  tensor,
  uniform,
  where,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { arrays } from "../lib/dtype.js";
import { long, suite } from "./support/suite.js";

const test = suite("errors");

/** Tests that each call throws one of the library's errors, and exactly this one. */
function pins(name: string, table: readonly [call: () => unknown, error: string][]): void {
  test(name, () => {
    for (const [call, error] of table) {
      const thrown = thrownBy(call);
      assert.is(String(thrown), error, `${call}: ${thrown}`);
      assert.is(thrown?.constructor.name, error.split(":")[0]);
    }
  });
}

/** The library's error that a call throws, or nothing; any other error is a failure. */
function thrownBy(call: () => unknown, what = `${call}`): GradtapeError | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (!(error instanceof GradtapeError)) throw new Error(`${what}: ${error}`);
    return error;
  }
}

/** What TypeScript would refuse, as people who write JavaScript may give it. */
// biome-ignore lint/suspicious/noExplicitAny: wrong types are what is tested
const wrong = (value: unknown): any => value;

const x = tensor(
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  { requiresGrad: true },
);
const labels = tensor([0, 1], { dtype: "int32" });

const loss = (scores: Tensor, t: Tensor) => new SoftmaxWithLoss().forward(scores, t);

function twice(): void {
  const y = x.exp().sum();
  gradient(y, x);
  y.backward();
  y.backward();
}

function assigned(f: (a: Tensor) => Tensor, which: (a: Tensor, y: Tensor) => Tensor): void {
  const a = tensor([1, 2], { requiresGrad: true });
  const y = f(a);
  which(a, y).assign(0);
  y.sum().backward();
}

class Mapped extends Layer {
  readonly parts = new Map([["W", x]]);
  forward(input: Tensor): Tensor {
    return input;
  }
}

pins("shapes that do not fit", [
  [
    () => x.matmul(zeros([2, 4])),
    "ShapeError: matmul([2,3], [2,4]): the last axis of the first (3) must equal the first axis of the second (2)",
  ],
  [
    () => x.matmul(zeros([3, 4]), { ta: true }),
    "ShapeError: matmul([2,3], [3,4]): the first axis of the first (2) must equal the first axis of the second (3)",
  ],
  [
    () => x.matmul(zeros([4])),
    "ShapeError: matmul([2,3], [4]): the last axis of the first (3) must equal the last axis of the second (4)",
  ],
  [
    () => zeros([2, 3, 4]).matmul(zeros([5, 4, 2])),
    "ShapeError: matmul([2,3,4], [5,4,2]): axis -3 has lengths 2 and 5; they must be equal, or one of them 1",
  ],
  [
    () => new Affine(2, 3).forward(zeros([4, 5])),
    "ShapeError: Affine([4,5]): x must be [..., 2], for W [2,3]; Flatten makes rows of images",
  ],
  [
    () => x.add(zeros([2])),
    "ShapeError: add([2,3], [2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
  ],
  [
    () => where(x, zeros([3]), zeros([4, 1, 2])),
    "ShapeError: where([2,3], [3], [4,1,2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
  ],
  [
    () => x.reshape([4, 2]),
    "ShapeError: reshape([2,3], [4,2]): the shape must hold 6 values; one length may be -1, for what is left",
  ],
  [
    () => x.reshape([-1, 4]),
    "ShapeError: reshape([2,3], [-1,4]): the shape must hold 6 values; one length may be -1, for what is left",
  ],
  [
    () => x.expandTo([4, 3]),
    "ShapeError: expandTo([2,3], [4,3]): axis -2 has lengths 2 and 4; they must be equal, or one of them 1",
  ],
  [() => x.expandTo([3]), "ShapeError: expandTo([2,3], [3]): the first must broadcast to the second"],
  [
    () => x.sumTo([2]),
    "ShapeError: sumTo([2,3], [2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
  ],
  [
    () => x.indexAdd(0, [0, 1], zeros([1, 3])),
    "ShapeError: indexAdd([2,3], [2], [1,3]): the source must have shape [2,3]",
  ],
  [() => x.item(), "ShapeError: item([2,3]): the tensor must have one element (it has 6)"],
  [() => tensor([1, 2]).assign([1, 2, 3]), "ShapeError: assign([2]): the values must have this shape (given [3])"],
  [
    () => [...batches([x, zeros([3])], { size: 1 })],
    "ShapeError: batches([2,3], [3]): the first axes must have equal lengths",
  ],
]);

pins("axes that are not there, or named twice", [
  [() => x.sum(2), "ShapeError: sum: axis must be a whole number from -2 to 1 (given 2)"],
  [() => x.sum(0.5), "ShapeError: sum: axis must be a whole number from -2 to 1 (given 0.5)"],
  [() => x.sum([0, -2]), "ShapeError: sum: each axis may be named once (given [0,-2])"],
  [() => x.mean(2), "ShapeError: mean: axis must be a whole number from -2 to 1 (given 2)"],
  [() => x.softmax(2), "ShapeError: softmax: axis must be a whole number from -2 to 1 (given 2)"],
  [() => zeros([]).sum(0), "ShapeError: sum: axis must be left out, for a tensor of no axes (given 0)"],
  [() => x.permute([0]), "ShapeError: permute([2,3], [0]): every one of the 2 axes must be named once"],
  [() => x.permute([0, 0]), "ShapeError: permute([2,3], [0,0]): every one of the 2 axes must be named once"],
  [() => x.permute([0, 2]), "ShapeError: permute: axis must be a whole number from -2 to 1 (given 2)"],
  [() => x.transpose(0, 5), "ShapeError: transpose: axis must be a whole number from -2 to 1 (given 5)"],
  [() => x.indexSelect(2, [0]), "ShapeError: indexSelect: axis must be a whole number from -2 to 1 (given 2)"],
]);

pins("indices and labels out of range", [
  [
    () => x.indexSelect(0, [2]),
    "ValueError: indexSelect([2,3]): indices along axis 0 must lie from 0 to 1 (given 2 at 0)",
  ],
  [
    () => x.indexSelect(1, [0, -1]),
    "ValueError: indexSelect([2,3]): indices along axis 1 must lie from 0 to 2 (given -1 at 1)",
  ],
  [
    () => x.indexSelect(0, zeros([1])),
    'DtypeError: indexSelect: the index must be int32 (given float32); convert with .to("int32")',
  ],
  [
    () => x.indexSelect(0, labels.reshape([1, 2])),
    "ShapeError: indexSelect([2,3]): the index must have one axis (given [1,2])",
  ],
  [() => oneHot([0, 3], 3), "ValueError: oneHot: labels must be whole numbers from 0 to 2 (given 3 at 1)"],
  [() => oneHot([0.5], 3), "ValueError: oneHot: labels must be whole numbers from 0 to 2 (given 0.5 at 0)"],
  [
    () => loss(zeros([2, 3]), tensor([0, 3], { dtype: "int32" })),
    "ValueError: crossEntropy: labels must be whole numbers from 0 to 2 (given 3 at 1)",
  ],
  [
    () => loss(zeros([2, 3]), tensor([0, 1])),
    'DtypeError: crossEntropy: class indices must be int32 (given float32); convert with .to("int32")',
  ],
  [() => loss(zeros([3, 3]), labels), "ShapeError: crossEntropy([3,3], [2]): labels must be indices [3] or rows [3,3]"],
  [() => loss(zeros([3]), labels), "ShapeError: crossEntropy([3], [2]): scores must be [rows, classes]"],
  [
    () => tensor([1, 2]).assign(7, 2),
    "ValueError: assign([2]): one number is written at a flat index from 0 to 1 (given 2)",
  ],
  [() => configure({ threads: 0 }), "ValueError: configure: threads must be a whole number of at least 1 (given 0)"],
  [() => configure({ maxMemory: NaN }), "ValueError: configure: maxMemory must be a number of bytes (given NaN)"],
  [() => configure({ wasm: wrong("no") }), "DtypeError: configure: wasm must be true or false (given string)"],
]);

pins("values of which there is no tensor", [
  [
    () => tensor([[1, 2], [3]]),
    "ShapeError: tensor: nested arrays must have equal lengths; expected 2 values at [1] (given 1)",
  ],
  [
    () =>
      tensor([
        [[1], [2]],
        [[3], [4, 5]],
      ]),
    "ShapeError: tensor: nested arrays must have equal lengths; expected 1 values at [1][1] (given 2)",
  ],
  [() => tensor([1, [2]]), "ShapeError: tensor: values must be numbers, nested to one depth (given an array at [1])"],
  [
    () => tensor([[1], 2]),
    "ShapeError: tensor: nested arrays must have equal lengths; expected 1 values at [1] (given a number)",
  ],
  [() => tensor([1, 2, 3], { shape: [2, 2] }), "ShapeError: tensor: shape [2,2] holds 4 values (given 3)"],
  [
    () => tensor(wrong(null)),
    "DtypeError: tensor: values must be numbers, nested to one depth (given null at the top)",
  ],
  [
    () => tensor(wrong(undefined)),
    "DtypeError: tensor: values must be numbers, nested to one depth (given undefined at the top)",
  ],
  [
    () => tensor(wrong([[1, "2"]])),
    "DtypeError: tensor: values must be numbers, nested to one depth (given string at [0][1])",
  ],
  [
    () => tensor([1], { dtype: wrong("double") }),
    'DtypeError: tensor: dtype must be "float32", "float64" or "int32" (given "double")',
  ],
  [() => x.to(wrong("float16")), 'DtypeError: to: dtype must be "float32", "float64" or "int32" (given "float16")'],
  [
    () => setDefaultDtype(wrong("int32")),
    'DtypeError: setDefaultDtype(int32): the default dtype must be "float32" or "float64"',
  ],
]);

pins("operands of the wrong type", [
  [() => x.add(wrong(null)), "DtypeError: add: operands must be tensors or numbers (given null)"],
  [() => x.add(wrong(undefined)), "DtypeError: add: operands must be tensors or numbers (given undefined)"],
  [() => x.add(wrong("1")), "DtypeError: add: operands must be tensors or numbers (given string)"],
  [() => x.matmul(wrong(3)), "DtypeError: matmul: a tensor must be given (given number); make one with tensor(values)"],
  [
    () => x.matmul(wrong(undefined)),
    "DtypeError: matmul: a tensor must be given (given undefined); make one with tensor(values)",
  ],
  [() => where(wrong(null), x, 0), "DtypeError: where: operands must be tensors or numbers (given null)"],
]);

pins("int32 has no arithmetic, no fractions and no gradient", [
  [
    () => labels.add(1),
    'DtypeError: add: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
  ],
  [
    () => labels.sum(),
    'DtypeError: sum: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
  ],
  [
    () => labels.mean(),
    'DtypeError: mean: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
  ],
  [
    () => x.mul(tensor([1, 2, 3], { dtype: "int32" })),
    'DtypeError: mul: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
  ],
  [
    () => tensor([1], { dtype: "int32", requiresGrad: true }),
    'DtypeError: tensor: an int32 tensor cannot require a gradient; use dtype "float32" or "float64"',
  ],
  [
    () => tensor([0, 2 ** 31], { dtype: "int32" }),
    "DtypeError: tensor: int32 holds whole numbers of 32 bits (given 2147483648 at 1)",
  ],
  [() => tensor([0.5]).to("int32"), "DtypeError: to: int32 holds whole numbers of 32 bits (given 0.5 at 0)"],
  [
    () => uniform([2], { dtype: "int32" }),
    'DtypeError: uniform: random real numbers need dtype "float32" or "float64" (given "int32")',
  ],
]);

pins("nothing has no largest value", [
  [() => zeros([2, 0]).max(1), "ShapeError: max([2,0]): axis 1 has length 0; of nothing there is no max"],
  [() => zeros([0]).min(), "ShapeError: min([0]): axis 0 has length 0; of nothing there is no min"],
  [() => zeros([0]).argmax(), "ShapeError: argmax([0]): axis 0 has length 0; of nothing there is no argmax"],
]);

pins("gradients that cannot be had", [
  [
    () => x.mul(2).backward(),
    "GradError: backward([2,3]): only a single number has a gradient by itself; reduce it with sum() or mean(), or give { seed } of this shape",
  ],
  [
    () => gradient(x.mul(2), x),
    "GradError: gradient([2,3]): only a single number has a gradient by itself; reduce it with sum() or mean(), or give { seed } of this shape",
  ],
  [
    () => x.mul(2).backward({ seed: ones([2]) }),
    "GradError: backward([2,3]): the seed must have the shape of the tensor (given [2])",
  ],
  [
    () => zeros([]).mul(2).backward(),
    "GradError: backward([]): nothing was recorded for this tensor; something it is computed from must have requiresGrad: true, and no noGrad(), detach() or argmax may lie between",
  ],
  [
    () => gradient(zeros([]), x),
    "GradError: gradient([]): nothing was recorded for this tensor; something it is computed from must have requiresGrad: true, and no noGrad(), detach() or argmax may lie between",
  ],
  [
    () => twice(),
    "GradError: backward through sum: this tape was released by an earlier backward(); compute the loss again, or give that call { retainGraph: true }",
  ],
  [
    () =>
      assigned(
        (a) => a.exp(),
        (_, y) => y.detach(),
      ),
    "GradError: backward through exp([2]): its result was assigned after it was saved (version 1, saved at 0); call backward() before assign(), or compute the loss again",
  ],
  [
    () =>
      assigned(
        (a) => a.mul(a),
        (a) => a,
      ),
    "GradError: backward through mul([2], [2]): its input 1 was assigned after it was saved (version 1, saved at 0); call backward() before assign(), or compute the loss again",
  ],
  [
    () => x.mul(2).assign(0),
    "GradError: assign([2,3]): this tensor was computed by mul, and new values would not be; assign what it was computed from, or a detach().clone()",
  ],
  [
    () => noGrad(async () => 1),
    "GradError: noGrad(async function): recording is off only until the first await; make the function synchronous, or call noGrad inside it",
  ],
  [
    () => numericalGradient((y) => y.sum(), labels),
    'DtypeError: numericalGradient: whole numbers cannot be moved by h; convert x with .to("float64")',
  ],
  [
    () => gradcheck((y) => y.exp(), x),
    'DtypeError: gradcheck: input 1 is float32, in which differences are right to about 1e-4 at best; convert with .to("float64")',
  ],
]);

pins("options and values that make no sense", [
  [
    () => zeros([-1, 2]),
    "ShapeError: zeros([-1,2]): every length must be a whole number from 0 to 2^53 - 1 (given -1)",
  ],
  [
    () => normal([1.5]),
    "ShapeError: normal([1.5]): every length must be a whole number from 0 to 2^53 - 1 (given 1.5)",
  ],
  [
    () => zeros([2 ** 27, 2 ** 27]),
    "ShapeError: zeros([134217728,134217728]): the lengths multiply to more than 2^53 - 1 elements",
  ],
  [
    () => zeros([2 ** 40]),
    "ShapeError: zeros([1099511627776]): 4398046511104 bytes cannot be allocated (Invalid typed array length: 1099511627776)",
  ],
  [() => arange(0, 1, 0), "ValueError: arange(0, 1, 0): the bounds must be finite and the step not 0"],
  [() => choice(3, 4), "ValueError: choice(3, 4): size must be at most n, unless replace is true"],
  [() => permutation(-1), "ValueError: permutation: n must be a whole number from 0 to 2^31 - 1 (given -1)"],
  [
    () => new SGD([]),
    "ValueError: SGD: there are no parameters to train; tensors must have requiresGrad: true and be plain fields of the model, not private #fields",
  ],
  [
    () => new SGD([zeros([1])]),
    "GradError: SGD: every parameter must be a tensor with requiresGrad: true; give it model.parameters()",
  ],
  [() => new SGD([x], { lr: -1 }), "ValueError: SGD: lr must be a finite number above 0 (given -1)"],
  [() => [...batches([x], { size: 0 })], "ValueError: batches: size must be a whole number of at least 1 (given 0)"],
  [
    () => new Mapped().parameters(),
    "ValueError: parameters: parts is a Map that holds tensors or layers, whose names and order would be unclear; use an array, a plain object, or a class that extends Layer",
  ],
]);

test("whatever it is given, an op's error is the library's and begins with the op's name", () => {
  const calls = [
    [],
    [null],
    [undefined],
    ["1"],
    [[1, 2]],
    [x, null],
    [x, "1"],
    [x, {}],
    [x, 7],
    [x, [0.5]],
    [x, [0, 0]],
    [x, x],
    [labels],
    [labels, labels],
    [x, 0, x],
  ];
  for (const [name, op] of registry)
    for (const given of calls) {
      const what = `${name}(${given.map((value) => (value === x ? "x" : value === labels ? "labels" : JSON.stringify(value)))})`;
      const error = thrownBy(() => (op.apply as (...given: unknown[]) => unknown)(...given), what);
      assert.ok(!error || error.message.startsWith(name), `${what}: ${error?.message}`);
    }
});

test("slips of people who come from NumPy and PyTorch get an error of the library that names the function", () => {
  const slips: [name: string, call: () => unknown][] = [
    ["zeros", () => zeros(wrong(3))],
    ["ones", () => wrong(ones)(2, 3)],
    ["oneHot", () => wrong(oneHot)([0, 1])],
    ["tensor", () => tensor([1, 2], { shape: wrong(2) })],
    ["tensor", () => tensor(wrong([tensor(1), tensor(2)]))],
    ["reshape", () => wrong(x).reshape(3, 2)],
    ["permute", () => wrong(x).permute(1, 0)],
    ["expandTo", () => wrong(x).expandTo(2, 2, 3)],
    ["transpose", () => zeros([3]).transpose()],
    ["sum", () => wrong(x).sum({ keepDims: true })],
    ["backward", () => x.mul(2).backward({ seed: wrong(1) })],
    ["backward", () => wrong(x.mul(2)).backward(ones([2, 3]))],
    ["uniform", () => uniform([2], { low: 1, high: 0 })],
    ["normal", () => normal([2], { std: -1 })],
    ["manualSeed", () => manualSeed(-1)],
    ["Affine", () => new Affine(0, 3)],
    ["crossEntropy", () => loss(zeros([2, 3]), wrong([0, 1]))],
    ["SGD", () => new SGD(wrong(new Affine(1, 1)))],
    ["batches", () => [...batches(wrong(x), { size: 1 })]],
    ["batches", () => [...wrong(batches)([x])]],
  ];
  const poor = slips.flatMap(([name, call]) => {
    try {
      return thrownBy(call)?.message.startsWith(name) ? [] : [`${call}: ${thrownBy(call)}`];
    } catch (error) {
      return [String(error)];
    }
  });
  assert.is(poor.join("\n"), "");
});

test("impossible sizes are refused before anything is allocated", () => {
  const whole = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];
  const impossible = [2 ** 53, -1, 1.5, NaN];
  // Two large lengths multiply beyond 2^53; a single one may be possible.
  const large = fc.array(fc.constantFrom(...whole, ...impossible, 1), { minLength: 1, maxLength: 4 });
  const shapes = large.filter(
    (shape) => shape.some((n) => impossible.includes(n)) || shape.filter((n) => whole.includes(n)).length > 1,
  );
  const one = ones([1]);
  const makers: ((shape: number[]) => Tensor)[] = [
    (shape) => zeros(shape),
    (shape) => full(shape, 1, { dtype: "float64" }),
    (shape) => uniform(shape, { generator: new Generator(0) }),
    (shape) => tensor([1], { shape, dtype: "int32" }),
    (shape) => one.expandTo(shape),
    (shape) => one.reshape(shape.map((n) => (n === -1 ? -2 : n))),
    (shape) => eye(shape.find((n) => n !== 1) as number),
    (shape) => linspace(0, 1, shape.find((n) => impossible.includes(n)) ?? NaN),
  ];
  const real = { ...arrays };
  let allocated = 0;
  const counting = <T extends new (size: number) => object>(array: T): T =>
    new Proxy(array, {
      construct(target, [size]) {
        allocated++;
        return new target(Math.min(size, 1)); // a size that slipped through shall not bring the machine down
      },
    });
  try {
    Object.assign(arrays, {
      float32: counting(real.float32),
      float64: counting(real.float64),
      int32: counting(real.int32),
    });
    full([1], 1);
    assert.is(allocated, 1, "allocations are counted");
    fc.assert(
      fc.property(shapes, fc.constantFrom(...makers), (shape, make) => {
        allocated = 0;
        assert.instance(
          thrownBy(() => make(shape), `${make}, ${shape}`),
          ShapeError,
        );
        assert.is(allocated, 0, `${make}, ${shape}`);
      }),
      { numRuns: long ? 10_000 : 1000 },
    );
  } finally {
    Object.assign(arrays, real);
  }
});

test("a rejected promise inside noGrad does not go unheard beside the error", async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  process.on("unhandledRejection", hear);
  try {
    thrownBy(() => noGrad(async () => Promise.reject(new Error("inside"))), "noGrad");
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(unheard, []);
  } finally {
    process.off("unhandledRejection", hear);
  }
});

test.run();
