/** Chapter 4.4.1: twenty steps down the slope of x₀² + x₁², by differences and by tape. */
import { grad, numericalGradient, setDefaultDtype, type Tensor, tensor } from "gradtape";
import { draw } from "../common/plot.js";

setDefaultDtype("float64");

const f = (x: Tensor) => x.square().sum();

/** Where each of so many steps against the gradient starts, and where the last one ends: [steps + 1, 2]. */
function gradientDescent(gradient: (x: Tensor) => Tensor, start: number[], lr: number, steps: number): number[][] {
  let x = tensor(start);
  const history = [start];
  for (let step = 0; step < steps; step++) {
    x = x.sub(gradient(x).mul(lr));
    history.push(x.toArray<number[]>());
  }
  return history;
}

const [start, lr, steps] = [[-3, 4], 0.1, 20];
const byDifferences = gradientDescent((x) => numericalGradient(f, x), start, lr, steps);
const byTape = gradientDescent(grad(f), start, lr, steps);

const show = (x: number[] = []) => `(${x.map((value) => value.toFixed(12)).join(", ")})`;
console.log(`by differences: ${show(byDifferences.at(-1))}`);
console.log(`by tape:        ${show(byTape.at(-1))}`);

draw(
  "ch04-gradient_method",
  [
    {
      x: "x₀",
      y: "x₁",
      xRange: [-4.5, 4.5],
      yRange: [-4.5, 4.5],
      square: true,
      marks: [
        { kind: "rule", y: 0, dash: true, color: 0 },
        { kind: "rule", x: 0, dash: true, color: 0 },
        { kind: "contour", f: (x0, x1) => x0 ** 2 + x1 ** 2, levels: [1, 4, 9, 16, 25, 36] },
        { x: byTape.map(([x0]) => x0), y: byTape.map(([, x1]) => x1), color: 1 },
      ],
    },
  ],
  { height: 440 },
);
