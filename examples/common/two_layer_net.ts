/** The book's network of two layers (chapter 5.7.2): Affine, ReLU, Affine, and softmax with loss on top. */
import { Affine, Layer, noGrad, normalInit, ReLU, SoftmaxWithLoss, type Tensor } from "gradtape";

/** Scores of classes for rows of `inputs` values; its parameters are affine1.W, affine1.b, affine2.W, affine2.b. */
export class TwoLayerNet extends Layer {
  readonly affine1: Affine;
  readonly relu = new ReLU();
  readonly affine2: Affine;
  readonly lastLayer = new SoftmaxWithLoss();

  /** Weights start as normal numbers of standard deviation `std`, biases at 0. */
  constructor(inputs: number, hidden: number, outputs: number, { std = 0.01 } = {}) {
    super();
    this.affine1 = new Affine(inputs, hidden, { init: normalInit(std) });
    this.affine2 = new Affine(hidden, outputs, { init: normalInit(std) });
  }

  /** The scores, before softmax. */
  predict(x: Tensor): Tensor {
    return this.affine2.forward(this.relu.forward(this.affine1.forward(x)));
  }

  forward(x: Tensor): Tensor {
    return this.predict(x);
  }

  /** How far the scores are from the labels t, class indices or rows with a single 1. */
  loss(x: Tensor, t: Tensor): Tensor {
    return this.lastLayer.forward(this.predict(x), t);
  }

  /** The share of rows whose highest score is that of their label. */
  accuracy(x: Tensor, t: Tensor): number {
    const labels = t.rank === 1 ? t : t.argmax(1);
    const found = noGrad(() => this.predict(x).argmax(1));
    return found.eq(labels).mean().item();
  }
}
