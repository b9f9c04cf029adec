/** Three layers forward by hand: AND at two thresholds, step and sigmoid, one layer, and all of them. */
import { arange, setDefaultDtype, type Tensor, tensor } from "gradtape";
import { draw } from "../common/plot.js";
import { printed } from "../common/printed.js";

setDefaultDtype("float64");

// A perceptron answers 1 once the weighted sum of its inputs is above a threshold. At 0.4 one input is enough.
const inputs = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];
const weights = tensor([0.5, 0.5]);
for (const threshold of [0.4, 0.7]) {
  console.log(`threshold ${threshold}:`);
  const bias = -threshold; // the same threshold on the other side of the inequality, which then compares with 0
  const answers = tensor(inputs).matmul(weights).add(bias).gt(0).toArray<number[]>();
  for (const [i, [a, b]] of inputs.entries()) console.log(`AND(${a},${b}) = ${answers[i]}`);
}

const x = arange(-5, 5, 0.1);
draw("seeds-forward_propagation", [
  {
    title: "All at once, or smoothly",
    yRange: [-0.1, 1.1],
    marks: [
      { name: "step", x: x.data, y: x.gt(0).data },
      { name: "sigmoid", x: x.data, y: x.sigmoid().data },
    ],
  },
  { title: "ReLU", yRange: [-0.1, 5], marks: [{ x: x.data, y: x.relu().data }] },
]);

const network = {
  W1: tensor([
    [0.1, 0.3, 0.5],
    [0.2, 0.4, 0.6],
  ]),
  b1: tensor([0.1, 0.2, 0.3]),
  W2: tensor([
    [0.1, 0.4],
    [0.2, 0.5],
    [0.3, 0.6],
  ]),
  b2: tensor([0.1, 0.2]),
  W3: tensor([
    [0.1, 0.3],
    [0.2, 0.4],
  ]),
  b3: tensor([0.1, 0.2]),
};

/** What the first layer makes of x. */
const first = (x: Tensor) => x.matmul(network.W1).add(network.b1).sigmoid();

/** What all three do, softmax being the last activation: two probabilities. */
function forward(x: Tensor): Tensor {
  const { W2, b2, W3, b3 } = network;
  const z2 = first(x).matmul(W2).add(b2).sigmoid();
  return z2.matmul(W3).add(b3).softmax();
}

// The article shows the whole network's two numbers for the first layer as well, which has three.
const signal = tensor([2, 1]);
console.log("first layer:  ", printed(first(signal)));
console.log("three layers: ", printed(forward(signal)));

// e^1010 is beyond any float; softmax subtracts the largest score first, which changes no ratio.
console.log("large scores: ", printed(tensor([1010, 1000, 990]).softmax()));
