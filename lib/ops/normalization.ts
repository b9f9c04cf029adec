/** Values moved and scaled to mean 0 and variance 1: over the axes of a layer, a batch, a group of channels. */
import { tensor } from "../create.js";
import { call, ShapeError, ValueError } from "../error.js";
import { composed } from "../op.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { affine, normalizedBy, normalizedByOwn } from "./common/normalization.js";

type Maybe = Tensor | null;
type NormOptions = { eps?: number };
type LayerOptions = NormOptions & { axes?: number };

const keepDims = { keepDims: true };

// Errors that name "norm" come from compositions, which put their own name in its place.

/** (x − mean) / √(variance + eps), in two passes. */
function standardized(x: Tensor, axes: readonly number[], eps: number): Tensor {
  // A mean that is rounded is off by digits of x, which the mean of what is left gives back. Without a slope: any shift will do.
  const near = x.sub(x.detach().mean(axes, keepDims));
  const centred = near.sub(near.mean(axes, keepDims));
  return centred.div(centred.square().mean(axes, keepDims).add(eps).sqrt());
}

/** The last axes of x, as many as are normalized over. */
function lastAxes(x: Tensor, axes: number): number[] {
  checkTensor("norm", x);
  if (!Number.isInteger(axes) || axes < 1 || axes > x.rank)
    throw new ShapeError(
      `${call("norm", [x])}: axes must be how many of the last to normalize over, at least 1 and at most all (given ${axes} of ${x.rank})`,
    );
  return Array.from({ length: axes }, (_, i) => x.rank - axes + i);
}

/** [N, C, ...]: what has channels. */
function checkChannels(x: Tensor): void {
  checkTensor("norm", x);
  if (x.rank < 2) throw new ShapeError(`${call("norm", [x])}: the first must be [N, C, ...]`);
}

/**
 * Mean 0 and variance 1 over the last axes, `axes` of them (default 1), then · weight + bias, of the lengths of those axes.
 * PyTorch's layer_norm, which is given their lengths. eps = 1e-5.
 */
export const layerNorm: (x: Tensor, weight?: Maybe, bias?: Maybe, options?: LayerOptions) => Tensor =
  /* @__PURE__ */ composed(
    "layerNorm",
    {
      arity: 3,
      samples: [
        { shapes: [[2, 3], [3], [3]], call: (x, w, b) => [x.add(tensor([0, 10, -20])), w, b] },
        { shapes: [[2, 2, 3]], args: [null, null, { axes: 2, eps: 1 }] },
        { shapes: [[3], [3]], args: [null, { eps: 0.5 }] },
        { shapes: [[2, 3], [3]], call: (x, b) => [x, null, b, { eps: 2 }] },
      ],
    },
    (x: Tensor, weight: Maybe = null, bias: Maybe = null, { axes = 1, eps = 1e-5 }: LayerOptions = {}) => {
      const last = lastAxes(x, axes);
      const lengths = x.shape.slice(-axes);
      return affine(standardized(x, last, eps), weight, bias, last[0], lengths);
    },
  );

/** x ÷ √(mean x² + eps) over the last axes, `axes` of them (default 1), then · weight. PyTorch's rms_norm; eps = 1e-5. */
export const rmsNorm: (x: Tensor, weight?: Maybe, options?: LayerOptions) => Tensor = /* @__PURE__ */ composed(
  "rmsNorm",
  {
    arity: 2,
    domain: [[0.5, 2]],
    samples: [
      { shapes: [[2, 3], [3]], call: (x, w) => [x.mul(tensor([1, -1, 1])), w] },
      { shapes: [[2, 2, 2]], args: [null, { axes: 2, eps: 1 }] },
      { shapes: [[3]] },
    ],
  },
  (x: Tensor, weight: Maybe = null, { axes = 1, eps = 1e-5 }: LayerOptions = {}) => {
    const last = lastAxes(x, axes);
    const y = x.div(x.square().mean(last, keepDims).add(eps).sqrt());
    return affine(y, weight, null, last[0], x.shape.slice(-axes));
  },
);

/**
 * Mean 0 and variance 1 of each image of x [N, C, ...] in each of so many `groups` of channels, then · weight + bias, [C].
 * PyTorch's group_norm; eps = 1e-5.
 */
