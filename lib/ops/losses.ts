/** Losses of numbers, element by element: how far predictions x are from targets t of the same shape. */
import { call, ShapeError } from "../error.js";
import { composed } from "../op.js";
import { broadcast, sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import {
  checkOption,
  fours,
  type Loss,
  type LossOptions,
  matrices,
  pointwise,
  reduced,
  squares,
  targets,
} from "./common/losses.js";

/** ½ Σ (y − t)², the book's sum of squared errors (chapter 4.2.1): of all elements, in a batch too. */
export const sumSquaredError: (y: Tensor, t: Tensor) => Tensor = /* @__PURE__ */ composed(
  "sumSquaredError",
  { arity: 2, samples: [{ shapes: matrices }, { shapes: fours }] },
  (y: Tensor, given: Tensor) => {
    const [t] = targets(y, given);
    return y.sub(t).square().sum().mul(0.5);
  },
);

/** (x − t)², PyTorch's mse_loss. */
export const mse: Loss = /* @__PURE__ */ pointwise("mse", {}, (x, t) => x.sub(t).square());

/** |x − t|, PyTorch's l1_loss; its slope at 0 is 0. */
export const mae: Loss = /* @__PURE__ */ pointwise("mae", { ties: true }, (x, t) => x.sub(t).abs());

/** ½d² of d = x − t up to `delta` (default 1), then delta · (|d| − ½ delta); PyTorch's huber_loss. */
export const huber: Loss<LossOptions & { delta?: number }> = /* @__PURE__ */ pointwise(
  "huber",
  {
    ties: true,
    samples: [
      { shapes: matrices },
      { shapes: fours, args: [{ delta: 0.7, reduction: "sum" }] },
      { shapes: squares, args: [{ delta: 1.3, reduction: "none" }] },
    ],
  },
  (x, t, { delta = 1 }: { delta?: number }) => {
    checkOption("delta", delta);
    const d = x.sub(t);
    const near = d.clamp(-delta, delta); // without a choice of branches, of which the other might overflow
    return near.mul(d.sub(near.mul(0.5)));
  },
);

/** d² / 2 beta of d = x − t up to `beta` (default 1), then |d| − ½ beta; of 0, |d|. PyTorch's smooth_l1_loss: huber / beta. */
export const smoothL1: Loss<LossOptions & { beta?: number }> = /* @__PURE__ */ pointwise(
  "smoothL1",
  {
    ties: true,
    samples: [
      { shapes: matrices },
      { shapes: fours, args: [{ beta: 0.7, reduction: "sum" }] },
      { shapes: squares, args: [{ beta: 0, reduction: "none" }] },
    ],
  },
  (x, t, { beta = 1 }: { beta?: number }) => {
    checkOption("beta", beta, 0);
    const d = x.sub(t);
    if (beta === 0) return d.abs();
    const near = d.clamp(-beta, beta);
    return near.div(beta).mul(d.sub(near.mul(0.5)));
  },
);

/**
 * t · (log t − x), the Kullback–Leibler divergence of log-probabilities x from probabilities t (with `logTarget` from their
 * logarithms); where t is 0, 0. PyTorch's kl_div: the mean is over all elements, `"batchmean"` divides by the first axis.
 */
export const klDiv: Loss<{ logTarget?: boolean; reduction?: LossOptions["reduction"] | "batchmean" }> =
  /* @__PURE__ */ composed(
    "klDiv",
    {
      arity: 2,
      domain: [
        [-2, -0.25],
        [0.25, 1],
      ],
      samples: [
        { shapes: matrices },
        {
          shapes: [
            [3, 2],
            [3, 2],
          ],
          args: [{ reduction: "batchmean" }],
        },
        { shapes: squares, args: [{ logTarget: true, reduction: "sum" }] },
        { shapes: [[3], [3]], args: [{ reduction: "none" }] },
      ],
    },
    (x: Tensor, given: Tensor, { logTarget = false, reduction = "mean" } = {}) => {
      const [t] = targets(x, given);
      const y = logTarget ? t.exp().mul(t.sub(x)) : t.xlogy(t).sub(t.mul(t.eq(0).where(0, x)));
      if (reduction !== "batchmean") return reduced(y, reduction);
      if (x.rank === 0) throw new ShapeError(`${call("klDiv", [x])}: for "batchmean" there must be a first axis`);
      return y.sum().div(x.shape[0]);
    },
  );

/** What is constant in x of two losses is left out unless `full`. */
type Full = LossOptions & { full?: boolean; eps?: number };

/**
 * e^x − t · x, of counts t and logarithms x of what was expected; with `logInput: false` x − t · log(x + eps). `full` adds
 * Stirling's log t! where t > 1. PyTorch's poisson_nll_loss.
 */
export const poissonNll: Loss<Full & { logInput?: boolean }> = /* @__PURE__ */ pointwise(
  "poissonNll",
  {
    domain: [
      [-2, 2],
      [0.25, 3],
    ],
    kinks: [[], [1]],
    samples: [
      { shapes: matrices },
      { shapes: fours, args: [{ full: true, reduction: "sum" }] },
      { shapes: squares, call: (x, t) => [x.exp(), t, { logInput: false, eps: 0.5, reduction: "none" }] },
      { shapes: [[3], [3]], call: (x, t) => [x.exp(), t, { logInput: false }] },
    ],
  },
  (x, t, { logInput = true, full = false, eps = 1e-8 }: Full & { logInput?: boolean }) => {
    const y = logInput ? x.exp().sub(t.mul(x)) : x.sub(t.mul(x.add(eps).log()));
    if (!full) return y;
    const many = t.gt(1);
    const n = many.where(t, 1);
    return y.add(
      many.where(
        n
          .mul(n.log())
          .sub(n)
          .add(
            n
              .mul(2 * Math.PI)
              .log()
              .mul(0.5),
          ),
        0,
      ),
    );
  },
);

/**
 * ½ (log v + (x − t)² / v), of a variance v, [...] or one that broadcasts to x, of at least `eps` (default 1e-6); `full` adds
 * ½ log 2π. PyTorch's gaussian_nll_loss, save that the slope of a variance below eps is 0, and that [N] is no variance of [N, D].
 */
export const gaussianNll: (x: Tensor, t: Tensor, variance: Tensor, options?: Full) => Tensor = /* @__PURE__ */ composed(
  "gaussianNll",
  {
    arity: 3,
    domain: [
      [-2, 2],
      [-2, 2],
      [0.5, 2],
    ],
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
          [2, 3],
        ],
      },
      {
        shapes: [
          [2, 2],
          [2, 2],
          [2, 1],
        ],
        args: [{ full: true, reduction: "sum" }],
      },
      { shapes: [[3], [3], []], args: [{ reduction: "none" }] },
    ],
  },
  (x: Tensor, given: Tensor, variance: Tensor, { full = false, eps = 1e-6, reduction }: Full = {}) => {
    const [t] = targets(x, given);
    checkTensor("gaussianNll", variance);
    if (!sameShape(broadcast("gaussianNll", [x, variance]), x.shape))
      throw new ShapeError(`${call("gaussianNll", [x, t, variance])}: the variance must broadcast to the first`);
    const v = variance.maximum(eps);
    const y = v.log().add(x.sub(t).square().div(v)).mul(0.5);
    return reduced(full ? y.add(Math.log(2 * Math.PI) / 2) : y, reduction);
  },
);
