/** Chapter 3.6.3: the same network, and the same answers, a hundred digits at a time. */
import { noGrad } from "gradtape";
import { commandLine } from "../common/options.js";
import { initNetwork } from "../common/three_layer_net.js";

const { quick } = commandLine("ch03/neuralnet_mnist_batch", "Tells digits apart, a hundred at a time.")
  .option("--quick", "a small run of a few seconds", false)
  .parse()
  .opts<{ quick: boolean }>();

const { network, x, t } = await initNetwork(quick);
const images = x.shape[0];
const batchSize = 100;

const start = performance.now();
let right = 0;
noGrad(() => {
  for (let i = 0; i < images; i += batchSize) {
    const y = network.predict(x.slice([i, i + batchSize])); // softmax would not change which score is the highest
    right += y
      .argmax(1)
      .eq(t.slice([i, i + batchSize]))
      .sum()
      .item();
  }
});
const seconds = (performance.now() - start) / 1000;

console.log(`Accuracy:${(right / images).toFixed(4)}`);
console.log(`${images} images, ${batchSize} at a time: ${seconds.toFixed(2)} s`);
