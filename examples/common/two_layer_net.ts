/** The book's network of two layers (chapter 5.7.2): Affine, ReLU, Affine, and softmax with loss on top. */
import { Affine, normalInit, ReLU } from "gradtape";
import { Network } from "./network.js";

/** Scores of classes for rows of `inputs` values. */
export class TwoLayerNet extends Network {
  readonly layers;

  /** Weights start as normal numbers of standard deviation `std`, biases at 0. */
  constructor(inputs: number, hidden: number, outputs: number, { std = 0.01 } = {}) {
    super();
    this.layers = {
      affine1: new Affine(inputs, hidden, { init: normalInit(std) }),
      relu: new ReLU(),
      affine2: new Affine(hidden, outputs, { init: normalInit(std) }),
    };
  }
}