export const groupNorm: (x: Tensor, groups: number, weight?: Maybe, bias?: Maybe, options?: NormOptions) => Tensor =
  /* @__PURE__ */ composed(
    "groupNorm",
    {
      samples: [
        {
          shapes: [[2, 2, 3], [2], [2]],
          call: (x, w, b) => [x.add(tensor([0, 10, -20])), 1, w, b],
        },
        { shapes: [[1, 4, 2]], args: [2, null, null, { eps: 1 }] },
        { shapes: [[2, 4], [4]], call: (x, b) => [x, 2, null, b, { eps: 0.5 }] },
      ],
    },
    (x: Tensor, groups: number, weight: Maybe = null, bias: Maybe = null, { eps = 1e-5 }: NormOptions = {}) => {
      checkChannels(x);
      const [n, channels] = x.shape;
      if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
        throw new ShapeError(
          `${call("groupNorm", [x])}: the channels must divide into groups of equal size (given ${groups} groups)`,
        );
      const size = n * groups === 0 ? 0 : x.size / (n * groups);
      return affine(standardized(x.reshape([n, groups, size]), [2], eps).reshape(x.shape), weight, bias, 1, [channels]);
    },
  );

/** Mean 0 and variance 1 of each channel of each image of x [N, C, ...], then · weight + bias, [C]. PyTorch's instance_norm; eps = 1e-5. */
export const instanceNorm: (x: Tensor, weight?: Maybe, bias?: Maybe, options?: NormOptions) => Tensor =
  /* @__PURE__ */ composed(
    "instanceNorm",
    {
      arity: 3,
      samples: [
        { shapes: [[2, 2, 3], [2], [2]], call: (x, w, b) => [x.add(tensor([0, 10, -20])), w, b] },
        { shapes: [[1, 2, 2, 2]], args: [null, null, { eps: 1 }] },
      ],
    },
    (x: Tensor, weight: Maybe = null, bias: Maybe = null, { eps = 1e-5 }: NormOptions = {}) => {
      checkChannels(x);
      if (x.rank < 3)
        throw new ShapeError(`${call("instanceNorm", [x])}: the first must be [N, C, ...] with axes after C`);
      const inner = Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
      return affine(standardized(x, inner, eps), weight, bias, 1, [x.shape[1]]);
    },
  );

/**
 * (x − mean) / √(variance + eps) of each channel of x [N, C, ...], then · weight + bias; all four are [C]. With `null` for mean
 * and variance they are those of the batch, as in training (a layer keeps the running ones). PyTorch's batch_norm; eps = 1e-5.
 */
export const batchNorm: (
  x: Tensor,
  mean?: Maybe,
  variance?: Maybe,
  weight?: Maybe,
  bias?: Maybe,
  options?: NormOptions,
) => Tensor = /* @__PURE__ */ composed(
  "batchNorm",
  {
    arity: 5,
    domain: [
      [-2, 2],
      [-2, 2],
      [0.5, 2],
    ],
    samples: [
      { shapes: [[2, 3], [3], [3], [3], [3]] },
      { shapes: [[2, 2, 2], [2], [2]], args: [null, null, { eps: 0.5 }] },
      {
        shapes: [[3, 2], [2], [2]],
        call: (x, w, b) => [x.add(tensor([[0], [10], [-20]])), null, null, w, b],
      },
      { shapes: [[2, 2, 2]], args: [null, null, null, null, { eps: 1 }] },
    ],
  },
  (
    x: Tensor,
    ...[mean = null, variance = null, weight = null, bias = null, { eps = 1e-5 } = {}]: [
      Maybe?,
      Maybe?,
      Maybe?,
      Maybe?,
      NormOptions?,
    ]
  ) => {
    checkChannels(x);
    const how = { eps, lengths: [x.shape[1]] };
    if (!mean !== !variance)
      throw new ValueError("batchNorm: mean and variance must both be given, or both be null for those of the batch");
    if (!mean || !variance) return normalizedByOwn(x, [weight, bias], how).y;
    checkTensor("norm", mean);
    checkTensor("norm", variance);
    return normalizedBy(x, [mean, variance], [weight, bias], how);
  },
);
