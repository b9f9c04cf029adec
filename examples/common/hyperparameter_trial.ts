/** A process of ch06/hyperparameter_optimization: trains a network with each pair of hyperparameters that it is handed. */
import { accuracy, manualSeed, SGD, Trainer } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { MultiLayerNet } from "./multi_layer_net.js";
import { work } from "./processes.js";

/** What is tried. All that is random is drawn from the trial's own seed, so that it does not matter which process has it. */
export type Trial = { seed: number; epochs: number; lr: number; weightDecay: number };

/** The accuracies after each epoch. */
export type Curves = { train: number[]; validation: number[] };

// The digits are in random order: of the first 500, the last 100 are as good as any to validate with.
const { train, test: validation } = loadDigits({ train: 400, test: 100 });

work(async ({ seed, epochs, lr, weightDecay }: Trial): Promise<Curves> => {
  manualSeed(seed);
  const model = new MultiLayerNet(784, [100, 100, 100, 100, 100, 100], 10, { weightDecay });
  const optimizer = new SGD(model.parameters(), { lr });
  const trainer = new Trainer({ model, optimizer, metrics: { accuracy: accuracy() } });
  const { history } = await trainer.fit(train, { epochs, batchSize: 100, evaluateTrain: true, validation });
  return { train: history.train.accuracy, validation: history.validation.accuracy };
});
