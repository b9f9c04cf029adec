/** Losses: how far scores are from what was wanted, as one number. */
import { crossEntropy } from "../ops/crossentropy.js";
import type { Tensor } from "../tensor.js";
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
