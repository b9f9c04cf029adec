/** What windows refuse. */
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  argmaxPool2d,
  avgPool1d,
  avgPool2d,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  fold,
  maxPool1d,
  maxPool2d,
  maxUnpool2d,
  pixelShuffle,
  pixelUnshuffle,
  unfold,
  upsampleBilinear,
  upsampleLinear,
  upsampleNearest,
  zeros,
} from "gradtape";
import type { Refusals } from "../refusals.js";

const image = zeros([1, 2, 4, 4]);
const row = zeros([1, 2, 4]);
const one = zeros([1, 1, 1, 1], { dtype: "int32" });
const wrong = (value: unknown) => value as never;

export const windows: Refusals = {
  unfold: [
    [
      () => unfold(image, [5, 2]),
      "ShapeError: unfold([1,2,4,4]): windows of [5,2] must fit into the last two axes (height 4, padded to 4)",
    ],
    [
      () => unfold(image, 2, { stride: 0 }),
      "ValueError: unfold: stride must be a whole number of at least 1, or two (given 0)",
    ],
  ],
  fold: [
    [
      () => fold(zeros([1, 4, 9]), 3, 2),
      "ShapeError: fold([1,4,9]): for images of [3,3] and windows of [2,2] the shape must be [N, C · 4, 4]",
    ],
    [
      () => fold(zeros([1, 4, 4]), 1.5, 2),
      "ValueError: fold: outputSize must be a whole number of at least 0, or two (given 1.5)",
    ],
  ],
  conv2d: [
    [
      () => conv2d(image, zeros([3, 1, 2, 2])),
      "ShapeError: conv2d([1,2,4,4], [3,1,2,2]): the channels of x (2) must equal those of W (1)",
    ],
    [
      () => conv2d(image, zeros([3, 2, 2, 2]), zeros([2])),
      "ShapeError: conv2d([1,2,4,4], [3,2,2,2], [2]): there must be one b for each output of W, 3 (given 2)",
    ],
    [
      () => conv2d(image, zeros([3, 1, 2, 2]), null, { groups: 2 }),
      "ShapeError: conv2d([1,2,4,4], [3,1,2,2]): the first axis of W (3) must be a multiple of the groups (2)",
    ],
    [
      () => conv2d(image, zeros([3, 2, 2, 2]), wrong({ stride: 2 })),
      "DtypeError: conv2d: b must be a tensor, or null (given object); options come after it",
    ],
    [
      () => conv2d(image, zeros([3, 2, 2, 2]), null, wrong(2)),
      "ValueError: conv2d: options must be an object, such as { stride: 2 } (given number)",
    ],
    [
      () => conv2d(image, zeros([3, 2, 2, 2]), null, { groups: 0 }),
      "ValueError: conv2d: groups must be a whole number of at least 1 (given 0)",
    ],
    [
      () => conv2d(image, zeros([3, 2, 2, 2]), null, { stride: 2, padding: "same" }),
      'ValueError: conv2d: padding "same" needs a stride of 1 (given [2,2])',
    ],
  ],
  conv1d: [
    [
      () => conv1d(row, zeros([3, 2, 3]), null, { dilation: 2 }),
      "ShapeError: conv1d([1,2,4]): windows of 3, dilated by 2, must fit into the last axis (length 4, padded to 4)",
    ],
    [
      () => conv1d(row, zeros([4, 2, 1]), zeros([4]), { groups: 2 }),
      "ShapeError: conv1d([1,2,4], [4,2,1], [4]): the channels of x (2) must equal those of W (4, of 2 groups)",
    ],
    [
      () => conv1d(row, zeros([4, 2, 1]), null, { stride: wrong([1, 2]) }),
      "ValueError: conv1d: stride must be a whole number of at least 1 (given [1,2])",
    ],
  ],
  convTranspose2d: [
    [
      () => convTranspose2d(image, zeros([3, 2, 2, 2])),
      "ShapeError: convTranspose2d([1,2,4,4], [3,2,2,2]): the channels of x (2) must equal those of W (3)",
    ],
    [
      () => convTranspose2d(image, zeros([2, 1, 2, 2]), zeros([1]), { groups: 2 }),
      "ShapeError: convTranspose2d([1,2,4,4], [2,1,2,2], [1]): there must be one b for each output of W, 2 (given 1)",
    ],
    [
      () => convTranspose2d(zeros([1, 2, 0, 4]), zeros([2, 1, 3, 3])),
      "ShapeError: convTranspose2d([1,2,0,4]): the axes after the second must not be empty",
    ],
    [
      () => convTranspose2d(image, zeros([2, 1, 2, 2]), null, { outputPadding: 1 }),
      "ValueError: convTranspose2d: outputPadding must be less than the stride, [1,1] (given [1,1])",
    ],
  ],
  convTranspose1d: [
    [
      () => convTranspose1d(row, zeros([2, 1, 1]), null, { padding: 3 }),
      "ShapeError: convTranspose1d([1,2,4], [2,1,1]): results must have at least one value along each axis (found [-2]); lower the padding",
    ],
    [
      () => convTranspose1d(row, zeros([2, 1, 3]), null, { stride: 2, outputPadding: 2 }),
      "ValueError: convTranspose1d: outputPadding must be less than the stride, [2] (given [2])",
    ],
  ],
  argmaxPool2d: [
    [
      () => argmaxPool2d(image, 5),
      "ShapeError: argmaxPool2d([1,2,4,4]): windows of [5,5] must fit into the last two axes (height 4, padded to 4)",
    ],
    [
      () => argmaxPool2d(image, 3, { padding: 2 }),
      "ValueError: argmaxPool2d: padding must be at most half the size, [3,3] (given [2,2])",
    ],
  ],
  maxPool2d: [
    [
      () => maxPool2d(zeros([1, 1, 0, 4]), 2, { padding: 1 }),
      "ShapeError: maxPool2d([1,1,0,4]): the axes after the second must not be empty",
    ],
    [() => maxPool2d(image, 0), "ValueError: maxPool2d: size must be a whole number of at least 1, or two (given 0)"],
  ],
  maxPool1d: [
    [
      () => maxPool1d(row, 5),
      "ShapeError: maxPool1d([1,2,4]): windows of 5 must fit into the last axis (length 4, padded to 4)",
    ],
    [
      () => maxPool1d(row, 3, { padding: 2 }),
      "ValueError: maxPool1d: padding must be at most half the size, [3] (given [2])",
    ],
  ],
  avgPool2d: [
    [
      () => avgPool2d(image, [5, 1]),
      "ShapeError: avgPool2d([1,2,4,4]): windows of [5,1] must fit into the last two axes (height 4, padded to 4)",
    ],
    [
      () => avgPool2d(image.to("int32"), 2),
      'DtypeError: avgPool2d: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
    ],
  ],
  avgPool1d: [
    [
      () => avgPool1d(image, 2),
      "ShapeError: avgPool1d([1,2,4,4]): the tensor must have 3 axes, [N, C, L] (given 4); reshape it",
    ],
    [
      () => avgPool1d(row, 2, { stride: 0 }),
      "ValueError: avgPool1d: stride must be a whole number of at least 1 (given 0)",
    ],
  ],
  adaptiveAvgPool2d: [
    [
      () => adaptiveAvgPool2d(zeros([1, 2, 3, 0]), 2),
      "ShapeError: adaptiveAvgPool2d([1,2,3,0]): the axes after the second must not be empty",
    ],
    [
      () => adaptiveAvgPool2d(image, [0, 2]),
      "ValueError: adaptiveAvgPool2d: outputSize must be a whole number of at least 1, or two (given [0,2])",
    ],
    [
      () => adaptiveAvgPool2d(image.to("int32"), 3),
      'DtypeError: adaptiveAvgPool2d: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
    ],
  ],
  adaptiveAvgPool1d: [
    [
      () => adaptiveAvgPool1d(image, 2),
      "ShapeError: adaptiveAvgPool1d([1,2,4,4]): the tensor must have 3 axes, [N, C, L] (given 4); reshape it",
    ],
    [
      () => adaptiveAvgPool1d(row, 1.5),
      "ValueError: adaptiveAvgPool1d: outputSize must be a whole number of at least 1 (given 1.5)",
    ],
  ],
  adaptiveMaxPool2d: [
    [
      () => adaptiveMaxPool2d(zeros([1, 2, 0, 3]), 2),
      "ShapeError: adaptiveMaxPool2d([1,2,0,3]): the axes after the second must not be empty",
    ],
    [
      () => adaptiveMaxPool2d(image, wrong(undefined)),
      "ValueError: adaptiveMaxPool2d: outputSize must be a whole number of at least 1, or two (given undefined)",
    ],
  ],
  adaptiveMaxPool1d: [
    [
      () => adaptiveMaxPool1d(image, 2),
      "ShapeError: adaptiveMaxPool1d([1,2,4,4]): the tensor must have 3 axes, [N, C, L] (given 4); reshape it",
    ],
    [
      () => adaptiveMaxPool1d(row, wrong([1, 2])),
      "ValueError: adaptiveMaxPool1d: outputSize must be a whole number of at least 1 (given [1,2])",
    ],
  ],
  maxUnpool2d: [
    [
      () => maxUnpool2d(zeros([1, 1, 1, 2]), zeros([1, 1, 2, 1], { dtype: "int32" }), 2),
      "ShapeError: maxUnpool2d([1,1,1,2], [1,1,2,1]): there must be one index for each value",
    ],
    [
      () => maxUnpool2d(one, one, 2, { outputSize: 1.5 }),
      "ValueError: maxUnpool2d: outputSize must be a whole number of at least 1, or two (given 1.5)",
    ],
  ],
  upsampleNearest: [
    [
      () => upsampleNearest(row, { scale: 2, size: 8 }),
      "ValueError: upsampleNearest: either a scale or a size must be given, such as 2 or { size: 6 }",
    ],
    [
      () => upsampleNearest(row, 0.2),
      "ShapeError: upsampleNearest([1,2,4]): results must have at least one value along each axis (given scale [0.2])",
    ],
  ],
  upsampleBilinear: [
    [
      () => upsampleBilinear(zeros([1, 2, 0, 3]), 2),
      "ShapeError: upsampleBilinear([1,2,0,3]): the axes after the second must not be empty",
    ],
    [
      () => upsampleBilinear(image, [2, -1]),
      "ValueError: upsampleBilinear: scale must be a number above 0, or two (given [2,-1])",
    ],
  ],
  upsampleLinear: [
    [
      () => upsampleLinear(image, 2),
      "ShapeError: upsampleLinear([1,2,4,4]): the tensor must have 3 axes, [N, C, L] (given 4); reshape it",
    ],
    [
      () => upsampleLinear(row, { size: 0 }),
      "ValueError: upsampleLinear: size must be a whole number of at least 1 (given 0)",
    ],
  ],
  pixelShuffle: [
    [
      () => pixelShuffle(image, 2),
      "ShapeError: pixelShuffle([1,2,4,4]): the channels must be a multiple of 4, factor² (given 2)",
    ],
    [() => pixelShuffle(image, 0), "ValueError: pixelShuffle: factor must be a whole number of at least 1 (given 0)"],
  ],
  pixelUnshuffle: [
    [
      () => pixelUnshuffle(image, 3),
      "ShapeError: pixelUnshuffle([1,2,4,4]): height and width must be multiples of the factor, 3",
    ],
    [
      () => pixelUnshuffle(image, wrong([2, 2])),
      "ValueError: pixelUnshuffle: factor must be a whole number of at least 1 (given [2,2])",
    ],
  ],
};
