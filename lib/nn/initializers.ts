/** Initial values of weights: matrices [inputs, outputs], as of Affine, and filters [outputs, inputs, ...window], as of Convolution. */
import { full, normal, type RandomOptions, tensor, uniform, zeros } from "../create.js";
import { ShapeError, show, ValueError } from "../error.js";
import { orthogonalFactor, triangularFactor } from "../ops/factorizations.js";
import { defaultGenerator } from "../random.js";
import { type Shape, sizeOf } from "../shape.js";
import { noGrad } from "../tape.js";
import type { Tensor } from "../tensor.js";

/**
 * Makes the weights of a layer, of the given shape; `zeros` and `ones` are such functions, too. Those that depend on the numbers of
 * inputs and outputs read them off it: of a matrix [inputs, outputs] its lengths, of filters [outputs, inputs, ...window] those
 * times the window's size.
 */
export type Initializer = (shape: Shape, options?: RandomOptions) => Tensor;

/** How many weights meet in an output (fan-in), and how many an input goes to (fan-out). */
type Fans = { inputs: number; outputs: number };

function fansOf(shape: Shape): Fans {
  if (shape.length < 2)
    throw new ShapeError(
      `initializer(${show(shape)}): weights must be [inputs, outputs] or [outputs, inputs, ...window]; for others normalInit and uniformInit serve`,
    );
  const [first, second, ...window] = shape;
  const size = sizeOf(window);
  return shape.length === 2 ? { inputs: first, outputs: second } : { inputs: second * size, outputs: first * size };
}

/** Normal numbers of standard deviation `std` ("Deep Learning from Scratch" uses 0.01). */
export const normalInit =
  (std: number): Initializer =>
  (shape, options) =>
    normal(shape, { ...options, std });

/** Uniform numbers from `low` to `high`. */
export const uniformInit =
  (low: number, high: number): Initializer =>
  (shape, options) =>
    uniform(shape, { ...options, low, high });

/** All of one value. */
export const constantInit =
  (value: number): Initializer =>
  (shape, options) =>
    full(shape, value, options);

/** Normal numbers whose variance depends on the fans. */
const normalOf =
  (variance: (fans: Fans) => number): Initializer =>
  (shape, options) =>
    normal(shape, { ...options, std: Math.sqrt(variance(fansOf(shape))) });

/** Uniform numbers of the same variance, which is a third of the bound's square. */
const uniformOf =
  (variance: (fans: Fans) => number): Initializer =>
  (shape, options) => {
    const bound = Math.sqrt(3 * variance(fansOf(shape)));
    return uniform(shape, { ...options, low: -bound, high: bound });
  };

const one = ({ inputs }: Fans): number => 1 / inputs;
const two = ({ inputs }: Fans): number => 2 / inputs;
const both = ({ inputs, outputs }: Fans): number => 2 / (inputs + outputs);

/** Normal with variance 1 / inputs, for sigmoid and tanh (Glorot & Bengio 2010, in the one-sided form of the book, ch. 6.2). */
export const xavier: Initializer = /* @__PURE__ */ normalOf(one);

/** Normal with variance 2 / (inputs + outputs) (Glorot & Bengio 2010, eq. 12). PyTorch's xavier_normal_. */
export const glorotNormal: Initializer = /* @__PURE__ */ normalOf(both);

/** Uniform with variance 2 / (inputs + outputs), within ±√(6 / (inputs + outputs)) (Glorot & Bengio 2010, eq. 16). PyTorch's xavier_uniform_. */
export const glorotUniform: Initializer = /* @__PURE__ */ uniformOf(both);

/** Normal with variance 2 / inputs, for ReLU (He et al. 2015, "Delving deep into rectifiers", eq. 10). PyTorch's kaiming_normal_. */
export const he: Initializer = /* @__PURE__ */ normalOf(two);

/** Uniform with variance 2 / inputs, within ±√(6 / inputs) (He et al. 2015). PyTorch's kaiming_uniform_. */
export const heUniform: Initializer = /* @__PURE__ */ uniformOf(two);

/** Normal with variance 1 / inputs (LeCun et al. 1998, "Efficient BackProp", eq. 16), for SELU too: the same as `xavier`. */
export const lecunNormal: Initializer = xavier;

/** Uniform with variance 1 / inputs, within ±√(3 / inputs) (LeCun et al. 1998). */
export const lecunUniform: Initializer = /* @__PURE__ */ uniformOf(one);

/** Normal numbers of standard deviation `std` of which those farther than 2 · `std` from 0 are drawn again, as BERT's and ViT's with 0.02. */
export const truncatedNormal =
  (std: number): Initializer =>
  (shape, options = {}) => {
    const { generator = defaultGenerator() } = options;
    const W = normal(shape, { ...options, std });
    const { data } = W.storage;
    for (let i = 0; i < data.length; i++) while (Math.abs(data[i]) > 2 * std) data[i] = std * generator.normal();
    return W;
  };

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`; of filters each output's weights are a
 * row (Saxe et al. 2014, arXiv:1312.6120). Uniform among all such: the signs of R are taken out of Q. PyTorch's orthogonal_.
 */
export const orthogonal =
  (gain = 1): Initializer =>
  (shape, { requiresGrad, ...options } = {}) => {
    fansOf(shape);
    const [rows, columns] = [shape[0], sizeOf(shape.slice(1))];
    const W = noGrad(() => {
      const a = normal([Math.max(rows, columns), Math.min(rows, columns)], options);
      const q = orthogonalFactor(a).mul(triangularFactor(a).diagonal().sign()).mul(gain);
      return (rows < columns ? q.transpose() : q).reshape(shape);
    });
    return tensor(W, { requiresGrad });
  };

/** A matrix with ones on the diagonal and zeros elsewhere: an Affine with it passes its inputs on. PyTorch's eye_. */
export const identityInit: Initializer = (shape, options) => {
  if (shape.length !== 2)
    throw new ValueError(`identityInit(${show(shape)}): weights must be a matrix, [inputs, outputs]`);
  const W = zeros(shape, options);
  for (let i = 0; i < Math.min(...shape); i++) W.storage.data[i * shape[1] + i] = 1;
  return W;
};
