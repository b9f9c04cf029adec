/** Pooling: one value in place of each window, the largest, or the mean; composed, save that a kernel tells where the largest lies. */
import * as fast from "../backends/wasm/images.js";
import { ones, tensor, zeros } from "../create.js";
import { call, ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed, type Sample } from "../op.js";
import { sameShape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import {
  areaOf,
  checkRank,
  checkValues,
  countOf,
  images,
  layout,
  type Pair,
  type PoolOptions,
  pairOf,
  raised,
  type Sliding,
  type Windows,
  windowsOf,
} from "./common/windows.js";
import { unfold } from "./windows.js";

type Pool<P, Options = PoolOptions<P>> = (x: Tensor, size: P, options?: Options) => Tensor;

/** The windows of a pool, which may lie by at most half outside, so that none is empty. */
function poolOf(op: string, axes: Sliding, x: Tensor, size: unknown, options: PoolOptions | undefined): Windows {
  checkRank(op, x, layout(axes));
  const at = windowsOf(op, size, options, size, axes);
  if (at.padding.some((padding, k) => 2 * padding > at.size[k])) {
    const [own, around] = [at.size, at.padding].map((numbers) => show(numbers.slice(2 - axes)));
    throw new ValueError(`${op}: padding must be at most half the size, ${own} (given ${around})`);
  }
  checkValues(op, x);
  return { ...at, dilation: [1, 1] };
}

const pools: readonly Sample[] = [
  { shapes: [[1, 2, 4, 4]], args: [2] },
  { shapes: [[2, 1, 3, 4]], args: [[2, 3], { stride: 1 }] },
  { shapes: [[1, 1, 4, 5]], args: [3, { stride: 2, padding: 1 }] },
];

const rowPools: readonly Sample[] = [
  { shapes: [[2, 1, 5]], args: [2] },
  { shapes: [[1, 2, 5]], args: [3, { stride: 1, padding: 1 }] },
];

/**
 * Where the largest value of each window of images [N, C, H, W] lies, int32 [N, C, rows, columns]: a place in H · W, for
 * `gather` on flat images. The first of equals, or the first NaN; padding never. `max_pool2d`'s indices in PyTorch (there the last NaN).
 */
export const argmaxPool2d: Pool<Pair> = /* @__PURE__ */ kernelOp<Windows>("argmaxPool2d", {
  args: (x: Tensor, size: Pair, options?: PoolOptions) => [[x], poolOf("argmaxPool2d", 2, x, size, options)],
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
  fast: fast.argmaxPool2d,
  vjp: [null],
  dtype: () => "int32",
  ties: true,
  samples: pools,
});

/** The values that `argmaxPool2d` finds. `composed` replaces the name that errors begin with. */
function largest(axes: Sliding, x: Tensor, size: unknown, options: PoolOptions | undefined): Tensor {
  const at = poolOf("pool", axes, x, size, options);
  const counts = countOf("pool", x.shape, at);
  const [n, c] = x.shape;
  const indices = argmaxPool2d(raised(x), at.size, at);
  indices.storage.below = sizeOf(areaOf(x.shape));
  return x
    .reshape([n, c, sizeOf(areaOf(x.shape))])
    .gather(2, indices.reshape([n, c, sizeOf(counts)]))
    .reshape([n, c, ...counts.slice(2 - axes)]);
}

/**
 * The largest value of each window of images [N, C, H, W]: [N, C, rows, columns]. Windows lie side by side unless a `stride`
 * is given. The first of equals, row by row, takes the whole gradient; NaN wins, padding never. As in PyTorch; `padding` is at most half the size.
 */
export const maxPool2d: Pool<Pair> = /* @__PURE__ */ composed(
  "maxPool2d",
  { ties: true, samples: pools },
  (x: Tensor, size: Pair, options?: PoolOptions) => largest(2, x, size, options),
);

/** `maxPool2d` of sequences [N, C, L]: [N, C, windows]. */
export const maxPool1d: Pool<number> = /* @__PURE__ */ composed(
  "maxPool1d",
  { ties: true, samples: rowPools },
  (x: Tensor, size: number, options?: PoolOptions<number>) => largest(1, x, size, options),
);

/** Options of a mean over windows: whether the zeros of `padding` count as values (default), or only what lies inside. */
export type AvgPoolOptions<P = Pair> = PoolOptions<P> & { countIncludePad?: boolean };

function average(axes: Sliding, x: Tensor, size: unknown, options: AvgPoolOptions | undefined): Tensor {
  const at = poolOf("pool", axes, x, size, options);
  const counts = countOf("pool", x.shape, at);
  const [n, c] = x.shape;
  const flat = [sizeOf(at.size), sizeOf(counts)];
  const sums = unfold(raised(x), at.size, at)
    .reshape([n, c, ...flat])
    .sum(2);
  const inside = (): Tensor => unfold(ones([1, 1, ...areaOf(x.shape)], { dtype: x.dtype }), at.size, at).sum(1);
  return sums.div(options?.countIncludePad === false ? inside() : flat[0]).reshape([n, c, ...counts.slice(2 - axes)]);
}

/**
 * The mean of each window of images [N, C, H, W]: [N, C, rows, columns]. Windows lie side by side unless a `stride` is given;
 * zeros of `padding`, at most half the size, count unless `countIncludePad` is false. As in PyTorch.
 */
export const avgPool2d: Pool<Pair, AvgPoolOptions> = /* @__PURE__ */ composed(
  "avgPool2d",
  {
    samples: [
      { shapes: [[1, 2, 2, 3]], args: [2] },
      { shapes: [[2, 1, 3, 2]], args: [[2, 1], { stride: 1 }] },
      { shapes: [[1, 1, 3, 4]], args: [[2, 3], { stride: 2, padding: [0, 1] }] },
      { shapes: [[2, 1, 2, 3]], args: [2, { padding: 1, countIncludePad: false }] },
    ],
  },
  (x: Tensor, size: Pair, options?: AvgPoolOptions) => average(2, x, size, options),
);

/** `avgPool2d` of sequences [N, C, L]: [N, C, windows]. */
export const avgPool1d: Pool<number, AvgPoolOptions<number>> = /* @__PURE__ */ composed(
  "avgPool1d",
  {
    samples: [
      { shapes: [[2, 1, 5]], args: [2] },
      { shapes: [[1, 2, 5]], args: [3, { stride: 2, padding: 1, countIncludePad: false }] },
    ],
  },
  (x: Tensor, size: number, options?: AvgPoolOptions<number>) => average(1, x, size, options),
);

/** Options of the inverse of a pool: what that was given, and the size of the images that it was given. */
export type UnpoolOptions = PoolOptions & { outputSize?: Pair };

/**
 * Images of zeros in which each value of x [N, C, rows, columns] lies where `indices`, those of `argmaxPool2d` with the same
 * size and options, say: PyTorch's max_unpool2d, save that values of one place add up. Where strides left rows or columns
 * out, `outputSize` tells how large the images were.
 */
export const maxUnpool2d: (x: Tensor, indices: Tensor, size: Pair, options?: UnpoolOptions) => Tensor =
  /* @__PURE__ */ composed(
    "maxUnpool2d",
    {
      samples: [
        { shapes: [[1, 2, 1, 2]], call: (x) => [x, tensor([[[[1, 2]], [[4, 3]]]], { dtype: "int32" }), 2] },
        {
          shapes: [[2, 1, 1, 2]],
          call: (x) => [x, tensor([[[[4, 5]]], [[[0, 5]]]], { dtype: "int32" }), 2, { stride: 1, outputSize: [2, 3] }],
        },
      ],
    },
    (x: Tensor, indices: Tensor, size: Pair, options?: UnpoolOptions) => {
      const { stride, padding, size: own } = poolOf("unpool", 2, x, size, options);
      checkRank("unpool", indices, images);
      if (!sameShape(x.shape, indices.shape))
        throw new ShapeError(`${call("unpool", [x, indices])}: there must be one index for each value`);
      const [n, c, ...counts] = x.shape;
      const least = counts.map((count, k) => (count - 1) * stride[k] - 2 * padding[k] + own[k]);
      const [h, w] = pairOf("unpool", "outputSize", options?.outputSize ?? least, 1);
      return zeros([n, c, h * w], { dtype: x.dtype })
        .scatterAdd(2, indices.reshape([n, c, sizeOf(counts)]), x.reshape([n, c, sizeOf(counts)]))
        .reshape([n, c, h, w]);
    },
  );
