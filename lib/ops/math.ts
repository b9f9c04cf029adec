/** Functions of one number, element by element: roots, exponentials, trigonometry, activations. */
import { binary, unary } from "../elementwise.js";
import { between } from "../op.js";
import type { Operand, Tensor } from "../tensor.js";

const positive = between(0.25, 4);

/** √x. */
export const sqrt = unary("sqrt", { f: (x) => x.sqrt(), d: [(y) => y.reciprocal().mul(0.5)], domain: [positive] });

/** x². */
export const square = unary("square", { f: (x) => x.mul(x), d: [(_, x) => x.mul(2)] });

/** e^x. */
export const exp = unary("exp", { f: (x) => x.exp(), d: [(y) => y] });

/** e^x − 1, without the loss of digits near 0. */
export const expm1 = unary("expm1", { f: (x) => x.expm1(), d: [(y) => y.add(1)] });

/** Natural logarithm. */
export const log = unary("log", { f: (x) => x.log(), d: [(_, x) => x.reciprocal()], domain: [positive] });

/** log(1 + x), without the loss of digits near 0. */
export const log1p = unary("log1p", {
  f: (x) => x.log1p(),
  d: [(_, x) => x.add(1).reciprocal()],
  domain: [between(-0.75, 3)],
});

/** Logarithm to base 2, exact at powers of 2. */
export const log2 = unary("log2", {
  f: (x) => x.log2(),
  d: [(_, x) => x.reciprocal().mul(Math.LOG2E)],
  domain: [positive],
});

/** Logarithm to base 10, exact at powers of 10. */
export const log10 = unary("log10", {
  f: (x) => x.log10(),
  d: [(_, x) => x.reciprocal().mul(Math.LOG10E)],
  domain: [positive],
});

/** Cube root, of negative numbers too; its slope at 0 is ∞. */
export const cbrt = unary("cbrt", {
  f: (x) => x.cbrt(),
  d: [(y) => y.mul(y).mul(3).reciprocal()],
  domain: [positive],
});

/** Sine; x in radians. */
export const sin = unary("sin", { f: (x) => x.sin(), d: [(_, x) => x.cos()] });

/** Cosine; x in radians. */
export const cos = unary("cos", { f: (x) => x.cos(), d: [(_, x) => x.sin().neg()] });

/** Tangent; x in radians. */
export const tan = unary("tan", {
  f: (x) => x.sin().div(x.cos()),
  d: [(y) => y.mul(y).add(1)],
  domain: [between(-1, 1)],
});

/**
 * The angle of the point (b, a), from −π to π: of the tangent a ÷ b, in the quadrant of both. The slope at (0, 0) is NaN.
 */
export const atan2 = binary("atan2", {
  f: (a, b) => a.atan2(b),
  d: [(_, a, b) => b.div(a.mul(a).add(b.mul(b))), (_, a, b) => a.div(a.mul(a).add(b.mul(b))).neg()],
  domain: [between(-2, 2), positive],
});

/** Hyperbolic tangent. */
export const tanh = unary("tanh", { f: (x) => x.tanh(), d: [(y) => y.mul(y).neg().add(1)] });

/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = unary("erf", {
  f: (x) => x.erf(),
  d: [
    (_, x) =>
      x
        .mul(x)
        .neg()
        .exp()
        .mul(2 / Math.sqrt(Math.PI)),
  ],
});

/** 1 − erf x, without the loss of digits above 0. */
export const erfc = unary("erfc", {
  f: (x) => x.erfc(),
  d: [
    (_, x) =>
      x
        .mul(x)
        .neg()
        .exp()
        .mul(-2 / Math.sqrt(Math.PI)),
  ],
});

/** 1 / (1 + e^−x), through e^−|x|, so that it neither overflows nor loses small values. */
export const sigmoid = unary("sigmoid", {
  f: (x) => {
    const e = x.abs().neg().exp();
    return x.ge(0).where(1, e).div(e.add(1));
  },
  d: [(y) => y.mul(y.neg().add(1))],
});

/** max(x, 0); its slope at 0 is 0. */
export const relu = unary("relu", { f: (x) => x.maximum(0), d: [(_, x) => x.gt(0)], kinks: [[0]] });

/** x above 0, `slope`·x (default 0.01) below; the slope at 0 is that of the flat side. */
export const leakyRelu = binary("leakyRelu", {
  f: (x, slope) => x.gt(0).where(x, x.mul(slope)),
  d: [(_, x, slope) => x.gt(0).where(1, slope), (_, x) => x.gt(0).where(0, x)],
  defaults: [0.01],
  kinks: [[0]],
}) as (x: Operand, slope?: Operand) => Tensor;

/** log(1 + e^x), as max(x, 0) + log1p(e^−|x|), which neither overflows nor loses digits. */
export const softplus = unary("softplus", {
  f: (x) => x.maximum(0).add(x.abs().neg().exp().log1p()),
  d: [(_, x) => sigmoid.of(x)],
});

/** x · sigmoid(x) (Ramachandran et al. 2017, "Searching for activation functions"). */
export const silu = unary("silu", {
  f: (x) => x.mul(sigmoid.of(x)),
  d: [
    (y, x) => {
      const s = sigmoid.of(x);
      return s.add(y.mul(s.neg().add(1)));
    },
  ],
});

/** x · Φ(x), with the exact normal distribution (Hendrycks & Gimpel 2016, "Gaussian error linear units"). */
export const gelu = unary("gelu", {
  f: (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5),
  d: [
    (_, x) => {
      const density = x
        .mul(x)
        .mul(-0.5)
        .exp()
        .mul(1 / Math.sqrt(2 * Math.PI));
      return x.mul(Math.SQRT1_2).erf().add(1).mul(0.5).add(x.mul(density));
    },
  ],
});
