/** Stochastic gradient descent. */
import { overwrite } from "../elementwise.js";
import { GradError, ValueError } from "../error.js";
import { Tensor } from "../tensor.js";
import { Word } from "../word.js";

const rule = /* @__PURE__ */ Word.read((W, g, lr) => W.sub(g.mul(lr)), 3);

/** W ← W − lr · ∂L/∂W (the book's chapter 6.1.2). */
export class SGD {
  readonly parameters: readonly Tensor[];
  /** The learning rate. */
  lr: number;

  constructor(parameters: Iterable<Tensor>, { lr = 0.01 }: { lr?: number } = {}) {
    if (typeof parameters?.[Symbol.iterator] !== "function")
      throw new ValueError("SGD: parameters must be a list of tensors; give it model.parameters()");
    this.parameters = [...new Set(parameters)]; // one that two layers share is moved once
    this.lr = lr;
    if (typeof lr !== "number" || !(lr > 0 && lr < Infinity))
      throw new ValueError(`SGD: lr must be a positive number (given ${lr})`);
    if (this.parameters.length === 0)
      throw new ValueError(
        "SGD: there are no parameters to train; tensors must have requiresGrad: true and be plain fields of the model, not private #fields",
      );
    for (const x of this.parameters)
      if (!(x instanceof Tensor) || !x.requiresGrad)
        throw new GradError(
          "SGD: every parameter must be a tensor with requiresGrad: true; give it model.parameters()",
        );
  }

  /** Moves every parameter that has a gradient. */
  step(): void {
    for (const W of this.parameters) if (W.slope) overwrite("SGD", [W], rule, [W, W.slope, this.lr]);
  }

  /** Forgets the gradients, which would otherwise add up over steps. */
  zeroGrad(): void {
    for (const x of this.parameters) x.grad = null;
  }
}
