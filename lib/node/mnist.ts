/** The files of MNIST, and others of the same format. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Idx, parseIdx, readHeader } from "../data/idx.js";
import { DataError, type Dtype, oneHot as encode, type Tensor, zeros } from "../index.js";
import { check, type Range, wholeFrom } from "../range.js";
import { readBytes, tooLarge } from "./read.js";

/** Options of `readIdx`. */
export type IdxOptions = {
  /** The dtype of the result (default: int32 for one axis, which holds labels; else float32). */
  dtype?: Dtype;
  /** The most bytes a file may have, and may inflate to, whatever it claims (default 2^28, five times what MNIST has). */
  maxBytes?: number;
};

/**
 * The values of one IDX file of unsigned bytes, plain or gzipped (its content tells), 0 to 255, in a tensor of its shape.
 * Throws a DataError that names the file when it is missing, malformed, truncated, too long, or fails gzip's checksum.
 */
export const readIdx = (path: string, { dtype, maxBytes }: IdxOptions = {}): Tensor =>
  parseIdx(readInflated(path, maxBytes), path, { dtype });

/** A file's bytes, inflated where they are gzip's. */
function readInflated(path: string, maxBytes = 2 ** 28): Uint8Array {
  const bytes = readBytes(path, maxBytes);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    // zlib inflates piece by piece and stops at the limit: a bomb costs no more than an honest file.
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(path, maxBytes, "more");
    throw new DataError(`${path}: must be a sound gzip file (${(error as Error).message})`);
  }
}

/** Images x with their labels t. */
export type Labelled = { x: Tensor; t: Tensor };

/** Options of `loadMnist`. */
export type MnistOptions = {
  /** How many of the training images to take, from the first (default: all). */
  train?: number;
  /** How many of the test images to take, from the first (default: all). */
  test?: number;
  /** Rows [n, 784] (default), or images [n, 1, 28, 28]. */
  flatten?: boolean;
  /** Labels as rows of zeros with a single 1, in the dtype of the images, instead of int32 class indices. */
  oneHot?: boolean;
  /** The dtype of the images (default float32). */
  dtype?: "float32" | "float64";
};

const side = 28;
const classes = 10;

/**
 * MNIST from a folder of its four official files (`train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same with
 * `t10k`), plain or `.gz`, or of another set in its form, such as Fashion-MNIST. Images are in [0, 1]; labels t are [n].
 * Throws a DataError that names the file and what is wrong with it, or the names that were looked for in the folder.
 * Mirror of the files: https://ossci-datasets.s3.amazonaws.com/mnist/
 */
export function loadMnist(
  folder: string,
  { train, test, ...form }: MnistOptions = {},
): { train: Labelled; test: Labelled } {
  return {
    train: loadPart(folder, "train", "train", train, form),
    test: loadPart(folder, "t10k", "test", test, form),
  };
}

function loadPart(
  folder: string,
  prefix: string,
  option: string,
  wanted: number | undefined,
  { flatten = true, oneHot = false, dtype = "float32" }: MnistOptions,
): Labelled {
  const images = load(folder, `${prefix}-images`, ["n", side, side]);
  const labels = load(folder, `${prefix}-labels`, ["n"]);
  const [all] = images.shape;
  if (labels.shape[0] !== all)
    throw new DataError(
      `${images.path}: must have as many images as ${labels.path} labels (${all}, ${labels.shape[0]})`,
    );
  const odd = labels.values.findIndex((label) => label >= classes);
  if (odd >= 0)
    throw new DataError(`${labels.path}: labels must be from 0 to ${classes - 1} (${labels.values[odd]} at ${odd})`);
  const n = wanted ?? all;
  const there: Range = {
    holds: (x) => wholeFrom(0).holds(x) && x <= all,
    text: `a whole number from 0 to ${all}, what there is`,
  };
  check("loadMnist", { [option]: n }, there);

  const x = zeros(flatten ? [n, side * side] : [n, 1, side, side], { dtype });
  for (let i = 0; i < x.size; i++) x.storage.data[i] = images.values[i] / 255;
  const t = zeros([n], { dtype: "int32" });
  t.storage.data.set(labels.values.subarray(0, n));
  return { x, t: oneHot ? encode(t, classes, { dtype }) : t };
}

/** One of the four files, of the shape it must have. */
function load(folder: string, name: string, shape: readonly ("n" | number)[]): Idx & { path: string } {
  const path = find(folder, name, shape.length);
  const found = readHeader(readInflated(path), path);
  const fits = found.shape.length === shape.length && shape.every((n, i) => n === "n" || n === found.shape[i]);
  if (!fits)
    throw new DataError(`${path}: must have the shape [${shape.join(",")}] (it has [${found.shape.join(",")}])`);
  return { ...found, path };
}

/** Where a file is, under any of its usual names. */
function find(folder: string, name: string, rank: number): string {
  const names = ["", ".gz"].flatMap((end) => ["-", "."].map((joint) => `${name}${joint}idx${rank}-ubyte${end}`));
  let present: string[];
  try {
    present = readdirSync(folder);
  } catch (error) {
    throw new DataError(`${folder}: must be a folder with ${names[0]} and its like (${(error as Error).message})`);
  }
  const found = names.find((candidate) => present.includes(candidate));
  if (!found)
    throw new DataError(`${folder}: must hold ${names.slice(0, -1).join(", ")} or ${names.at(-1)} (none is there)`);
  return join(folder, found);
}
