/** The classifier of ScratchDeepNeuralNetwork.ipynb: as many of its layers as one likes. */
import { batches, crossEntropyError, type Tensor } from "gradtape";
import type { ManualLayer } from "./manual_layers.js";
import { Chain, FC, type Initializer, type Optimizer, Softmax } from "./scratch_layers.js";

/** What a network is made of: how many nodes there are before, between and after its full connections, and of which kinds all are. */
export type Configuration = {
  nodes: readonly number[];
  activation: new () => ManualLayer;
  initializer: Initializer;
  optimizer: Optimizer;
};

/** Full connections, an activation between any two, and softmax at the end. */
export class ScratchDeepNeuralNetworkClassifier {
  readonly connections: readonly FC[];
  /** The loss of all that it is trained with, after each epoch. */
  readonly loss: number[] = [];
  private readonly chain: Chain;
  private readonly last = new Softmax();

  constructor({ nodes, activation: Activation, initializer, optimizer }: Configuration) {
    this.connections = nodes.slice(1).map((n, i) => new FC(nodes[i], n, initializer, optimizer));
    this.chain = new Chain(this.connections.flatMap((fc, i) => (i === 0 ? [fc] : [new Activation(), fc])));
  }

  /** What softmax is given of each row. */
  scores(X: Tensor): Tensor {
    return this.chain.forward(X);
  }

  /** Forward and backward, on which the layers move. */
  step(X: Tensor, Y: Tensor): void {
    const Z = this.last.forward(this.scores(X));
    this.chain.backward(this.last.backward(Z, Y));
  }

  fit(X: Tensor, Y: Tensor, { epoch, batchSize }: { epoch: number; batchSize: number }): this {
    for (let i = 0; i < epoch; i++) {
      for (const [rows, labels] of batches([X, Y], { size: batchSize })) this.step(rows, labels);
      this.loss.push(crossEntropyError(this.last.forward(this.scores(X)), Y).item());
    }
    return this;
  }

  /** The class of each row, int32. */
  predict(X: Tensor): Tensor {
    return this.scores(X).argmax(1);
  }
}
