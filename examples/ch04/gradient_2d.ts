/** Chapter 4.4: the gradient of x₀² + x₁² at 324 points: turned round, it points to where f is smallest. */
import { arange, grad, numericalGradient, setDefaultDtype, stack, type Tensor } from "gradtape";
import { draw } from "../common/plot.js";

setDefaultDtype("float64");

/** f of each point [n, 2], summed: no point's value depends on another, so the gradient has that of each point in its row. */
const f = (x: Tensor) => x.square().sum();

const along = arange(-2, 2.5, 0.25);
const grid = [along.size, along.size];
const x0 = along.expand(grid).flatten();
const x1 = along.unsqueeze(1).expand(grid).flatten();
const points = stack([x0, x1], 1);

const byDifferences = numericalGradient(f, points);
const byTape = grad(f)(points);
const difference = byTape.sub(byDifferences).abs().max().item();
console.log(
  `${points.shape[0]} gradients, by differences and by tape, differ by at most ${difference.toExponential(1)}`,
);

// As long as they are, arrows would cross: a twentieth is drawn.
const [dx, dy] = byTape.div(-20).unbind(1);
const range = [-2.25, 2.5] as const;
draw(
  "ch04-gradient_2d",
  [
    {
      title: "−∇(x₀² + x₁²)",
      x: "x₀",
      y: "x₁",
      xRange: range,
      yRange: range,
      square: true,
      marks: [{ kind: "arrows", x: x0.data, y: x1.data, dx: dx.data, dy: dy.data }],
    },
  ],
  { height: 440 },
);
