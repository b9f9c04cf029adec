/** Warps of images: each pixel of the result is read from a place of the image, between pixels by bilinear interpolation. */
import { zerosLike } from "../create.js";
import type { Data } from "../dtype.js";
import { DtypeError, ShapeError, show } from "../error.js";
import { type Pair, pairOf } from "../ops/common/windows.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** How images lie in a tensor. */
export type Form = { images: number; channels: number; height: number; width: number };

/** The form of images [N, C, H, W], or of rows [N, H · W] of images of `size`; without one they must be squares. */
export function formOf(op: string, x: Tensor, size?: Pair): Form {
  checkTensor(op, x);
  if (x.dtype === "int32")
    throw new DtypeError(`${op}: images must be float32 or float64; convert with .to("float32")`);
  const [images, ...rest] = x.shape;
  const side = Math.sqrt(rest[0]);
  const given = size === undefined ? undefined : pairOf(op, "size", size, 1);
  const [channels, height, width] = rest.length === 3 ? rest : [1, ...(given ?? [side, side])];
  const fits = rest.length === 3 ? !given || (given[0] === height && given[1] === width) : rest[0] === height * width;
  if ((rest.length !== 1 && rest.length !== 3) || !fits || !Number.isInteger(height))
    throw new ShapeError(
      `${op}(${show(x.shape)}): images must be [N, C, H, W], or rows [N, H · W] of { size: [H, W] } or of squares (given size ${JSON.stringify(size)})`,
    );
  return { images, channels, height, width };
}

/** Says from which row and column of image `n` each pixel, in row-major order, is read. */
export type Places = (n: number, rows: Float64Array, columns: Float64Array) => void;

/** The images with each pixel read where `places` says; zeros lie outside. A place that is a pixel gives that pixel, to the bit. */
export function warp(x: Tensor, form: Form, places: Places): Tensor {
  const y = zerosLike(x);
  const area = form.height * form.width;
  const rows = new Float64Array(area);
  const columns = new Float64Array(area);
  for (let n = 0, start = 0; n < form.images; n++) {
    places(n, rows, columns);
    for (let channel = 0; channel < form.channels; channel++, start += area)
      read(x.storage.data, y.storage.data, start, form, rows, columns);
  }
  return y;
}

/** Fills one image of `to`, from `start` on: a loop without closures, which would keep its variables in memory. */
function read(from: Data, to: Data, start: number, { height, width }: Form, rows: Float64Array, columns: Float64Array) {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const column = columns[i];
    if (!(row > -1 && row < height && column > -1 && column < width)) continue;
    const top = Math.floor(row);
    const left = Math.floor(column);
    const down = row - top;
    const right = column - left;
    const at = start + top * width + left;
    if (down === 0 && right === 0) {
      to[start + i] = from[at];
      continue;
    }
    const above = top >= 0;
    const below = top + 1 < height;
    const before = left >= 0;
    const after = left + 1 < width;
    to[start + i] =
      ((above && before ? from[at] : 0) * (1 - right) + (above && after ? from[at + 1] : 0) * right) * (1 - down) +
      ((below && before ? from[at + width] : 0) * (1 - right) + (below && after ? from[at + width + 1] : 0) * right) *
        down;
  }
}
