/** Every layer as its tests make it: an entry here is a row of generated tests, and of PyTorch's numbers if layers.py has its name. */
import {
  AdaptivePooling,
  Affine,
  BatchNormalization,
  Convolution,
  Convolution1d,
  ConvolutionTranspose,
  ConvolutionTranspose1d,
  concat,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GELU,
  type Generator,
  GRU,
  GRUCell,
  GroupNorm,
  gelu,
  IdentityWithLoss,
  InstanceNorm,
  type Layer,
  LayerNorm,
  LeakyReLU,
  LSTM,
  LSTMCell,
  MultiHeadAttention,
  type Nested,
  Pooling,
  PReLU,
  ReLU,
  RMSNorm,
  RNN,
  RNNCell,
  Sequential,
  type Shape,
  Sigmoid,
  SiLU,
  Softmax,
  SoftmaxWithLoss,
  Softplus,
  Tanh,
  type Tensor,
  TransformerBlock,
  tensor,
} from "gradtape";

/** What layers are made with. */
export type Made = { dtype: "float32" | "float64"; generator: Generator };

/** A layer and what it is given. */
export type Entry = {
  name: string;
  make: (options: Made) => Layer;
  /** The inputs: shapes of floats, or whole numbers. */
  inputs: readonly (Shape | { int32: Nested })[];
  /** What of it is tested, if not what `forward` gives. */
  call?: (layer: Layer, ...inputs: Tensor[]) => Tensor;
};

/** All that a recurrent layer gives, one after the other. */
const unrolled = (layer: Layer, x: Tensor, ...given: Tensor[]): Tensor => {
  const { outputs, state } = (layer as LSTM).unroll(x, given.length > 0 ? given : undefined);
  return concat([outputs, ...state].map((part) => part.flatten()));
};

const seen = tensor([
  [1, 1, 0],
  [1, 0, 1],
]);

const dtypeOf = ({ dtype }: Made) => ({ dtype });

