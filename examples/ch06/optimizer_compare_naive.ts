/** Chapter 6.1: the paths of four optimizers down x²/20 + y², a valley that is steep across and flat along. */
import { AdaGrad, Adam, Momentum, SGD, type Tensor, tensor } from "gradtape";
import { draw } from "../common/plot.js";

const valley = (x: Tensor, y: Tensor) => x.square().div(20).add(y.square());
const start = [-7, 2];
const steps = 30;

const panels = Object.entries({
  SGD: (parameters: Tensor[]) => new SGD(parameters, { lr: 0.95 }),
  Momentum: (parameters: Tensor[]) => new Momentum(parameters, { lr: 0.1 }),
  AdaGrad: (parameters: Tensor[]) => new AdaGrad(parameters, { lr: 1.5, eps: 1e-7 }),
  Adam: (parameters: Tensor[]) => new Adam(parameters, { lr: 0.3, eps: 1e-7, epsHat: true }),
}).map(([title, make]) => {
  const [x, y] = start.map((value) => tensor(value, { dtype: "float64", requiresGrad: true }));
  const optimizer = make([x, y]);
  const path = { x: [x.item()], y: [y.item()] };
  for (let step = 1; step <= steps; step++) {
    optimizer.zeroGrad();
    valley(x, y).backward();
    optimizer.step();
    path.x.push(x.item());
    path.y.push(y.item());
  }
  const [atX, atY, height] = [x, y, valley(x, y)].map((value) => value.item().toFixed(4));
  console.log(`${title}: after ${steps} steps at (${atX}, ${atY}), ${height} high`);
  return {
    title,
    x: "x",
    y: "y",
    xRange: [-10, 10] as const,
    yRange: [-10, 10] as const,
    marks: [
      { kind: "contour", f: (x: number, y: number) => x ** 2 / 20 + y ** 2, levels: [0.5, 1, 2, 3, 4, 5, 6, 7] },
      { y: path.y, x: path.x, color: "#d55e00" },
      { kind: "points", x: [0], y: [0], marker: "plus", color: 0 },
    ] as const,
  };
});
draw("ch06-optimizer_compare_naive", panels, { columns: 2 });
