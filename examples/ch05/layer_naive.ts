/** Chapter 5.4: a product and a sum find their slopes, by layers written by hand and by the tape. */
import { gradient, tensor } from "gradtape";
import { AddLayer, MulLayer } from "../common/naive_layers.js";

const [x, y] = [3, 4].map((value) => tensor(value, { requiresGrad: true }));
const dout = 2; // the slope that arrives, of what is computed after the node

for (const [name, layer, node] of [
  ["MulLayer", new MulLayer(), x.mul(y)],
  ["AddLayer", new AddLayer(), x.add(y)],
] as const) {
  console.log(`${name}: forward(3, 4) = ${layer.forward(3, 4)}, backward(2) = ${layer.backward(dout).join(", ")}`);
  const slopes = gradient(node, [x, y], { seed: tensor(dout) });
  console.log(
    `    tape: forward(3, 4) = ${node.item()}, backward(2) = ${slopes.map((slope) => slope.item()).join(", ")}`,
  );
}

// A number that is used twice gets a slope by each way. By hand they must not be forgotten to be added; the tape adds them.
const square = new MulLayer();
square.forward(3, 3);
const [left, right] = square.backward(1);
console.log(`the slope of x · x at 3: ${left} + ${right} = ${left + right}, tape: ${gradient(x.mul(x), x).item()}`);
