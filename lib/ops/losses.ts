/** Losses that are one operation, since a composition would cost a dozen of them for one number. */
import { oneHot, tensor } from "../create.js";
import { call, DtypeError, ShapeError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { checkLabels } from "../nested.js";
import { between } from "../op.js";
import { sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** The labels as rows of probabilities. */
const probabilities = (x: Tensor, t: Tensor): Tensor =>
  t.dtype === "int32" && t.rank === 1 ? oneHot(t, x.shape[1], { dtype: x.dtype }) : t.to(x.dtype);

/**
 * The mean over rows of −Σ t · log softmax(x), PyTorch's crossEntropy: scores x are [rows, classes]; labels t are class
 * indices, int32 [rows], or rows of probabilities [rows, classes], of which those that are 0 cost nothing.
 */
export const crossEntropy: (x: Tensor, t: Tensor) => Tensor = /* @__PURE__ */ kernelOp("crossEntropy", {
  args: (x, t) => {
    checkTensor("crossEntropy: the scores", x);
    checkTensor("crossEntropy: the labels", t);
    if (x.rank !== 2) throw new ShapeError(`${call("crossEntropy", [x, t])}: scores must be [rows, classes]`);
    const [rows, classes] = x.shape;
    if (sameShape(x.shape, t.shape)) return [[x, t], {}];
    if (t.rank !== 1 || t.size !== rows)
      throw new ShapeError(
        `${call("crossEntropy", [x, t])}: labels must be indices [${rows}] or rows [${rows},${classes}]`,
      );
    if (t.dtype !== "int32")
      throw new DtypeError(`crossEntropy: class indices must be int32 (given ${t.dtype}); convert with .to("int32")`);
    checkLabels("crossEntropy", t.storage.data, classes);
    return [[x, t], {}];
  },
  shape: () => [],
  run: ([x, t], y) => {
    const [rows, classes] = x.shape;
    const [scores, labels] = [x.storage.data, t.storage.data];
    const indices = t.shape.length === 1;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const [start, end] = [row * classes, (row + 1) * classes];
      let most = -Infinity;
      for (let i = start; i < end; i++) most = Math.max(most, scores[i]);
      let sum = 0;
      for (let i = start; i < end; i++) sum += Math.exp(scores[i] - most);
      const log = Math.log(sum);
      if (indices) total += log - (scores[start + labels[row]] - most);
      else for (let i = start; i < end; i++) if (labels[i] !== 0) total += labels[i] * (log - (scores[i] - most));
    }
    y.storage.data[0] = total / rows;
  },
  vjp: [
    (g, _, [x, t]) => {
      const p = probabilities(x, t);
      const share = t.rank === 1 ? x.softmax() : x.softmax().mul(p.sum(1, { keepDims: true }));
      return share.sub(p).mul(g.div(x.shape[0]));
    },
    (g, _, [x, t]) => t.ne(0).where(x.logSoftmax(), 0).mul(g.div(-x.shape[0])),
  ],
  dtype: ([x]) => x.dtype,
  domain: [between(-2, 2), between(0.1, 1)],
  samples: [
    { shapes: [[4, 3]], call: (x) => [x, tensor([2, 0, 1, 2], { dtype: "int32" })] },
    { shapes: [[1, 2]], call: (x) => [x, tensor([0], { dtype: "int32" })] },
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
    },
  ],
});