/** The entries; more than one of a layer where options change what it computes. */
export const entries: readonly Entry[] = [
  { name: "Affine", make: (o) => new Affine(3, 2, o), inputs: [[4, 3]] },
  { name: "Sigmoid", make: () => new Sigmoid(), inputs: [[2, 3]] },
  { name: "ReLU", make: () => new ReLU(), inputs: [[2, 3]] },
  { name: "Tanh", make: () => new Tanh(), inputs: [[2, 3]] },
  { name: "Softmax", make: () => new Softmax(), inputs: [[2, 3]] },
  { name: "GELU", make: () => new GELU(), inputs: [[2, 3]] },
  { name: "SiLU", make: () => new SiLU(), inputs: [[2, 3]] },
  { name: "Softplus", make: () => new Softplus(), inputs: [[2, 3]] },
  { name: "LeakyReLU", make: () => new LeakyReLU(0.25), inputs: [[2, 3]] },
  { name: "ELU", make: () => new ELU(0.5), inputs: [[2, 3]] },
  { name: "PReLU", make: (o) => new PReLU(1, dtypeOf(o)), inputs: [[4, 3]] },
  { name: "PReLU, a slope for each channel", make: (o) => new PReLU(3, dtypeOf(o)), inputs: [[2, 3, 2]] },
  { name: "Flatten", make: () => new Flatten(), inputs: [[2, 3, 2]] },
  { name: "SoftmaxWithLoss", make: () => new SoftmaxWithLoss(), inputs: [[4, 3], { int32: [2, 0, 1, 1] }] },
  {
    name: "IdentityWithLoss",
    make: () => new IdentityWithLoss(),
    inputs: [
      [4, 3],
      [4, 3],
    ],
  },
  { name: "Dropout", make: ({ generator }) => new Dropout(0.25, { generator }), inputs: [[4, 3]] },
  {
    name: "Dropout, the book's",
    make: ({ generator }) => new Dropout(0.5, { inverted: false, generator }),
    inputs: [[4, 3]],
  },
  { name: "BatchNormalization", make: (o) => new BatchNormalization(3, dtypeOf(o)), inputs: [[5, 3]] },
  {
    name: "BatchNormalization of images",
    make: (o) => new BatchNormalization(2, { ...dtypeOf(o), momentum: 0.25, eps: 0.125 }),
    inputs: [[3, 2, 2, 2]],
  },
  {
    name: "BatchNormalization without parameters",
    make: (o) => new BatchNormalization(2, { ...dtypeOf(o), affine: false }),
    inputs: [[3, 2, 2]],
  },
  {
    name: "BatchNormalization of positions",
    make: (o) => new BatchNormalization([2, 2, 1], { ...dtypeOf(o), eps: 1e-6 }),
    inputs: [[4, 2, 2, 1]],
  },
  {
    name: "BatchNormalization without statistics",
    make: (o) => new BatchNormalization(2, { ...dtypeOf(o), trackRunningStats: false }),
    inputs: [[4, 2]],
  },
  { name: "LayerNorm", make: (o) => new LayerNorm(3, dtypeOf(o)), inputs: [[4, 3]] },
  {
    name: "LayerNorm of two axes",
    make: (o) => new LayerNorm([2, 3], { ...dtypeOf(o), eps: 0.125 }),
    inputs: [[2, 2, 3]],
  },
  { name: "RMSNorm", make: (o) => new RMSNorm(3, dtypeOf(o)), inputs: [[4, 3]] },
  { name: "GroupNorm", make: (o) => new GroupNorm(2, 4, dtypeOf(o)), inputs: [[2, 4, 3]] },
  { name: "InstanceNorm", make: (o) => new InstanceNorm(2, dtypeOf(o)), inputs: [[2, 2, 3]] },
  {
    name: "InstanceNorm with parameters",
    make: (o) => new InstanceNorm(2, { ...dtypeOf(o), affine: true }),
    inputs: [[2, 2, 2, 2]],
  },
  { name: "Convolution", make: (o) => new Convolution(2, 3, 2, o), inputs: [[2, 2, 3, 3]] },
  {
    name: "Convolution, all options",
    make: (o) => new Convolution(4, 2, 2, { ...o, stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 }),
    inputs: [[1, 4, 4, 4]],
  },
  {
    name: "Convolution without bias",
    make: (o) => new Convolution(1, 2, 3, { ...o, padding: "same", bias: false }),
    inputs: [[2, 1, 3, 2]],
  },
  {
    name: "Convolution1d",
    make: (o) => new Convolution1d(2, 3, 2, { ...o, stride: 2, padding: 1 }),
    inputs: [[2, 2, 4]],
  },
  {
    name: "ConvolutionTranspose",
    make: (o) =>
      new ConvolutionTranspose(2, 4, [2, 3], {
        ...o,
        stride: [2, 1],
        padding: [0, 1],
        outputPadding: [1, 0],
        groups: 2,
      }),
    inputs: [[1, 2, 2, 3]],
  },
  {
    name: "ConvolutionTranspose1d",
    make: (o) => new ConvolutionTranspose1d(2, 3, 2, { ...o, stride: 2 }),
    inputs: [[2, 2, 3]],
  },
  { name: "Pooling", make: () => new Pooling(2), inputs: [[1, 2, 4, 4]] },
  { name: "Pooling of sequences", make: () => new Pooling(3, { stride: 1, padding: 1 }), inputs: [[2, 2, 5]] },
  { name: "Pooling, means", make: () => new Pooling([2, 3], { kind: "average", stride: 1 }), inputs: [[1, 2, 3, 4]] },
  { name: "AdaptivePooling", make: () => new AdaptivePooling([2, 3]), inputs: [[1, 2, 3, 5]] },
  { name: "AdaptivePooling, means", make: () => new AdaptivePooling(1, { kind: "average" }), inputs: [[2, 3, 4]] },
  { name: "RNN", make: (o) => new RNN(3, 2, o), inputs: [[4, 2, 3]], call: unrolled },
  {
    name: "RNN of relu",
    make: (o) => new RNN(2, 3, { ...o, nonlinearity: "relu" }),
    inputs: [
      [3, 2, 2],
      [1, 2, 3],
    ],
    call: unrolled,
  },
  { name: "LSTM", make: (o) => new LSTM(3, 2, o), inputs: [[4, 2, 3]], call: unrolled },
  {
    name: "LSTM, all options",
    make: (o) => new LSTM(2, 2, { ...o, layers: 2, bidirectional: true, batchFirst: true }),
    inputs: [
      [2, 3, 2],
      [4, 2, 2],
      [4, 2, 2],
    ],
    call: unrolled,
  },
  { name: "GRU", make: (o) => new GRU(3, 2, o), inputs: [[4, 2, 3]], call: unrolled },
  {
    name: "GRU, two layers, with a state",
    make: (o) => new GRU(2, 2, { ...o, layers: 2 }),
    inputs: [
      [3, 1, 2],
      [2, 1, 2],
    ],
    call: unrolled,
  },
  {
    name: "GRU both ways",
    make: (o) => new GRU(2, 2, { ...o, bidirectional: true }),
    inputs: [[3, 2, 2]],
    call: unrolled,
  },
  {
    name: "RNN with dropout between its layers",
    make: (o) => new RNN(2, 3, { ...o, layers: 2, dropout: 0.5 }),
    inputs: [[2, 2, 2]],
  },
  {
    name: "RNNCell",
    make: (o) => new RNNCell(3, 2, o),
    inputs: [
      [2, 3],
      [2, 2],
    ],
  },
  {
    name: "LSTMCell",
    make: (o) => new LSTMCell(3, 2, o),
    inputs: [
      [2, 3],
      [2, 2],
      [2, 2],
    ],
  },
  {
    name: "GRUCell",
    make: (o) => new GRUCell(3, 2, o),
    inputs: [
      [2, 3],
      [2, 2],
    ],
  },
  {
    name: "Embedding",
    make: (o) => new Embedding(3, 2, o),
    inputs: [
      {
        int32: [
          [2, 0],
          [2, 1],
        ],
      },
    ],
  },
  { name: "MultiHeadAttention", make: (o) => new MultiHeadAttention(4, 2, o), inputs: [[2, 3, 4]] },
  {
    name: "MultiHeadAttention, causal",
    make: (o) => new MultiHeadAttention(4, 2, { ...o, causal: true }),
    inputs: [[2, 3, 4]],
  },
  {
    name: "MultiHeadAttention to others, with a mask",
    make: (o) => new MultiHeadAttention(4, 2, o),
    inputs: [
      [1, 2, 4],
      [1, 3, 4],
      [1, 3, 4],
    ],
    call: (layer, query, key, value) => layer.forward(query, key, value, seen),
  },
  {
    name: "TransformerBlock",
    make: (o) => new TransformerBlock(4, 2, { ...o, hidden: 3, dropout: 0 }),
    inputs: [[2, 3, 4]],
  },
  {
    name: "TransformerBlock, normalized last",
    make: (o) => new TransformerBlock(4, 2, { ...o, hidden: 3, dropout: 0, preNorm: false, activation: gelu }),
    inputs: [[2, 3, 4]],
  },
  {
    name: "TransformerBlock with dropout",
    make: (o) => new TransformerBlock(2, 1, { ...o, hidden: 3, dropout: 0.25, activation: gelu }),
    inputs: [[2, 2, 2]],
  },
  {
    name: "Sequential, convolutional",
    make: (o) =>
      new Sequential(
        new Convolution(1, 3, 3, { ...o, padding: 1 }),
        new BatchNormalization(3, dtypeOf(o)),
        new ReLU(),
        new Pooling(2),
        new Flatten(),
        new Affine(12, 2, o),
      ),
    inputs: [[4, 1, 4, 4]],
  },
  {
    name: "Sequential, recurrent",
    make: (o) =>
      new Sequential(
        new Embedding(4, 2, o),
        new LSTM(2, 3, { ...o, batchFirst: true }),
        (y) => y.select(1, -1),
        new Affine(3, 2, o),
      ),
    inputs: [
      {
        int32: [
          [1, 0, 3],
          [2, 2, 1],
        ],
      },
    ],
  },
];

/** Dyadic numbers between −scale and scale, float64, the same as those of layers.py. */
export function begin(shape: Shape, seed: number, scale = 1): Tensor {
  const size = shape.reduce((n, length) => n * length, 1);
  const values = Float64Array.from(
    { length: size },
    (_, i) => ((((i + 1000 * seed) * 7919 + 13) % 1009) / 512 - 1) * scale,
  );
  return tensor(values, { shape });
}

/** The layer with parameters as layers.py has them. */
export function filled(layer: Layer): Layer {
  layer.parameters().forEach((x, i) => {
    x.assign(begin(x.shape, 10 + i, 0.5));
  });
  return layer;
}

/** The inputs as layers.py has them; the floats require gradients, if asked for. */
export const inputsOf = ({ inputs }: Entry, requiresGrad = false): Tensor[] =>
  inputs.map((given, i) =>
    "int32" in given ? tensor(given.int32, { dtype: "int32" }) : tensor(begin(given, 1 + i), { requiresGrad }),
  );

/** What the layer gives, or what of it is tested. */
export const called = ({ call }: Entry, layer: Layer, inputs: readonly Tensor[]): Tensor =>
  call ? call(layer, ...inputs) : layer.forward(...inputs);
