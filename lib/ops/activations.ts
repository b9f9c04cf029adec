/** What networks put between their layers, element by element: smooth steps, and kinks. */
import { binary, ternary, unary } from "../elementwise.js";
import type { Scalar } from "../letters.js";
import { between } from "../op.js";
import type { Operand, Tensor } from "../tensor.js";
import { area, bell, within } from "./common/bell.js";
import { sigmoid } from "./math.js";

type WithNumber = (x: Operand, setting?: Operand) => Tensor;

/** log(sigmoid(x)), as min(x, 0) − log1p(e^−|x|), which neither overflows nor loses digits. */
export const logSigmoid = /* @__PURE__ */ unary("logSigmoid", {
  f: (x) => x.minimum(0).sub(x.abs().neg().exp().log1p()),
  d: [(_, x) => sigmoid.of(x.neg())],
});

/** log(1 + e^x), as max(x, 0) + log1p(e^−|x|), which neither overflows nor loses digits. */
export const softplus = /* @__PURE__ */ unary("softplus", {
  f: (x) => x.maximum(0).add(x.abs().neg().exp().log1p()),
  d: [(_, x) => sigmoid.of(x)],
});

/** min(max(x, 0), 6); the slope at 0 and 6 is 0. */
export const relu6 = /* @__PURE__ */ unary("relu6", {
  f: (x) => x.maximum(0).minimum(6),
  d: [(_, x) => x.gt(0).mul(x.lt(6))],
  domain: [between(-2, 8)],
  kinks: [[0, 6]],
});

/** x above 0, `slope`·x (default 0.01) below; the slope at 0 is that of the flat side. */
export const leakyRelu = /* @__PURE__ */ binary("leakyRelu", {
  f: (x, slope) => x.gt(0).where(x, x.mul(slope)),
  d: [(_, x, slope) => x.gt(0).where(1, slope), (_, x) => x.gt(0).where(0, x)],
  defaults: [0.01],
  kinks: [[0]],
}) as WithNumber;

/** x above 0, `alpha`·(e^x − 1) (default 1) below (Clevert et al. 2015); the slope at 0 is `alpha`. */
export const elu = /* @__PURE__ */ binary("elu", {
  f: (x, alpha) => x.gt(0).where(x, x.expm1().mul(alpha)),
  d: [(_, x, alpha) => x.gt(0).where(1, x.minimum(0).exp().mul(alpha)), (_, x) => x.minimum(0).expm1()],
  defaults: [1],
  kinks: [[0]],
}) as WithNumber;

const [scale, steepness] = [1.0507009873554805, 1.0507009873554805 * 1.6732632423543772];

/** `elu` with the scale and alpha that keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017). */
export const selu = /* @__PURE__ */ unary("selu", {
  f: (x) => x.gt(0).where(x.mul(scale), x.expm1().mul(steepness)),
  d: [(_, x) => x.gt(0).where(scale, x.minimum(0).exp().mul(steepness))],
  kinks: [[0]],
});

/** x above 0, `alpha`·(e^(x/alpha) − 1) (default 1) below, with slope 1 at 0 for every alpha (Barron 2017). */
export const celu = /* @__PURE__ */ binary("celu", {
  f: (x, alpha) => x.gt(0).where(x, x.div(alpha).expm1().mul(alpha)),
  d: [
    (_, x, alpha) => x.minimum(0).div(alpha).exp(),
    (_, x, alpha) => {
      const part = x.minimum(0).div(alpha);
      return part.expm1().sub(part.mul(part.exp()));
    },
  ],
  defaults: [1],
  domain: [between(-2, 2), between(0.25, 2)],
  kinks: [[0]],
}) as WithNumber;

/** x · Φ(x), with the exact normal distribution, right far below 0 too (Hendrycks & Gimpel 2016, "Gaussian error linear units"); −0 at −∞. */
export const gelu = /* @__PURE__ */ unary("gelu", {
  f: (x) => area(x, x.maximum(-40)),
  d: [(_, x) => area(x, 1).add(bell(x, 0.5, within(x).mul(1 / Math.sqrt(2 * Math.PI))))],
});

/** Twice the inner part of `geluTanh`. */
const bent = (x: Scalar): Scalar =>
  x
    .mul(x)
    .mul(0.044715)
    .add(1)
    .mul(x)
    .mul(Math.sqrt(8 / Math.PI));

/** x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))), near `gelu` (Hendrycks & Gimpel 2016), as x · sigmoid, which does not lose small values. */
export const geluTanh = /* @__PURE__ */ unary("geluTanh", {
  f: (x) => x.maximum(-40).mul(sigmoid.of(bent(x))),
  d: [
    (_, x) => {
      const near = within(x);
      const s = sigmoid.of(bent(near));
      const steep = near
        .mul(near)
        .mul(3 * 0.044715)
        .add(1)
        .mul(Math.sqrt(8 / Math.PI));
      return s.neg().add(1).mul(near).mul(steep).add(1).mul(s);
    },
  ],
});

