/** Chapter 3.2.4: the sigmoid function, 1 / (1 + e^−x). */
import { arange, type Tensor } from "gradtape";
import { draw } from "../common/plot.js";

// As the book computes it. Far below 0 its e^−x is ∞; x.sigmoid() gives the same without.
const sigmoid = (x: Tensor) => x.neg().exp().add(1).reciprocal();

const x = arange(-5, 5, 0.1);
draw("ch03-sigmoid", [
  { title: "Sigmoid function", x: "x", y: "y", yRange: [-0.1, 1.1], marks: [{ x: x.data, y: sigmoid(x).data }] },
]);
