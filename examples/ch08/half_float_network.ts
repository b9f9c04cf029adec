/** Chapter 8.3.4: a DeepConvNet of numbers of 16 bits knows as many digits as one of 64. */
import { concat, noGrad, type Tensor } from "gradtape";
import { half } from "../common/half.js";
import { countParameters } from "../common/layer_table.js";
import { learntDeepNet, learntOptions, testDigits } from "../common/learnt.js";

const about = "Compares a DeepConvNet's accuracies in float64, float32 and float16.";
const options = learntOptions("ch08/half_float_network", about, "ch08/train_deepnet");
const network = await learntDeepNet(options);
const { x, t } = testDigits(options);

/** The scores of images, a hundred at a time; what goes from layer to layer is rounded. */
function scoresOf(images: Tensor, rounded = (y: Tensor) => y): Tensor {
  const layers = Object.values(network.layers);
  const predict = (x: Tensor) => layers.reduce((y, layer) => rounded(layer.forward(y)), rounded(x));
  return noGrad(() => concat(images.split(100).map(predict)));
}

function tell(dtype: string, bytes: number, scores: Tensor): void {
  console.log(`calculating accuracy (${dtype}) ... `);
  const megabytes = ((countParameters(network) * bytes) / 1e6).toFixed(2);
  console.log(`${scores.argmax(1).eq(t).sum().item() / t.size}  (${megabytes} MB of parameters)`);
}

const float32 = scoresOf(x);
network.to("float64");
const float64 = scoresOf(x.to("float64"));
network.to("float32");
// Parameters and all that lies between layers are halves. Inside a layer products are added in float32, as in units that multiply
// matrices of halves.
for (const parameter of network.parameters()) parameter.assign(half(parameter));
const float16 = scoresOf(x, half);

tell("float64", 8, float64);
tell("float32", 4, float32);
tell("float16", 2, float16);
const far = float16.sub(float64).abs().max().item();
const others = float16.argmax(1).ne(float64.argmax(1)).sum().item();
console.log(`scores in float16 are off by up to ${far.toFixed(4)}, answers are others ${others} times`);
