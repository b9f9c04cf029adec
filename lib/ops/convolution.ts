/** Convolution and pooling of images, composed: their derivatives are those of matrix products and of moved values. */
import { call, DtypeError, kindOf, ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed, type Sample } from "../op.js";
import { Tensor } from "../tensor.js";
import {
  checkRank,
  countOf,
  images,
  type Pair,
  type PoolOptions,
  type WindowOptions,
  type Windows,
  windowsOf,
} from "../windows.js";
import { unfold } from "./windows.js";

/**
 * Convolution, as networks mean it (the kernel is not turned round), of images x [N, C, H, W] with W [O, C, height, width],
 * plus b [O] if there is one: [N, O, rows, columns]. Options are numbers or [height, width], as in PyTorch; no groups yet.
 */
export const conv2d: (x: Tensor, W: Tensor, b?: Tensor | null, options?: WindowOptions) => Tensor =
  /* @__PURE__ */ composed(
    "conv2d",
    {
      arity: 3,
      samples: [
        { shapes: [[2, 2, 3, 3], [2, 2, 2, 2], [2]] },
        {
          shapes: [
            [1, 1, 3, 4],
            [2, 1, 2, 3],
          ],
        },
        { shapes: [[1, 2, 4, 3], [1, 2, 3, 2], [1]], args: [{ stride: [2, 1], padding: [1, 0] }] },
        {
          shapes: [
            [1, 1, 5, 3],
            [2, 1, 2, 2],
          ],
          args: [null, { dilation: 2, padding: 1 }],
        },
      ],
    },
    (x: Tensor, W: Tensor, b?: Tensor | null, options?: WindowOptions) => {
      checkRank("conv2d", x, images);
      checkRank("conv2d", W, ["O", "C", "height", "width"]);
      if (b && !(b instanceof Tensor))
        throw new DtypeError(`conv2d: b must be a tensor, or null (given ${kindOf(b)}); options come after it`);
      if (b) checkRank("conv2d", b, ["O"]);
      const [outputs, channels, ...size] = W.shape;
      const operands = b ? [x, W, b] : [x, W];
      if (x.shape[1] !== channels)
        throw new ShapeError(
          `${call("conv2d", operands)}: the channels of the images (${x.shape[1]}) must equal those of W (${channels})`,
        );
      if (b && b.size !== outputs)
        throw new ShapeError(`${call("conv2d", operands)}: there must be one b for each output of W, ${outputs}`);
      const at = windowsOf("conv2d", size, options);
      const y = W.reshape([outputs, channels * size[0] * size[1]]).matmul(unfold(x, at.size, at));
      return (b ? y.add(b.reshape([outputs, 1])) : y).reshape([x.shape[0], outputs, ...countOf("conv2d", x.shape, at)]);
    },
  );

/** The windows of a pool, which may lie by at most half outside, so that none is empty. */
function poolOf(op: string, x: Tensor, size: Pair, options: PoolOptions | undefined): Windows {
  checkRank(op, x, images);
  const at = windowsOf(op, size, options, size);
  if (at.padding.some((padding, k) => 2 * padding > at.size[k]))
    throw new ValueError(`${op}: padding must be at most half the size, ${show(at.size)} (given ${show(at.padding)})`);
  if (x.shape[2] * x.shape[3] === 0)
    throw new ShapeError(`${call(op, [x])}: the images must not be empty; of nothing there is no largest value`);
  return { ...at, dilation: [1, 1] };
}

type Pool = (x: Tensor, size: Pair, options?: PoolOptions) => Tensor;

const pools: readonly Sample[] = [
  { shapes: [[1, 2, 4, 4]], args: [2] },
  { shapes: [[2, 1, 3, 4]], args: [[2, 3], { stride: 1 }] },
  { shapes: [[1, 1, 4, 5]], args: [3, { stride: 2, padding: 1 }] },
];

/**
 * Where the largest value of each window of images [N, C, H, W] lies, int32 [N, C, rows, columns]: a place in H · W, for
 * `gather` on flat images. The first of equals, or the first NaN; padding never. `max_pool2d`'s indices in PyTorch (there the last NaN).
 */
export const argmaxPool2d: Pool = /* @__PURE__ */ kernelOp<Windows>("argmaxPool2d", {
  args: (x: Tensor, size: Pair, options?: PoolOptions) => [[x], poolOf("argmaxPool2d", x, size, options)],
  shape: (at, [x]) => [x.shape[0], x.shape[1], ...countOf("argmaxPool2d", x.shape, at)],
  run: ([x], y, _, { size: [kh, kw], stride: [sh, sw], padding: [ph, pw] }) => {
    const [from, to] = [x.storage.data, y.storage.data];
    const [n, c, h, w] = x.shape;
    const [, , oh, ow] = y.shape;
    for (let map = 0, o = 0; map < n * c; map++)
      for (let i = 0, image = map * h * w; i < oh; i++) {
        const top = Math.max(0, i * sh - ph);
        const bottom = Math.min(h, i * sh - ph + kh);
        for (let j = 0; j < ow; j++) {
          const left = Math.max(0, j * sw - pw);
          const right = Math.min(w, j * sw - pw + kw);
          let best = image + top * w + left;
          let largest = from[best];
          for (let row = top; row < bottom; row++)
            for (let at = image + row * w + left, end = image + row * w + right; at < end; at++) {
              const value = from[at];
              if (value <= largest || Number.isNaN(largest)) continue; // a NaN is larger than all but an earlier one
              best = at;
              largest = value;
            }
          to[o++] = best - image;
        }
      }
  },
  vjp: [null],
  dtype: () => "int32",
  ties: true,
  samples: pools,
});

/**
 * The largest value of each window of images [N, C, H, W]: [N, C, rows, columns]. Windows lie side by side unless a `stride`
 * is given. The first of equals, row by row, takes the whole gradient; NaN wins, padding never. As in PyTorch; `padding` is at most half the size.
 */
export const maxPool2d: Pool = /* @__PURE__ */ composed(
  "maxPool2d",
  { ties: true, samples: pools },
  (x: Tensor, size: Pair, options?: PoolOptions) => {
    const indices = argmaxPool2d(x, size, options);
    const [n, c, h, w] = x.shape;
    const [, , oh, ow] = indices.shape;
    indices.storage.below = h * w;
    return x
      .reshape([n, c, h * w])
      .gather(2, indices.reshape([n, c, oh * ow]))
      .reshape(indices.shape);
  },
);
