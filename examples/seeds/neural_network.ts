/** NeuralNetwork.ipynb: 784-400-200-10 with tanh learns digits by hand-written gradients, checked by the tape. */
import { accuracy, crossEntropy, crossEntropyError, gradient, manualSeed, noGrad, type Tensor } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { ScratchSimpleNeuralNetworkClassifier } from "../common/scratch_classifier.js";

const { seed, quick } = seedAndQuick("seeds/neural_network", "Trains the document's classifier on handwritten digits.");
manualSeed(seed);

/** Formulas and tape, in float64, on one batch of digits. */
function compare(): void {
  const { x, t } = loadDigits({ train: 20, test: 0, oneHot: true, dtype: "float64" }).train;
  const nn = new ScratchSimpleNeuralNetworkClassifier({ dtype: "float64" });
  const byHand = Object.values(noGrad(() => nn.gradients(x, t)));
  const most = (tensors: Tensor[]) => Math.max(...tensors.map((x) => x.abs().max().item())).toExponential(1);
  const apart = (loss: Tensor) => most(gradient(loss, Object.values(nn.parameters)).map((dW, i) => dW.sub(byHand[i])));
  const { A3, Z3 } = nn.forward(x);
  console.log(`slopes of up to ${most(byHand)}, by hand and by tape: at most ${apart(crossEntropy(A3, t))} apart`);
  // What is printed as the loss has log(Z3 + 1e-7), the formulas are those of log(Z3).
  console.log(`by hand and by the tape of the printed loss: at most ${apart(crossEntropyError(Z3, t))} apart`);
}
compare();

// 2,000 of the package's 10,000 digits for validation. A quick run makes fewer steps, each of them ten times as long.
const { train, test } = loadDigits({ ...(quick && { train: 1000, test: 500 }), oneHot: true });
const nn = new ScratchSimpleNeuralNetworkClassifier(quick ? { epoch: 3, lr: 0.1 } : {});
nn.fit(train.x, train.t, test.x, test.t);

const x = nn.lossTrain.map((_, i) => i + 1);
draw("seeds-neural_network", [
  {
    title: "Cross-entropy error of handwritten digits",
    x: "epoch",
    y: "loss",
    legend: "top-right",
    marks: [
      { name: `train (${train.x.shape[0]})`, x, y: nn.lossTrain },
      { name: `validation (${test.x.shape[0]})`, x, y: nn.lossVal },
    ],
  },
]);
const share = ({ x, t }: typeof train) => `accuracy ${accuracy()(nn.predict(x), t).toFixed(4)} (${x.shape[0]} digits)`;
console.log(`train ${share(train)}`);
console.log(`test ${share(test)}`);
