/** The book's network of two layers (chapter 5.7.2): Affine, ReLU, Affine, and softmax with loss on top; chapter 4's has Sigmoid. */
import { Affine, type Layer, normalInit, ReLU } from "gradtape";
import { Network } from "./network.js";

/** Scores of classes for rows of `inputs` values. */
export class TwoLayerNet extends Network {
  readonly layers;

  /** Weights start as normal numbers of standard deviation `std`, biases at 0; `activation` is the layer between. */
  constructor(
    inputs: number,
    hidden: number,
    outputs: number,
    { std = 0.01, activation: Activation = ReLU as new () => Layer } = {},
  ) {
    super();
    this.layers = {
      affine1: new Affine(inputs, hidden, { init: normalInit(std) }),
      activation: new Activation(),
      affine2: new Affine(hidden, outputs, { init: normalInit(std) }),
    };
  }
}
