/** Chapter 7.5: SimpleConvNet learns handwritten digits, by Adam and a Trainer; its parameters go into a file. */
import { Adam } from "gradtape";
import { type DigitOptions, digitOptions, positive } from "../common/options.js";
import { SimpleConvNet } from "../common/simple_convnet.js";
import { trainOnDigits } from "../common/train_digits.js";

const options = digitOptions(
  "ch07/train_convnet",
  "Trains the book's SimpleConvNet on handwritten digits.",
  { epochs: 10, train: 8000, test: 2000, batch: 100 },
  { epochs: 3, train: 500, test: 200, batch: 25 },
)
  .option("--lr <x>", "the learning rate of Adam", positive, 0.001)
  .parse()
  .opts<DigitOptions & { lr: number }>();

await trainOnDigits("ch07-train_convnet", options, () => {
  const model = new SimpleConvNet();
  return { model, optimizer: new Adam(model.parameters(), { lr: options.lr }) };
});
