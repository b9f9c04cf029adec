/** The classifier of NeuralNetwork.ipynb: three layers with tanh, and a formula written by hand for the slope of each parameter. */
import { batches, crossEntropyError, noGrad, normal, SGD, type Tensor } from "gradtape";

const usual = {
  /** Rows in a step. */
  batchSize: 20,
  /** Numbers in a row, and in what each of the three layers makes of it. */
  nFeatures: 784,
  nNodes1: 400,
  nNodes2: 200,
  nOutput: 10,
  /** The standard deviation of weights and biases at the start. */
  sigma: 0.02,
  lr: 0.01,
  epoch: 10,
  /** Whether `fit` prints a line for each epoch. */
  verbose: true,
  dtype: "float32" as "float32" | "float64",
};

/** Six parameters, or a slope for each. */
type Parameters = Record<"W1" | "B1" | "W2" | "B2" | "W3" | "B3", Tensor>;

/** The document's class, with its options. Its gradients need no tape; `requiresGrad` is for those who compare. */
export class ScratchSimpleNeuralNetworkClassifier {
  readonly parameters: Readonly<Parameters>;
  /** The loss after each epoch, of what was trained with and of what was not. */
  readonly lossTrain: number[] = [];
  readonly lossVal: number[] = [];
  private readonly options;
  private readonly optimizer;

  constructor(options: Partial<typeof usual> = {}) {
    this.options = { ...usual, ...options };
    const { nFeatures, nNodes1, nNodes2, nOutput, sigma: std, dtype, lr } = this.options;
    const random = (rows: number, columns: number) => normal([rows, columns], { std, dtype, requiresGrad: true });
    this.parameters = {
      W1: random(nFeatures, nNodes1),
      W2: random(nNodes1, nNodes2),
      W3: random(nNodes2, nOutput),
      B1: random(1, nNodes1),
      B2: random(1, nNodes2),
      B3: random(1, nOutput),
    };
    this.optimizer = new SGD(Object.values(this.parameters), { lr });
  }

  /** All that `gradients` needs; A3 are the scores, Z3 their softmax. */
  forward(X: Tensor): Record<"Z1" | "Z2" | "A3" | "Z3", Tensor> {
    const { W1, B1, W2, B2, W3, B3 } = this.parameters;
    const Z1 = X.matmul(W1).add(B1).tanh();
    const Z2 = Z1.matmul(W2).add(B2).tanh();
    const A3 = Z2.matmul(W3).add(B3);
    return { Z1, Z2, A3, Z3: A3.softmax() };
  }

  /** The slopes of −Σ y log Z3 ÷ batchSize: in A3 it is Z3 − y; tanh has 1 − tanh². */
  gradients(X: Tensor, y: Tensor): Parameters {
    const { W2, W3 } = this.parameters;
    const { Z1, Z2, Z3 } = this.forward(X);
    const dA3 = Z3.sub(y).div(this.options.batchSize);
    const dA2 = dA3.matmul(W3, { tb: true }).mul(Z2.square().neg().add(1));
    const dA1 = dA2.matmul(W2, { tb: true }).mul(Z1.square().neg().add(1));
    const weights = (Z: Tensor, dA: Tensor) => Z.matmul(dA, { ta: true });
    const biases = (dA: Tensor) => dA.sum(0, { keepDims: true });
    return {
      W1: weights(X, dA1),
      W2: weights(Z1, dA2),
      W3: weights(Z2, dA3),
      B1: biases(dA1),
      B2: biases(dA2),
      B3: biases(dA3),
    };
  }

  /** Moves each parameter by −lr times its slope: an optimizer does not ask who left gradients in `.grad`. */
  backward(X: Tensor, y: Tensor): void {
    const slopes = Object.values(this.gradients(X, y));
    Object.values(this.parameters).forEach((W, i) => {
      W.grad = slopes[i];
    });
    this.optimizer.step();
  }

  fit(X: Tensor, y: Tensor, XVal: Tensor, yVal: Tensor): void {
    const { epoch: epochs, batchSize: size, verbose } = this.options;
    const loss = (X: Tensor, y: Tensor) => crossEntropyError(this.forward(X).Z3, y).item();
    noGrad(() => {
      for (let epoch = 1; epoch <= epochs; epoch++) {
        for (const [rows, labels] of batches([X, y], { size })) this.backward(rows, labels);
        const [train, val] = [loss(X, y), loss(XVal, yVal)];
        this.lossTrain.push(train);
        this.lossVal.push(val);
        if (verbose)
          console.log(
            `epoch ${epoch} of ${epochs} | train loss ${train.toFixed(4)}, validation loss ${val.toFixed(4)}`,
          );
      }
    });
  }

  /** The class of each row, int32. */
  predict(X: Tensor): Tensor {
    return noGrad(() => this.forward(X).Z3.argmax(1));
  }
}
