/** Lengths of vectors, and how far or how aligned two are: all from `norm`, which neither overflows nor has NaN slopes at 0. */

import { tensor } from "../create.js";
import { call, ShapeError } from "../error.js";
import { composed } from "../op.js";
import { checkTensor, type Tensor } from "../tensor.js";

type Normalized = { p?: number; axis?: number; eps?: number };

/** x ÷ max(‖x‖, eps), of the p-norm along an axis: p = 2, axis = 1, eps = 1e-12. PyTorch's normalize. */
export const normalize: (x: Tensor, options?: Normalized) => Tensor = /* @__PURE__ */ composed(
  "normalize",
  {
    domain: [[0.5, 2]],
    samples: [
      { shapes: [[2, 3]], call: (x) => [x.mul(tensor([1, -1, 1]))] },
      { shapes: [[3]], args: [{ p: 1, axis: 0 }] },
      { shapes: [[2, 3, 2]], args: [{ p: 3, axis: -1 }] },
      { shapes: [[2, 2]], args: [{ eps: 8 }] },
    ],
  },
  (x: Tensor, options?: Normalized | null) => {
    const { p = 2, axis = 1, eps = 1e-12 } = options ?? {};
    checkTensor("normalize", x);
    return x.div(x.norm(p, axis, { keepDims: true }).maximum(eps));
  },
);

/** The cosine of the angle between vectors along an axis (default 1); each length is at least `eps` (1e-8). PyTorch's; they broadcast. */
export const cosineSimilarity: (a: Tensor, b: Tensor, options?: { axis?: number; eps?: number }) => Tensor =
  /* @__PURE__ */ composed(
    "cosineSimilarity",
    {
      arity: 2,
      domain: [
        [0.5, 2],
        [0.5, 2],
      ],
      samples: [
        {
          shapes: [
            [2, 3],
            [2, 3],
          ],
          call: (a, b) => [a.mul(tensor([1, -1, 1])), b],
        },
        {
          shapes: [
            [3, 2],
            [3, 1],
          ],
          args: [{ axis: 0 }],
        },
        { shapes: [[3], [3]], args: [{ axis: -1, eps: 3 }] },
      ],
    },
    (a: Tensor, b: Tensor, { axis = 1, eps = 1e-8 }: { axis?: number; eps?: number } = {}) =>
      normalize(a, { axis, eps }).mul(normalize(b, { axis, eps })).sum(axis),
  );

/** ‖a − b + eps‖, of the p-norm along the last axis: p = 2, eps = 1e-6 (of each difference). PyTorch's pairwise_distance; they broadcast. */
export const pairwiseDistance: (
  a: Tensor,
  b: Tensor,
  options?: { p?: number; eps?: number; keepDims?: boolean },
) => Tensor = /* @__PURE__ */ composed(
  "pairwiseDistance",
  {
    arity: 2,
    domain: [
      [0.5, 2],
      [-2, -0.5],
    ],
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        call: (a, b) => [a.mul(tensor([1, -1, 1])), b.mul(tensor([1, -1, 1]))],
      },
      { shapes: [[2, 2], [2]], args: [{ p: 1, eps: 0.25, keepDims: true }] },
      { shapes: [[3], [3]], args: [{ p: 3 }] },
    ],
  },
  (a: Tensor, b: Tensor, { p = 2, eps = 1e-6, keepDims }: { p?: number; eps?: number; keepDims?: boolean } = {}) => {
    checkTensor("pairwiseDistance", a);
    checkTensor("pairwiseDistance", b);
    return a.sub(b).add(eps).norm(p, -1, { keepDims });
  },
);

/** The p-norms (p = 2) of every row of a [..., m, D] less every row of b [..., n, D]: [..., m, n]. PyTorch's, never by a product of matrices. */
export const cdist: (a: Tensor, b: Tensor, options?: { p?: number }) => Tensor = /* @__PURE__ */ composed(
  "cdist",
  {
    arity: 2,
    domain: [
      [0.5, 2],
      [-2, -0.5],
    ],
    samples: [
      {
        shapes: [
          [2, 3],
          [3, 3],
        ],
        call: (a, b) => [a.mul(tensor([1, -1, 1])), b.mul(tensor([1, -1, 1]))],
      },
      {
        shapes: [
          [2, 1, 2],
          [2, 2],
        ],
        args: [{ p: 1 }],
      },
      {
        shapes: [
          [2, 2],
          [2, 2, 2],
        ],
        args: [{ p: 3 }],
      },
    ],
  },
  (a: Tensor, b: Tensor, { p = 2 }: { p?: number } = {}) => {
    checkTensor("cdist", a);
    checkTensor("cdist", b);
    if (a.rank < 2 || b.rank < 2)
      throw new ShapeError(`${call("cdist", [a, b])}: both must have at least 2 axes, [..., rows, D]`);
    return a.unsqueeze(-2).sub(b.unsqueeze(-3)).norm(p, -1);
  },
);
