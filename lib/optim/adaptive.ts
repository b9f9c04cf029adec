/** Learning rates for each number of a parameter, by how large its gradients were: AdaGrad, RMSProp, AdaDelta. */
import { flag, fraction, nonNegative, positive } from "../range.js";
import { Optimizer, type Trainable } from "./optimizer.js";
import { common, descent, extend, type Options, type Rule } from "./rule.js";

const adaGradOptions = /* @__PURE__ */ extend(common, {
  /** The learning rate (default 0.01). */
  lr: [0.01, positive],
  /** Divides lr by 1 + (t − 1) · lrDecay at step t (default 0). */
  lrDecay: [0, nonNegative],
  /** What the sums of squares begin with (default 0). */
  initialAccumulator: [0, nonNegative],
  /** Added to the root, so that nothing is divided by 0 (default 1e-10; the book has 1e-7). */
  eps: [1e-10, nonNegative],
});

/** Options of `AdaGrad`. */
export type AdaGradOptions = Options<typeof adaGradOptions>;

const adaGrad: Rule<AdaGradOptions, "h", "rate" | "start"> = {
  options: adaGradOptions,
  slots: ["h"],
  numbers: ({ lr, lrDecay, initialAccumulator }, t) => ({
    rate: lr / (1 + (t - 1) * lrDecay),
    start: t === 1 ? initialAccumulator : 0,
  }),
  formula({ h, rate, start, eps, ...x }, has) {
    const g = descent(x, has);
    const sum = (has.initialAccumulator ? h.add(start) : h).add(g.mul(g));
    return { W: x.W.sub(g.mul(rate).div(sum.sqrt().add(eps))), h: sum };
  },
};

/**
 * AdaGrad (Duchi et al. 2011; the book's chapter 6.1.5, with eps: 1e-7): h ← h + g²; W ← W − lr · g / (√h + eps). With
 * PyTorch's options and defaults.
 */
export class AdaGrad extends Optimizer<AdaGradOptions> {
  constructor(parameters: Trainable<AdaGradOptions>, options: Partial<AdaGradOptions> = {}) {
    super("AdaGrad", adaGrad, parameters, options);
  }
}

const rmsPropOptions = /* @__PURE__ */ extend(common, {
  /** The learning rate (default 0.01). */
  lr: [0.01, positive],
  /** How much of the average of squares is kept (default 0.99; the book's decay_rate). */
  alpha: [0.99, nonNegative],
  /** Added to the root, so that nothing is divided by 0 (default 1e-8; the book has 1e-7). */
  eps: [1e-8, nonNegative],
  /** How much of the velocity is kept (default 0: there is none). */
  momentum: [0, nonNegative],
  /** Divides by the root of the variance of the gradient, not of its square's mean (default false). */
  centered: [false, flag],
});

/** Options of `RMSProp`. */
export type RMSPropOptions = Options<typeof rmsPropOptions>;

const rmsProp: Rule<RMSPropOptions, "h" | "mean" | "velocity", "rest"> = {
  options: rmsPropOptions,
  slots: ["h", "mean", "velocity"],
  numbers: ({ alpha }) => ({ rest: 1 - alpha }),
  formula({ h, mean, velocity, lr, alpha, rest, eps, momentum, ...x }, has) {
    const g = descent(x, has);
    const squares = h.mul(alpha).add(g.mul(g).mul(rest));
    const centre = mean.mul(alpha).add(g.mul(rest));
    const spread = has.centered ? squares.sub(centre.mul(centre)) : squares;
    const d = g.div(spread.sqrt().add(eps));
    const v = has.momentum ? velocity.mul(momentum).add(d) : d;
    return {
      W: x.W.sub(v.mul(lr)),
      h: squares,
      ...(has.centered && { mean: centre }),
      ...(has.momentum && { velocity: v }),
    };
  },
};

/**
 * RMSProp (Hinton's lecture 6e; the book's common/optimizer.py, with eps: 1e-7): h ← alpha · h + (1 − alpha) · g²;
 * W ← W − lr · g / (√h + eps). With PyTorch's options and defaults.
 */
export class RMSProp extends Optimizer<RMSPropOptions> {
  constructor(parameters: Trainable<RMSPropOptions>, options: Partial<RMSPropOptions> = {}) {
    super("RMSProp", rmsProp, parameters, options);
  }
}

const adaDeltaOptions = /* @__PURE__ */ extend(common, {
  /** What moves are multiplied by (default 1). */
  lr: [1, positive],
  /** How much of the averages is kept (default 0.9). */
  rho: [0.9, fraction],
  /** Added under both roots (default 1e-6). */
  eps: [1e-6, nonNegative],
});

/** Options of `AdaDelta`. */
export type AdaDeltaOptions = Options<typeof adaDeltaOptions>;

const adaDelta: Rule<AdaDeltaOptions, "h" | "moves", "rest"> = {
  options: adaDeltaOptions,
  slots: ["h", "moves"],
  numbers: ({ rho }) => ({ rest: 1 - rho }),
  formula({ h, moves, lr, rho, rest, eps, ...x }, has) {
    const g = descent(x, has);
    const squares = h.mul(rho).add(g.mul(g).mul(rest));
    const d = moves.add(eps).sqrt().div(squares.add(eps).sqrt()).mul(g);
    return { W: x.W.sub(d.mul(lr)), h: squares, moves: moves.mul(rho).add(d.mul(d).mul(rest)) };
  },
};

/**
 * AdaDelta (Zeiler 2012, algorithm 1): h ← rho · h + (1 − rho) · g²; d = √(moves + eps) / √(h + eps) · g; W ← W − lr · d;
 * moves ← rho · moves + (1 − rho) · d². With PyTorch's options and defaults.
 */
export class AdaDelta extends Optimizer<AdaDeltaOptions> {
  constructor(parameters: Trainable<AdaDeltaOptions>, options: Partial<AdaDeltaOptions> = {}) {
    super("AdaDelta", adaDelta, parameters, options);
  }
}
