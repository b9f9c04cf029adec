/** What scripts that train on digits with a Trainer have in common: lines and a bar, checkpoints, Ctrl-C, charts, and the last line. */
import { accuracy, bookLine, manualSeed, saveCheckpoints, Trainer, type TrainerOptions } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { loadSafetensors, saveSafetensors, stopOnInterrupt } from "gradtape/node";
import { type DigitOptions, orExit } from "./options.js";
import { outFile, shown } from "./out.js";
import { draw } from "./plot.js";
import { progressBar } from "./progress.js";

/**
 * Trains what `make` gives, once the seed is set. Writes NAME.svg, NAME.safetensors with the parameters, and after every epoch
 * NAME-checkpoint.safetensors with all that `--resume` goes on from.
 */
export async function trainOnDigits(
  name: string,
  { epochs, batch, seed, out, resume, ...sizes }: DigitOptions,
  make: () => TrainerOptions,
): Promise<void> {
  manualSeed(seed);
  const { train, test } = orExit(() => loadDigits({ train: sizes.train, test: sizes.test, flatten: false }));
  const { callbacks = [], ...given } = make();
  const checkpoint = outFile(`${name}-checkpoint.safetensors`, out);
  const trainer = new Trainer({
    ...given,
    metrics: { accuracy: accuracy() },
    callbacks: [
      ...callbacks,
      progressBar({ line: bookLine }),
      saveCheckpoints({ save: (state) => saveSafetensors(checkpoint, state) }),
    ],
  });
  if (resume) orExit(() => trainer.loadStateDict(loadSafetensors(checkpoint).tensors));
  const some = Math.min(1000, sizes.train); // as the book does
  const how = { epochs, batchSize: batch, evaluateTrain: some, validation: test, baseline: true };
  await orExit(() => stopOnInterrupt((signal) => trainer.fit(train, { ...how, signal })));

  const file = outFile(`${name}.safetensors`, out);
  saveSafetensors(file, trainer.model.stateDict());
  console.log(`parameters: ${shown(file)}`);
  const { steps, ...groups } = trainer.history;
  const [learnt, others] = [groups.train.accuracy ?? [], groups.validation.accuracy ?? []];
  // From what the first epoch reached on: beside the tenth that is guessed before, later gains would be too small to see.
  const least = Math.min(0.9, ...learnt.slice(1), ...others.slice(1));
  const charts = [
    {
      title: "Accuracy on handwritten digits",
      x: "epoch",
      y: "accuracy",
      yRange: [Math.floor(10 * least) / 10, 1],
      marks: [
        { name: `train (${some})`, y: learnt },
        { name: `test (${sizes.test})`, y: others },
      ],
    },
    {
      title: "Loss, smoothed over 11 iterations",
      x: "iteration",
      y: "loss",
      marks: [{ y: steps.loss, smooth: 11 }],
    },
  ] as const;
  draw(name, charts, { folder: out });
  const result = await trainer.evaluate(test);
  console.log(`test accuracy ${result.accuracy.toFixed(4)} (${sizes.test} digits)`);
}
