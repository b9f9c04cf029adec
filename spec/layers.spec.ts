/** What holds for every layer, made of one list: gradients, states, dtypes, training and use; and what layers refuse. */
import * as library from "gradtape";
import {
  AdaptivePooling,
  Affine,
  BatchNormalization,
  Convolution,
  Convolution1d,
  ConvolutionTranspose,
  checkpoint,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  Generator,
  GRU,
  GradtapeError,
  GroupNorm,
  gradcheck,
  gradient,
  IdentityWithLoss,
  InstanceNorm,
  Layer,
  LayerNorm,
  LeakyReLU,
  LSTM,
  LSTMCell,
  MultiHeadAttention,
  Pooling,
  PReLU,
  ReLU,
  RNN,
  Sequential,
  sinusoidalPositions,
  type Tensor,
  TransformerBlock,
  tensor,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame, failure } from "./support/close.js";
import { begin, called, type Entry, entries, filled, inputsOf } from "./support/layers.js";
import { long, suite } from "./support/suite.js";

const test = suite("layers");

/** A layer with parameters that are nowhere special, the same in every call; `draw` is what it draws from. */
function made(entry: Entry, dtype: "float32" | "float64" = "float64", seed = 0) {
  const draw = new Generator(seed);
  const layer = filled(entry.make({ dtype, generator: draw }));
  const { state } = draw;
  /** What it gives, with the same draws each time. */
  const value = (...inputs: Tensor[]): Tensor => {
    draw.restore(state);
    return called(entry, layer, inputs);
  };
  return { layer, draw, value };
}

const floats = (inputs: readonly Tensor[]): Tensor[] => inputs.filter(({ dtype }) => dtype !== "int32");

