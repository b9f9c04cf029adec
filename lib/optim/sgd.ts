/** Gradient descent, plain and with momentum. */
import { finite, flag, nonNegative, positive } from "../range.js";
import { Optimizer, type Trainable } from "./optimizer.js";
import { common, descent, extend, type Options, type Rule } from "./rule.js";

const options = /* @__PURE__ */ extend(common, {
  /** The learning rate (default 0.01). */
  lr: [0.01, positive],
  /** How much of the velocity is kept (default 0: there is none). */
  momentum: [0, nonNegative],
  /** How much of the gradient does not enter the velocity (default 0). */
  dampening: [0, finite],
  /** Goes on by the velocity from where it leads (default false). */
  nesterov: [false, flag],
});

/** Options of `SGD`. */
export type SGDOptions = Options<typeof options>;

const sgd: Rule<SGDOptions, "velocity", "keep" | "take"> = {
  options,
  slots: ["velocity"],
  // The first velocity is the gradient, whole.
  numbers: ({ momentum, dampening }, t) => (t === 1 ? { keep: 0, take: 1 } : { keep: momentum, take: 1 - dampening }),
  formula({ velocity, lr, momentum, keep, take, ...x }, has) {
    const g = descent(x, has);
    if (!has.momentum) return { W: x.W.sub(g.mul(lr)) };
    const v = velocity.mul(keep).add(g.mul(take));
    const d = has.nesterov ? g.add(v.mul(momentum)) : v;
    return { W: x.W.sub(d.mul(lr)), velocity: v };
  },
  conflict: ({ nesterov, momentum, dampening }) =>
    nesterov && !(momentum > 0 && dampening === 0)
      ? `nesterov must have momentum above 0 and dampening 0 (given momentum ${momentum}, dampening ${dampening})`
      : undefined,
};

/**
 * Stochastic gradient descent as in PyTorch: W ← W − lr · g (the book's chapter 6.1.2); with momentum v ← momentum · v +
 * (1 − dampening) · g, at first v ← g, and W ← W − lr · v, or with nesterov W ← W − lr · (g + momentum · v).
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(parameters: Trainable<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super("SGD", sgd, parameters, options);
  }
}

const momentumOptions = /* @__PURE__ */ extend(common, {
  /** The learning rate (default 0.01). */
  lr: [0.01, positive],
  /** How much of the velocity is kept (default 0.9). */
  momentum: [0.9, nonNegative],
});

/** Options of `Momentum` and `Nesterov`. */
export type MomentumOptions = Options<typeof momentumOptions>;

const momentum: Rule<MomentumOptions, "velocity"> = {
  options: momentumOptions,
  slots: ["velocity"],
  formula({ velocity, lr, momentum, ...x }, has) {
    const v = velocity.mul(momentum).sub(descent(x, has).mul(lr));
    return { W: x.W.add(v), velocity: v };
  },
};

/** The book's Momentum (chapter 6.1.4): v ← momentum · v − lr · g; W ← W + v. */
export class Momentum extends Optimizer<MomentumOptions> {
  constructor(parameters: Trainable<MomentumOptions>, options: Partial<MomentumOptions> = {}) {
    super("Momentum", momentum, parameters, options);
  }
}

const nesterov: Rule<MomentumOptions, "velocity", "squared" | "ahead"> = {
  options: momentumOptions,
  slots: ["velocity"],
  numbers: ({ lr, momentum }) => ({ squared: momentum * momentum, ahead: (1 + momentum) * lr }),
  formula({ velocity: v, lr, momentum, squared, ahead, ...x }, has) {
    const g = descent(x, has);
    return { W: x.W.add(v.mul(squared)).sub(g.mul(ahead)), velocity: v.mul(momentum).sub(g.mul(lr)) };
  },
};

/**
 * Nesterov's accelerated gradient as in the book's common/optimizer.py (Bengio et al. 2012, "Advances in optimizing recurrent
 * networks", eq. 7): W ← W + momentum² · v − (1 + momentum) · lr · g; v ← momentum · v − lr · g.
 */
export class Nesterov extends Optimizer<MomentumOptions> {
  constructor(parameters: Trainable<MomentumOptions>, options: Partial<MomentumOptions> = {}) {
    super("Nesterov", nesterov, parameters, options);
  }
}
