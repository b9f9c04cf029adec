/** Study notes, backpropagation: 784, 50 and 10 neurons learn digits, with the accuracy of each epoch. */
import { manualSeed } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { seedAndQuick } from "../common/options.js";
import { trainByIterations } from "../common/train_by_iterations.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

const { seed, quick } = seedAndQuick("seeds/study_notes_training", "Trains Affine, ReLU, Affine by backpropagation.");
manualSeed(seed);

// As many iterations as in the notes, of which 600 are called an epoch: there of 60,000 digits, here of 8,000, each seen 7.5
// times as often. So training goes as fast, and what is learnt holds for other digits a little less.
const sizes = quick ? { train: 1000, test: 500 } : { train: 8000, test: 2000 };
const course = quick
  ? { iterations: 201, epoch: 100, batch: 50, lr: 0.5 }
  : { iterations: 10_000, epoch: 600, batch: 100, lr: 0.1 };
console.log("epoch | accuracy");
await trainByIterations("seeds-study_notes_training", new TwoLayerNet(784, 50, 10), loadDigits(sizes), {
  ...course,
  line: (epoch, _, test) => `${`${epoch}`.padStart(5)} | ${test}`,
});
