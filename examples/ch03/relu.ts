/** Chapter 3.2.7: ReLU, which lets through what is above 0. */
import { arange, maximum, type Tensor } from "gradtape";
import { draw } from "../common/plot.js";

const relu = (x: Tensor) => maximum(x, 0); // there is x.relu(), too

const x = arange(-5, 5, 0.1);
draw("ch03-relu", [
  { title: "ReLU function", x: "x", y: "y", yRange: [-1, 5.5], marks: [{ x: x.data, y: relu(x).data }] },
]);
