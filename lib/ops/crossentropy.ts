/** Cross-entropies of several classes, whose labels are indices or rows of probabilities. */
import { crossEntropy as fast } from "../backends/wasm/losses.js";
import { oneHot, tensor } from "../create.js";
import { call, DtypeError, ShapeError, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { checkLabels } from "../nested.js";
import { composed } from "../op.js";
import { sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import {
  type ClassOptions,
  checkReduction,
  checkWeights,
  type Loss,
  labelled,
  type Reduction,
  reduced,
} from "./common/losses.js";

/** The labels as rows of probabilities. */
const probabilities = (x: Tensor, t: Tensor): Tensor =>
  t.dtype === "int32" && t.rank === 1 ? oneHot(t, x.shape[1], { dtype: x.dtype }) : t.to(x.dtype);

type CrossEntropyOptions = ClassOptions & { labelSmoothing?: number };

/** What a kernel is told: how rows become one number. */
type Reduced = { reduction: Reduction };

/** The gradient that arrives at each row. */
const perRow = (g: Tensor, x: Tensor, { reduction }: Reduced): Tensor =>
  reduction === "none" ? g.reshape([x.shape[0], 1]) : reduction === "sum" ? g : g.div(x.shape[0]);

/** Labels as rows that smoothing, weights, what is ignored, and a mean that divides by weights are multiplied into; float64, to lose nothing. */
function softened(x: Tensor, t: Tensor, options: CrossEntropyOptions): Tensor {
  const { labelSmoothing = 0, weights, ignoreIndex, reduction = "mean" } = options;
  const [rows, classes] = x.shape;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ValueError(`crossEntropy: labelSmoothing must lie from 0 to 1 (given ${labelSmoothing})`);
  const smoothed = (q: Tensor): Tensor =>
    labelSmoothing === 0 ? q : q.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const weighed = (q: Tensor): Tensor => (weights ? q.mul(weights) : q);
  if (t.rank === 2) {
    if (ignoreIndex !== undefined)
      throw new ValueError("crossEntropy: ignoreIndex is for class indices (given rows of probabilities)");
    checkWeights("crossEntropy", x, t, weights);
    return weighed(smoothed(t.to("float64")));
  }
  const { labels, counts } = labelled("crossEntropy", x, t, options);
  const q = weighed(smoothed(oneHot(labels, classes, { dtype: "float64" })));
  const kept = labels === t ? q : q.mul(t.ne(ignoreIndex as number).reshape([rows, 1]));
  return counts && reduction === "mean" ? kept.mul(counts.to("float64").sum().reciprocal().mul(rows)) : kept;
}

/**
 * −Σ t · log softmax(x) of each row, and their mean: PyTorch's cross_entropy. Scores x are [rows, classes]; labels t are class
 * indices, int32 [rows], or rows of probabilities [rows, classes], of which those that are 0 cost nothing. `labelSmoothing`
 * shares so much of each label among all classes, before `weights`. Of labels that are all ignored the mean is NaN.
 */
export const crossEntropy: Loss<CrossEntropyOptions> = /* @__PURE__ */ kernelOp<Reduced>("crossEntropy", {
  args: (x: Tensor, t: Tensor, options: CrossEntropyOptions = {}) => {
    checkTensor("crossEntropy: the scores", x);
    checkTensor("crossEntropy: the labels", t);
    if (x.rank !== 2) throw new ShapeError(`${call("crossEntropy", [x, t])}: scores must be [rows, classes]`);
    const [rows, classes] = x.shape;
    const { labelSmoothing, weights, ignoreIndex, reduction = "mean" } = options;
    const indices = !sameShape(x.shape, t.shape);
    if (indices) {
      if (t.rank !== 1 || t.size !== rows)
        throw new ShapeError(
          `${call("crossEntropy", [x, t])}: labels must be indices [${rows}] or rows [${rows},${classes}]`,
        );
      if (t.dtype !== "int32")
        throw new DtypeError(`crossEntropy: class indices must be int32 (given ${t.dtype}); convert with .to("int32")`);
    }
    checkReduction("crossEntropy", reduction);
    if (labelSmoothing || weights !== undefined || ignoreIndex !== undefined)
      return [[x, softened(x, t, options)], { reduction }];
    if (indices) checkLabels("crossEntropy", t.storage.data, classes);
    return [[x, t], { reduction }];
  },
  shape: ({ reduction }, [x]) => (reduction === "none" ? [x.shape[0]] : []),
  run: ([x, t], y, _, { reduction }) => {
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
      if (reduction === "none") total = 0;
      if (indices) total += log - (scores[start + labels[row]] - most);
      else for (let i = start; i < end; i++) if (labels[i] !== 0) total += labels[i] * (log - (scores[i] - most));
      if (reduction === "none") y.storage.data[row] = total;
    }
    if (reduction !== "none") y.storage.data[0] = reduction === "sum" ? total : total / rows;
  },
  fast,
  vjp: [
    (g, _, [x, t], how) => {
      const p = probabilities(x, t);
      const share = t.rank === 1 ? x.softmax() : x.softmax().mul(p.sum(1, { keepDims: true }));
      return share.sub(p).mul(perRow(g, x, how));
    },
    (g, _, [x, t], how) =>
      t
        .ne(0)
        .where(x.logSoftmax(), 0)
        .mul(perRow(g, x, how).neg()),
  ],
  dtype: ([x]) => x.dtype,
  domain: [
    [-2, 2],
    [0.1, 1],
    [0.5, 2],
  ],
  samples: [
    { shapes: [[4, 3]], call: (x) => [x, tensor([2, 0, 1, 2], { dtype: "int32" })] },
    { shapes: [[1, 2]], call: (x) => [x, tensor([0], { dtype: "int32" }), { reduction: "sum" }] },
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
    },
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      args: [{ labelSmoothing: 0.25, reduction: "none" }],
    },
    {
      shapes: [[3, 3], [3]],
      call: (x, weights) => [
        x,
        tensor([2, 9, 1], { dtype: "int32" }),
        { weights, ignoreIndex: 9, labelSmoothing: 0.1 },
      ],
    },
  ],
});

