/** A run in which all takes part that has a state: what resumes it has to know everything. */
import {
  Adam,
  Affine,
  accuracy,
  BatchNormalization,
  type CallbackLike,
  clipGradNorm,
  cosineAnnealingLR,
  Dropout,
  earlyStopping,
  Generator,
  normal,
  type Outcome,
  ReLU,
  randomNoise,
  Schedule,
  Sequential,
  SoftmaxWithLoss,
  stepSchedule,
  Trainer,
  tensor,
} from "gradtape";

const rows = 20;
const x = normal([rows, 5], { generator: new Generator(1) });
const t = tensor(
  Array.from({ length: rows }, (_, i) => i % 3),
  { dtype: "int32" },
);

/** The steps of an epoch. */
export const steps = 3;

/** A trainer whose weights and draws come from `seed`, with more callbacks after its own. */
export function makeTrainer(seed: number, hidden = 6, callbacks: readonly CallbackLike[] = []): Trainer {
  const generator = new Generator(seed);
  const model = new Sequential(
    new Affine(5, hidden, { generator }),
    new BatchNormalization(hidden),
    new ReLU(),
    new Dropout(0.25, { generator }),
    new Affine(hidden, 3, { generator }),
  );
  const optimizer = new Adam(model.parameters(), { lr: 0.02, amsgrad: true });
  return new Trainer({
    model,
    optimizer,
    loss: new SoftmaxWithLoss(),
    metrics: { accuracy: accuracy() },
    callbacks: [
      stepSchedule(new Schedule(optimizer, cosineAnnealingLR(10)), { per: "step" }),
      earlyStopping({ patience: 1e6, restoreBest: true }),
      { onBackward: () => void clipGradNorm(model.parameters(), 1) },
      ...callbacks,
    ],
    transform: randomNoise(0.1),
    generator,
  });
}

/** Trains until so many epochs are done. */
export const fit = (trainer: Trainer, epochs: number, signal?: AbortSignal): Promise<Outcome> =>
  trainer.fit([x, t], { epochs, batchSize: 8, validation: [x, t], signal });
