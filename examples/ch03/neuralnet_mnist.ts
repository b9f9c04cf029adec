/** Chapter 3.6.2: a network that has learnt tells digits apart, one after the other. */
import { noGrad } from "gradtape";
import { commandLine } from "../common/options.js";
import { initNetwork } from "../common/three_layer_net.js";

const { quick } = commandLine("ch03/neuralnet_mnist", "Tells digits apart, one at a time.")
  .option("--quick", "a small run of a few seconds", false)
  .parse()
  .opts<{ quick: boolean }>();

const { network, x, t } = await initNetwork(quick);
const images = x.shape[0];

const start = performance.now();
let right = 0;
noGrad(() => {
  for (let i = 0; i < images; i++) {
    const y = network.predict(x.narrow(0, i, 1)).softmax(); // a probability for each of ten digits
    if (y.argmax().item() === t.data[i]) right++;
  }
});
const seconds = (performance.now() - start) / 1000;

console.log(`Accuracy:${(right / images).toFixed(4)}`);
console.log(`${images} images, one at a time: ${seconds.toFixed(2)} s`);
