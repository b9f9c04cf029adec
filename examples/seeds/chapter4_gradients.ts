/** Chapter 4.3 and 4.4, reviewed: slopes, the gradient field, descents good and bad, a net of six weights. */
import {
  arange,
  crossEntropyError,
  grad,
  gradient,
  numericalDiff,
  numericalGradient,
  setDefaultDtype,
  stack,
  type Tensor,
  tensor,
} from "gradtape";
import { downhill } from "../common/field.js";
import { draw, type Line } from "../common/plot.js";
import { printed } from "../common/printed.js";

setDefaultDtype("float64");

const bowl = (x: Tensor) => x.square().sum();
console.log(
  "∂f/∂x₀ at (3, 4)  ",
  numericalDiff((x0) => x0 * x0 + 4 ** 2, 3),
);
console.log("gradient at (3, 4)", printed(numericalGradient(bowl, tensor([3, 4]))));

/** The points that steps against the slope lead to. */
function descend(slope: (x: Tensor) => Tensor, start: Tensor, lr: number, steps = 100): Tensor[] {
  const path = [start];
  for (let step = 0; step < steps; step++) path.push(path[step].sub(slope(path[step]).mul(lr)));
  return path;
}
const start = tensor([-3, 4]);
const byDifferences = (x: Tensor) => numericalGradient(bowl, x);
for (const lr of [0.1, 10, 1e-10])
  console.log(`from (-3, 4), lr ${`${lr}:`.padEnd(6)} ${printed(descend(byDifferences, start, lr)[100])}`);
// At a rate of 10 each step makes x -19 times as large, until f(x + h) and f(x - h) are the same float, and x stands still.
console.log(`lr 10 by tape:          ${printed(descend(grad(bowl), start, 10)[100])}`);

const W = tensor(
  [
    [1.78188867, -1.60339216, -1.83076049],
    [-0.27388719, 0.9192118, -0.79033481],
  ],
  { requiresGrad: true },
);
const x = tensor([0.6, 0.9]);
const scores = () => x.matmul(W);
const loss = () => crossEntropyError(scores().softmax(), tensor([0, 0, 1]));
console.log(`\np ${printed(scores())}, argmax ${scores().argmax().item()}`);
console.log(`loss ${loss().item()}`); // the review's 3.0079485436571267 comes of more digits of W than it prints
console.log(`by differences\n${printed(numericalGradient(loss, W))}\nby tape\n${printed(gradient(loss(), W))}`);

// Flat to the left, a small valley, and a deep one to the right: where a descent ends depends on where it starts.
const dent = (x: Tensor, at: number, depth: number) => x.sub(at).square().neg().exp().mul(-depth);
const land = (x: Tensor) => dent(x, 0, 1).add(dent(x, 2.5, 2));
const shown = arange(-5, 5, 0.1);
const walks = [-4, -1.2, 3.8].map((from, i): Line => {
  const path = stack(
    descend(
      grad((x) => land(x).sum()),
      tensor(from),
      0.1,
    ),
  );
  return { name: `from ${from}`, color: i + 1, every: 5, marker: "dot", x: path.data, y: land(path).data };
});
draw("seeds-chapter4_gradients", [
  {
    title: "The way down x₀² + x₁²",
    x: "x₀",
    y: "x₁",
    xRange: [-2.3, 2.3],
    yRange: [-2.3, 2.3],
    square: true,
    marks: [downhill(bowl, arange(-2, 2.25, 0.25))],
  },
  {
    title: "A plateau, and two valleys",
    x: "x",
    legend: "bottom-left",
    marks: [{ x: shown.data, y: land(shown).data }, ...walks],
  },
]);