/**
 * −x[label], weighed, of log-probabilities x [N, C] (or [N, C, ...]) and labels t [N] (or [N, ...]), int32: PyTorch's
 * nll_loss. Of labels that are all ignored the mean is NaN.
 */
export const nll: Loss<ClassOptions> = /* @__PURE__ */ composed(
  "nll",
  {
    domain: [
      [-3, -0.25],
      [0.5, 2],
    ],
    samples: [
      { shapes: [[4, 3]], call: (x) => [x, tensor([2, 0, 1, 2], { dtype: "int32" })] },
      {
        shapes: [[3, 3], [3]],
        call: (x, weights) => [x, tensor([2, 9, 1], { dtype: "int32" }), { weights, ignoreIndex: 9 }],
      },
      {
        shapes: [[2, 2, 2]],
        call: (x) => [
          x,
          tensor(
            [
              [1, 0],
              [-1, 1],
            ],
            { dtype: "int32" },
          ),
          { ignoreIndex: -1, reduction: "none" },
        ],
      },
    ],
  },
  (x: Tensor, t: Tensor, options: ClassOptions = {}) => {
    checkTensor("nll", x);
    checkTensor("nll", t);
    const [rows, , ...rest] = x.shape;
    if (x.rank < 2 || !sameShape(t.shape, [rows, ...rest]))
      throw new ShapeError(
        `${call("nll", [x, t])}: the first must be [rows, classes, ...], and the labels [rows, ...]`,
      );
    const { labels, counts } = labelled("nll", x, t, options);
    const y = x.gather(1, labels.unsqueeze(1)).squeeze(1).neg();
    if (!counts) return reduced(y, options.reduction);
    const own = counts.ne(0).where(y, 0).mul(counts); // 0 · ∞ would be NaN
    if ((options.reduction ?? "mean") === "mean") return own.sum().div(counts.sum());
    return reduced(own, options.reduction);
  },
);

/**
 * −Σ t · log(y + 1e-7) ÷ rows, the book's cross-entropy error (chapter 4.2) of probabilities y, one row or a batch; labels
 * are rows of probabilities, such as one-hot ones, or class indices, int32. Of scores use `crossEntropy`.
 */
export const crossEntropyError: (y: Tensor, t: Tensor) => Tensor = /* @__PURE__ */ composed(
  "crossEntropyError",
  {
    arity: 2,
    domain: [
      [0.25, 1],
      [0.25, 1],
    ],
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
      },
      { shapes: [[3], [3]] },
      { shapes: [[3, 2]], call: (y) => [y, tensor([1, 0, 1], { dtype: "int32" })] },
      { shapes: [[4]], call: (y) => [y, tensor(2, { dtype: "int32" })] },
    ],
  },
  (y: Tensor, t: Tensor) => {
    checkTensor("crossEntropyError", y);
    checkTensor("crossEntropyError", t);
    const rows = y.rank === 1 ? 1 : y.shape[0];
    const indices = t.dtype === "int32" && t.size === rows;
    if ((y.rank !== 1 && y.rank !== 2) || !(indices || sameShape(y.shape, t.shape)))
      throw new ShapeError(
        `${call("crossEntropyError", [y, t])}: the first must be [classes] or [rows, classes], and the labels the same, or one index for each row`,
      );
    const log = (p: Tensor): Tensor => p.add(1e-7).log();
    const hits = indices
      ? log(y.reshape([rows, y.size / rows]).gather(1, t.reshape([rows, 1])))
      : t.to(y.dtype).mul(log(y));
    return hits.sum().div(-rows);
  },
);
