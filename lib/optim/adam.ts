/** Adam and AdamW: momentum, and a learning rate for each number of a parameter. */
import { flag, fraction, nonNegative, positive } from "../range.js";
import { Optimizer, type Trainable } from "./optimizer.js";
import { common, descent, extend, type Options, type Rule } from "./rule.js";

const options = /* @__PURE__ */ extend(common, {
  /** The learning rate (default 0.001). */
  lr: [0.001, positive],
  /** How much of the average of gradients is kept (default 0.9): PyTorch's betas[0]. */
  beta1: [0.9, fraction],
  /** How much of the average of squares is kept (default 0.999): PyTorch's betas[1]. */
  beta2: [0.999, fraction],
  /** Added to the root, so that nothing is divided by 0 (default 1e-8). */
  eps: [1e-8, nonNegative],
  /** Adds eps to √v before its bias is corrected: the paper's ε̂, and the book's way, with eps: 1e-7 (default false). */
  epsHat: [false, flag],
  /** Divides by the root of the largest v so far (Reddi et al. 2018; default false). */
  amsgrad: [false, flag],
});

/** Options of `Adam`. */
export type AdamOptions = Options<typeof options>;

const adam = {
  options,
  slots: ["m", "v", "vMax"],
  numbers({ lr, beta1, beta2, eps, epsHat }, t) {
    const scale = 1 / Math.sqrt(1 - beta2 ** t);
    return {
      rest1: 1 - beta1,
      rest2: 1 - beta2,
      rate: lr / (1 - beta1 ** t),
      scale,
      margin: epsHat ? eps * scale : eps,
    };
  },
  formula({ m, v, vMax, beta1, rest1, beta2, rest2, rate, scale, margin, ...x }, has) {
    const g = descent(x, has);
    const mean = m.mul(beta1).add(g.mul(rest1));
    const square = v.mul(beta2).add(g.mul(g).mul(rest2));
    const largest = has.amsgrad ? vMax.maximum(square) : square;
    const d = mean.mul(rate).div(largest.sqrt().mul(scale).add(margin));
    return { W: x.W.sub(d), m: mean, v: square, ...(has.amsgrad && { vMax: largest }) };
  },
} satisfies Rule<AdamOptions, "m" | "v" | "vMax", "rest1" | "rest2" | "rate" | "scale" | "margin">;

/**
 * Adam (Kingma & Ba 2014, algorithm 1; the book's chapter 6.1.6, with eps: 1e-7, epsHat: true): m ← beta1 · m +
 * (1 − beta1) · g; v ← beta2 · v + (1 − beta2) · g²; W ← W − lr · m̂ / (√v̂ + eps), where m̂ = m / (1 − beta1^t) and
 * v̂ = v / (1 − beta2^t). With PyTorch's options and defaults.
 */
export class Adam extends Optimizer<AdamOptions> {
  constructor(parameters: Trainable<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super("Adam", adam, parameters, options);
  }
}

const adamWOptions = /* @__PURE__ */ extend(options, {
  /** Multiplies W by 1 − lr · weightDecay at each step (default 0.01). */
  weightDecay: [0.01, nonNegative],
});

/** Options of `AdamW`. */
export type AdamWOptions = Options<typeof adamWOptions>;

const adamW: Rule<AdamWOptions, "m" | "v" | "vMax", "rest1" | "rest2" | "rate" | "scale" | "margin" | "shrink"> = {
  options: adamWOptions,
  slots: ["m", "v", "vMax"],
  numbers: (options, t) => ({ ...adam.numbers(options, t), shrink: 1 - options.lr * options.weightDecay }),
  formula({ shrink, ...x }, has) {
    const W = has.weightDecay ? x.W.mul(shrink) : x.W;
    return adam.formula({ ...x, W }, { ...has, weightDecay: false });
  },
};

/** AdamW (Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2): W ← W − lr · weightDecay · W, then a step of Adam. */
export class AdamW extends Optimizer<AdamWOptions> {
  constructor(parameters: Trainable<AdamWOptions>, options: Partial<AdamWOptions> = {}) {
    super("AdamW", adamW, parameters, options);
  }
}
