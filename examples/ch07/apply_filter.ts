/** Chapter 7.6.1: what filters of a SimpleConvNet that has learnt digits see in another picture: edges, or a blur of it. */
import { concat, conv2d, eye, noGrad } from "gradtape";
import { learntConvNet, learntOptions } from "../common/learnt.js";
import { picture } from "../common/picture.js";
import { draw } from "../common/plot.js";
import { stretched } from "../common/stretched.js";

const about = "Filters a picture by what a SimpleConvNet has learnt from digits.";
const options = learntOptions("ch07/apply_filter", about, "ch07/train_convnet");
const W = (await learntConvNet(options)).layers.conv.W.detach();

// Where the weights of a filter cancel, only edges are left; where their sum is large, the filter blurs. Two of each kind.
const share = W.sum([1, 2, 3])
  .abs()
  .div(W.abs().sum([1, 2, 3]));
const order = share.argsort();
const chosen = W.indexSelect(0, concat([order.narrow(0, 0, 2), order.narrow(0, -2, 2)]));
const identity = eye(25).narrow(0, 12, 1).reshape([1, 1, 5, 5]); // 1 in the middle, 0 elsewhere
const filters = concat([identity, chosen]);
const seen = picture();
const filtered = noGrad(() => conv2d(seen.reshape([1, 1, ...seen.shape]), filters).squeeze(0));

const sums = filters.sum([1, 2, 3]).toArray<number[]>();
const captions = sums.map((sum) => `sum ${sum.toFixed(2).replace("-", "−")}`);
const title = "A filter that changes nothing, and four that were learnt";
draw(
  "ch07-apply_filter",
  [
    { title, images: stretched(filters.squeeze(1)), captions, columns: 5 },
    { title: "What each makes of a picture", images: stretched(filtered), columns: 5 },
  ],
  { columns: 1, width: 860, height: 240 },
);
