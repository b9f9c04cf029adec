/** Chapter 5.7.3: gradients by backpropagation against those by differences, on three images. */
import { manualSeed } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { checkGradients } from "../common/check_gradients.js";
import { seedAndQuick } from "../common/options.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

const { seed, quick } = seedAndQuick("ch05/gradient_check", "Checks a network's gradients against differences.");
manualSeed(seed);
const { train } = loadDigits({ train: 3, test: 0, dtype: "float64" });

// Every weight is moved twice, and the network computed anew each time: 79,000 times with the book's 50 hidden neurons. In
// float32 the differences of its loss would be lost to rounding.
const network = new TwoLayerNet(784, quick ? 3 : 50, 10).to("float64");
for (const { name, error } of checkGradients(network, train.x, train.t))
  console.log(`${name}:${error.toExponential(3)}`);