for (const entry of entries) {
  const { name } = entry;

  for (const training of [true, false])
    test(`${name}: the tape's gradients agree with differences, ${training ? "in training" : "in use"}`, () => {
      const { layer, value } = made(entry);
      const inputs = inputsOf(entry);
      value(...inputs); // running statistics that are not those of the start
      const [trained, used] = [true, false].map((mode) => {
        layer.train(mode);
        return value(...inputs);
      });
      const same = !training && trained.data.every((y, i) => y === used.data[i]);
      layer.train(training);
      const given = (own: readonly Tensor[]): Tensor[] => {
        const rest = [...own];
        return inputs.map((x) => (x.dtype === "int32" ? x : (rest.shift() as Tensor)));
      };
      // Order 2 of large layers, and of the same numbers once more, in the long run only.
      const size = layer.parameters().reduce((sum, x) => sum + x.size, 0);
      const { kinks, compared } = gradcheck((...own) => value(...given(own)), floats(inputs), {
        model: layer,
        order: long || (size < 150 && !same) ? 2 : 1,
      });
      assert.ok(compared > 0 && kinks.length < compared / 4, `${kinks.length} of ${compared} at kinks`);
    });

  test(`${name}: every parameter is a leaf of its own that gets a gradient, and using it leaves no tensor behind`, () => {
    const { layer, value } = made(entry);
    const names = [...layer.stateDict().keys()];
    assert.equal(
      names.filter((path) => !layer.namedParameters().some(([own]) => own === path)).sort(),
      layer
        .namedBuffers()
        .map(([path]) => path)
        .sort(),
    );
    const y = value(...inputsOf(entry));
    assert.equal([...layer.stateDict().keys()], names);
    if (layer.parameters().length === 0) return;
    y.backward({ seed: begin(y.shape, 5) });
    for (const [path, x] of layer.namedParameters()) {
      assert.ok(x.requiresGrad && x.origin === null, path);
      assert.ok(
        x.grad?.storage.data.some((g) => g !== 0),
        `${path} has a gradient`,
      );
    }
  });

  test(`${name}: a state goes into another layer, which gives the same then`, () => {
    const [one, other] = [made(entry), made(entry)];
    const inputs = inputsOf(entry);
    one.value(...inputs);
    other.layer.namedParameters().forEach(([, x]) => {
      x.assign(begin(x.shape, 99));
    });
    other.layer.loadStateDict(one.layer.stateDict());
    for (const training of [true, false]) {
      one.layer.train(training);
      other.layer.train(training);
      assertSame(other.value(...inputs), one.value(...inputs));
    }
    for (const [path, x] of one.layer.stateDict()) assertSame(other.layer.stateDict().get(path) as Tensor, x);
  });

  test(`${name}: in use nothing is drawn or kept, and the same comes out again`, () => {
    const { layer, draw, value } = made(entry);
    value(...inputsOf(entry));
    layer.eval();
    const [before, { state }] = [layer.stateDict(), draw];
    const y = called(entry, layer, inputsOf(entry));
    assertSame(called(entry, layer, inputsOf(entry)), y);
    assert.equal(draw.state, state);
    for (const [path, x] of layer.stateDict()) assertSame(x, before.get(path) as Tensor, { what: path });
  });

  test(`${name}: it computes in float32, and in float64 after to("float64"), nearly the same`, () => {
    const { layer, value } = made(entry, "float32");
    const small = inputsOf(entry).map((x) => (x.dtype === "int32" ? x : x.to("float32")));
    const y = value(...small);
    assert.is(y.dtype, "float32");
    assert.ok([...layer.stateDict().values()].every(({ dtype }) => dtype === "float32"));
    const parameters = layer.parameters();
    layer.to("float64");
    assert.ok(layer.parameters().every((x, i) => x === parameters[i] && x.dtype === "float64"));
    if (/dropout/i.test(name)) return; // masks of float64 are drawn otherwise
    const wide = value(...inputsOf(entry));
    assert.is(wide.dtype, "float64");
    assertClose(y, wide, { tolerance: 1e-5 });
  });

  test(`${name}: behind a checkpoint it has the same gradients, and keeps the same`, () => {
    const run = (wrap: boolean) => {
      const { layer, draw } = made(entry);
      const inputs = inputsOf(entry, true);
      const f = (...given: Tensor[]) => called(entry, layer, given);
      const y = (wrap ? checkpoint(f, { generator: draw }) : f)(...inputs);
      const leaves = [...floats(inputs), ...layer.parameters()];
      return [y, ...gradient(y, leaves, { seed: begin(y.shape, 5) }), ...layer.stateDict().values()];
    };
    const [plain, again] = [run(false), run(true)];
    plain.forEach((x, i) => {
      assertSame(again[i], x);
    });
  });

  test(`${name}: train and eval reach all inside, and a sequence passes its values on`, () => {
    const { layer, value } = made(entry);
    const whole = new Sequential(new Sequential(layer));
    const inside = (x: unknown, found: Layer[] = []): Layer[] => {
      if (x instanceof Layer) found.push(x);
      if (x instanceof Layer || Array.isArray(x)) for (const part of Object.values(x)) inside(part, found);
      return found;
    };
    whole.eval();
    assert.ok(inside(layer).every(({ training }) => !training));
    assert.ok(inside(layer.train()).every(({ training }) => training));
    const inputs = inputsOf(entry);
    if (inputs.length > 1 || entry.call) return;
    const alone = value(...inputs);
    layer.namedBuffers(); // which training has moved, but not what it gives
    assertSame(new Sequential((x: Tensor) => value(x)).forward(...(inputs as [Tensor])), alone);
  });
}

test("every layer of the library is in the list", () => {
  const make = (entry: Entry) => entry.make({ dtype: "float32", generator: new Generator(0) });
  const known = new Set<unknown>(entries.map((entry) => make(entry).constructor));
  const isLayer = (value: unknown): boolean => typeof value === "function" && value.prototype instanceof Layer;
  const abstract = ["Layer", "Cell"];
  const missing = Object.entries(library).filter(
    ([name, value]) => isLayer(value) && !abstract.includes(name) && !known.has(value),
  );
  assert.equal(
    missing.map(([name]) => name),
    [],
  );
});

