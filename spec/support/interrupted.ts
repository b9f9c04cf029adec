/** Trains until Ctrl-C, and keeps a checkpoint: `interrupted PATH`. Says when it has begun, and how it ended. */
import { setTimeout as wait } from "node:timers/promises";
import { saveCheckpoints } from "gradtape";
import { saveCheckpoint, stopOnInterrupt } from "gradtape/node";
import { fit, makeTrainer } from "./resumable.js";

const [path] = process.argv.slice(2);
const trainer = makeTrainer(5, undefined, [
  saveCheckpoints({ save: (_, trainer) => saveCheckpoint(path, trainer) }),
  {
    onBatchEnd({ epoch, step }) {
      if (epoch === 2 && step === 1) console.log("begun");
    },
    onEpochEnd: () => wait(1), // or there were many to repeat
  },
]);
const { stopped } = await stopOnInterrupt((signal) => fit(trainer, 1e9, signal));
console.log(stopped);
