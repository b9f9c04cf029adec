/** Chapter 8.1: DeepConvNet learns handwritten digits, which move about a little with --augment. Takes minutes. */
import { Adam, oneCycleLR, randomAffine, Schedule, stepSchedule } from "gradtape";
import { DeepConvNet } from "../common/deep_convnet.js";
import { type DigitOptions, digitOptions, positive, share } from "../common/options.js";
import { trainOnDigits } from "../common/train_digits.js";

const options = digitOptions(
  "ch08/train_deepnet",
  "Trains the book's DeepConvNet on handwritten digits.",
  { epochs: 6, train: 8000, test: 2000, batch: 50 },
  { epochs: 2, train: 200, test: 100, batch: 25 },
)
  .option("--lr <x>", "the highest learning rate of Adam, which rises to it and falls again", positive, 0.002)
  .option("--dropout <p>", "the share of values that are left out", share, 0.5)
  .option("--augment", "shift, rotate and scale digits at random, anew in every epoch")
  .parse()
  .opts<DigitOptions & { lr: number; dropout: number; augment?: boolean }>();

await trainOnDigits("ch08-train_deepnet", options, () => {
  const model = new DeepConvNet({ dropout: options.dropout });
  const optimizer = new Adam(model.parameters(), { lr: options.lr });
  const steps = options.epochs * Math.ceil(options.train / options.batch);
  return {
    model,
    optimizer,
    transform: options.augment ? randomAffine({ shift: 2, rotate: 10, scale: 0.1 }) : undefined,
    callbacks: [stepSchedule(new Schedule(optimizer, oneCycleLR(steps)), { per: "step" })],
  };
});
