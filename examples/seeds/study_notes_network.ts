/** Study notes, networks: all activations, sums as products, and a 5 shown to a network that learnt nothing. */
import {
  Affine,
  arange,
  manualSeed,
  onesLike,
  Sequential,
  Sigmoid,
  setDefaultDtype,
  stack,
  type Tensor,
  tensor,
  xavier,
  zerosLike,
} from "gradtape";
import { loadDigits } from "gradtape/digits";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { printed } from "../common/printed.js";

const { seed } = seedAndQuick("seeds/study_notes_network", "Shows a digit to a network whose weights are random.");
setDefaultDtype("float64");
manualSeed(seed);

const activations = {
  step: (x: Tensor) => x.gt(0),
  sigmoid: (x: Tensor) => x.sigmoid(),
  ReLU: (x: Tensor) => x.relu(),
  tanh: (x: Tensor) => x.tanh(),
  identity: (x: Tensor) => x,
  softmax: (x: Tensor) => x.softmax(),
};
const some = tensor([-2, -0.5, 0, 0.5, 2]);
console.log(`x        ${printed(some)}`);
for (const [name, h] of Object.entries(activations)) console.log(`${name.padEnd(8)} ${printed(h(some))}`);

// The weighted sums of a layer one by one, and all at once as A = XW + B.
const X = tensor([1, 0.5]);
const W = tensor([
  [0.1, 0.3, 0.5],
  [0.2, 0.4, 0.6],
]);
const B = tensor([0.1, 0.2, 0.3]);
const [x1, x2] = X.data;
const sums = W.transpose()
  .toArray<number[][]>()
  .map(([w1, w2], n) => w1 * x1 + w2 * x2 + B.data[n]);
console.log(`\none by one ${printed(tensor(sums))}\nXW + B     ${printed(X.matmul(W).add(B))}\n`);

const network = new Sequential(
  new Affine(784, 50, { init: xavier }),
  new Sigmoid(),
  new Affine(50, 100, { init: xavier }),
  new Sigmoid(),
  new Affine(100, 100, { init: xavier }),
  new Sigmoid(),
  new Affine(100, 10, { init: xavier }),
);
const { test } = loadDigits({ train: 0, test: 100 });
const five = test.x.at(Array.from(test.t.data).indexOf(5));
const chances = network.forward(five).softmax();
for (const [k, p] of chances.toArray<number[]>().entries()) console.log(`${k}: ${(100 * p).toFixed(2).padStart(5)} %`);
console.log(`a 5, taken for ${chances.argmax().item()}: no weight has been learnt yet`);

const x = arange(-5, 5, 0.1);
const curve = (name: keyof typeof activations) => ({
  title: name,
  marks: [{ x: x.data, y: activations[name](x).data }],
});
const shares = stack([x, onesLike(x), zerosLike(x)]).softmax(0);
draw(
  "seeds-study_notes_network",
  [
    { ...curve("step"), yRange: [-0.1, 1.1] },
    { ...curve("sigmoid"), yRange: [-0.1, 1.1] },
    { ...curve("ReLU"), yRange: [-0.1, 5] },
    { ...curve("tanh"), yRange: [-1.1, 1.1] },
    {
      title: "softmax of (x, 1, 0)",
      yRange: [-0.1, 1.4],
      legend: "top-left",
      marks: ["of x", "of 1", "of 0"].map((name, i) => ({ name, x: x.data, y: shares.at(i).data })),
    },
    { title: "A 5", images: five.reshape([1, 28, 28]), columns: 1 },
  ],
  { columns: 3, width: 340, height: 280 },
);
