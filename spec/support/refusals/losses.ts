/** What losses refuse. */
import {
  bce,
  bceWithLogits,
  cosineEmbedding,
  crossEntropy,
  crossEntropyError,
  focal,
  gaussianNll,
  hinge,
  huber,
  klDiv,
  mae,
  marginRanking,
  mse,
  multiMargin,
  nll,
  ones,
  poissonNll,
  smoothL1,
  softMargin,
  sumSquaredError,
  type Tensor,
  tensor,
  tripletMargin,
  zeros,
} from "gradtape";
import type { Refusals } from "../refusals.js";

const labels = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

export const losses: Refusals = {
  crossEntropy: [
    [
      () => crossEntropy(zeros([2, 3, 1]), labels(0, 1)),
      "ShapeError: crossEntropy([2,3,1], [2]): scores must be [rows, classes]",
    ],
    [
      () => crossEntropy(zeros([2, 3]), labels(0, 1, 2)),
      "ShapeError: crossEntropy([2,3], [3]): labels must be indices [2] or rows [2,3]",
    ],
    [
      () => crossEntropy(zeros([2, 3]), zeros([2])),
      'DtypeError: crossEntropy: class indices must be int32 (given float32); convert with .to("int32")',
    ],
    [
      () => crossEntropy(zeros([2, 3]), labels(0, 3)),
      "ValueError: crossEntropy: labels must be whole numbers from 0 to 2 (given 3 at 1)",
    ],
    [
      () => crossEntropy(zeros([2, 3]), labels(0, 1), { weights: ones([2]) }),
      "ShapeError: crossEntropy([2,3], [2]): weights must be one for each class, [3] (given [2])",
    ],
    [
      () => crossEntropy(zeros([2, 3]), labels(0, 5), { ignoreIndex: 9 }),
      "ValueError: crossEntropy: labels must be whole numbers from 0 to 2 (given 5 at 1)",
    ],
    [
      () => crossEntropy(zeros([2, 3]), zeros([2, 3]), { ignoreIndex: 1 }),
      "ValueError: crossEntropy: ignoreIndex is for class indices (given rows of probabilities)",
    ],
    [
      () => crossEntropy(zeros([2, 3]), labels(0, 1), { labelSmoothing: 2 }),
      "ValueError: crossEntropy: labelSmoothing must lie from 0 to 1 (given 2)",
    ],
    [
      () => crossEntropy(zeros([2, 3]), labels(0, 1), { reduction: "avg" as never }),
      'ValueError: crossEntropy: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  nll: [
    [
      () => nll(zeros([2, 3]), labels(0, 1, 2)),
      "ShapeError: nll([2,3], [3]): the first must be [rows, classes, ...], and the labels [rows, ...]",
    ],
    [
      () => nll(zeros([2, 3]), zeros([2])),
      'DtypeError: nll: class indices must be int32 (given float32); convert with .to("int32")',
    ],
    [
      () => nll(zeros([2, 3]), labels(0, 3)),
      "ValueError: nll: labels must be whole numbers from 0 to 2 (given 3 at 1)",
    ],
    [
      () => nll(zeros([2, 3]), labels(0, 1), { weights: ones([2]) }),
      "ShapeError: nll([2,3], [2]): weights must be one for each class, [3] (given [2])",
    ],
  ],
  crossEntropyError: [
    [
      () => crossEntropyError(zeros([2, 3]), zeros([3])),
      "ShapeError: crossEntropyError([2,3], [3]): the first must be [classes] or [rows, classes], and the labels the same, or one index for each row",
    ],
    [
      () => crossEntropyError(zeros([2, 3]), labels(0, 3)),
      "ValueError: crossEntropyError([2,3]): indices along axis 1 must lie from 0 to 2 (given 3 at 1)",
    ],
  ],
  bce: [
    [
      () => bce(zeros([2, 3]), zeros([3])),
      "ShapeError: bce([2,3], [3]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => bce(zeros([2]), zeros([2]), { reduction: "avg" as never }),
      'ValueError: bce: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  bceWithLogits: [
    [
      () => bceWithLogits(zeros([2, 1]), zeros([2])),
      "ShapeError: bceWithLogits([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => bceWithLogits(zeros([2]), zeros([2]), { reduction: "avg" as never }),
      'ValueError: bceWithLogits: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  focal: [
    [
      () => focal(zeros([2, 1]), zeros([2])),
      "ShapeError: focal([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => focal(zeros([2]), 1 as never),
      "DtypeError: focal: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  sumSquaredError: [
    [
      () => sumSquaredError(zeros([2, 3]), zeros([3])),
      "ShapeError: sumSquaredError([2,3], [3]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => sumSquaredError(zeros([2]), 1 as never),
      "DtypeError: sumSquaredError: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  mse: [
    [
      () => mse(zeros([2, 1]), zeros([2])),
      "ShapeError: mse([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => mse(labels(1), labels(1)),
      'DtypeError: mse: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
    ],
  ],
  mae: [
    [
      () => mae(zeros([2, 1]), zeros([2])),
      "ShapeError: mae([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => mae(zeros([2]), zeros([2]), { reduction: "avg" as never }),
      'ValueError: mae: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  huber: [
    [
      () => huber(zeros([2, 1]), zeros([2])),
      "ShapeError: huber([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => huber(zeros([2]), zeros([2]), { delta: 0 }),
      "ValueError: huber: delta must be a finite number above 0 (given 0)",
    ],
  ],
  smoothL1: [
    [
      () => smoothL1(zeros([2, 1]), zeros([2])),
      "ShapeError: smoothL1([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => smoothL1(zeros([2]), zeros([2]), { beta: -1 }),
      "ValueError: smoothL1: beta must be a finite number of at least 0 (given -1)",
    ],
  ],
  klDiv: [
    [
      () => klDiv(zeros([2, 1]), zeros([2])),
      "ShapeError: klDiv([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => klDiv(zeros([]), zeros([]), { reduction: "batchmean" }),
      'ShapeError: klDiv([]): for "batchmean" there must be a first axis',
    ],
    [
      () => klDiv(zeros([2]), zeros([2]), { reduction: "avg" as never }),
      'ValueError: klDiv: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  poissonNll: [
    [
      () => poissonNll(zeros([2, 1]), zeros([2])),
      "ShapeError: poissonNll([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => poissonNll(zeros([2]), zeros([2]), { reduction: "avg" as never }),
      'ValueError: poissonNll: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  gaussianNll: [
    [
      () => gaussianNll(zeros([2, 1]), zeros([2]), zeros([2])),
      "ShapeError: gaussianNll([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => gaussianNll(zeros([2]), zeros([2]), zeros([3, 2])),
      "ShapeError: gaussianNll([2], [2], [3,2]): the variance must broadcast to the first",
    ],
    [
      () => gaussianNll(zeros([2]), zeros([2]), 1 as never),
      "DtypeError: gaussianNll: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  hinge: [
    [
      () => hinge(zeros([2, 1]), zeros([2])),
      "ShapeError: hinge([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => hinge(zeros([2]), zeros([2]), { reduction: "avg" as never }),
      'ValueError: hinge: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  softMargin: [
    [
      () => softMargin(zeros([2, 1]), zeros([2])),
      "ShapeError: softMargin([2,1], [2]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => softMargin(zeros([2]), zeros([2]), { reduction: "avg" as never }),
      'ValueError: softMargin: reduction must be "mean", "sum" or "none" (given "avg")',
    ],
  ],
  marginRanking: [
    [
      () => marginRanking(zeros([2]), zeros([2]), zeros([3])),
      "ShapeError: marginRanking([2], [2], [3]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => marginRanking(zeros([2]), zeros([2]), 1 as never),
      "DtypeError: marginRanking: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  tripletMargin: [
    [
      () => tripletMargin(zeros([2, 3]), zeros([2, 3]), zeros([3])),
      "ShapeError: tripletMargin([2,3], [2,3], [3]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => tripletMargin(zeros([2, 3]), zeros([2, 3]), zeros([2, 3]), { p: 0 }),
      "ValueError: tripletMargin([2,3]): p must be a number other than 0 (given 0)",
    ],
  ],
  cosineEmbedding: [
    [
      () => cosineEmbedding(zeros([2, 3]), zeros([3]), labels(1, 1)),
      "ShapeError: cosineEmbedding([2,3], [3]): the shapes must be equal; nothing broadcasts here",
    ],
    [
      () => cosineEmbedding(zeros([2, 3]), zeros([2, 3]), labels(1)),
      "ShapeError: cosineEmbedding([2,3], [2,3], [1]): there must be one t for each row, [2]",
    ],
    [
      () => cosineEmbedding(zeros([2, 3]), zeros([2, 3]), 1 as never),
      "DtypeError: cosineEmbedding: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  multiMargin: [
    [
      () => multiMargin(zeros([2, 3]), labels(1)),
      "ShapeError: multiMargin([2,3], [1]): scores must be [rows, classes], and labels [rows]",
    ],
    [
      () => multiMargin(zeros([2, 3]), labels(1, 3)),
      "ValueError: multiMargin: labels must be whole numbers from 0 to 2 (given 3 at 1)",
    ],
    [
      () => multiMargin(zeros([2, 3]), labels(1, 2), { p: 0 }),
      "ValueError: multiMargin: p must be a finite number above 0 (given 0)",
    ],
  ],
};
