/** The networks of chapters 7 and 8 when they have learnt: trained by the script that needs one first, or read from a file. */
import {
  Adam,
  accuracy,
  manualSeed,
  oneCycleLR,
  randomAffine,
  Schedule,
  stepSchedule,
  Trainer,
  type TrainerOptions,
} from "gradtape";
import { type Digits, loadDigits } from "gradtape/digits";
import { loadSafetensors } from "gradtape/node";
import { DeepConvNet } from "./deep_convnet.js";
import type { Network } from "./network.js";
import { commandLine, orExit } from "./options.js";
import { progressBar } from "./progress.js";
import { SimpleConvNet } from "./simple_convnet.js";
import { trained } from "./trained.js";

/** What scripts that use such a network are told. */
export type LearntOptions = { quick: boolean; weights?: string };

/** Their command line: what was given. `source` is the script that writes files for --weights. */
export const learntOptions = (name: string, description: string, source: string): LearntOptions =>
  commandLine(name, description)
    .option("--weights <file>", `parameters that ${source} has saved (default: learnt now, unless they were before)`)
    .option("--quick", "a small network, which learns in a few seconds", false)
    .parse()
    .opts();

/** Digits to test with, images [n, 1, 28, 28]: none that a network has learnt from, be it in a quick run or another. */
export const testDigits = ({ quick }: LearntOptions): Digits =>
  loadDigits({ train: 8000, test: quick ? 200 : 2000, flatten: false }).test;

/** A SimpleConvNet that has learnt digits as they are; 96 to 98 of 100 others are right. */
export const learntConvNet = (options: LearntOptions): Promise<SimpleConvNet> =>
  learnt("ch07-convnet", options, { quick: [2, 300, 20], full: [10, 8000, 100] }, () => {
    const model = new SimpleConvNet();
    return { model, optimizer: new Adam(model.parameters()) };
  });

/** A DeepConvNet that has learnt digits that move about; 98 to 99 of 100 others are right. In a quick run it has a quarter of the filters. */
export const learntDeepNet = (options: LearntOptions): Promise<DeepConvNet> =>
  learnt("ch08-deepnet", options, { quick: [2, 400, 20], full: [10, 8000, 50] }, (steps, small) => {
    const model = new DeepConvNet(small ? { filters: [4, 8, 16], dropout: 0 } : { dropout: 0.25 });
    const optimizer = new Adam(model.parameters(), { lr: 0.002 });
    return {
      model,
      optimizer,
      transform: small ? undefined : randomAffine({ shift: 2, rotate: 10, scale: 0.1 }),
      callbacks: [stepSchedule(new Schedule(optimizer, oneCycleLR(steps)), { per: "step" })],
    };
  });

type Sizes = Record<"quick" | "full", readonly [epochs: number, digits: number, batchSize: number]>;
type Made<N extends Network> = TrainerOptions & { model: N };

async function learnt<N extends Network>(
  name: string,
  { quick, weights }: LearntOptions,
  sizes: Sizes,
  make: (steps: number, small: boolean) => Made<N>,
): Promise<N> {
  const small = quick && weights === undefined;
  const [epochs, digits, batchSize] = small ? sizes.quick : sizes.full;
  manualSeed(0);
  const { callbacks = [], ...made } = make(epochs * Math.ceil(digits / batchSize), small);
  if (weights !== undefined)
    return orExit(() => made.model.loadStateDict(loadSafetensors(weights).tensors)).eval() as N;
  const network = await trained(small ? `${name}-quick` : name, made.model, async () => {
    const { train, test } = loadDigits({ train: digits, test: small ? 100 : 500, flatten: false });
    const metrics = { accuracy: accuracy() };
    const trainer = new Trainer({ ...made, metrics, callbacks: [...callbacks, progressBar()] });
    await trainer.fit(train, { epochs, batchSize, validation: test });
  });
  return network.eval();
}
