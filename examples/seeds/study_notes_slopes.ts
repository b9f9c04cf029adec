/** Study notes, learning: two losses, slopes by differences and by tape, tangents, a surface and its gradient. */
import {
  arange,
  crossEntropyError,
  grad,
  numericalDiff,
  numericalGradient,
  setDefaultDtype,
  stack,
  sumSquaredError,
  type Tensor,
  tensor,
} from "gradtape";
import { downhill } from "../common/field.js";
import { type Chart, draw } from "../common/plot.js";
import { printed } from "../common/printed.js";
import { surface } from "../common/surface.js";

setDefaultDtype("float64");

const t = tensor([0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
for (const [answer, y] of [
  [2, tensor([0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0])],
  [7, tensor([0.1, 0.5, 0.1, 0, 0.05, 0.1, 0, 0.6, 0.5, 0])], // these add up to 1.95, as in the notes
] as const)
  console.log(`2 taken for ${answer}: ${sumSquaredError(y, t).item()}, ${crossEntropyError(y, t).item()}`);

// The notes write 0.001 x², compute with 0.01, and so do we.
const curve = (x: number) => 0.01 * x ** 2 + 0.1 * x;
const bend = (x: Tensor) => x.square().mul(0.01).add(x.mul(0.1));
const points = [-10, 5, 15];
for (const x of points)
  console.log(`slope at ${x}: ${numericalDiff(curve, x)}, by tape ${grad(bend)(tensor(x)).item()}`);

// Each partial derivative is the slope of a cut through the surface, the other number held fast at 3 or 4.
const cuts = [(x0: number) => x0 ** 2 + 4 ** 2, (x1: number) => 3 ** 2 + x1 ** 2];
cuts.forEach((cut, i) => {
  console.log(`∂f/∂x${"₀₁"[i]} at (3, 4): ${numericalDiff(cut, [3, 4][i])}`);
});

const bowl = (x: Tensor) => x.square().sum();
const rows = tensor([
  [3, 4],
  [0, 2],
]);
// Of each row its own gradient, as differences and by tape.
console.log(`by rows: ${printed(stack(rows.unbind().map((row) => numericalGradient(bowl, row)))).replace("\n", "")}`);
console.log(`by tape: ${printed(grad(bowl)(rows)).replace("\n", "")}`);

/** A curve with its tangent at a point. */
function tangent(title: string, f: (x: number) => number, at: number, x: number[]): Chart {
  const slope = numericalDiff(f, at);
  const line = x.map((x) => f(at) + slope * (x - at));
  return {
    title,
    x: "x",
    marks: [
      { x, y: x.map(f) },
      { x, y: line, dash: true },
      { kind: "points", x: [at], y: [f(at)], color: 1 },
    ],
  };
}
const wide = arange(-20, 20.5, 0.5).toArray<number[]>();
const near = arange(0, 6.1, 0.1).toArray<number[]>();
const bowl3d = surface((a, b) => a ** 2 + b ** 2, { x: [-3, 3], y: [-3, 3], names: ["x₀", "x₁"] });
draw(
  "seeds-study_notes_slopes",
  [
    ...points.map((x) => tangent(`0.01 x² + 0.1 x at ${x}`, curve, x, wide)),
    tangent("x₀² + 4² at 3", cuts[0], 3, near),
    { title: "x₀² + x₁²", ...bowl3d.chart },
    {
      title: "Downhill: −gradient",
      x: "x₀",
      y: "x₁",
      xRange: [-2.3, 2.3],
      yRange: [-2.3, 2.3],
      square: true,
      marks: [downhill(bowl, arange(-2, 2.25, 0.25))],
    },
  ],
  { columns: 3, width: 360, height: 320 },
);
