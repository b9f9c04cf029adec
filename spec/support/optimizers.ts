/** What optimizers are tried on: the cases of optimizers.py, and what PyTorch said of them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  AdaDelta,
  AdaGrad,
  Adam,
  AdamW,
  Momentum,
  Nesterov,
  type Optimizer,
  RMSProp,
  SGD,
  type Tensor,
  tensor,
} from "gradtape";

// The file is made by `python3 spec/golden/optimizers.py`, whose head says what its lines hold.
export const script = fileURLToPath(new URL("../golden/optimizers.py", import.meta.url));
export const file = fileURLToPath(new URL("../golden/optimizers.json", import.meta.url));
export const golden = JSON.parse(readFileSync(file, "utf8")) as {
  training: Record<string, [losses: number[], weights: number[][]]>;
  schedules: Record<string, [number[], number[]]>;
  clipped: Record<string, [norm: number[], gradients: number[][]]>;
};

/** How far we may be from PyTorch, as a share of its number, or of 1. */
export const close = { tolerance: 1e-9 };

export type Float = "float32" | "float64";

/** Dyadic numbers between −scale and scale, the same as those of training.py. */
export function begin(shape: readonly number[], seed: number, scale = 1, dtype: Float = "float64"): Tensor {
  const size = shape.reduce((n, length) => n * length, 1);
  const values = Array.from({ length: size }, (_, i) => ((((i + 1000 * seed) * 7919 + 13) % 1009) / 512 - 1) * scale);
  return tensor(values, { dtype }).reshape(shape);
}

export const shapes = [[3, 4], [4], [4, 2], [1]];
export const weights = (dtype?: Float): Tensor[] =>
  shapes.map((shape, i) => tensor(begin(shape, 10 + i, 0.5, dtype), { requiresGrad: true }));

/** The loss of the perceptron of optimizers.py, whose scale takes part in every third step only. */
export function lossOf([W1, b1, W2, scale]: readonly Tensor[], step: number): Tensor {
  const [x, t] = [begin([6, 3], 1, 1, W1.dtype as Float), begin([6, 2], 2, 1, W1.dtype as Float)];
  const y = x.matmul(W1).add(b1).tanh().matmul(W2);
  return (step % 3 === 2 ? y.mul(scale.exp()) : y).sub(t).square().mean();
}

export type Case = { make: (w: Tensor[]) => Optimizer; ascend?: true; halve?: true };

/** Each optimizer with several options. */
export const cases: Record<string, Case> = {
  sgd: { make: (w) => new SGD(w, { lr: 0.25 }) },
  "sgd, decay": { make: (w) => new SGD(w, { lr: 0.25, weightDecay: 0.01 }) },
  "sgd, maximize": { make: (w) => new SGD(w, { lr: 0.25, maximize: true }), ascend: true },
  "sgd, momentum": { make: (w) => new SGD(w, { lr: 0.1, momentum: 0.9 }) },
  "sgd, dampening": { make: (w) => new SGD(w, { lr: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.01 }) },
  "sgd, nesterov": { make: (w) => new SGD(w, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }) },
  "sgd, changed": { make: (w) => new SGD(w, { lr: 0.2, momentum: 0.8 }), halve: true },
  "sgd, groups": {
    make: (w) =>
      new SGD(
        [
          { parameters: w.slice(0, 2), lr: 0.05 },
          { parameters: w.slice(2), momentum: 0.5 },
        ],
        { lr: 0.2, momentum: 0.9 },
      ),
  },
  adagrad: { make: (w) => new AdaGrad(w, { lr: 0.1 }) },
  "adagrad, options": {
    make: (w) => new AdaGrad(w, { lr: 0.2, lrDecay: 0.05, weightDecay: 0.01, initialAccumulator: 0.25, eps: 1e-3 }),
  },
  "adagrad, maximize": { make: (w) => new AdaGrad(w, { lr: 0.1, maximize: true }), ascend: true },
  rmsprop: { make: (w) => new RMSProp(w) },
  "rmsprop, momentum": { make: (w) => new RMSProp(w, { lr: 0.002, momentum: 0.9, weightDecay: 0.01 }) },
  "rmsprop, centered": { make: (w) => new RMSProp(w, { lr: 0.005, alpha: 0.9, eps: 1e-4, centered: true }) },
  "rmsprop, all": {
    make: (w) => new RMSProp(w, { lr: 0.002, alpha: 0.95, eps: 1e-3, centered: true, momentum: 0.5, maximize: true }),
    ascend: true,
  },
  adadelta: { make: (w) => new AdaDelta(w) },
  "adadelta, options": {
    make: (w) => new AdaDelta(w, { lr: 2, rho: 0.95, eps: 1e-4, weightDecay: 0.01, maximize: true }),
    ascend: true,
  },
  adam: { make: (w) => new Adam(w) },
  "adam, options": {
    make: (w) => new Adam(w, { lr: 0.02, beta1: 0.8, beta2: 0.9, eps: 1e-3, weightDecay: 0.01 }),
  },
  "adam, amsgrad": { make: (w) => new Adam(w, { lr: 0.05, beta2: 0.9, amsgrad: true }) },
  "adam, maximize": { make: (w) => new Adam(w, { lr: 0.02, maximize: true, weightDecay: 0.01 }), ascend: true },
  "adam, changed": { make: (w) => new Adam(w, { lr: 0.05 }), halve: true },
  "adam, groups": {
    make: (w) =>
      new Adam([{ parameters: w.slice(2) }, { parameters: w.slice(0, 2), beta1: 0.5, beta2: 0.9, amsgrad: true }], {
        lr: 0.02,
      }),
  },
  adamw: { make: (w) => new AdamW(w, { lr: 0.01 }) },
  "adamw, options": {
    make: (w) => new AdamW(w, { lr: 0.02, weightDecay: 0.5, amsgrad: true, maximize: true }),
    ascend: true,
  },
  "adamw, without": { make: (w) => new AdamW(w, { lr: 0.02, weightDecay: 0 }) },
};

/** Optimizers that PyTorch does not have. */
export const own: Record<string, Case> = {
  momentum: { make: (w) => new Momentum(w, { lr: 0.05, weightDecay: 0.01 }) },
  nesterov: { make: (w) => new Nesterov(w, { lr: 0.05 }) },
  "adam, epsHat": { make: (w) => new Adam(w, { lr: 0.02, eps: 1e-7, epsHat: true }) },
};

/** A step of training; gives the loss before it. */
export function train(w: readonly Tensor[], optimizer: Optimizer, { ascend, halve }: Case, step: number): number {
  const loss = ascend ? lossOf(w, step).neg() : lossOf(w, step);
  if (halve && (step === 30 || step === 60)) optimizer.groups[0].lr /= 2;
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss.item();
}
