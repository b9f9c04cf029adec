/** Chapter 6.1.8: four optimizers train the same network of five layers on handwritten digits. */
import { AdaGrad, Adam, Momentum, manualSeed, SGD } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { compareTraining } from "../common/compare_training.js";
import { MultiLayerNet } from "../common/multi_layer_net.js";
import { seedAndQuick } from "../common/options.js";

const { seed, quick } = seedAndQuick("ch06/optimizer_compare_mnist", "Compares optimizers on handwritten digits.");
const { train } = loadDigits(quick ? { train: 1000, test: 0 } : {});

/** All start from the same weights, so that nothing but the optimizer makes a difference. */
function start() {
  manualSeed(seed);
  return new MultiLayerNet(784, [100, 100, 100, 100], 10);
}

// Each at its usual rate: 0.01, Adam's 0.001.
const networks = Array.from({ length: 4 }, start);
const [p, q, r, s] = networks.map((network) => network.parameters());
const ways = {
  SGD: { network: networks[0], optimizer: new SGD(p), marker: "dot" },
  Momentum: { network: networks[1], optimizer: new Momentum(q), marker: "times" },
  AdaGrad: { network: networks[2], optimizer: new AdaGrad(r, { eps: 1e-7 }), marker: "square" },
  Adam: { network: networks[3], optimizer: new Adam(s, { eps: 1e-7, epsHat: true }), marker: "triangle" },
} as const;
await compareTraining("ch06-optimizer_compare_mnist", ways, {
  ...train,
  iterations: quick ? 61 : 2000,
  every: quick ? 20 : 100,
  yRange: [0, 1],
});
