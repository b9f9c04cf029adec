/** Chapter 7: a SimpleConvNet's gradients by the tape and by differences, on an image of random numbers. */
import { gradient, manualSeed, numericalGradient, tensor, uniform } from "gradtape";
import { seedAndQuick } from "../common/options.js";
import { SimpleConvNet } from "../common/simple_convnet.js";

const { seed, quick } = seedAndQuick("ch07/gradient_check", "Checks a SimpleConvNet's gradients against differences.");
manualSeed(seed);
const x = uniform([1, 1, 10, 10], { dtype: "float64" });
const t = tensor([1], { dtype: "int32" });
const filters = quick ? 3 : 10;
const network = new SimpleConvNet({ input: [1, 10, 10], filters, size: 3, hidden: 10, outputs: 10 }).to("float64");

// With the book's h, 1e-4, some differences reach across a kink of relu, or to where another value of a window is the largest,
// and are off by up to 1e-3 there.
const h = 1e-6;
const parameters = network.parameters();
const gradients = gradient(network.loss(x, t), parameters);
parameters.forEach((parameter, i) => {
  const differences = numericalGradient(() => network.loss(x, t), parameter, { h });
  const error = gradients[i].sub(differences).abs().mean().item();
  console.log(`${"Wb"[i % 2]}${1 + Math.floor(i / 2)} ${error.toExponential(3)}`); // W1, b1, W2 … as in the book
});
