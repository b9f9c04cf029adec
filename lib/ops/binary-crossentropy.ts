/** Cross-entropies of two classes: a probability or a score for each element, and a target from 0 to 1. */
import { tensor } from "../create.js";
import { composed } from "../op.js";
import type { Operand, Tensor } from "../tensor.js";
import { softplus } from "./activations.js";
import { fours, type Loss, type LossOptions, matrices, pointwise, reduced, squares, targets } from "./common/losses.js";

/** −log p, at most 100. The slope there is 0; of a subnormal p, whose reciprocal is ∞ in float32, it is taken 2^64 times larger. */
const cost = (p: Tensor): Tensor => {
  const none = p.abs().le(Math.exp(-100));
  const scale = p.lt(2 ** -64).where(2 ** 64, 1);
  return none.where(100, scale.log().sub(none.where(1, p.mul(scale)).log()));
};

/**
 * −(t log p + (1 − t) log(1 − p)), each logarithm at least −100, as in PyTorch; `weights` broadcast. Where a logarithm is
 * bounded its slope is 0 (PyTorch: 1e12), and a p outside 0 … 1 gives NaN (PyTorch: an error).
 */
export const bce: Loss<LossOptions & { weights?: Operand }> = /* @__PURE__ */ pointwise(
  "bce",
  {
    domain: [
      [0.125, 0.875],
      [0.125, 0.875],
    ],
    samples: [
      { shapes: matrices },
      { shapes: [[4], [4], [4]], call: (p, t, weights) => [p, t, { weights, reduction: "sum" }] },
      { shapes: squares, args: [{ reduction: "none" }] },
    ],
  },
  (p, t, { weights = 1 }: { weights?: Operand }) => {
    const other = t.neg().add(1);
    return t
      .mul(cost(p))
      .add(other.mul(cost(p.neg().add(1))))
      .mul(weights);
  },
);

/**
 * −(posWeight · t log p + (1 − t) log(1 − p)) of p = sigmoid(x), from x itself, however large; `posWeight` broadcasts, such
 * as one for each class. PyTorch's binary_cross_entropy_with_logits.
 */
export const bceWithLogits: Loss<LossOptions & { posWeight?: Operand }> = /* @__PURE__ */ composed(
  "bceWithLogits",
  {
    arity: 2,
    domain: [
      [-2, 2],
      [0, 1],
      [0.5, 3],
    ],
    samples: [
      { shapes: matrices },
      { shapes: [[2, 3], [2, 3], [3]], call: (x, t, posWeight) => [x, t, { posWeight, reduction: "sum" }] },
      { shapes: fours, args: [{ posWeight: 2.5, reduction: "none" }] },
    ],
  },
  (x: Tensor, given: Tensor, { posWeight, reduction = "mean" }: LossOptions & { posWeight?: Operand } = {}) => {
    const [t] = targets(x, given);
    // Nothing cancels here, and nothing overflows: so shall it be in the sum, of which float32 is the end.
    const hit = t.mul(softplus(x.neg()));
    const y = (posWeight === undefined ? hit : hit.mul(posWeight)).add(t.neg().add(1).mul(softplus(x)));
    return reduction === "none" ? y : reduced(y.to("float64"), reduction).to(y.dtype);
  },
);

type FocalOptions = LossOptions & { alpha?: number; gamma?: number };

/**
 * (1 − q)^gamma · −log q, of the probability q that sigmoid(x) gives to the target t, 0 or 1; times `alpha` where that is 1
 * and 1 − alpha where 0 (Lin et al. 2017, "Focal loss for dense object detection", with their gamma = 2, alpha = 0.25).
 */
export const focal: Loss<FocalOptions> = /* @__PURE__ */ pointwise(
  "focal",
  {
    domain: [
      [-2, 2],
      [0, 1],
    ],
    samples: [
      {
        shapes: [[2, 3]],
        call: (x) => [
          x,
          tensor([
            [1, 0, 1],
            [0, 0, 1],
          ]),
        ],
      },
      { shapes: [[4]], call: (x) => [x, tensor([0, 1, 1, 0]), { alpha: 0.5, gamma: 0.5, reduction: "sum" }] },
      { shapes: [[2]], call: (x) => [x, tensor([1, 0], { dtype: "int32" }), { gamma: 0, reduction: "none" }] },
    ],
  },
  (x, t, { alpha = 0.25, gamma = 2 }: FocalOptions) => {
    const z = t.mul(2).sub(1).mul(x); // q = sigmoid(z), 1 − q = e^(−log(1 + e^z)), whose power has a slope even where it is 0
    const share = t.mul(2 * alpha - 1).add(1 - alpha);
    return share.mul(softplus(z).mul(-gamma).exp()).mul(softplus(z.neg()));
  },
);
