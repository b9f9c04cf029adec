/** Newton's method with second derivatives by tape: near the bottom of a curve each step doubles the number of right digits. */
import { grad, type Tensor, tensor } from "gradtape";

/** A curve with two valleys, of which the right one is the higher. */
const curve = (x: Tensor): Tensor => x.pow(4).sub(x.square().mul(2)).add(x);

const slope = grad(curve);
const curvature = grad(slope);

let x = tensor(1, { dtype: "float64" });
let before = Number.NaN;
for (let step = 0; step < 6; step++) {
  const moved = slope(x).div(curvature(x));
  const size = Math.abs(moved.item());
  const order = Math.log(size) / Math.log(before);
  console.log(
    `step ${step}: x = ${x.item().toFixed(16)}, slope ${slope(x).item().toExponential(1).padStart(8)}` +
      (step > 1 && size > 0 ? `, digits × ${order.toFixed(2)}` : ""),
  );
  before = size;
  x = x.sub(moved);
}
console.log(`a valley at ${x.item().toFixed(15)}, where the curvature is ${curvature(x).item().toFixed(4)}`);
