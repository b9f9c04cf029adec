/** Chapter 4.3.2: the slope of 0.01x² + 0.1x by differences and by tape, and the tangent at 5. */
import { arange, grad, numericalGradient, setDefaultDtype, type Tensor, tensor } from "gradtape";
import { draw } from "../common/plot.js";

setDefaultDtype("float64"); // NumPy's, and so the book's

const f = (x: Tensor) => x.square().mul(0.01).add(x.mul(0.1));
const slope = grad(f);

for (const at of [5, 10]) {
  const x = tensor(at);
  console.log(`at ${at}: ${numericalGradient(f, x).item()} by differences, ${slope(x).item()} by tape`);
}

const [x, x0] = [arange(0, 20, 0.1), tensor(5)];
const tangent = x.sub(x0).mul(slope(x0)).add(f(x0));

draw("ch04-gradient_1d", [
  {
    x: "x",
    y: "f(x)",
    legend: "top-left",
    marks: [
      { name: "0.01x² + 0.1x", x: x.data, y: f(x).data },
      { name: "tangent at 5", x: x.data, y: tangent.data },
      { kind: "points", x: x0.data, y: f(x0).data, color: 1 },
    ],
  },
]);
