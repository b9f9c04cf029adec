/** Windows that slide over the last axes, two of images, one of sequences: how users describe them, how many fit, what they hold. */
import { call, DtypeError, kindOf, ShapeError, show, ValueError } from "../../error.js";
import type { Shape } from "../../shape.js";
import { checkTensor, Tensor } from "../../tensor.js";

/** Along height and width: the same number, or one for each. */
export type Pair = number | readonly [height: number, width: number];

/** Where windows begin: every `stride` values, on an image with `padding` zeros on each side. */
export type PoolOptions<P = Pair> = { stride?: P; padding?: P };

/** The same, of windows whose values lie `dilation` apart. */
export type WindowOptions<P = Pair> = PoolOptions<P> & { dilation?: P };

/** How many axes windows slide over: one of sequences [N, C, L], two of images [N, C, H, W]. */
export type Sliding = 1 | 2;

/** One number each. */
export type Two = readonly [height: number, width: number];

/** What the user said, or left to the defaults. */
export type Windows = { size: Two; stride: Two; padding: Two; dilation: Two };

/** A number for both, or two; whole, and at least `least`, which of sequences is that of the height they have not. */
export function pairOf(op: string, name: string, given: unknown, least: number, axes: Sliding = 2): Two {
  const all = typeof given === "number" ? new Array(axes).fill(given) : given;
  if (!Array.isArray(all) || all.length !== axes || !all.every((n) => Number.isSafeInteger(n) && n >= least))
    throw new ValueError(
      `${op}: ${name} must be a whole number of at least ${least}${axes === 2 ? ", or two" : ""} (given ${JSON.stringify(given)})`,
    );
  return [all.at(-2) ?? least, all[axes - 1]];
}

/** Size and options as the user gave them, read. */
export function windowsOf(
  op: string,
  given: unknown,
  options: WindowOptions | undefined,
  stride: unknown = 1,
  axes: Sliding = 2,
): Windows {
  const size = pairOf(op, "size", given, 1, axes);
  if (typeof (options ?? {}) !== "object")
    throw new ValueError(`${op}: options must be an object, such as { stride: 2 } (given ${typeof options})`);
  return {
    size,
    stride: pairOf(op, "stride", options?.stride ?? stride, 1, axes),
    padding: pairOf(op, "padding", options?.padding ?? 0, 0, axes),
    dilation: pairOf(op, "dilation", options?.dilation ?? 1, 1, axes),
  };
}

/** Height and width, of which sequences have only the second. */
export const areaOf = (image: Shape): Two => [image.length === 3 ? 1 : image[2], image[image.length - 1]];

/** How many windows fit, along height and width. */
export function countOf(op: string, image: Shape, { size, stride, padding, dilation }: Windows): Two {
  const [sequence, area] = [image.length === 3, areaOf(image)];
  const [rows, columns] = area.map((length, k) => {
    const room = length + 2 * padding[k] - dilation[k] * (size[k] - 1) - 1;
    if (room < 0)
      throw new ShapeError(
        `${op}(${show(image)}): windows of ${sequence ? size[1] : show(size)}${dilation[k] > 1 ? `, dilated by ${dilation[k]},` : ""} must fit ` +
          `into the last ${sequence ? "axis" : "two axes"} (${sequence ? "length" : ["height", "width"][k]} ${length}, padded to ${length + 2 * padding[k]})`,
      );
    return Math.floor(room / stride[k]) + 1;
  });
  return [rows, columns];
}

/** The axes of images. */
export const images = ["N", "C", "H", "W"];

/** The axes of what windows slide over. */
export const layout = (axes: Sliding): readonly string[] => (axes === 2 ? images : ["N", "C", "L"]);

/** Images, and sequences as images of one row. */
export const raised = (x: Tensor): Tensor =>
  x.rank === 3 ? x.reshape([...x.shape.slice(0, 2), ...areaOf(x.shape)]) : x;

/** Checks that x is a tensor with axes of these meanings. */
export function checkRank(op: string, x: Tensor, axes: readonly string[]): void {
  checkTensor(op, x);
  if (x.rank !== axes.length)
    throw new ShapeError(
      `${call(op, [x])}: the tensor must have ${axes.length} axes, [${axes.join(", ")}] (given ${x.rank}); reshape it`,
    );
}

/** Checks that there are values in the axes that windows slide over. */
export function checkValues(op: string, x: Tensor): void {
  if (x.shape.slice(2).includes(0))
    throw new ShapeError(`${call(op, [x])}: the axes after the second must not be empty`);
}

/**
 * Checks what a convolution is given, or (`transposed`) its adjoint, and tells the number of groups. `composed` replaces the
 * name that errors begin with.
 */
export function groupsOf(
  axes: Sliding,
  transposed: boolean,
  x: Tensor,
  W: Tensor,
  b: Tensor | null | undefined,
  options: { groups?: number } | undefined,
): number {
  const area = axes === 2 ? ["height", "width"] : ["length"];
  checkRank("conv", x, layout(axes));
  checkRank("conv", W, [...(transposed ? "CO" : "OC"), ...area]);
  if (b && !(b instanceof Tensor))
    throw new DtypeError(`conv: b must be a tensor, or null (given ${kindOf(b)}); options come after it`);
  if (b) checkRank("conv", b, ["O"]);
  const [, groups] = pairOf("conv", "groups", options?.groups ?? 1, 1, 1);
  const [first, second] = [W.shape[0], W.shape[1] * groups];
  const [channels, outputs] = transposed ? [first, second] : [second, first];
  const named = call("conv", b ? [x, W, b] : [x, W]);
  const of = groups > 1 ? `, of ${groups} groups` : "";
  if (x.shape[1] !== channels)
    throw new ShapeError(`${named}: the channels of x (${x.shape[1]}) must equal those of W (${channels}${of})`);
  if (first % groups !== 0)
    throw new ShapeError(`${named}: the first axis of W (${first}) must be a multiple of the groups (${groups})`);
  if (b && b.size !== outputs)
    throw new ShapeError(`${named}: there must be one b for each output of W, ${outputs} (given ${b.size})`);
  return groups;
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
