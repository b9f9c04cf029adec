/** Chapter 5.7.2: a network of two layers whose layers go back by hand, beside the same network on the tape. */
import { batches, gradient, manualSeed, noGrad, SGD, type Tensor } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { ManualAffine, type ManualLayer, ManualReLU, ManualSoftmaxWithLoss } from "../common/manual_layers.js";
import { seedAndQuick } from "../common/options.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

const { seed, quick } = seedAndQuick("ch05/two_layer_net", "Compares gradients by hand with those of the tape.");
manualSeed(seed);
const { train, test } = loadDigits(quick ? { train: 1000, test: 500 } : {});

// Both have the same weights: the layers by hand are given those of the network.
const network = new TwoLayerNet(784, 50, 10).to("float64");
const { affine1: first, affine2: second } = network.layers;
const [affine1, affine2] = [first, second].map(({ W, b }) => new ManualAffine(W, b));
const layers: ManualLayer[] = [affine1, new ManualReLU(), affine2];
const lastLayer = new ManualSoftmaxWithLoss();

/** The loss, and its gradients in W1, b1, W2 and b2: forward, then back through the layers in reverse. Nothing is recorded. */
const byHand = (x: Tensor, t: Tensor) =>
  noGrad(() => {
    const scores = layers.reduce((y, layer) => layer.forward(y), x);
    const loss = lastLayer.forward(scores, t);
    layers.reduceRight((dout, layer) => layer.backward(dout), lastLayer.backward());
    return { loss, gradients: [affine1.dW, affine1.db, affine2.dW, affine2.db] };
  });

const [x, t] = [train.x.narrow(0, 0, 100).to("float64"), train.t.narrow(0, 0, 100)];
const { loss, gradients } = byHand(x, t);
const recorded = network.loss(x, t);
console.log(`loss by hand ${loss.item().toFixed(12)}, by the tape ${recorded.item().toFixed(12)}`);
for (const [i, slope] of gradient(recorded, network.parameters()).entries()) {
  const error = slope.sub(gradients[i]).abs().max().item();
  const name = ["W1", "b1", "W2", "b2"][i];
  console.log(
    `${name}: gradients up to ${slope.abs().max().item().toFixed(4)}, which differ by ${error.toExponential(1)}`,
  );
}

// Gradients are gradients: an optimizer does not ask where they come from. In float32, as usual, it takes less time.
network.to("float32");
const optimizer = new SGD(network.parameters(), { lr: 0.1 });
for (let epoch = 1; epoch <= (quick ? 3 : 5); epoch++) {
  for (const [x, t] of batches([train.x, train.t], { size: quick ? 20 : 100 })) {
    const { gradients } = byHand(x, t);
    for (const [i, parameter] of network.parameters().entries()) parameter.grad = gradients[i];
    optimizer.step();
  }
  const [a, b] = [train, test].map(({ x, t }) => network.accuracy(x, t).toFixed(4));
  console.log(`train acc, test acc | ${a}, ${b}`);
}
