/** Chapter 4.5, reviewed: a network of two layers with a sigmoid between, trained by mini-batches. */
import { choice, manualSeed, numericalGradient, Sigmoid } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { seedAndQuick } from "../common/options.js";
import { trainByIterations } from "../common/train_by_iterations.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

const { seed, quick } = seedAndQuick(
  "seeds/chapter4_training",
  "Trains a network of two layers on handwritten digits.",
);
manualSeed(seed);

const digits = loadDigits({ ...(quick ? { train: 1000, test: 500 } : { train: 8000, test: 2000 }), oneHot: true });
const { x, t } = digits.train;
console.log(`x [${x.shape}], t [${t.shape}]`);

const twoLayerNet = () => new TwoLayerNet(784, 50, 10, { activation: Sigmoid });

// A batch of ten (two with --quick), and what differences make of its gradient: two losses for each number. W1,
// which has 39,200, is left out.
const rows = choice(x.shape[0], quick ? 2 : 10);
const small = twoLayerNet().to("float64");
const [someX, someT] = [x, t].map((all) => all.at(rows).to("float64"));
const loss = () => small.loss(someX, someT);
loss().backward();
for (const [name, parameter] of small.namedParameters().filter(([, { size }]) => size < 1000)) {
  const apart = parameter.grad?.sub(numericalGradient(loss, parameter)).abs().mean().item();
  console.log(`${name}: differences and tape are ${apart?.toExponential(1)} apart`);
}

// As many iterations as in the review, of which 600 are called an epoch: there of 60,000 digits.
const course = quick
  ? { iterations: 201, epoch: 100, batch: 50, lr: 1 }
  : { iterations: 10_000, epoch: 600, batch: 100, lr: 0.1 };
await trainByIterations("seeds-chapter4_training", twoLayerNet(), digits, {
  ...course,
  line: (_, train, test) => `train acc, test acc | ${train}, ${test}`,
});
