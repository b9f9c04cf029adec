/** A convolutional network learns handwritten digits in seconds, and knows 98 in 100 that it has not seen. The main job, `npm start`. */
import {
  AdamW,
  Affine,
  BatchNormalization,
  Convolution,
  Flatten,
  oneCycleLR,
  ReLU,
  randomAffine,
  Schedule,
  Sequential,
  SoftmaxWithLoss,
  stepSchedule,
} from "gradtape";
import { type DigitOptions, digitOptions, positive } from "../common/options.js";
import { trainOnDigits } from "../common/train_digits.js";

const options = digitOptions(
  "npm start --",
  "Trains a small convolutional network on handwritten digits.",
  { epochs: 6, train: 8000, test: 2000, batch: 100 },
  { epochs: 5, train: 1000, test: 500, batch: 25 },
)
  .option("--lr <x>", "the highest learning rate of AdamW, which rises to it and falls again", positive, 0.02)
  .parse()
  .opts<DigitOptions & { lr: number }>();

/** A convolution that halves images, normalized. */
const halved = (inputs: number, outputs: number, size: number) => [
  new Convolution(inputs, outputs, size, { stride: 2, padding: (size - 1) / 2, bias: false }),
  new BatchNormalization(outputs),
  new ReLU(),
];

await trainOnDigits("digits", options, () => {
  const model = new Sequential(
    ...halved(1, 16, 5), // [N, 16, 14, 14]
    ...halved(16, 32, 3), // [N, 32, 7, 7]
    ...halved(32, 64, 3), // [N, 64, 4, 4]
    new Flatten(),
    new Affine(1024, 10),
  );
  const optimizer = new AdamW(model.parameters(), { lr: options.lr });
  const steps = options.epochs * Math.ceil(options.train / options.batch);
  return {
    model,
    optimizer,
    loss: new SoftmaxWithLoss(),
    transform: randomAffine({ shift: 2, rotate: 10, scale: 0.1 }), // every digit a little different each time
    callbacks: [stepSchedule(new Schedule(optimizer, oneCycleLR(steps)), { per: "step" })],
  };
});
