/** Chapter 1.6.1: the sine, in a figure whose title and axes say so. */
import { arange } from "gradtape";
import { draw } from "../common/plot.js";

const x = arange(0, 6, 0.1);

draw("ch01-sin_graph", [{ title: "sin(x)", x: "x", y: "y", marks: [{ x: x.data, y: x.sin().data }] }]);
