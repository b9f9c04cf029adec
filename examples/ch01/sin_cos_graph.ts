/** Chapter 1.6.2: sine and cosine, of which one is the other's slope, as the tape finds too. */
import { arange, grad } from "gradtape";
import { draw } from "../common/plot.js";

const x = arange(0, 6, 0.1);
const [y1, y2] = [x.sin(), x.cos()];

draw("ch01-sin_cos_graph", [
  {
    title: "sin & cos",
    x: "x",
    y: "y",
    legend: "bottom-left",
    marks: [
      { name: "sin", x: x.data, y: y1.data },
      { name: "cos", x: x.data, y: y2.data, dash: true },
    ],
  },
]);

// Each point has its own sine, so the gradient of their sum has the slope at each.
const slopes = grad((x) => x.sin().sum())(x);
console.log(`cos(x) and the slope of sin(x) differ by at most ${slopes.sub(y2).abs().max().item()}`);
