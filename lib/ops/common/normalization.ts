/** How values are normalized: by means and variances that are given, or by their own; then scaled and shifted by parameters. */
import { call, ShapeError } from "../../error.js";
import { type Shape, sameShape } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";

// Errors that name "norm" come from compositions, which put their own name in its place.

type Maybe = Tensor | null;

const keepDims = { keepDims: true };

/** A parameter of y's axes from `axis` on, with those of length 1 after its own. */
function fitted(y: Tensor, p: Tensor, axis: number, lengths: Shape): Tensor {
  checkTensor("norm", p);
  if (!sameShape(p.shape, lengths))
    throw new ShapeError(`${call("norm", [y, p])}: parameters must be [${lengths}] (given [${p.shape}])`);
  return p.reshape([...lengths, ...new Array(y.rank - axis - lengths.length).fill(1)]);
}

/** y times weight plus bias, those that there are, whose axes are y's from `axis` on. */
export function affine(y: Tensor, weight: Maybe, bias: Maybe, axis: number, lengths: Shape): Tensor {
  const scaled = weight ? y.mul(fitted(y, weight, axis, lengths)) : y;
  return bias ? scaled.add(fitted(y, bias, axis, lengths)) : scaled;
}

/** (x − mean) / √(variance + eps), then · weight + bias; all four are of x's axes from the second on, `lengths`. */
export function normalizedBy(
  x: Tensor,
  [mean, variance]: readonly [Tensor, Tensor],
  [weight, bias]: readonly [Maybe, Maybe],
  { eps, lengths }: { eps: number; lengths: Shape },
): Tensor {
  const scale = variance.add(eps).sqrt().reciprocal();
  return affine(affine(x, null, mean.neg(), 1, lengths), weight ? scale.mul(weight) : scale, bias, 1, lengths);
}

/**
 * The same with the mean and the variance over all other axes of x itself, which it gives as well, without a past. They are
 * found in two passes, the second of which corrects the first (Chan, Golub & LeVeque 1983, eq. 1.7): a mean that is rounded is off
 * by digits of x.
 */
export function normalizedByOwn(
  x: Tensor,
  [weight, bias]: readonly [Maybe, Maybe],
  { eps, lengths }: { eps: number; lengths: Shape },
): { y: Tensor; mean: Tensor; variance: Tensor } {
  const others = x.shape.flatMap((_, axis) => (axis >= 1 && axis <= lengths.length ? [] : [axis]));
  const about = x.detach().mean(others, keepDims); // without a slope: any shift will do
  const near = x.sub(about);
  const rest = near.mean(others, keepDims);
  const variance = near.square().mean(others, keepDims).sub(rest.square());
  const scale = variance.add(eps).sqrt().reciprocal();
  const own = weight ? scale.mul(fitted(x, weight, 1, lengths)) : scale;
  const shift = rest.mul(own).neg();
  const y = near.mul(own).add(bias ? shift.add(fitted(x, bias, 1, lengths)) : shift);
  return { y, mean: about.reshape(lengths), variance: variance.detach().reshape(lengths) };
}
