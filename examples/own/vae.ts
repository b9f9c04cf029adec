/**
 * A variational autoencoder squeezes digits into ten numbers each, and invents digits from random numbers. It learns to draw what
 * it squeezed again, and to use numbers as if they were normal ones (Kingma & Welling 2014, "Auto-encoding variational Bayes").
 */
import {
  Adam,
  Affine,
  bceWithLogits,
  concat,
  cosineAnnealingLR,
  Layer,
  manualSeed,
  noGrad,
  normal,
  ReLU,
  Schedule,
  Sequential,
  stepSchedule,
  type Tensor,
  Trainer,
} from "gradtape";
import { loadDigits } from "gradtape/digits";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { progressBar } from "../common/progress.js";

const { seed, quick } = seedAndQuick("own/vae", "Trains a variational autoencoder, which draws digits.");
const [epochs, batchSize, sizes] = quick ? [2, 20, { train: 500, test: 100 }] : [16, 100, { train: 8000, test: 2000 }];

const layers = (a: number, b: number, c: number, d: number) =>
  new Sequential(new Affine(a, b), new ReLU(), new Affine(b, c), new ReLU(), new Affine(c, d));

class Autoencoder extends Layer {
  readonly encoder = layers(784, 256, 128, 2 * 10);
  readonly decoder = layers(10, 128, 256, 784);

  /** The images [n, 784] of codes [n, 10]: how much ink is to be expected. */
  decode(code: Tensor): Tensor {
    return this.decoder.forward(code).sigmoid();
  }

  /** Images as they come back by the mean of their codes. */
  forward(x: Tensor): Tensor {
    const [mean] = this.encoder.forward(x).split(10, 1);
    return this.decode(mean);
  }

  /** What is to be made small is −ELBO, an upper bound of −log p(x), in nats for each image. */
  loss(x: Tensor): Tensor {
    const [mean, logVariance] = this.encoder.forward(x).split(10, 1);
    const noise = normal(mean.shape); // drawn apart from the code, so that gradients reach mean and variance
    const code = mean.add(logVariance.div(2).exp().mul(noise));
    const error = bceWithLogits(this.decoder.forward(code), x, { reduction: "sum" });
    const divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).sum().div(2); // from normal codes
    return error.add(divergence).div(x.shape[0]);
  }
}

manualSeed(seed);
const { train, test } = loadDigits(sizes);
const model = new Autoencoder();
const optimizer = new Adam(model.parameters(), { lr: 0.003 });
const elbo = (trainer: Trainer, of: string) => (-trainer.value(`${of}.loss`)).toFixed(2);
const line = (t: Trainer) => `epoch ${t.epoch}: ELBO ${elbo(t, "train")}, of other digits ${elbo(t, "validation")}`;
const schedule = stepSchedule(new Schedule(optimizer, cosineAnnealingLR(epochs)));
const trainer = new Trainer({ model, optimizer, callbacks: [schedule, progressBar({ line })] });
await trainer.fit([train.x], { epochs, batchSize, validation: [test.x] });

const some = test.x.narrow(0, 0, 80);
const pairs = [some, await trainer.predict(some)].map((x) => x.reshape([5, 16, 28, 28]));
const copies = concat(pairs, 1).reshape([160, 28, 28]);
const invented = noGrad(() => model.decode(normal([160, 10])).reshape([160, 28, 28]));
draw("vae", [
  { title: "Digits, below each what is kept of it", images: copies, columns: 16 },
  { title: "Digits that nobody wrote", images: invented, columns: 16 },
]);
