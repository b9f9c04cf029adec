/** Normalization: values moved to mean 0 and scaled to variance 1, then by parameters to what training finds better. */
import { repeating } from "../checkpoint.js";
import { ones, zeros } from "../create.js";
import { call, ShapeError, ValueError } from "../error.js";
import { normalizedBy, normalizedByOwn } from "../ops/common/normalization.js";
import { groupNorm, instanceNorm, layerNorm, rmsNorm } from "../ops/normalization.js";
import { check, nonNegative, share, wholeFrom } from "../range.js";
import { type Shape, sameShape, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { Layer } from "./layer.js";

/** What every normalization may be told. */
export type NormalizationOptions = {
  /** Added to the variance before its root is divided by (default 1e-5). */
  eps?: number;
  /** Whether results are scaled by gamma and shifted by beta, which are learnt. */
  affine?: boolean;
  dtype?: "float32" | "float64";
};

/** What normalizations have in common: their parameters, of a given shape. */
abstract class Normalization extends Layer {
  readonly shape: Shape;
  readonly eps: number;
  /** The scale, which starts at 1; null if not `affine`. */
  readonly gamma: Tensor | null;
  /** The shift, which starts at 0; null if not `affine`. */
  readonly beta: Tensor | null;

  constructor(layer: string, shape: number | Shape, options: NormalizationOptions, shifted = true) {
    super();
    const { eps = 1e-5, affine = true, dtype } = options;
    this.shape = [shape].flat() as Shape;
    check(layer, { "the number of axes": this.shape.length }, wholeFrom(1));
    for (const length of this.shape) check(layer, { "every length": length }, wholeFrom(1));
    check(layer, { eps }, nonNegative);
    this.eps = eps;
    this.gamma = affine ? ones(this.shape, { dtype, requiresGrad: true }) : null;
    this.beta = affine && shifted ? zeros(this.shape, { dtype, requiresGrad: true }) : null;
  }

  /** Throws unless x has this layer's shape at `axis`. */
  protected check(layer: string, x: Tensor, axis: number): void {
    checkTensor(layer, x);
    const { shape } = this;
    const from = axis < 0 ? x.rank - shape.length : axis;
    if (from < 0 || !sameShape(x.shape.slice(from, from + shape.length), shape))
      throw new ShapeError(
        `${call(layer, [x])}: x must be ${axis < 0 ? `[..., ${shape.join(", ")}]` : `[N, ${shape.join(", ")}, ...]`}; make the layer for the shape of its inputs`,
      );
  }
}

/** Options of `BatchNormalization`. */
export type BatchNormalizationOptions = NormalizationOptions & {
  /**
   * How much of the running statistics each batch replaces (default 0.1): running ← (1 − momentum) · running + momentum · the
   * batch's. PyTorch's meaning; the book's momentum = 0.9 is what is kept, and so 0.1 here.
   */
  momentum?: number;
  /** Whether there are running statistics, for use after training (default); without, the batch's own serve then, too. */
  trackRunningStats?: boolean;
};

/**
 * Each channel of x [N, C, ...] to mean 0 and variance 1 over all else, then · gamma + beta (Ioffe & Szegedy 2015, alg. 1; the
 * book's chapter 6.3); after `eval()` by the running statistics. As torch.nn.BatchNorm1d and 2d: the running variance is unbiased.
 * Given a shape in place of a number of channels, it normalizes every position in that by itself, over N, as the book does with
 * images: `new BatchNormalization([C, H, W], { eps: 1e-6 })` (whose running variance is biased, and begins at 0).
 */
export class BatchNormalization extends Normalization {
  readonly momentum: number;
  /** Means of the batches so far; saved, not trained. */
  readonly runningMean: Tensor | null;
  readonly runningVariance: Tensor | null;

  constructor(channels: number | Shape, options: BatchNormalizationOptions = {}) {
    super("BatchNormalization", channels, options);
    const { momentum = 0.1, trackRunningStats = true, dtype } = options;
    check("BatchNormalization", { momentum }, share);
    this.momentum = momentum;
    this.runningMean = trackRunningStats ? zeros(this.shape, { dtype }) : null;
    this.runningVariance = trackRunningStats ? ones(this.shape, { dtype }) : null;
  }

  forward(x: Tensor): Tensor {
    this.check("BatchNormalization", x, 1);
    const { gamma, beta, runningMean, runningVariance, eps, shape: lengths, momentum } = this;
    if (runningMean && runningVariance && !this.training)
      return normalizedBy(x, [runningMean, runningVariance], [gamma, beta], { eps, lengths });
    const count = x.size / sizeOf(lengths);
    if (count < 2)
      throw new ValueError(
        `${call("BatchNormalization", [x])}: a variance needs at least 2 values of each channel (given ${count}); give larger batches, or call eval()`,
      );
    const { y, mean, variance } = normalizedByOwn(x, [gamma, beta], { eps, lengths });
    if (runningMean && runningVariance && !repeating()) {
      runningMean.assign(runningMean.lerp(mean, momentum));
      runningVariance.assign(runningVariance.lerp(variance.mul(count / (count - 1)), momentum));
    }
    return y;
  }
}

/** The last axes of x, of the given shape (a number: one axis), to mean 0 and variance 1, then · gamma + beta (Ba et al. 2016). As torch.nn.LayerNorm. */
export class LayerNorm extends Normalization {
  constructor(shape: number | Shape, options: NormalizationOptions = {}) {
    super("LayerNorm", shape, options);
  }

  forward(x: Tensor): Tensor {
    this.check("LayerNorm", x, -1);
    return layerNorm(x, this.gamma, this.beta, { axes: this.shape.length, eps: this.eps });
  }
}

/** The last axes of x, of the given shape (a number: one axis), divided by the root of their mean square, then · gamma (Zhang & Sennrich 2019). */
export class RMSNorm extends Normalization {
  constructor(shape: number | Shape, options: NormalizationOptions = {}) {
    super("RMSNorm", shape, options, false);
  }

  forward(x: Tensor): Tensor {
    this.check("RMSNorm", x, -1);
    return rmsNorm(x, this.gamma, { axes: this.shape.length, eps: this.eps });
  }
}

/** Each of so many groups of the channels of each x [C, ...] to mean 0 and variance 1, then · gamma + beta (Wu & He 2018). As torch.nn.GroupNorm. */
export class GroupNorm extends Normalization {
  constructor(
    readonly groups: number,
    channels: number,
    options: NormalizationOptions = {},
  ) {
    super("GroupNorm", channels, options);
    check("GroupNorm", { groups }, wholeFrom(1));
    if (channels % groups !== 0)
      throw new ValueError(`GroupNorm: channels must be a multiple of groups (given ${channels} and ${groups})`);
  }

  forward(x: Tensor): Tensor {
    this.check("GroupNorm", x, 1);
    return groupNorm(x, this.groups, this.gamma, this.beta, { eps: this.eps });
  }
}

/** Each channel of each image to mean 0 and variance 1 (Ulyanov et al. 2016), without parameters unless `affine`. As torch.nn.InstanceNorm2d. */
export class InstanceNorm extends Normalization {
  constructor(channels: number, options: NormalizationOptions = {}) {
    super("InstanceNorm", channels, { affine: false, ...options });
  }

  forward(x: Tensor): Tensor {
    this.check("InstanceNorm", x, 1);
    return instanceNorm(x, this.gamma, this.beta, { eps: this.eps });
  }
}
