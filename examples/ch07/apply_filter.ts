/** Chapter 7.6.1: what 16 filters of a SimpleConvNet that has learnt digits see in another picture. */
import { conv2d, noGrad } from "gradtape";
import { learntConvNet, learntOptions } from "../common/learnt.js";
import { picture } from "../common/picture.js";
import { draw } from "../common/plot.js";
import { stretched } from "../common/stretched.js";

const about = "Filters a picture by what a SimpleConvNet has learnt from digits.";
const options = learntOptions("ch07/apply_filter", about, "ch07/train_convnet");
const { conv } = (await learntConvNet(options)).layers;
const filters = conv.W.detach().narrow(0, 0, 16);
const seen = picture();
const filtered = noGrad(() => conv2d(seen.reshape([1, 1, ...seen.shape]), filters).squeeze(0));

draw(
  "ch07-apply_filter",
  [
    { title: "A picture", images: seen.unsqueeze(0), columns: 1 },
    { title: "Filters", images: stretched(filters.squeeze(1)), columns: 4 },
    { title: "The picture, filtered", images: stretched(filtered), columns: 4 },
  ],
  { width: 400, height: 440 },
);
