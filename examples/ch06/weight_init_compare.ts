/** Chapter 6.2.4: the same network from three kinds of first weights; from small ones it does not learn. */
import { he, type Initializer, manualSeed, normalInit, SGD, xavier } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { compareTraining } from "../common/compare_training.js";
import { MultiLayerNet } from "../common/multi_layer_net.js";
import { seedAndQuick } from "../common/options.js";
import type { Marker } from "../common/plot.js";

const { seed, quick } = seedAndQuick("ch06/weight_init_compare", "Compares kinds of first weights on digits.");
manualSeed(seed);
const { train } = loadDigits(quick ? { train: 1000, test: 0 } : {});

function way(init: Initializer, marker: Marker) {
  const network = new MultiLayerNet(784, [100, 100, 100, 100], 10, { init }); // with ReLU, as everywhere in this chapter
  return { network, optimizer: new SGD(network.parameters(), { lr: 0.01 }), marker };
}

const ways = {
  "std=0.01": way(normalInit(0.01), "dot"),
  Xavier: way(xavier, "square"),
  He: way(he, "triangle"),
};
await compareTraining("ch06-weight_init_compare", ways, {
  ...train,
  iterations: quick ? 61 : 2000,
  every: quick ? 20 : 100,
  yRange: [0, 3],
});
