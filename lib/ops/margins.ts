/** Losses that ask for a distance: of scores from a boundary, and of pairs or triplets of vectors from each other. */

import { tensor } from "../create.js";
import { call, ShapeError } from "../error.js";
import { checkLabels } from "../nested.js";
import { composed } from "../op.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { softplus } from "./activations.js";
import { checkOption, type Loss, type LossOptions, matrices, pointwise, reduced, targets } from "./common/losses.js";
import { cosineSimilarity, pairwiseDistance } from "./distances.js";

/** max(0, 1 − t · x), of scores x and targets t, −1 or 1: the loss of support vector machines. PyTorch has another of this name. */
export const hinge: Loss = /* @__PURE__ */ pointwise(
  "hinge",
  {
    kinks: [[-1, 1]],
    samples: [
      {
        shapes: [[2, 3]],
        call: (x) => [
          x,
          tensor([
            [1, -1, 1],
            [-1, -1, 1],
          ]),
        ],
      },
      { shapes: [[3]], call: (x) => [x, tensor([1, 1, -1]), { reduction: "sum" }] },
      { shapes: [[2]], call: (x) => [x, tensor([-1, 1], { dtype: "int32" }), { reduction: "none" }] },
    ],
  },
  (x, t) => t.mul(x).neg().add(1).relu(),
);

/** log(1 + e^(−t · x)), of scores x and targets t, −1 or 1. PyTorch's soft_margin_loss, without its overflow. */
export const softMargin: Loss = /* @__PURE__ */ pointwise("softMargin", {}, (x, t) => softplus(t.mul(x).neg()));

/** max(0, margin − t · (a − b)): a shall be larger than b where t is 1, and smaller where it is −1. PyTorch's margin_ranking_loss. */
export const marginRanking: (a: Tensor, b: Tensor, t: Tensor, options?: LossOptions & { margin?: number }) => Tensor =
  /* @__PURE__ */ composed(
    "marginRanking",
    {
      arity: 3,
      ties: true,
      samples: [
        {
          shapes: matrices,
          call: (a, b) => [
            a,
            b,
            tensor([
              [1, -1, 1],
              [-1, -1, 1],
            ]),
          ],
        },
        { shapes: [[3], [3]], call: (a, b) => [a, b, tensor([1, 1, -1]), { margin: 0.5, reduction: "sum" }] },
        { shapes: [[2], [2]], call: (a, b) => [a, b, tensor([-1, 1], { dtype: "int32" }), { reduction: "none" }] },
      ],
    },
    (a: Tensor, other: Tensor, given: Tensor, { margin = 0, reduction }: LossOptions & { margin?: number } = {}) => {
      const [b, t] = targets(a, other, given);
      return reduced(t.mul(b.sub(a)).add(margin).relu(), reduction);
    },
  );

/**
 * max(0, margin + ‖anchor − positive‖ − ‖anchor − negative‖), of the p-norms along the last axis: margin = 1, p = 2. PyTorch's
 * triplet_margin_loss, with its 1e-6 added to each difference.
 */
export const tripletMargin: (
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: LossOptions & { margin?: number; p?: number },
) => Tensor = /* @__PURE__ */ composed(
  "tripletMargin",
  {
    arity: 3,
    domain: [
      [0.5, 1.5],
      [-1, 0.25],
      [2, 3],
    ],
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
          [2, 3],
        ],
        args: [{ margin: 4 }],
      },
      { shapes: [[2], [2], [2]], args: [{ margin: 6, p: 1, reduction: "sum" }] },
      {
        shapes: [
          [2, 2],
          [2, 2],
          [2, 2],
        ],
        call: (a, p, n) => [a, n, p, { p: 3, margin: 4, reduction: "none" }],
      },
    ],
  },
  (
    anchor: Tensor,
    ...[first, second, { margin = 1, p = 2, reduction } = {}]: [
      Tensor,
      Tensor,
      (LossOptions & { margin?: number; p?: number })?,
    ]
  ) => {
    const [positive, negative] = targets(anchor, first, second);
    const y = pairwiseDistance(anchor, positive, { p }).sub(pairwiseDistance(anchor, negative, { p }));
    return reduced(y.add(margin).relu(), reduction);
  },
);

/**
 * Of the cosine c between rows of a and b [..., D]: 1 − c where t [...] is 1, and max(0, c − margin) where it is −1.
 * PyTorch's cosine_embedding_loss; of rows of zeros c is 0.
 */
export const cosineEmbedding: (a: Tensor, b: Tensor, t: Tensor, options?: LossOptions & { margin?: number }) => Tensor =
  /* @__PURE__ */ composed(
    "cosineEmbedding",
    {
      arity: 3,
      domain: [
        [0.5, 2],
        [0.5, 2],
      ],
      samples: [
        { shapes: matrices, call: (a, b) => [a, b, tensor([1, -1])] },
        {
          shapes: [
            [3, 2],
            [3, 2],
          ],
          call: (a, b) => [a, b, tensor([-1, 1, -1]), { margin: 0.1, reduction: "sum" }],
        },
        { shapes: [[2], [2]], call: (a, b) => [a, b, tensor(-1, { dtype: "int32" }), { reduction: "none" }] },
      ],
    },
    (a: Tensor, other: Tensor, t: Tensor, { margin = 0, reduction }: LossOptions & { margin?: number } = {}) => {
      const [b] = targets(a, other);
      checkTensor("cosineEmbedding", t);
      const c = cosineSimilarity(a, b, { axis: -1 });
      if (String(t.shape) !== String(c.shape))
        throw new ShapeError(`${call("cosineEmbedding", [a, b, t])}: there must be one t for each row, [${c.shape}]`);
      return reduced(t.eq(1).to(a.dtype).where(c.neg().add(1), c.sub(margin).relu()), reduction);
    },
  );

/**
 * Σ max(0, margin − x[label] + x[other])^p / classes, over the other classes, of scores x [N, C] and labels t [N], int32;
 * margin = 1, p = 1. PyTorch's multi_margin_loss.
 */
export const multiMargin: Loss<LossOptions & { margin?: number; p?: number }> = /* @__PURE__ */ composed(
  "multiMargin",
  {
    ties: true,
    samples: [
      { shapes: [[2, 3]], call: (x) => [x, tensor([2, 0], { dtype: "int32" }), { margin: 1 / 3 }] },
      {
        shapes: [[3, 2]],
        call: (x) => [x, tensor([1, 0, 1], { dtype: "int32" }), { p: 2, margin: 5, reduction: "sum" }],
      },
      { shapes: [[2, 3]], call: (x) => [x, tensor([0, 1], { dtype: "int32" }), { margin: 4.5, reduction: "none" }] },
    ],
  },
  (x: Tensor, t: Tensor, { margin = 1, p = 1, reduction }: LossOptions & { margin?: number; p?: number } = {}) => {
    checkTensor("multiMargin", x);
    checkTensor("multiMargin", t);
    if (x.rank !== 2 || t.rank !== 1 || t.size !== x.shape[0])
      throw new ShapeError(`${call("multiMargin", [x, t])}: scores must be [rows, classes], and labels [rows]`);
    checkOption("p", p);
    checkLabels("multiMargin", t.storage.data, x.shape[1]);
    const [rows, classes] = x.shape;
    const own = t.reshape([rows, 1]);
    const over = x.sub(x.gather(1, own)).add(margin).relu();
    const each = p === 1 ? over : over.pow(p);
    // The label's own place holds margin^p, and is taken out.
    return reduced(
      each
        .sum(1)
        .sub(each.gather(1, own).reshape([rows]))
        .div(classes),
      reduction,
    );
  },
);
