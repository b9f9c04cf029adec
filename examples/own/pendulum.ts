/**
 * A network solves the equation of a damped pendulum, y″ + 2ζω y′ + ω² y = 0, by second derivatives in its loss. It is shown no
 * solution: the loss is how far its own derivatives are from the equation, and it from where the pendulum starts (Raissi et al.
 * 2019, "Physics-informed neural networks"). Its neurons are sines, which swing by themselves (Sitzmann et al. 2020).
 */
import { Adam, Affine, gradient, linspace, manualSeed, noGrad, Sequential, type Tensor, tensor } from "gradtape";
import { seedAndQuick } from "../common/options.js";
import { draw, type Line } from "../common/plot.js";

const { seed, quick } = seedAndQuick("own/pendulum", "Solves the equation of a damped pendulum by a network.");
const told = [0, 20, 40, 100, 200, ...(quick ? [] : [500, 1000, 1500])]; // steps to tell of
const steps = Math.max(...told);
const [omega, zeta, end] = [2 * Math.PI, 0.1, 3];

manualSeed(seed);
const sine = (x: Tensor) => x.sin();
const wide = (t: Tensor) => t.sub(end / 2).mul(2); // so that from the start some sines are about as fast as the pendulum
const network = new Sequential(wide, new Affine(1, 32), sine, new Affine(32, 32), sine, new Affine(32, 1));

/**
 * What the network says of times [n, 1]: place, velocity and acceleration, which have gradients themselves. No time has a part in
 * another one's place, so that the gradient of the sum is the slopes of all.
 */
function motion(times: Tensor) {
  const t = tensor(times, { requiresGrad: true });
  const y = network.forward(t);
  const v = gradient(y.sum(), t, { createGraph: true });
  const a = gradient(v.sum(), t, { createGraph: true });
  return { y, v, a };
}

/** The solution, as books have it. */
function exact(t: Tensor): Tensor {
  const [decay, k] = [zeta * omega, omega * Math.sqrt(1 - zeta ** 2)];
  const swing = t.mul(k).cos().add(t.mul(k).sin().mul(decay).div(k));
  return swing.mul(t.mul(decay).neg().exp());
}

const times = linspace(0, end, 100).reshape([100, 1]);
const finer = linspace(0, end, 301).reshape([301, 1]);
const solution = exact(finer);
const curve = (name: string, y: Tensor): Line => ({ name, x: finer.data, y: y.data });
const curves: Line[] = [];

const optimizer = new Adam(network.parameters(), { lr: 0.01 });
for (let step = 0; step <= steps; step++) {
  const { y, v, a } = motion(times);
  const residual = a.add(v.mul(2 * zeta * omega)).add(y.mul(omega ** 2));
  const start = y.at(0).sub(1).square().add(v.at(0).div(omega).square()); // let go at 1
  const loss = residual.div(omega).square().mean().add(start.sum());
  if (told.includes(step)) {
    const found = noGrad(() => network.forward(finer));
    const error = found.sub(solution).abs().max().item();
    console.log(`step ${step}: loss ${loss.item().toFixed(5)}, at most ${error.toFixed(5)} from the solution`);
    if ([20, 40, steps].includes(step)) curves.push(curve(`network after ${step} steps`, found));
  }
  optimizer.zeroGrad();
  loss.backward();
  optimizer.lr = 0.01 * (1 - step / steps);
  optimizer.step();
}

curves.push({ ...curve("solution", solution), color: "currentColor", dash: true });
draw("pendulum", [{ title: "A damped pendulum", x: "time", y: "deflection", yRange: [-1, 1.8], marks: curves }]);
