/** Study notes, learning: down 0.01x² + 0.1x in 200,000 small steps, and down x₀² + x₁² in 20. */
import { arange, numericalDiff, SGD, setDefaultDtype, type Tensor, tensor } from "gradtape";
import { draw, type Line } from "../common/plot.js";
import { surface } from "../common/surface.js";

setDefaultDtype("float64");

// The notes say a rate of 0.001, and print what 0.002 gives: digit by digit what is here up to step 120,000, and to 12 decimals
// from there on. Python squares x by C's pow, whose last bit is not always that of x · x, as here.
const rate = 0.002;
const curve = (x: number) => 0.01 * x ** 2 + 0.1 * x;
const trace: number[] = [];
let x = 0;
for (let step = 0; step < 200_000; step++) {
  if (step % 10_000 === 0) {
    trace.push(x);
    console.log(`${`${step}`.padStart(6)}:${`${x}`.padEnd(20)}, ${curve(x)}`);
  }
  x -= rate * numericalDiff(curve, x);
}

const bowl = (x: Tensor) => x.square().sum();
const point = tensor([-3, 4], { requiresGrad: true });
const optimizer = new SGD([point], { lr: 0.1 });
const path = [point.toArray<number[]>()];
for (let step = 0; step < 20; step++) {
  optimizer.zeroGrad();
  bowl(point).backward();
  optimizer.step();
  path.push(point.toArray<number[]>());
}
console.log(`(-3, 4) -> (${path[20].map((v) => v.toFixed(8)).join(", ")})`);

const f = (x0: number, x1: number) => x0 ** 2 + x1 ** 2;
const range = [-4.5, 4.5] as const;
const { chart, at } = surface(f, { x: range, y: range, names: ["x₀", "x₁"] });
const way = (places: { x: number; y: number }[]): Line => ({
  x: places.map(({ x }) => x),
  y: places.map(({ y }) => y),
  color: 1,
});
const whole = arange(-10, 1, 0.1).toArray<number[]>();
draw(
  "seeds-study_notes_descent",
  [
    {
      title: "0.01 x² + 0.1 x, each 10,000 steps",
      x: "x",
      y: "f(x)",
      marks: [
        { x: whole, y: whole.map(curve) },
        { kind: "points", x: trace, y: trace.map(curve) },
      ],
    },
    {
      title: "x₀² + x₁², from above",
      x: "x₀",
      y: "x₁",
      xRange: range,
      yRange: range,
      square: true,
      marks: [{ kind: "contour", f, levels: [1, 4, 9, 16, 25] }, way(path.map(([x, y]) => ({ x, y })))],
    },
    { title: "… and from aside", ...chart, marks: [...chart.marks, way(path.map(([x0, x1]) => at(x0, x1)))] },
  ],
  { width: 380, height: 330 },
);
