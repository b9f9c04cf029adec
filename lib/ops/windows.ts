/** Windows of images laid side by side, and added back: an adjoint pair. */
import * as fast from "../backends/wasm/images.js";
import { call, ShapeError, show } from "../error.js";
import { kernelOp } from "../kernel.js";
import type { Sample } from "../op.js";
import type { Tensor } from "../tensor.js";
import {
  checkRank,
  countOf,
  images,
  type Pair,
  pairOf,
  rows,
  type Two,
  type WindowOptions,
  type Windows,
  windowsOf,
} from "./common/windows.js";

type Sliding = { image: readonly number[]; size: Pair } & WindowOptions;

const slidings: readonly Sliding[] = [
  { image: [1, 2, 3, 3], size: 2 },
  { image: [2, 1, 3, 4], size: [2, 3], stride: [2, 1], padding: [1, 0] },
  { image: [1, 1, 4, 5], size: 2, dilation: [2, 3], padding: 1, stride: 2 },
  { image: [1, 1, 2, 1], size: [1, 3], padding: [0, 2] },
];

/**
 * Every window of images [N, C, H, W] as a column: [N, C · height · width, windows], rows by channel, then place in the
 * window; windows row by row. As in PyTorch; `size` and the options are numbers or [height, width]. The adjoint of `fold`.
 */
export const unfold: (x: Tensor, size: Pair, options?: WindowOptions) => Tensor = /* @__PURE__ */ kernelOp<Windows>(
  "unfold",
  {
    args: (x: Tensor, size: Pair, options?: WindowOptions) => {
      checkRank("unfold", x, images);
      return [[x], windowsOf("unfold", size, options)];
    },
    shape: (at, [x]) => {
      const [oh, ow] = countOf("unfold", x.shape, at);
      return [x.shape[0], x.shape[1] * at.size[0] * at.size[1], oh * ow];
    },
    run: ([x], y, _, at) => {
      const [from, to] = [x.storage.data, y.storage.data];
      const step = at.stride[1];
      rows(x.shape, at, (column, pixel, count) => {
        for (let i = column, p = pixel; i < column + count; i++, p += step) to[i] = from[p];
      });
    },
    fast: fast.unfold,
    vjp: [(g, _, [x], { size, ...options }) => fold(g, [x.shape[2], x.shape[3]], size, options)],
    dtype: ([x]) => x.dtype,
    samples: /* @__PURE__ */ slidings.map(({ image, size, ...options }) => ({
      shapes: [image],
      args: [size, options],
    })),
  },
);

/**
 * Images [N, C, H, W] of an `outputSize` [H, W] in which every column of x [N, C · height · width, windows] is added where
 * `unfold` took it from; where windows overlap, values add up. As in PyTorch. The adjoint of `unfold`.
 */
export const fold: (x: Tensor, outputSize: Pair, size: Pair, options?: WindowOptions) => Tensor =
  /* @__PURE__ */ kernelOp<Windows & { outputSize: Two }>("fold", {
    args: (x: Tensor, outputSize: Pair, size: Pair, options?: WindowOptions) => {
      checkRank("fold", x, ["N", "C · height · width", "windows"]);
      const at = windowsOf("fold", size, options);
      return [[x], { ...at, outputSize: pairOf("fold", "outputSize", outputSize, 0) }];
    },
    shape: (at, [x]) => {
      const area = at.size[0] * at.size[1];
      const image = [x.shape[0], Math.floor(x.shape[1] / area), ...at.outputSize];
      const [oh, ow] = countOf("fold", image, at);
      if (x.shape[1] % area !== 0 || x.shape[2] !== oh * ow)
        throw new ShapeError(
          `${call("fold", [x])}: for images of ${show(at.outputSize)} and windows of ${show(at.size)} the shape must be ` +
            `[N, C · ${area}, ${oh * ow}]`,
        );
      return image;
    },
    run: ([x], y, _, at) => {
      const [from, to] = [x.storage.data, y.storage.data];
      const step = at.stride[1];
      rows(y.shape, at, (column, pixel, count) => {
        for (let i = column, p = pixel; i < column + count; i++, p += step) to[p] += from[i];
      });
    },
    fast: fast.fold,
    vjp: [(g, _, _x, { outputSize: _size, size, ...options }) => unfold(g, size, options)],
    samples: /* @__PURE__ */ slidings.map(({ image, size, ...options }): Sample => {
      const [n, c, h, w] = image;
      const at = windowsOf("fold", size, options);
      const [oh, ow] = countOf("fold", image, at);
      return { shapes: [[n, c * at.size[0] * at.size[1], oh * ow]], args: [[h, w], size, options] };
    }),
  });
