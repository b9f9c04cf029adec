/** The derivatives of a case, of order 1 and 2, against differences: the checks that mutation.spec shows to have power. */
import { type Generator, gradient, noGrad, type Operation, type Tensor, tensor, zerosLike } from "gradtape";
import type { Case } from "./cases.js";
import { assertClose } from "./close.js";
import { long } from "./suite.js";

/** The errors that pass, as |a − b| / max(1, |a|, |b|): four-point differences are right to about 1e-11. */
const tolerance = { first: 1e-7, second: 1e-5 };

/** Whether an op has a derivative in any of its inputs. */
export const hasSlopes = (op: Operation): boolean => op.composed === true || op.differentiable.some(Boolean);

/** The step of differences: a power of two, so that moving a dyadic number by it is exact. */
const h = 2 ** -13;

/** Random numbers of either sign, none near 0, exact in float32. */
export function signed(like: Tensor, generator: Generator): Tensor {
  const values = Float64Array.from(
    { length: like.size },
    () => (0.5 + Math.floor(generator.uniform() * 512) / 512) * (generator.uniform() < 0.5 ? -1 : 1),
  );
  return tensor(values, { shape: like.shape, requiresGrad: true });
}

/** The values, one array for all. */
export const values = (ys: readonly Tensor[]): number[] => ys.flatMap((y) => Array.from(y.data));

/** For each element of x, the slope of each of the outputs, by four-point differences (Abramowitz & Stegun 25.3.6). */
export const differences = (outputs: () => readonly Tensor[], x: Tensor): number[][] =>
  Array.from(x.data, (start, i) => {
    const [a, b, c, d] = [-2, -1, 1, 2].map((steps) => {
      x.assign(start + steps * h, i);
      return values(outputs());
    });
    x.assign(start, i);
    return a.map((_, k) => (8 * (c[k] - b[k]) - (d[k] - a[k])) / (12 * h));
  });

/** The slopes of numbers along tangents, one for each x, by the same differences. */
export function along(
  outputs: () => ArrayLike<number>,
  xs: readonly Tensor[],
  tangents: readonly Tensor[],
): Float64Array {
  const starts = xs.map((x) => x.data.slice());
  const [a, b, c, d] = [-2, -1, 1, 2].map((steps) => {
    xs.forEach((x, i) => {
      x.assign(starts[i].map((value, k) => value + steps * h * tangents[i].data[k]));
    });
    return Float64Array.from(outputs());
  });
  xs.forEach((x, i) => {
    x.assign(starts[i]);
  });
  return a.map((_, k) => (8 * (c[k] - b[k]) - (d[k] - a[k])) / (12 * h));
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The inputs that differences may move: not those an op only chooses by, which sit on the jumps. */
export const movable = (c: Case): number[] =>
  c.inputs.flatMap((_, i) => (c.differentiable[i] || !hasSlopes(c.op) ? [i] : []));

/** Compares slopes by differences with those of the tape, in each element of the tensors that may be moved. */
function compare(
  what: string,
  outputs: () => readonly Tensor[],
  weights: readonly number[],
  xs: readonly Tensor[],
  slopes: readonly Tensor[],
  bound: number,
): number[] {
  return xs.map((x, i) => {
    const found = differences(outputs, x);
    const weighed = found.map((row) => dot(row, weights));
    assertClose(Float64Array.from(slopes[i].data), Float64Array.from(weighed), {
      tolerance: bound,
      what: `${what} ${i + 1}`,
    });
    return Math.max(0, ...found.flat().map(Math.abs));
  });
}

/** Fails unless the gradient is that of differences; gives the steepest slope in each of the inputs that were moved. */
export function firstOrder(c: Case, generator: Generator): { place: number; steepest: number }[] {
  const y = c.call();
  const g = signed(y, generator);
  const at = movable(c);
  const xs = at.map((i) => c.inputs[i]);
  // No op stands between the result and its cotangent: spoiled twice, it could come out right.
  const slopes = y.tracked ? gradient(y, xs, { seed: g }) : xs.map((x) => zerosLike(x));
  const found = compare("input", () => noGrad(() => [c.call()]), values([g]), xs, slopes, tolerance.first);
  const twice = c.call().add(c.call());
  if (y.tracked)
    gradient(twice, xs, { seed: g }).forEach((x, k) => {
      const sum = Float64Array.from(slopes[k].data, (slope) => 2 * slope);
      assertClose(Float64Array.from(x.data), sum, { tolerance: 1e-12, what: `used twice, input ${k + 1}` });
    });
  return at.flatMap((i, k) => (y.size * c.inputs[i].size === 0 ? [] : [{ place: c.places[i], steepest: found[k] }]));
}

/** Fails unless the gradient's gradient, in the inputs and in the cotangent, is that of differences of the gradient. */
export function secondOrder(c: Case, generator: Generator): void {
  const y = c.call();
  if (!y.tracked) return;
  const g = signed(y, generator);
  const targets = [...movable(c).map((i) => c.inputs[i]), g];
  const weights = c.inputs.map((x) => signed(x, generator));
  const slopes = targets.map((x) => zerosLike(x));
  gradient(y, c.inputs, { seed: g, createGraph: true }).forEach((x, i) => {
    if (!x.tracked) return;
    gradient(x, targets, { seed: weights[i] }).forEach((found, k) => {
      slopes[k].assign(Float64Array.from(slopes[k].data, (sum, e) => sum + found.data[e]));
    });
  });
  const outputs = () => gradient(c.call(), c.inputs, { seed: g });
  const weighed = values(weights);
  // Element by element takes most of the tests' time: in the short run all elements of a tensor are moved at once.
  if (long) compare("input or cotangent", outputs, weighed, targets, slopes, tolerance.second);
  else
    targets.forEach((x, i) => {
      const direction = signed(x, generator);
      const found = along(() => outputs().flatMap((y) => Array.from(y.data)), [x], [direction]);
      assertClose([dot(Array.from(slopes[i].data), values([direction]))], [dot(Array.from(found), weighed)], {
        tolerance: tolerance.second,
        what: `along a direction of input or cotangent ${i + 1}`,
      });
    });
}
