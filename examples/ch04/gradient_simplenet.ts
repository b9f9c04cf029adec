/** Chapter 4.4.2: how the loss of a small network changes with each of its six weights. */
import { crossEntropy, gradient, Layer, numericalGradient, setDefaultDtype, type Tensor, tensor } from "gradtape";

setDefaultDtype("float64");

class SimpleNet extends Layer {
  // The random weights that the book prints, so that what follows can be compared with its pages.
  readonly W = tensor(
    [
      [0.47355232, 0.9977393, 0.84668094],
      [0.85557411, 0.03563661, 0.69422093],
    ],
    { requiresGrad: true },
  );

  forward(x: Tensor): Tensor {
    return x.matmul(this.W);
  }

  loss(x: Tensor, t: Tensor): Tensor {
    return crossEntropy(this.forward(x), t);
  }
}

const net = new SimpleNet();
const x = tensor([[0.6, 0.9]]);
const t = tensor([[0, 0, 1]]);

const show = (title: string, matrix: Tensor) => {
  console.log(title);
  for (const row of matrix.toArray<number[][]>())
    console.log(row.map((value) => value.toFixed(8).padStart(12)).join(""));
};

const loss = net.loss(x, t);
const byDifferences = numericalGradient(() => net.loss(x, t), net.W);
const byTape = gradient(loss, net.W);

show("scores:", net.forward(x));
console.log(`loss: ${loss.item().toFixed(7)}`);
show("dW by differences:", byDifferences);
show("dW by tape:", byTape);
