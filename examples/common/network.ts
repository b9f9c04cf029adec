/** What the book's networks have in common: layers by name, one after the other, and softmax with loss on top. */
import { batches, Layer, noGrad, SoftmaxWithLoss, type Tensor } from "gradtape";

/** Scores of classes; parameters are called after their layers, such as `layers.affine1.W`. */
export abstract class Network extends Layer {
  /** In the order in which they compute, as in the book's OrderedDict. */
  abstract readonly layers: Readonly<Record<string, Layer>>;
  readonly lastLayer = new SoftmaxWithLoss();

  /** The scores, before softmax. */
  predict(x: Tensor): Tensor {
    return Object.values(this.layers).reduce((y, layer) => layer.forward(y), x);
  }

  forward(x: Tensor): Tensor {
    return this.predict(x);
  }

  /** How far the scores are from the labels t, class indices or rows with a single 1. */
  loss(x: Tensor, t: Tensor): Tensor {
    return this.lastLayer.forward(this.predict(x), t);
  }

  /** The share of rows whose highest score is that of their label, in use, not in training; so many rows at a time. */
  accuracy(x: Tensor, t: Tensor, batchSize = 100): number {
    const labels = t.rank === 1 ? t : t.argmax(1);
    const { training } = this;
    this.eval();
    let right = 0;
    noGrad(() => {
      for (const [rows, wanted] of batches([x, labels], { size: batchSize, shuffle: false }))
        right += this.predict(rows).argmax(1).eq(wanted).sum().item();
    });
    this.train(training);
    return right / x.shape[0];
  }
}