// biome-ignore lint/suspicious/noExplicitAny: what TypeScript would refuse, people who write JavaScript may give
const wrong = (value: unknown): any => value;
const ints = (...values: number[]) => tensor(values, { dtype: "int32" });

/** Calls that are refused, and what they are told. */
const refused: [call: () => unknown, message: string][] = [
  [
    () => new Affine(3, 2).forward(zeros([4, 5])),
    "Affine([4,5]): x must be [..., 3], for W [3,2]; Flatten makes rows of images",
  ],
  [() => new Flatten().forward(zeros([3])), "Flatten([3]): x must be [N, ...], a batch of what is laid flat"],
  [() => new Affine(3, 0), "Affine: outputs must be a whole number of at least 1 (given 0)"],
  [() => new Affine(wrong([3]), 2), "Affine: inputs must be a whole number of at least 1 (given an array)"],
  [() => new Dropout(1.5), "Dropout: p must be a number from 0 to 1 (given 1.5)"],
  [() => new Dropout(wrong("half")), 'Dropout: p must be a number from 0 to 1 (given "half")'],
  [
    () => new Dropout().forward(ints(1)),
    'Dropout([1]): values must be floats (given int32); convert with .to("float32")',
  ],
  [() => new LeakyReLU(NaN), "LeakyReLU: slope must be a finite number (given NaN)"],
  [() => new ELU(wrong("1")), 'ELU: alpha must be a finite number (given "1")'],
  [() => new PReLU(0), "PReLU: channels must be a whole number of at least 1 (given 0)"],
  [() => new PReLU(3).forward(zeros([2, 2])), "PReLU([2,2]): x must be [N, 3, ...], with a channel for each slope"],
  [
    () => new BatchNormalization(3).forward(zeros([4, 5])),
    "BatchNormalization([4,5]): x must be [N, 3, ...]; make the layer for the shape of its inputs",
  ],
  [
    () => new BatchNormalization([3, 2, 2]).forward(zeros([4, 3, 2])),
    "BatchNormalization([4,3,2]): x must be [N, 3, 2, 2, ...]; make the layer for the shape of its inputs",
  ],
  [
    () => new BatchNormalization(3).forward(zeros([1, 3])),
    "BatchNormalization([1,3]): a variance needs at least 2 values of each channel (given 1); give larger batches, or call eval()",
  ],
  [
    () => new BatchNormalization(2).forward(wrong([[1, 2]])),
    "BatchNormalization: a tensor must be given (given object); make one with tensor(values)",
  ],
  [() => new BatchNormalization(0), "BatchNormalization: every length must be a whole number of at least 1 (given 0)"],
  [
    () => new BatchNormalization([]),
    "BatchNormalization: the number of axes must be a whole number of at least 1 (given 0)",
  ],
  [
    () => new BatchNormalization(2, { momentum: 2 }),
    "BatchNormalization: momentum must be a number from 0 to 1 (given 2)",
  ],
  [() => new LayerNorm(2, { eps: -1 }), "LayerNorm: eps must be a finite number of at least 0 (given -1)"],
  [
    () => new LayerNorm([2, 3], { affine: false }).forward(zeros([4, 3])),
    "LayerNorm([4,3]): x must be [..., 2, 3]; make the layer for the shape of its inputs",
  ],
  [() => new GroupNorm(2, 3), "GroupNorm: channels must be a multiple of groups (given 3 and 2)"],
  [
    () => new InstanceNorm(4).forward(zeros([4, 4])),
    "instanceNorm([4,4]): the first must be [N, C, ...] with axes after C",
  ],
  [
    () => new Convolution(3, 2, 3).forward(zeros([1, 2, 5, 5])),
    "conv2d([1,2,5,5], [2,3,3,3], [2]): the channels of x (2) must equal those of W (3)",
  ],
  [
    () => new Convolution(3, 2, 3).forward(zeros([3, 5, 5])),
    "conv2d([3,5,5]): the tensor must have 4 axes, [N, C, H, W] (given 3); reshape it",
  ],
  [() => new Convolution(3, 2.5, 2), "Convolution: outputs must be a whole number of at least 1 (given 2.5)"],
  [() => new Convolution(3, 2, 0), "Convolution: size must be a whole number of at least 1, or two (given 0)"],
  [
    () => new Convolution(3, 2, 2, { stride: 0 }),
    "Convolution: stride must be a whole number of at least 1, or two (given 0)",
  ],
  [
    () => new Convolution(3, 2, 2, { padding: wrong("full") }),
    'Convolution: padding must be numbers, "same" or "valid" (given "full")',
  ],
  [
    () => new Convolution(3, 2, 2, { padding: "same", stride: [1, 2] }),
    'Convolution: padding "same" needs a stride of 1 (given [1,2])',
  ],
  [
    () => new Convolution(3, 2, 2, { groups: 2 }),
    "Convolution: inputs and outputs must be multiples of groups (given 3, 2 and 2)",
  ],
  [
    () => new Convolution1d(3, 2, wrong([1, 2])),
    "Convolution1d: size must be a whole number of at least 1 (given [1,2])",
  ],
  [
    () => new ConvolutionTranspose(3, 2, 2, { outputPadding: 1 }),
    "ConvolutionTranspose: outputPadding must be less than the stride (given 1)",
  ],
  [() => new Pooling(0), "Pooling: size must be a whole number of at least 1, or two (given 0)"],
  [() => new Pooling(2, { padding: 2 }), "Pooling: padding must be at most half the size (given 2)"],
  [() => new Pooling(2, { kind: wrong("mean") }), 'Pooling: kind must be "max" or "average" (given "mean")'],
  [
    () => new Pooling(4).forward(zeros([2, 3, 3, 3])),
    "maxPool2d([2,3,3,3]): windows of [4,4] must fit into the last two axes (height 3, padded to 3)",
  ],
  [() => new AdaptivePooling(0), "AdaptivePooling: outputSize must be a whole number of at least 1, or two (given 0)"],
  [() => new Embedding(0, 2), "Embedding: count must be a whole number of at least 1 (given 0)"],
  [
    () => new Embedding(3, 2).forward(ints(3)),
    "embedding([3,2]): indices along axis 0 must lie from 0 to 2 (given 3 at 0)",
  ],
  [
    () => new Embedding(3, 2).forward(zeros([2])),
    'embedding: indices must be int32 (given float32); convert with .to("int32")',
  ],
  [() => sinusoidalPositions(0, 3), "sinusoidalPositions: length must be a whole number of at least 1 (given 0)"],
  [
    () => new LSTM(3, 2).forward(zeros([4, 3])),
    "LSTM([4,3]): x must be [T, N, 3], T at least 1; { batchFirst: true } takes [N, T, ...]",
  ],
  [
    () => new GRU(3, 2, { batchFirst: true }).forward(zeros([4, 0, 3])),
    "GRU([4,0,3]): x must be [N, T, 3], T at least 1",
  ],
  [
    () => new LSTM(3, 2).forward(zeros([4, 2, 3]), zeros([1, 2, 2])),
    "LSTM([4,2,3], [1,2,2]): the state must be two tensors of shape [1,2,2], as unroll() gives it",
  ],
  [
    () => new GRU(3, 2, { layers: 2 }).unroll(zeros([4, 5, 3]), [zeros([1, 5, 2])]),
    "GRU([4,5,3], [1,5,2]): the state must be one tensor of shape [2,5,2], as unroll() gives it",
  ],
  [() => new LSTM(NaN, 2), "LSTM: inputs must be a whole number of at least 1 (given NaN)"],
  [() => new LSTM(3, 0), "LSTM: size must be a whole number of at least 1 (given 0)"],
  [() => new RNN(3, 1, { layers: 1.5 }), "RNN: layers must be a whole number of at least 1 (given 1.5)"],
  [() => new GRU(3, 1, { dropout: -0.5 }), "GRU: dropout must be a number from 0 to 1 (given -0.5)"],
  [() => new RNN(3, 1, { nonlinearity: wrong("sin") }), 'RNNCell: nonlinearity must be "tanh" or "relu" (given "sin")'],
  [
    () => new LSTMCell(3, 2).forward(zeros([4, 2, 3])),
    "LSTMCell([4,2,3]): x must be [N, 3]; of many steps unroll a layer",
  ],
  [
    () => new LSTMCell(3, 2).forward(zeros([4, 3]), zeros([4, 2])),
    "LSTMCell([4,3], [4,2]): after x there must be the state, ([4,2], [4,2]), or nothing",
  ],
  [() => new MultiHeadAttention(5, 2), "MultiHeadAttention: width must be a multiple of heads (given 5 and 2)"],
  [
    () => new MultiHeadAttention(4, 2, { dropout: 2 }),
    "MultiHeadAttention: dropout must be a number from 0 to 1 (given 2)",
  ],
  [
    () => new MultiHeadAttention(4, 2).forward(zeros([2, 3, 4]), zeros([2, 3, 4]), zeros([2, 2, 4])),
    "MultiHeadAttention([2,3,4], [2,3,4], [2,2,4]): queries must be [N, L, 4], keys and values [N, S, 4]; reshape them",
  ],
  [
    () => new MultiHeadAttention(4, 2).forward(zeros([2, 3, 4]), zeros([2, 5, 4]), undefined, zeros([2, 5])),
    "MultiHeadAttention([2,3,4], [2,5,4], [2,5,4]): the mask must broadcast to [N, heads, L, S], [2,2,3,5] (given [2,5])",
  ],
  [
    () => new TransformerBlock(4, 2, { hidden: 0 }),
    "TransformerBlock: hidden must be a whole number of at least 1 (given 0)",
  ],
  [
    () => new TransformerBlock(4, 2).forward(zeros([1, 3, 5])),
    "LayerNorm([1,3,5]): x must be [..., 4]; make the layer for the shape of its inputs",
  ],
  [
    () => new IdentityWithLoss().forward(zeros([2, 3]), zeros([2])),
    "IdentityWithLoss([2,3], [2]): both must be [rows, ...] of one shape; reshape one",
  ],
  [
    () => new Sequential(wrong([new ReLU()])),
    "Sequential: layers.0 must be a layer or a function (given an array; list layers one by one: new Sequential(...layers))",
  ],
  [() => new Sequential(new ReLU(), wrong(null)), "Sequential: layers.1 must be a layer or a function (given null)"],
  [
    () => new Sequential(wrong((x: Tensor) => [x])).forward(zeros([1])),
    "Sequential: layers.0 must give a tensor (given an array); pick one of several: (x) => lstm.unroll(x).outputs",
  ],
];

test("what layers cannot take is refused, with its name, shapes or numbers, and what to do", () => {
  for (const [call, message] of refused) {
    assert.is(failure(call), message);
    assert.throws(call, (error: unknown) => error instanceof GradtapeError);
  }
});

test("what is refused leaves no trace: nothing is drawn, no statistic moves", () => {
  const generator = new Generator(1);
  const { state } = generator;
  assert.throws(() => new Convolution(3, 2, 2, { generator, groups: 2 }), /multiples/);
  assert.throws(() => new MultiHeadAttention(5, 2, { generator }), /multiple/);
  assert.throws(() => new LSTM(2, 2, { generator, dropout: 2 }), /dropout/);
  assert.equal(generator.state, state);
  const layer = new BatchNormalization(3);
  assert.throws(() => layer.forward(zeros([1, 3])), /at least 2/);
  assertSame(layer.runningVariance as Tensor, [1, 1, 1]);
});

test.run();
