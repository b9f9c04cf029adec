/** Chapter 6.3: gradients through batch normalization, on one image, which proves nothing, and on five. */
import { BatchNormalization, batchNorm, Layer, manualSeed, type Tensor } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { checkGradients } from "../common/check_gradients.js";
import { MultiLayerNet } from "../common/multi_layer_net.js";
import { Network } from "../common/network.js";
import { commandLine, whole } from "../common/options.js";

const usual = process.argv.includes("--quick") ? 2 : 100;
const { hidden, seed } = commandLine("ch06/batch_norm_gradient_check", "Checks gradients of batch normalization.")
  .option("--hidden <n>", "neurons in each of both hidden layers; 100 take minutes", whole(1), usual)
  .option("--seed <n>", "decides the first weights", whole(0), 0)
  .option("--quick", "a few neurons, and a few seconds: changes the default above")
  .parse()
  .opts<{ hidden: number; seed: number }>();
manualSeed(seed);
const { train } = loadDigits({ train: 5, test: 0, dtype: "float64" });
const network = new MultiLayerNet(784, [hidden, hidden], 10, { batchNorm: true }).to("float64");

/** Prints the book's lines, with the size of the gradients. */
function check(network: Network, x: Tensor, t: Tensor): void {
  for (const { name, error, size } of checkGradients(network, x, t))
    console.log(`${name}:${error.toExponential(3)}`.padEnd(18), `of gradients of ${size.toExponential(1)}`);
}

/** Normalizes a batch of any size, without asking whether it has a variance. */
class Unasking extends Layer {
  constructor(
    readonly gamma: Tensor | null,
    readonly beta: Tensor | null,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return batchNorm(x, null, null, this.gamma, this.beta);
  }
}

/** The same network with these in place of its BatchNormalization layers. */
class UnaskingNet extends Network {
  readonly layers = Object.fromEntries(
    Object.entries(network.layers).map(([name, layer]) => [
      name,
      layer instanceof BatchNormalization ? new Unasking(layer.gamma, layer.beta) : layer,
    ]),
  );
}

// One value is its own mean. What is left of it is 0, whatever the weights before it are; so are their gradients, and it takes no
// backpropagation to find that. beta2 is even wrong: all values are at ReLU's kink, where differences see one side's slope, halved.
const [x, t] = [train.x.narrow(0, 0, 1), train.t.narrow(0, 0, 1)];
console.log("1 image:");
check(new UnaskingNet(), x, t);
try {
  network.loss(x, t);
} catch (error) {
  console.log(`our layer refuses it: ${(error as Error).message}`);
}

// b1 and b2 have no gradients here, either: normalization takes away again what they add to all rows. With 100 neurons the error of
// W1 is 1e-5: two of them lie so near ReLU's kink that differences step across it.
console.log("\n5 images:");
check(network, train.x, train.t);
