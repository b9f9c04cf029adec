/** Losses: how far scores are from what was wanted, as one number. */
import { tensor } from "../create.js";
import { call, DtypeError, ShapeError } from "../error.js";
import { checkLabels } from "../nested.js";
import { sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { Layer } from "./layer.js";

/**
 * Softmax, then the cross-entropy error, as one (the book's chapter 5.6.3): the mean over rows of −Σ t · log softmax(x).
 * Scores x are [rows, classes]; labels t are class indices, int32 [rows], or rows of probabilities [rows, classes].
 */
export class SoftmaxWithLoss extends Layer {
  forward(x: Tensor, t: Tensor): Tensor {
    checkTensor("SoftmaxWithLoss: the scores", x);
    checkTensor("SoftmaxWithLoss: the labels", t);
    if (x.rank !== 2) throw new ShapeError(`${call("SoftmaxWithLoss", [x, t])}: scores must be [rows, classes]`);
    const [rows, classes] = x.shape;
    const logs = x.logSoftmax();
    if (sameShape(x.shape, t.shape)) {
      const p = t.to(x.dtype);
      return p.ne(0).where(logs, 0).mul(p).sum().div(-rows); // an impossible class (log 0) that nobody asked for costs nothing
    }
    if (t.rank !== 1 || t.size !== rows)
      throw new ShapeError(
        `${call("SoftmaxWithLoss", [x, t])}: labels must be indices [${rows}] or rows [${rows},${classes}]`,
      );
    if (t.dtype !== "int32")
      throw new DtypeError(
        `SoftmaxWithLoss: class indices must be int32 (given ${t.dtype}); convert with .to("int32")`,
      );
    checkLabels("SoftmaxWithLoss", t.data, classes);
    const picks = tensor(t.data.map((label, row) => row * classes + label));
    return logs.reshape([-1]).indexSelect(0, picks).mean().neg();
  }
}
