/** Losses: how far scores are from what was wanted, as one number. */
import { call, ShapeError } from "../error.js";
import { crossEntropy } from "../ops/crossentropy.js";
import { sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { Layer } from "./layer.js";

/**
 * Softmax, then the cross-entropy error, as one (the book's chapter 5.6.3): the mean over rows of −Σ t · log softmax(x).
 * Scores x are [rows, classes]; labels t are class indices, int32 [rows], or rows of probabilities [rows, classes].
 */
export class SoftmaxWithLoss extends Layer {
  forward(x: Tensor, t: Tensor): Tensor {
    return crossEntropy(x, t);
  }
}

/** The sum of squares error of what a network gives as it is, for regression (chapter 5.6.3): the mean over rows of ½ Σ (x − t)², whose gradient is (x − t) / rows. */
export class IdentityWithLoss extends Layer {
  forward(x: Tensor, t: Tensor): Tensor {
    for (const each of [x, t]) checkTensor("IdentityWithLoss", each);
    if (x.rank === 0 || !sameShape(x.shape, t.shape))
      throw new ShapeError(`${call("IdentityWithLoss", [x, t])}: both must be [rows, ...] of one shape; reshape one`);
    return x
      .sub(t)
      .square()
      .sum()
      .div(2 * x.shape[0]);
  }
}