/** x · sigmoid(x) (Ramachandran et al. 2017, "Searching for activation functions"), with e^x as a square, so that it is right as far as floats go; −0 at −∞. */
export const silu = /* @__PURE__ */ unary("silu", {
  f: (x) => {
    const root = x.abs().mul(-0.5).exp();
    const own = x.ge(0).where(1, root);
    return x.maximum(-1e4).mul(own).div(root.mul(root).add(1)).mul(own);
  },
  d: [
    (y, x) => {
      const s = sigmoid.of(x);
      return s.add(y.minimum(1e4).mul(s.neg().add(1)));
    },
  ],
});

/** x · tanh(softplus(x)) (Misra 2019), as silu(x) · (1 + q) / (1 + q²) with q = 1 − sigmoid(x). */
export const mish = /* @__PURE__ */ unary("mish", {
  f: (x) => {
    const q = sigmoid.of(x).neg().add(1);
    return silu.of(x).mul(q.add(1)).div(q.mul(q).add(1));
  },
  d: [
    (_, x) => {
      const s = sigmoid.of(x);
      const q = s.neg().add(1);
      const part = q.mul(q).add(1);
      const steep = q.mul(2).div(part);
      return s
        .mul(q.add(1))
        .div(part)
        .add(silu.of(x.minimum(1e4)).mul(steep).mul(steep));
    },
  ],
});

/** x / (1 + |x|), between −1 and 1 (Turian et al. 2009). */
export const softsign = /* @__PURE__ */ unary("softsign", {
  f: (x) => x.div(x.abs().add(1)),
  d: [
    (_, x) => {
      const s = x.abs().add(1).reciprocal();
      return s.mul(s);
    },
  ],
  kinks: [[0]],
});

/** relu6(x + 3) / 6, a sigmoid of straight lines; the slope at −3 and 3 is 0. */
export const hardSigmoid = /* @__PURE__ */ unary("hardSigmoid", {
  f: (x) => relu6.of(x.add(3)).div(6),
  d: [(_, x) => x.gt(-3).mul(x.lt(3)).div(6)],
  domain: [between(-4, 4)],
  kinks: [[-3, 3]],
});

/** x · hardSigmoid(x) (Howard et al. 2019, "Searching for MobileNetV3"); the slope at −3 is 0 (PyTorch: −½) and at 3 is 1. */
export const hardSwish = /* @__PURE__ */ unary("hardSwish", {
  f: (x) => x.maximum(-3).mul(hardSigmoid.of(x)),
  d: [(_, x) => x.le(-3).where(0, x.ge(3).where(1, x.add(1.5).div(3)))],
  domain: [between(-4, 4)],
  kinks: [[-3, 3]],
});

/** `clamp` with −1 and 1 as `low` and `high`, if none are given; the slope at a bound is 0. */
export const hardTanh = /* @__PURE__ */ ternary("hardTanh", {
  f: (x, low, high) => x.maximum(low).minimum(high),
  d: [
    (_, x, low, high) => x.gt(low).mul(x.lt(high)),
    (_, x, low, high) => x.gt(low).eq(0).mul(low.lt(high)),
    (_, x, low, high) => x.maximum(low).lt(high).eq(0),
  ],
  defaults: [-1, 1],
  domain: [between(-2, 2), between(-1, -0.25), between(0.25, 1)],
  ties: true,
}) as (x: Operand, low?: Operand, high?: Operand) => Tensor;

/** x − tanh(x), which near 0 has few digits. */
export const tanhshrink = /* @__PURE__ */ unary("tanhshrink", {
  f: (x) => x.sub(x.tanh()),
  d: [(_, x) => x.tanh().mul(x.tanh())],
});

/** x moved towards 0 by `lambda` (default 0.5), and 0 where it would pass it; there, and at ±lambda, the slope is 0. */
export const softshrink = /* @__PURE__ */ binary("softshrink", {
  f: (x, lambda) => x.sub(x.maximum(lambda.neg()).minimum(lambda)),
  d: [(_, x, lambda) => x.abs().gt(lambda), (_, x, lambda) => x.abs().gt(lambda).mul(x.sign()).neg()],
  defaults: [0.5],
  domain: [between(-2, 2), between(0.25, 1)],
  ties: true,
}) as WithNumber;

/** x where |x| is above `lambda` (default 0.5), else 0. */
export const hardshrink = /* @__PURE__ */ binary("hardshrink", {
  f: (x, lambda) => x.abs().le(lambda).where(0, x),
  d: [(_, x, lambda) => x.abs().le(lambda).eq(0), null],
  defaults: [0.5],
  domain: [between(-2, 2), between(0.25, 1)],
  ties: true,
}) as WithNumber;

/** x where it is above `bound`, else `value`. */
export const threshold = /* @__PURE__ */ ternary("threshold", {
  f: (x, bound, value) => x.le(bound).where(value, x),
  d: [(_, x, bound) => x.le(bound).eq(0), null, (_, x, bound) => x.le(bound)],
  ties: true,
});
