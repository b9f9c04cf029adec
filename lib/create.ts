/** Tensors made of values, of nothing, and of random numbers. */
import { arrays, checkDtype, type Dtype, defaultDtype } from "./dtype.js";
import { DtypeError, ShapeError, show, ValueError } from "./error.js";
import { checkIntegers, checkLabels, flatten } from "./nested.js";
import { defaultGenerator, type Generator } from "./random.js";
import { type Shape, shapeOf } from "./shape.js";
import { Storage } from "./storage.js";
import { Tensor, type Values } from "./tensor.js";

/** What every creating function takes. */
export type CreateOptions = { dtype?: Dtype; requiresGrad?: boolean };

/** What the random ones take besides: the generator to draw from (default: that of `manualSeed`). */
export type RandomOptions = CreateOptions & { generator?: Generator };

function make(op: string, shape: Shape, { dtype = defaultDtype(), requiresGrad = false }: CreateOptions): Tensor {
  if (requiresGrad && dtype === "int32")
    throw new DtypeError(`${op}: an int32 tensor cannot require a gradient; use dtype "float32" or "float64"`);
  const own = shapeOf(op, shape);
  return new Tensor(Storage.allocate(op, own, checkDtype(op, dtype)), own, requiresGrad);
}

function filled(op: string, shape: Shape, options: CreateOptions, value: (i: number) => number): Tensor {
  const y = make(op, shape, options);
  const { data } = y.storage;
  const values = y.dtype === "int32" ? new Float64Array(data.length) : data; // int32 would round before it is checked
  for (let i = 0; i < data.length; i++) values[i] = value(i);
  if (values !== data) {
    checkIntegers(op, values);
    data.set(values);
  }
  return y;
}

const dtypeOf = (values: Values): Dtype => {
  if (values instanceof Tensor) return values.dtype;
  const found = (Object.keys(arrays) as Dtype[]).find((dtype) => values instanceof arrays[dtype]);
  return found ?? defaultDtype();
};

/**
 * A tensor of given values, copied: a number, nested arrays, a typed array (with a `shape`, or one axis), or a tensor.
 * The dtype is that of the typed array, else the default. Throws a ShapeError on ragged arrays or a shape of another size.
 */
export function tensor(values: Values, options: CreateOptions & { shape?: Shape } = {}): Tensor {
  const flat =
    values instanceof Tensor ? { data: values.storage.data, shape: values.shape } : flatten("tensor", values);
  const shape = options.shape ?? flat.shape ?? [flat.data.length];
  const dtype = options.dtype ?? dtypeOf(values);
  if (dtype === "int32") checkIntegers("tensor", flat.data);
  const y = make("tensor", shape, { ...options, dtype });
  if (y.size !== flat.data.length)
    throw new ShapeError(`tensor: shape ${show(shape)} holds ${y.size} values (given ${flat.data.length})`);
  y.storage.data.set(flat.data);
  return y;
}

/** All zeros. */
export const zeros = (shape: Shape, options: CreateOptions = {}): Tensor => make("zeros", shape, options);

/** All ones. */
export const ones = (shape: Shape, options: CreateOptions = {}): Tensor => filled("ones", shape, options, () => 1);

/** All of one value. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  if (typeof value !== "number") throw new ValueError(`full: the value must be a number (given ${typeof value})`);
  return filled("full", shape, options, () => value);
}

const like = (x: Tensor, options: CreateOptions): CreateOptions => ({ dtype: x.dtype, ...options });

/** Zeros of the shape and dtype of `x`. */
export const zerosLike = (x: Tensor, options: CreateOptions = {}): Tensor =>
  make("zerosLike", x.shape, like(x, options));

/** Ones of the shape and dtype of `x`. */
export const onesLike = (x: Tensor, options: CreateOptions = {}): Tensor =>
  filled("onesLike", x.shape, like(x, options), () => 1);

/** One value in the shape and dtype of `x`. */
export const fullLike = (x: Tensor, value: number, options: CreateOptions = {}): Tensor =>
  filled("fullLike", x.shape, like(x, options), () => value);

/** The identity matrix [n, n]. */
export const eye = (n: number, options: CreateOptions = {}): Tensor =>
  filled("eye", [n, n], options, (i) => +(i % (n + 1) === 0));

/** start, start + step, … up to but not including `end`; with one argument from 0. */
export function arange(start: number, end?: number, step = 1, options: CreateOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  if (step === 0 || ![from, to, step].every(Number.isFinite))
    throw new ValueError(`arange(${from}, ${to}, ${step}): the bounds must be finite and the step not 0`);
  return filled("arange", [Math.max(0, Math.ceil((to - from) / step))], options, (i) => from + i * step);
}

/** `count` values evenly from `start` to `end`, both included. */
export const linspace = (start: number, end: number, count: number, options: CreateOptions = {}): Tensor =>
  filled("linspace", [count], options, (i) =>
    i === count - 1 && i > 0 ? end : start + (i * (end - start)) / Math.max(1, count - 1),
  );

/** Class indices [...] as rows [..., classes] of zeros with a single 1. Throws a ValueError on an index out of range. */
export function oneHot(labels: Tensor | readonly number[], classes: number, options: CreateOptions = {}): Tensor {
  const { data, shape } = labels instanceof Tensor ? labels : { data: labels, shape: [labels.length] };
  const y = make("oneHot", [...shape, classes], options);
  checkLabels("oneHot", data, classes);
  for (let i = 0; i < data.length; i++) y.storage.data[i * classes + data[i]] = 1;
  return y;
}

const floats = (op: string, y: Tensor): Float32Array | Float64Array => {
  if (y.storage.data instanceof Int32Array)
    throw new DtypeError(`${op}: random real numbers need dtype "float32" or "float64" (given "int32")`);
  return y.storage.data;
};

/** Uniform random numbers from `low` (included, default 0) to `high` (excluded, default 1). */
export function uniform(shape: Shape, options: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  const { low = 0, high = 1, generator = defaultGenerator() } = options;
  const y = make("uniform", shape, options);
  if (!(low <= high && high - low < Infinity))
    throw new ValueError(`uniform: low must be at most high, and both finite (given ${low}, ${high})`);
  generator.fillUniform(floats("uniform", y), low, high);
  return y;
}

/** Normal random numbers of the given `mean` (default 0) and standard deviation `std` (default 1). */
export function normal(shape: Shape, options: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  const { mean = 0, std = 1, generator = defaultGenerator() } = options;
  const y = make("normal", shape, options);
  if (!Number.isFinite(mean) || !(std >= 0 && std < Infinity))
    throw new ValueError(`normal: mean must be finite, std finite and not negative (given ${mean}, ${std})`);
  generator.fillNormal(floats("normal", y), mean, std);
  return y;
}

/** The numbers 0 … n − 1 in random order, int32: rows for `indexSelect`. */
export const permutation = (n: number, { generator = defaultGenerator() }: { generator?: Generator } = {}): Tensor =>
  tensor(generator.permutation(n));

/** `size` of the numbers 0 … n − 1 at random, int32; each at most once unless `replace`. */
export const choice = (
  n: number,
  size: number,
  { replace = false, generator = defaultGenerator() }: { replace?: boolean; generator?: Generator } = {},
): Tensor => tensor(generator.choice(n, size, { replace }));
