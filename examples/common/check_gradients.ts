/** Gradients of a network's parameters by differences and by the tape, compared as in the book's gradient_check. */
import { gradient, numericalGradient, type Tensor } from "gradtape";
import type { Network } from "./network.js";

/** What is found of a parameter: means over its elements. */
export type Compared = {
  /** As in the book: W1, b1, gamma1 … */
  name: string;
  /** Of |differences − tape|. */
  error: number;
  /** Of |tape|, since two gradients that are 0 agree, too, and say nothing. */
  size: number;
};

/** Compares the gradients of the loss of x and t in all parameters, which must be float64, one after the other. */
export function* checkGradients(network: Network, x: Tensor, t: Tensor): Iterable<Compared> {
  const named = network.namedParameters();
  const parameters = named.map(([, parameter]) => parameter);
  const byTape = gradient(network.loss(x, t), parameters);
  for (const [i, [path, parameter]] of named.entries()) {
    const byDifferences = numericalGradient(() => network.loss(x, t), parameter);
    yield {
      name: path.replace(/^layers\.\D+(\d+)\.(\w+)$/, "$2$1"),
      error: byDifferences.sub(byTape[i]).abs().mean().item(),
      size: byTape[i].abs().mean().item(),
    };
  }
}
