/** The layers of ScratchDeepNeuralNetwork.ipynb: each goes back by a formula of its own, and full connections then move themselves. */
import { he, normalInit, type Tensor, xavier, zeros, zerosLike } from "gradtape";
import type { ManualLayer } from "./manual_layers.js";

/** Makes the first weights [nNodes1, nNodes2] and biases [1, nNodes2] of a full connection. */
export type Initializer = { W(nNodes1: number, nNodes2: number): Tensor; B(nNodes2: number): Tensor };

/** Normal numbers of standard deviation sigma, biases too. */
export class SimpleInitializer implements Initializer {
  constructor(private readonly sigma: number) {}

  W(nNodes1: number, nNodes2: number): Tensor {
    return normalInit(this.sigma)([nNodes1, nNodes2]);
  }

  B(nNodes2: number): Tensor {
    return normalInit(this.sigma)([1, nNodes2]);
  }
}

/** Of standard deviation 1/√nNodes1, for tanh; biases, of which the document does not speak here, are 0. */
export class XavierInitializer implements Initializer {
  W(nNodes1: number, nNodes2: number): Tensor {
    return xavier([nNodes1, nNodes2]);
  }

  B(nNodes2: number): Tensor {
    return zeros([1, nNodes2]);
  }
}

/** Of standard deviation √(2/nNodes1), for ReLU. */
export class HeInitializer extends XavierInitializer {
  override W(nNodes1: number, nNodes2: number): Tensor {
    return he([nNodes1, nNodes2]);
  }
}

/** Moves a full connection whose gradients dW and dB are there. */
export type Optimizer = { update(layer: FC): void };

/** W ← W − lr · dW. */
export class SGD implements Optimizer {
  constructor(private readonly lr: number) {}

  update(layer: FC): void {
    layer.W = layer.W.sub(layer.dW.mul(this.lr));
    layer.B = layer.B.sub(layer.dB.mul(this.lr));
  }
}

/** H ← H + dW²; W ← W − lr · dW / (√H + eps). The document has no eps, and so 0 ÷ 0 where all gradients were 0: that is `eps: 0`. */
export class AdaGrad implements Optimizer {
  /** Layers share an optimizer, so that each has its own sums of squares here. */
  private readonly sums = new Map<FC, Record<"W" | "B", Tensor>>();

  constructor(
    private readonly lr: number,
    private readonly eps = 1e-7,
  ) {}

  update(layer: FC): void {
    const { W, B, dW, dB } = layer;
    const before = this.sums.get(layer) ?? { W: zerosLike(W), B: zerosLike(B) };
    const H = { W: before.W.add(dW.square()), B: before.B.add(dB.square()) };
    this.sums.set(layer, H);
    layer.W = W.sub(dW.mul(this.lr).div(H.W.sqrt().add(this.eps)));
    layer.B = B.sub(dB.mul(this.lr).div(H.B.sqrt().add(this.eps)));
  }
}

/** Layers one after the other. */
export class Chain implements ManualLayer {
  constructor(private readonly layers: readonly ManualLayer[]) {}

  forward(X: Tensor): Tensor {
    return this.layers.reduce((Z, layer) => layer.forward(Z), X);
  }

  backward(dA: Tensor): Tensor {
    return this.layers.reduceRight((dA, layer) => layer.backward(dA), dA);
  }
}

/** A full connection, X · W + B. */
export class FC implements ManualLayer {
  W: Tensor;
  B: Tensor;
  dW!: Tensor;
  dB!: Tensor;
  private X!: Tensor;

  constructor(
    nNodes1: number,
    nNodes2: number,
    initializer: Initializer,
    private readonly optimizer: Optimizer,
  ) {
    this.W = initializer.W(nNodes1, nNodes2);
    this.B = initializer.B(nNodes2);
  }

  forward(X: Tensor): Tensor {
    this.X = X;
    return X.matmul(this.W).add(this.B);
  }

  /** What goes on to the layer before is of the weights that `forward` had: they are moved at the end. */
  backward(dA: Tensor): Tensor {
    this.dW = this.X.matmul(dA, { ta: true });
    this.dB = dA.sum(0, { keepDims: true });
    const dZ = dA.matmul(this.W, { tb: true });
    this.optimizer.update(this);
    return dZ;
  }
}

/** tanh, whose slope is 1 − tanh². */
export class Tanh implements ManualLayer {
  private Z!: Tensor;

  forward(A: Tensor): Tensor {
    this.Z = A.tanh();
    return this.Z;
  }

  backward(dZ: Tensor): Tensor {
    return dZ.mul(this.Z.square().neg().add(1));
  }
}

/** Softmax, together with the cross-entropy error of labels Y, which are rows with a single 1. */
export class Softmax {
  forward(A: Tensor): Tensor {
    return A.softmax();
  }

  backward(Z: Tensor, Y: Tensor): Tensor {
    return Z.sub(Y).div(Z.shape[0]);
  }
}
