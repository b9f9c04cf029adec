/** Chapter 8: a network of one's own, with a residual block, beside the book's TwoLayerNet. */
import {
  Adam,
  AdaptivePooling,
  Affine,
  BatchNormalization,
  Convolution,
  Flatten,
  Layer,
  oneCycleLR,
  ReLU,
  randomAffine,
  Schedule,
  Sequential,
  SGD,
  stepSchedule,
  type Tensor,
  Trainer,
} from "gradtape";
import { loadDigits } from "gradtape/digits";
import { countParameters } from "../common/layer_table.js";
import { Network } from "../common/network.js";
import { type DigitOptions, digitOptions } from "../common/options.js";
import { trainOnDigits } from "../common/train_digits.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

/** A convolution, normalized, which has no use for a bias; with stride 2 images become half as wide and high. */
const convolution = (inputs: number, outputs: number, size: number, stride: number) =>
  new Sequential(
    new Convolution(inputs, outputs, size, { stride, padding: (size - 1) / 2, bias: false }),
    new BatchNormalization(outputs),
  );

/** Two convolutions learn what is to be added to x, which passes them by (He et al. 2016, "Deep residual learning"). */
class Residual extends Layer {
  readonly inner;

  constructor(channels: number) {
    super();
    this.inner = new Sequential(
      convolution(channels, channels, 3, 1),
      new ReLU(),
      convolution(channels, channels, 3, 1),
    );
  }

  forward(x: Tensor): Tensor {
    return this.inner.forward(x).add(x).relu();
  }
}

class AwesomeNet extends Network {
  readonly layers = {
    conv1: convolution(1, 16, 5, 2), // [N, 16, 14, 14]
    relu1: new ReLU(),
    conv2: convolution(16, 32, 3, 2), // [N, 32, 7, 7]
    relu2: new ReLU(),
    conv3: convolution(32, 64, 3, 2), // [N, 64, 4, 4]
    relu3: new ReLU(),
    residual: new Residual(64),
    pool: new AdaptivePooling(1, { kind: "average" }), // [N, 64, 1, 1]
    flatten: new Flatten(),
    affine: new Affine(64, 10),
  };
}

const usual = { epochs: 6, train: 8000, test: 2000, batch: 100 };
const quick = { epochs: 2, train: 400, test: 100, batch: 20 };
const about = "Trains a small residual network on handwritten digits, then TwoLayerNet.";
const options = digitOptions("ch08/awesome_net", about, usual, quick).parse().opts<DigitOptions & { quick?: true }>();

await trainOnDigits("ch08-awesome_net", options, () => {
  const model = new AwesomeNet();
  console.log(`AwesomeNet: ${countParameters(model)} parameters`);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const steps = options.epochs * Math.ceil(options.train / options.batch);
  return {
    model,
    optimizer,
    transform: randomAffine({ shift: 2, rotate: 10, scale: 0.1 }),
    callbacks: [stepSchedule(new Schedule(optimizer, oneCycleLR(steps)), { per: "step" })],
  };
});

// As ch05/train_neuralnet trains it.
const network = new TwoLayerNet(784, 50, 10);
console.log(`TwoLayerNet: ${countParameters(network)} parameters`);
const { train, test } = loadDigits(options);
const trainer = new Trainer({ model: network, optimizer: new SGD(network.parameters(), { lr: 0.1 }) });
await trainer.fit(train, { epochs: options.quick ? 5 : 17, batchSize: options.batch });
console.log(`test accuracy ${network.accuracy(test.x, test.t).toFixed(4)} (${options.test} digits)`);
