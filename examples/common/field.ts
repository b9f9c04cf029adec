/** The gradient of a function of two numbers as a field of arrows, downhill. */
import { grad, meshgrid, stack, type Tensor } from "gradtape";
import type { Arrows } from "./plot.js";

/** Arrows against the gradient of f, which adds up over rows [n, 2], at all pairs of values of `axis`; so many times as long as it. */
export function downhill(f: (x: Tensor) => Tensor, axis: Tensor, scale = 0.1): Arrows {
  const [x, y] = meshgrid([axis, axis]).map((all) => all.flatten());
  const [dx, dy] = grad(f)(stack([x, y], 1))
    .mul(-scale)
    .unbind(1);
  return { kind: "arrows", x: x.data, y: y.data, dx: dx.data, dy: dy.data };
}
