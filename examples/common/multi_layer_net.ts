/** The book's MultiLayerNet and MultiLayerNetExtend (chapter 6): hidden layers of any number, with what helps them to learn. */
import { Affine, BatchNormalization, Dropout, he, type Initializer, type Layer, ReLU, type Tensor } from "gradtape";
import { Network } from "./network.js";

/** How a MultiLayerNet is made. */
export type MultiLayerOptions = {
  /** The layer after each hidden Affine (default ReLU). */
  activation?: new () => Layer;
  /** How weights start (default He's); `xavier` is for sigmoid and tanh. */
  init?: Initializer;
  /** The λ of ½ λ Σ W², which is added to the loss (chapter 6.4.2; default 0). */
  weightDecay?: number;
  /** Whether there is a BatchNormalization before each activation (chapter 6.3; default false). */
  batchNorm?: boolean;
  /** The share of values that are left out after each activation (chapter 6.4.3; default 0, and then there is no such layer). */
  dropout?: number;
};

/** Scores of classes for rows of `inputs` values; `hidden` lists the lengths of the hidden layers. */
export class MultiLayerNet extends Network {
  readonly layers: Readonly<Record<string, Layer>>;
  readonly weightDecay: number;

  constructor(
    inputs: number,
    hidden: readonly number[],
    outputs: number,
    {
      activation: Activation = ReLU,
      init = he,
      weightDecay = 0,
      batchNorm = false,
      dropout = 0,
    }: MultiLayerOptions = {},
  ) {
    super();
    const layers: Record<string, Layer> = {};
    let before = inputs;
    hidden.forEach((length, i) => {
      layers[`affine${i + 1}`] = new Affine(before, length, { init });
      if (batchNorm) layers[`batchNorm${i + 1}`] = new BatchNormalization(length);
      layers[`activation${i + 1}`] = new Activation();
      if (dropout > 0) layers[`dropout${i + 1}`] = new Dropout(dropout, { inverted: false });
      before = length;
    });
    layers[`affine${hidden.length + 1}`] = new Affine(before, outputs, { init });
    this.layers = layers;
    this.weightDecay = weightDecay;
  }

  /** The loss, and ½ λ Σ W² over the weights of all Affine layers. */
  override loss(x: Tensor, t: Tensor): Tensor {
    const loss = super.loss(x, t);
    if (this.weightDecay === 0) return loss;
    const decays = Object.values(this.layers).flatMap((layer) =>
      layer instanceof Affine
        ? [
            layer.W.square()
              .sum()
              .mul(0.5 * this.weightDecay),
          ]
        : [],
    );
    return decays.reduce((sum, decay) => sum.add(decay), loss);
  }
}
