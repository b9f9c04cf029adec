/** Chapter 4.5.1: the gradient of a network of two layers, by differences in minutes, and by tape at once. */
import { gradient, manualSeed, numericalGradient, Sigmoid, setDefaultDtype, type Tensor } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { seedAndQuick } from "../common/options.js";
import { Progress } from "../common/progress.js";
import { TwoLayerNet } from "../common/two_layer_net.js";

const { seed, quick } = seedAndQuick(
  "ch04/two_layer_net",
  "Compares a network's gradients by differences and by tape.",
);
const [rows, hidden] = quick ? [10, 4] : [100, 50];

setDefaultDtype("float64");
manualSeed(seed);
const { x, t } = loadDigits({ train: rows, test: 0 }).train;
const network = new TwoLayerNet(784, hidden, 10, { activation: Sigmoid });
const { affine1, affine2 } = network.layers;
const parameters = { W1: affine1.W, b1: affine1.b, W2: affine2.W, b2: affine2.b };

/** What f gives, and how many seconds it takes. */
function timed<T>(f: () => T): [result: T, seconds: number] {
  const start = performance.now();
  const result = f();
  return [result, (performance.now() - start) / 1000];
}

// Each weight is moved to either side: twice as many losses as there are weights.
const losses = 2 * Object.values(parameters).reduce((sum, W) => sum + W.size, 0);
const progress = new Progress(losses);
const loss = (): Tensor => {
  void progress.step("losses by differences");
  return network.loss(x, t);
};
const [byDifferences, long] = timed(() => Object.values(parameters).map((W) => numericalGradient(loss, W)));
progress.end();
const [byTape, short] = timed(() => gradient(network.loss(x, t), Object.values(parameters)));

Object.entries(parameters).forEach(([name, W], i) => {
  const apart = byTape[i].sub(byDifferences[i]).abs().mean().item();
  console.log(`${name}: ${W.size} slopes, on average ${apart.toExponential(1)} apart`);
});
console.log(`by differences: ${losses} losses of ${rows} digits, ${long.toFixed(1)} s`);
console.log(`by tape: 1 loss, and once back, ${short.toFixed(3)} s: ${Math.round(long / short)} times as fast`);
