/** What reductions, scans and sorting refuse. */
import {
  all,
  any,
  argmax,
  argmin,
  argsort,
  argTopk,
  countNonzero,
  cummax,
  cummin,
  cumprod,
  cumsum,
  logCumSumExp,
  logSoftmax,
  logSumExp,
  max,
  mean,
  median,
  min,
  norm,
  prod,
  quantile,
  softmax,
  softmin,
  sort,
  std,
  sum,
  tensor,
  topk,
  variance,
  zeros,
} from "gradtape";
import type { Refusals } from "../refusals.js";

const int32 = tensor([1, 2], { dtype: "int32" });
const integers = 'int32 holds labels and indices, not numbers to compute with; convert with .to("float32")';

export const reductions: Refusals = {
  sum: [
    [() => sum(zeros([2, 3]), 2), "ShapeError: sum: axis must be a whole number from -2 to 1 (given 2)"],
    [() => sum(zeros([2, 3]), [0, -2]), "ShapeError: sum: each axis may be named once (given [0,-2])"],
    [() => sum([1] as never), "DtypeError: sum: a tensor must be given (given object); make one with tensor(values)"],
    [() => sum(int32), `DtypeError: sum: ${integers}`],
  ],
  mean: [
    [() => mean(zeros([2, 3]), 2), "ShapeError: mean: axis must be a whole number from -2 to 1 (given 2)"],
    [() => mean(zeros([2, 3]), [0, -2]), "ShapeError: mean: each axis may be named once (given [0,-2])"],
    [() => mean([1] as never), "DtypeError: mean: a tensor must be given (given object); make one with tensor(values)"],
    [() => mean(int32), `DtypeError: mean: ${integers}`],
  ],
  prod: [
    [() => prod(zeros([2, 3]), 2), "ShapeError: prod: axis must be a whole number from -2 to 1 (given 2)"],
    [() => prod(zeros([2, 3]), [0, -2]), "ShapeError: prod: each axis may be named once (given [0,-2])"],
    [() => prod([1] as never), "DtypeError: prod: a tensor must be given (given object); make one with tensor(values)"],
    [() => prod(int32), `DtypeError: prod: ${integers}`],
  ],
  max: [
    [() => max(zeros([2, 3]), 2), "ShapeError: max: axis must be a whole number from -2 to 1 (given 2)"],
    [() => max(zeros([2, 3]), [0, -2]), "ShapeError: max: each axis may be named once (given [0,-2])"],
    [() => max(zeros([2, 0]), 1), "ShapeError: max([2,0]): axis 1 has length 0; of nothing there is no max"],
    [() => max([1] as never), "DtypeError: max: a tensor must be given (given object); make one with tensor(values)"],
    [() => max(int32), `DtypeError: max: ${integers}`],
  ],
  min: [
    [() => min(zeros([2, 3]), 2), "ShapeError: min: axis must be a whole number from -2 to 1 (given 2)"],
    [() => min(zeros([2, 3]), [0, -2]), "ShapeError: min: each axis may be named once (given [0,-2])"],
    [() => min(zeros([2, 0]), 1), "ShapeError: min([2,0]): axis 1 has length 0; of nothing there is no min"],
    [() => min([1] as never), "DtypeError: min: a tensor must be given (given object); make one with tensor(values)"],
    [() => min(int32), `DtypeError: min: ${integers}`],
  ],
  argmax: [
    [() => argmax(zeros([2, 3]), 2), "ShapeError: argmax: axis must be a whole number from -2 to 1 (given 2)"],
    [() => argmax(zeros([2, 3]), [0, -2]), "ShapeError: argmax: each axis may be named once (given [0,-2])"],
    [() => argmax(zeros([2, 0]), 1), "ShapeError: argmax([2,0]): axis 1 has length 0; of nothing there is no argmax"],
    [
      () => argmax([1] as never),
      "DtypeError: argmax: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  argmin: [
    [() => argmin(zeros([2, 3]), 2), "ShapeError: argmin: axis must be a whole number from -2 to 1 (given 2)"],
    [() => argmin(zeros([2, 3]), [0, -2]), "ShapeError: argmin: each axis may be named once (given [0,-2])"],
    [() => argmin(zeros([2, 0]), 1), "ShapeError: argmin([2,0]): axis 1 has length 0; of nothing there is no argmin"],
    [
      () => argmin([1] as never),
      "DtypeError: argmin: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  any: [
    [() => any(zeros([2, 3]), 2), "ShapeError: any: axis must be a whole number from -2 to 1 (given 2)"],
    [() => any(zeros([2, 3]), [0, -2]), "ShapeError: any: each axis may be named once (given [0,-2])"],
    [() => any([1] as never), "DtypeError: any: a tensor must be given (given object); make one with tensor(values)"],
  ],
  all: [
    [() => all(zeros([2, 3]), 2), "ShapeError: all: axis must be a whole number from -2 to 1 (given 2)"],
    [() => all(zeros([2, 3]), [0, -2]), "ShapeError: all: each axis may be named once (given [0,-2])"],
    [() => all([1] as never), "DtypeError: all: a tensor must be given (given object); make one with tensor(values)"],
  ],
  countNonzero: [
    [
      () => countNonzero(zeros([2, 3]), 2),
      "ShapeError: countNonzero: axis must be a whole number from -2 to 1 (given 2)",
    ],
    [
      () => countNonzero(zeros([2, 3]), [0, -2]),
      "ShapeError: countNonzero: each axis may be named once (given [0,-2])",
    ],
    [
      () => countNonzero([1] as never),
      "DtypeError: countNonzero: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  variance: [
    [() => variance(zeros([2, 3]), 2), "ShapeError: variance: axis must be a whole number from -2 to 1 (given 2)"],
    [() => variance(zeros([2, 3]), [0, -2]), "ShapeError: variance: each axis may be named once (given [0,-2])"],
    [
      () => variance([1] as never),
      "DtypeError: variance: a tensor must be given (given object); make one with tensor(values)",
    ],
    [() => variance(int32), `DtypeError: variance: ${integers}`],
  ],
  std: [
    [() => std(zeros([2, 3]), 2), "ShapeError: std: axis must be a whole number from -2 to 1 (given 2)"],
    [() => std(zeros([2, 3]), [0, -2]), "ShapeError: std: each axis may be named once (given [0,-2])"],
    [() => std([1] as never), "DtypeError: std: a tensor must be given (given object); make one with tensor(values)"],
    [() => std(int32), `DtypeError: std: ${integers}`],
  ],
  logSumExp: [
    [() => logSumExp(zeros([2, 3]), 2), "ShapeError: logSumExp: axis must be a whole number from -2 to 1 (given 2)"],
    [() => logSumExp(zeros([2, 3]), [0, -2]), "ShapeError: logSumExp: each axis may be named once (given [0,-2])"],
    [
      () => logSumExp([1] as never),
      "DtypeError: logSumExp: a tensor must be given (given object); make one with tensor(values)",
    ],
    [() => logSumExp(int32), `DtypeError: logSumExp: ${integers}`],
  ],
  median: [
    [() => median(zeros([2, 3]), 2), "ShapeError: median: axis must be a whole number from -2 to 1 (given 2)"],
    [() => median(zeros([2, 3]), [0, -2]), "ShapeError: median: each axis may be named once (given [0,-2])"],
    [() => median(zeros([2, 0]), 1), "ShapeError: median([2,0]): axis 1 has length 0; of nothing there is no median"],
    [
      () => median([1] as never),
      "DtypeError: median: a tensor must be given (given object); make one with tensor(values)",
    ],
    [() => median(int32), `DtypeError: median: ${integers}`],
  ],
  norm: [
    [() => norm(zeros([2, 3]), 2, 2), "ShapeError: norm: axis must be a whole number from -2 to 1 (given 2)"],
    [() => norm(zeros([2, 0]), Infinity), "ShapeError: norm([2,0]): axis 1 has length 0; of nothing there is no norm"],
    [() => norm(zeros([2, 0]), -1), "ShapeError: norm([2,0]): axis 1 has length 0; of nothing there is no norm"],
    [() => norm(zeros([2, 3]), 0), "ValueError: norm([2,3]): p must be a number other than 0 (given 0)"],
    [() => norm(zeros([2, 3]), "fro" as never), "ValueError: norm([2,3]): p must be a number other than 0 (given fro)"],
    [() => norm(int32), `DtypeError: norm: ${integers}`],
  ],
  softmax: [
    [() => softmax(zeros([2, 3]), 2), "ShapeError: softmax: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => softmax(null as never),
      "DtypeError: softmax: a tensor must be given (given null); make one with tensor(values)",
    ],
    [() => softmax(int32), `DtypeError: softmax: ${integers}`],
  ],
  softmin: [
    [() => softmin(zeros([2, 3]), 2), "ShapeError: softmin: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => softmin(null as never),
      "DtypeError: softmin: a tensor must be given (given null); make one with tensor(values)",
    ],
    [() => softmin(int32), `DtypeError: softmin: ${integers}`],
  ],
  logSoftmax: [
    [() => logSoftmax(zeros([2, 3]), 2), "ShapeError: logSoftmax: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => logSoftmax(null as never),
      "DtypeError: logSoftmax: a tensor must be given (given null); make one with tensor(values)",
    ],
    [() => logSoftmax(int32), `DtypeError: logSoftmax: ${integers}`],
  ],
  cumsum: [
    [() => cumsum(zeros([2, 3]), 2), "ShapeError: cumsum: axis must be a whole number from -2 to 1 (given 2)"],
    [() => cumsum(zeros([]), 0), "ShapeError: cumsum([]): the tensor must have at least one axis"],
    [() => cumsum(int32, 0), `DtypeError: cumsum: ${integers}`],
  ],
  cumprod: [
    [() => cumprod(zeros([2, 3]), 2), "ShapeError: cumprod: axis must be a whole number from -2 to 1 (given 2)"],
    [() => cumprod(zeros([]), 0), "ShapeError: cumprod([]): the tensor must have at least one axis"],
    [() => cumprod(int32, 0), `DtypeError: cumprod: ${integers}`],
  ],
  cummax: [
    [() => cummax(zeros([2, 3]), 2), "ShapeError: cummax: axis must be a whole number from -2 to 1 (given 2)"],
    [() => cummax(zeros([]), 0), "ShapeError: cummax([]): the tensor must have at least one axis"],
    [() => cummax(int32, 0), `DtypeError: cummax: ${integers}`],
  ],
  cummin: [
    [() => cummin(zeros([2, 3]), 2), "ShapeError: cummin: axis must be a whole number from -2 to 1 (given 2)"],
    [() => cummin(zeros([]), 0), "ShapeError: cummin([]): the tensor must have at least one axis"],
    [() => cummin(int32, 0), `DtypeError: cummin: ${integers}`],
  ],
  logCumSumExp: [
    [
      () => logCumSumExp(zeros([2, 3]), 2),
      "ShapeError: logCumSumExp: axis must be a whole number from -2 to 1 (given 2)",
    ],
    [() => logCumSumExp(zeros([]), 0), "ShapeError: logCumSumExp([]): the tensor must have at least one axis"],
    [() => logCumSumExp(int32, 0), `DtypeError: logCumSumExp: ${integers}`],
  ],
  argsort: [
    [() => argsort(zeros([2, 3]), 2), "ShapeError: argsort: axis must be a whole number from -2 to 1 (given 2)"],
    [() => argsort(zeros([])), "ShapeError: argsort([]): the tensor must have at least one axis"],
    [
      () => argsort([1] as never),
      "DtypeError: argsort: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  sort: [
    [() => sort(zeros([2, 3]), 2), "ShapeError: sort: axis must be a whole number from -2 to 1 (given 2)"],
    [() => sort(zeros([])), "ShapeError: sort([]): the tensor must have at least one axis"],
    [() => sort([1] as never), "DtypeError: sort: a tensor must be given (given object); make one with tensor(values)"],
  ],
  argTopk: [
    [
      () => argTopk(zeros([2, 3]), 4),
      "ShapeError: argTopk([2,3]): k must be a whole number from 0 to 3, the length of axis 1 (given 4)",
    ],
    [
      () => argTopk(zeros([2, 3]), 0.5),
      "ShapeError: argTopk([2,3]): k must be a whole number from 0 to 3, the length of axis 1 (given 0.5)",
    ],
    [() => argTopk(zeros([2, 3]), 1, 2), "ShapeError: argTopk: axis must be a whole number from -2 to 1 (given 2)"],
    [() => argTopk(zeros([]), 1), "ShapeError: argTopk([]): the tensor must have at least one axis"],
    [
      () => argTopk([1] as never, 1),
      "DtypeError: argTopk: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  topk: [
    [
      () => topk(zeros([2, 3]), 4),
      "ShapeError: topk([2,3]): k must be a whole number from 0 to 3, the length of axis 1 (given 4)",
    ],
    [
      () => topk(zeros([2, 3]), 0.5),
      "ShapeError: topk([2,3]): k must be a whole number from 0 to 3, the length of axis 1 (given 0.5)",
    ],
    [() => topk(zeros([2, 3]), 1, 2), "ShapeError: topk: axis must be a whole number from -2 to 1 (given 2)"],
    [() => topk(zeros([]), 1), "ShapeError: topk([]): the tensor must have at least one axis"],
    [
      () => topk([1] as never, 1),
      "DtypeError: topk: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  quantile: [
    [() => quantile(zeros([2, 3]), 0.5, 2), "ShapeError: quantile: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => quantile(zeros([2, 0]), 0.5),
      "ShapeError: quantile([2,0]): axis 1 has length 0; of nothing there is no quantile",
    ],
    [() => quantile(zeros([2, 3]), 1.5), "ValueError: quantile: q must be a number from 0 to 1 (given 1.5)"],
    [() => quantile(zeros([2, 3]), "0.5" as never), "ValueError: quantile: q must be a number from 0 to 1 (given 0.5)"],
    [() => quantile(int32, 0.5), `DtypeError: quantile: ${integers}`],
  ],
};
