/** Initial values of weights, by the shape [inputs, outputs]. */
import { normal, type RandomOptions } from "../create.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** Makes the weights of a layer; the first length of the shape is the number of inputs. */
export type Initializer = (shape: Shape, options?: RandomOptions) => Tensor;

/** Normal numbers of standard deviation `std` ("Deep Learning from Scratch" uses 0.01). */
export const normalInit =
  (std: number): Initializer =>
  (shape, options) =>
    normal(shape, { ...options, std });

/** Normal with variance 1 / inputs, for sigmoid and tanh (Glorot & Bengio 2010, in the one-sided form of the book, ch. 6.2). */
export const xavier: Initializer = (shape, options) => normal(shape, { ...options, std: Math.sqrt(1 / shape[0]) });

/** Normal with variance 2 / inputs, for ReLU (He et al. 2015, "Delving deep into rectifiers", eq. 10). */
export const he: Initializer = (shape, options) => normal(shape, { ...options, std: Math.sqrt(2 / shape[0]) });
