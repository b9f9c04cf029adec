/** Chapter 3.2.5: the sigmoid beside the step function: smooth where that jumps, alike far from 0. */
import { arange } from "gradtape";
import { draw } from "../common/plot.js";

const x = arange(-5, 5, 0.01); // ten times as fine as the book's, so that the jump is upright
draw("ch03-sig_step_compare", [
  {
    x: "x",
    y: "y",
    yRange: [-0.1, 1.1],
    marks: [
      { name: "sigmoid", x: x.data, y: x.sigmoid().data },
      { name: "step function", x: x.data, y: x.gt(0).data, dash: true, color: "currentColor" },
    ],
  },
]);
