/** Chapter 7.6.1: the filters of a SimpleConvNet before it learns and after: noise becomes edges and blobs. */
import { cosineSimilarity, manualSeed, noGrad, type Tensor } from "gradtape";
import { learntConvNet, learntOptions } from "../common/learnt.js";
import { draw } from "../common/plot.js";
import { SimpleConvNet } from "../common/simple_convnet.js";
import { stretched } from "../common/stretched.js";

const about = "Draws the filters of a SimpleConvNet, before and after it learns.";
const options = learntOptions("ch07/visualize_filter", about, "ch07/train_convnet");
const after = (await learntConvNet(options)).layers.conv.W;
manualSeed(0);
const before = new SimpleConvNet().layers.conv.W;

/** How much weights are like those to their right: 0 on average if they know nothing of one another, 1 if they are equal. */
const alike = (W: Tensor) =>
  noGrad(() => cosineSimilarity(W.narrow(3, 0, 4).flatten(), W.narrow(3, 1, 4).flatten(), { axis: 0 }).item());
console.log(`weights side by side are alike by ${alike(before).toFixed(2)} before, ${alike(after).toFixed(2)} after`);

const panel = (title: string, W: Tensor) => ({ title, images: stretched(W.detach().squeeze(1)), columns: 6 });
draw("ch07-visualize_filter", [panel("Filters before learning", before), panel("Filters after learning", after)], {
  width: 360,
  height: 350,
});
