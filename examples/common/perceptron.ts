/** The perceptron (chapter 2.1), as a gate: it fires if what it is given, weighed, is more than −b. */
import { tensor } from "gradtape";

/** What answers two questions of 0 or 1 by 0 or 1. */
export type Gate = (x1: number, x2: number) => number;

/** The perceptron with weights w and bias b (chapter 2.3.2): 1 if w · x + b is above 0, else 0. */
export function perceptron(w: readonly number[], b: number): Gate {
  const weights = tensor(w);
  return (x1, x2) => tensor([x1, x2]).mul(weights).sum().add(b).gt(0).item();
}

/** Prints what a gate answers to all there is to ask. */
export function truthTable(gate: Gate): void {
  for (const [x1, x2] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ])
    console.log(`(${x1}, ${x2}) -> ${gate(x1, x2)}`);
}
