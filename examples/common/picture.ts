/** A picture to look at and to filter, in place of a photograph: a striped ball on a chequered floor, before hills and a low sun. */
import { asin, linspace, maximum, noGrad, sin, type Tensor, where } from "gradtape";

/** Grey pixels [size, size], float32, from 0, which is white, to 1, black, as digits are and as `draw` takes them. */
export function picture(size = 128): Tensor {
  // Four points of each pixel are computed, and their mean is taken: edges that slant become smooth.
  const points = linspace(-1, 1, 2 * size, { dtype: "float64" });
  const light = noGrad(() => scene(points.reshape([1, -1]), points.flip().reshape([-1, 1])));
  return light.reshape([size, 2, size, 2]).mean([1, 3]).neg().add(1).clamp(0, 1).to("float32");
}

/** How light it is at x [1, n], from left to right, and y [n, 1], from the bottom up, both from −1 to 1. */
function scene(x: Tensor, y: Tensor): Tensor {
  const horizon = -0.05;
  const above = y.sub(horizon);

  // The sky is lighter towards the horizon, and around the sun.
  const sun = x.sub(0.62).hypot(y.sub(0.55));
  const sky = where(sun.lt(0.17), 1, above.mul(-0.35).add(0.75).add(sun.mul(-4).exp().mul(0.4)));

  // Two ranges of hills, with zigzags for ridges; the nearer is darker, and grass grows on it.
  const zigzag = (waves: number, shift: number) => asin(sin(x.mul(waves).add(shift))).div(Math.PI / 2);
  const far = zigzag(5, 1).mul(0.12).add(zigzag(13, 0).mul(0.05)).add(0.36);
  const near = x.sub(0.7).mul(2.4).cos().mul(0.13).add(0.13);
  const grass = sin(x.mul(90))
    .mul(sin(sin(x.mul(25)).add(above.mul(60))))
    .mul(0.1)
    .add(0.42);
  const hills = where(above.lt(near), grass, where(above.lt(far), 0.58, sky));

  // The floor: the farther a row is, the more squares it shows, and the paler they are.
  const depth = maximum(above.neg(), 0.02).reciprocal();
  const squares = x.mul(depth).mul(3).sin().mul(depth.mul(4).sin()).gt(0);
  const floor = squares.sub(0.5).mul(depth.mul(-0.12).exp().mul(0.75)).add(0.5);
  const shadow = x.add(0.42).div(0.5).square().add(y.add(0.62).div(0.13).square()).lt(1);
  const ground = where(shadow, floor.mul(0.4), floor);

  // The ball: a point of its surface (u, v, w), of length 1, faces the light as much as it lies along it.
  const [u, v] = [x.add(0.25).div(0.5), y.add(0.12).div(0.5)];
  const w = maximum(u.square().add(v.square()).neg().add(1), 0).sqrt();
  const facing = maximum(u.mul(0.55).add(v.mul(0.6)).add(w.mul(0.58)), 0);
  const stripes = where(v.mul(0.8).sub(u.mul(0.5)).mul(14).sin().gt(0), 0.85, 0.4);
  const ball = stripes.mul(facing.mul(0.85).add(0.12)).add(facing.pow(30).mul(0.5));
  return where(w.gt(0), ball, where(above.gt(0), hills, ground));
}
