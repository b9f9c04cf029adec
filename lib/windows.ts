/** Windows that slide over the last two axes: how users describe them, how many fit, and which values they hold. */
import { call, ShapeError, show, ValueError } from "./error.js";
import type { Shape } from "./shape.js";
import { checkTensor, type Tensor } from "./tensor.js";

/** Along height and width: the same number, or one for each. */
export type Pair = number | readonly [height: number, width: number];

/** Where windows begin: every `stride` values, on an image with `padding` zeros on each side. */
export type PoolOptions = { stride?: Pair; padding?: Pair };

/** The same, of windows whose values lie `dilation` apart. */
export type WindowOptions = PoolOptions & { dilation?: Pair };

/** One number each. */
export type Two = readonly [height: number, width: number];

/** What the user said, or left to the defaults. */
export type Windows = { size: Two; stride: Two; padding: Two; dilation: Two };

/** A number for both, or two; whole, and at least `least`. */
export function pairOf(op: string, name: string, given: unknown, least: number): Two {
  const pair = typeof given === "number" ? [given, given] : given;
  if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((n) => Number.isSafeInteger(n) && n >= least))
    throw new ValueError(
      `${op}: ${name} must be a whole number of at least ${least}, or two (given ${JSON.stringify(given)})`,
    );
  return [pair[0], pair[1]];
}

/** Size and options as the user gave them, read. */
export function windowsOf(op: string, given: unknown, options: WindowOptions | undefined, stride: Pair = 1): Windows {
  const size = pairOf(op, "size", given, 1);
  if (typeof (options ?? {}) !== "object")
    throw new ValueError(`${op}: options must be an object, such as { stride: 2 } (given ${typeof options})`);
  return {
    size,
    stride: pairOf(op, "stride", options?.stride ?? stride, 1),
    padding: pairOf(op, "padding", options?.padding ?? 0, 0),
    dilation: pairOf(op, "dilation", options?.dilation ?? 1, 1),
  };
}

/** How many windows fit, along height and width. */
export function countOf(op: string, image: Shape, { size, stride, padding, dilation }: Windows): Two {
  const [rows, columns] = [0, 1].map((k) => {
    const length = image[image.length - 2 + k];
    const room = length + 2 * padding[k] - dilation[k] * (size[k] - 1) - 1;
    if (room < 0)
      throw new ShapeError(
        `${op}(${show(image)}): windows of ${show(size)}${dilation[k] > 1 ? `, dilated by ${dilation[k]},` : ""} must fit ` +
          `into the last two axes (${["height", "width"][k]} ${length}, padded to ${length + 2 * padding[k]})`,
      );
    return Math.floor(room / stride[k]) + 1;
  });
  return [rows, columns];
}

/** The axes of images. */
export const images = ["N", "C", "H", "W"];

/** Checks that x is a tensor with axes of these meanings. */
export function checkRank(op: string, x: Tensor, axes: readonly string[]): void {
  checkTensor(op, x);
  if (x.rank !== axes.length)
    throw new ShapeError(
      `${call(op, [x])}: the tensor must have ${axes.length} axes, [${axes.join(", ")}] (given ${x.rank}); reshape it`,
    );
}

/** The first of `count` windows whose value at `offset` from its start lies inside, and the first after it that does not. */
function inside(offset: number, length: number, stride: number, count: number): [first: number, end: number] {
  const first = Math.max(0, Math.ceil(-offset / stride));
  return [first, Math.max(first, Math.min(count, Math.ceil((length - offset) / stride)))];
}

/**
 * Visits what unfold and fold move, one row of windows at a time: where its first value lies in the columns and in the
 * image, and how many there are, one after the other in the columns and `stride` apart in the image.
 */
export function rows(image: Shape, at: Windows, visit: (column: number, pixel: number, count: number) => void): void {
  const [n, c, h, w] = image;
  const [[kh, kw], [sh, sw], [ph, pw], [dh, dw]] = [at.size, at.stride, at.padding, at.dilation];
  const [oh, ow] = countOf("rows", image, at);
  for (let map = 0, column = 0; map < n * c; map++)
    for (let i = 0; i < kh; i++) {
      const [top, bottom] = inside(i * dh - ph, h, sh, oh);
      for (let j = 0; j < kw; j++, column += oh * ow) {
        const [left, right] = inside(j * dw - pw, w, sw, ow);
        let pixel = (map * h + top * sh + i * dh - ph) * w + left * sw + j * dw - pw;
        for (let y = top; y < bottom; y++, pixel += sh * w) visit(column + y * ow + left, pixel, right - left);
      }
    }
}
