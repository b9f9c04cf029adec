/** Chapter 3.2.3: the step function, the perceptron's, which jumps from 0 to 1. */
import { arange, type Tensor } from "gradtape";
import { draw } from "../common/plot.js";

const stepFunction = (x: Tensor) => x.gt(0); // 1 where it is true, 0 elsewhere

const x = arange(-5, 5, 0.01); // ten times as fine as the book's, so that the jump is upright
draw("ch03-step_function", [
  { title: "Step function", x: "x", y: "y", yRange: [-0.1, 1.1], marks: [{ x: x.data, y: stepFunction(x).data }] },
]);
