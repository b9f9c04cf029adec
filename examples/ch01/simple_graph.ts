/** Chapter 1.6.1: a curve through sixty points. */
import { arange, sin } from "gradtape";
import { draw } from "../common/plot.js";

const x = arange(0, 6, 0.1); // 0, 0.1, …, 5.9
const y = sin(x);

draw("ch01-simple_graph", [{ marks: [{ x: x.data, y: y.data }] }]);
