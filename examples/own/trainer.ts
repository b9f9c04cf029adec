/** The trainer at work: digits that move, evaluation, early stopping, Ctrl-C, and which digits are taken for others. */
import {
  Affine,
  accuracy,
  confusionMatrix,
  earlyStopping,
  manualSeed,
  ReLU,
  randomAffine,
  Sequential,
  SGD,
  SoftmaxWithLoss,
  Trainer,
  topkAccuracy,
} from "gradtape";
import { loadDigits } from "gradtape/digits";
import { stopOnInterrupt } from "gradtape/node";
import { commandLine, orExit, whole } from "../common/options.js";
import { progressBar } from "../common/progress.js";

type Options = Record<"epochs" | "train" | "test" | "patience" | "seed", number>;

const usual = process.argv.includes("--quick")
  ? { epochs: 3, train: 500, test: 200 }
  : { epochs: 30, train: 4000, test: 1000 };
const { epochs, patience, seed, ...sizes } = commandLine("own/trainer", "Trains a network on digits with a Trainer.")
  .option("--epochs <n>", "how often to go through the digits, at most", whole(1), usual.epochs)
  .option("--train <n>", "digits to train with", whole(1), usual.train)
  .option("--test <n>", "other digits, to test with", whole(1), usual.test)
  .option("--patience <n>", "epochs to wait for a better accuracy", whole(1), 4)
  .option("--seed <n>", "decides what is random, save the split", whole(0), 0)
  .option("--quick", "a small run of a few seconds: changes the defaults above")
  .parse()
  .opts<Options>();

manualSeed(seed);
const { train, test } = orExit(() => loadDigits(sizes));
const model = new Sequential(new Affine(784, 100), new ReLU(), new Affine(100, 10));
const trainer = new Trainer({
  model,
  optimizer: new SGD(model.parameters(), { lr: 0.2 }),
  loss: new SoftmaxWithLoss(),
  metrics: { accuracy: accuracy(), "top 3": topkAccuracy(3) },
  transform: randomAffine({ shift: 1, rotate: 10, scale: 0.1 }),
  callbacks: [earlyStopping({ monitor: "validation.accuracy", patience, restoreBest: true }), progressBar()],
});
await stopOnInterrupt((signal) => trainer.fit(train, { epochs, batchSize: 50, validation: test, signal }));

const counts = confusionMatrix()(await trainer.predict(test.x), test.t).toArray<number[][]>();
const confused = counts.flatMap((row, wanted) => row.map((count, found) => ({ wanted, found, count })));
const [worst] = confused.filter(({ wanted, found }) => wanted !== found).sort((a, b) => b.count - a.count);
console.log(`most often, ${worst.count} times, a ${worst.wanted} was taken for a ${worst.found}`);
const result = await trainer.evaluate(test);
console.log(`test accuracy ${result.accuracy.toFixed(4)} (${sizes.test} digits)`);
