/** What parts of networks refuse. */
import {
  batchNorm,
  cdist,
  cosineSimilarity,
  embedding,
  glu,
  groupNorm,
  instanceNorm,
  layerNorm,
  linear,
  normalize,
  ones,
  pairwiseDistance,
  rmsNorm,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  zeros,
} from "gradtape";
import type { Refusals } from "../refusals.js";

const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

export const networks: Refusals = {
  layerNorm: [
    [
      () => layerNorm(zeros([2, 3]), ones([2])),
      "ShapeError: layerNorm([2,3], [2]): parameters must be [3] (given [2])",
    ],
    [
      () => layerNorm(zeros([2, 3]), null, null, { axes: 3 }),
      "ShapeError: layerNorm([2,3]): axes must be how many of the last to normalize over, at least 1 and at most all (given 3 of 2)",
    ],
    [
      () => layerNorm(zeros([2, 3]), 1 as never),
      "DtypeError: layerNorm: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  rmsNorm: [
    [() => rmsNorm(zeros([2, 3]), ones([2])), "ShapeError: rmsNorm([2,3], [2]): parameters must be [3] (given [2])"],
    [
      () => rmsNorm(zeros([]), null),
      "ShapeError: rmsNorm([]): axes must be how many of the last to normalize over, at least 1 and at most all (given 1 of 0)",
    ],
    [
      () => rmsNorm(zeros([2, 3]), 1 as never),
      "DtypeError: rmsNorm: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  groupNorm: [
    [
      () => groupNorm(zeros([2, 3]), 2),
      "ShapeError: groupNorm([2,3]): the channels must divide into groups of equal size (given 2 groups)",
    ],
    [() => groupNorm(zeros([2]), 2), "ShapeError: groupNorm([2]): the first must be [N, C, ...]"],
    [
      () => groupNorm(zeros([2, 4]), 2, ones([2])),
      "ShapeError: groupNorm([2,4], [2]): parameters must be [4] (given [2])",
    ],
    [
      () => groupNorm(1 as never, 2),
      "DtypeError: groupNorm: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  instanceNorm: [
    [
      () => instanceNorm(zeros([2, 3])),
      "ShapeError: instanceNorm([2,3]): the first must be [N, C, ...] with axes after C",
    ],
    [
      () => instanceNorm(zeros([2, 3, 4]), ones([4])),
      "ShapeError: instanceNorm([2,3,4], [4]): parameters must be [3] (given [4])",
    ],
    [
      () => instanceNorm(1 as never),
      "DtypeError: instanceNorm: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  batchNorm: [
    [() => batchNorm(zeros([2])), "ShapeError: batchNorm([2]): the first must be [N, C, ...]"],
    [
      () => batchNorm(zeros([2, 3]), ones([2]), ones([3])),
      "ShapeError: batchNorm([2,3], [2]): parameters must be [3] (given [2])",
    ],
    [
      () => batchNorm(zeros([2, 3]), ones([3])),
      "ValueError: batchNorm: mean and variance must both be given, or both be null for those of the batch",
    ],
  ],
  normalize: [
    [() => normalize(zeros([2])), "ShapeError: normalize: axis must be a whole number from -1 to 0 (given 1)"],
    [
      () => normalize(zeros([2, 3]), { p: 0 }),
      "ValueError: normalize([2,3]): p must be a number other than 0 (given 0)",
    ],
  ],
  cosineSimilarity: [
    [
      () => cosineSimilarity(zeros([2, 3]), zeros([2, 2])),
      "ShapeError: cosineSimilarity([2,3], [2,2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [
      () => cosineSimilarity(1 as never, zeros([2, 2])),
      "DtypeError: cosineSimilarity: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  pairwiseDistance: [
    [
      () => pairwiseDistance(zeros([2, 3]), zeros([2, 2])),
      "ShapeError: pairwiseDistance([2,3], [2,2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [
      () => pairwiseDistance(zeros([2, 3]), 1 as never),
      "DtypeError: pairwiseDistance: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  cdist: [
    [
      () => cdist(zeros([3]), zeros([2, 3])),
      "ShapeError: cdist([3], [2,3]): both must have at least 2 axes, [..., rows, D]",
    ],
    [
      () => cdist(zeros([2, 3]), zeros([2, 2])),
      "ShapeError: cdist([2,1,3], [1,2,2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [
      () => cdist(zeros([2, 3]), 1 as never),
      "DtypeError: cdist: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  linear: [
    [
      () => linear(zeros([2, 3]), zeros([3, 2])),
      "ShapeError: linear([2,3], [3,2]): x must be [..., in], W [out, in], and b [out]",
    ],
    [
      () => linear(zeros([2, 3]), zeros([2, 3]), zeros([3])),
      "ShapeError: linear([2,3], [2,3], [3]): x must be [..., in], W [out, in], and b [out]",
    ],
    [
      () => linear(zeros([]), zeros([2, 3])),
      "ShapeError: linear([], [2,3]): x must be [..., in], W [out, in], and b [out]",
    ],
    [
      () => linear(zeros([2, 3]), 1 as never),
      "DtypeError: linear: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  embedding: [
    [() => embedding(labels(0, 1), zeros([3])), "ShapeError: embedding([2], [3]): W must be [count, width]"],
    [
      () => embedding(zeros([2]), zeros([2, 3])),
      'DtypeError: embedding: indices must be int32 (given float32); convert with .to("int32")',
    ],
    [
      () => embedding(labels(0, 2), zeros([2, 3])),
      "ValueError: embedding([2,3]): indices along axis 0 must lie from 0 to 1 (given 2 at 1)",
    ],
  ],
  glu: [
    [() => glu(zeros([2, 3])), "ShapeError: glu([2,3]): axis 1 must have an even length (it has 3)"],
    [() => glu(1 as never), "DtypeError: glu: a tensor must be given (given number); make one with tensor(values)"],
  ],
  scaledDotProductAttention: [
    [
      () => scaledDotProductAttention(zeros([2, 3]), zeros([4, 2]), zeros([4, 3])),
      "ShapeError: scaledDotProductAttention([2,3], [4,2], [4,3]): queries [..., L, E], keys [..., S, E] and values [..., S, D] must agree in E and S",
    ],
    [
      () => scaledDotProductAttention(zeros([3]), zeros([4, 3]), zeros([4, 3])),
      "ShapeError: scaledDotProductAttention([3], [4,3], [4,3]): all must have at least 2 axes, [..., rows, columns]",
    ],
    [
      () => scaledDotProductAttention(zeros([2, 3]), zeros([4, 3]), zeros([4, 3]), { mask: ones([3]) }),
      "ShapeError: scaledDotProductAttention([3], [2,4], -3e+38): axis -1 has lengths 3 and 4; they must be equal, or one of them 1",
    ],
    [
      () => scaledDotProductAttention(zeros([2, 3]), zeros([4, 3]), zeros([4, 3]), { scale: Number.NaN }),
      "ValueError: scaledDotProductAttention: scale must be a finite number (given NaN)",
    ],
  ],
};
