/** The adjoint of convolution, composed: images grow by as much as a convolution would shrink them. */
import { call, ShapeError, show, ValueError } from "../error.js";
import { composed } from "../op.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import {
  areaOf,
  checkValues,
  groupsOf,
  type Pair,
  pairOf,
  type Sliding,
  type WindowOptions,
  windowsOf,
} from "./common/windows.js";
import { fold } from "./windows.js";

/** Where its windows lie, in how many groups it is cut, and what is added to the size of its result: less than the stride. */
export type TransposeOptions<P = Pair> = WindowOptions<P> & { outputPadding?: P; groups?: number };

type Convolution<Options> = (x: Tensor, W: Tensor, b?: Tensor | null, options?: Options) => Tensor;

/** Every value times its filters, added where the windows of a convolution would have read. */
function spread(
  axes: Sliding,
  x: Tensor,
  W: Tensor,
  b: Tensor | null | undefined,
  options: TransposeOptions | undefined,
): Tensor {
  const groups = groupsOf(axes, true, x, W, b, options);
  const [channels, outputs, ...size] = W.shape;
  const at = windowsOf("conv", size, options, 1, axes);
  const more = pairOf("conv", "outputPadding", options?.outputPadding ?? 0, 0, axes);
  const shown = (numbers: readonly number[]): string => show(numbers.slice(2 - axes));
  if (more.some((n, k) => n >= at.stride[k]))
    throw new ValueError(
      `conv: outputPadding must be less than the stride, ${shown(at.stride)} (given ${shown(more)})`,
    );
  const area = areaOf(x.shape);
  const [height, width] = area.map(
    (n, k) => (n - 1) * at.stride[k] - 2 * at.padding[k] + at.dilation[k] * (at.size[k] - 1) + more[k] + 1,
  );
  checkValues("conv", x);
  if (Math.min(height, width) < 1)
    throw new ShapeError(
      `${call("conv", [x, W])}: results must have at least one value along each axis (found ${shown([height, width])}); lower the padding`,
    );
  const parts = groups > 1 ? [groups] : [];
  const columns = W.reshape([...parts, channels / groups, outputs * sizeOf(size)]).matmul(
    x.reshape([x.shape[0], ...parts, channels / groups, sizeOf(area)]),
    { ta: true },
  );
  const all = groups > 1 ? columns.reshape([x.shape[0], groups * outputs * sizeOf(size), sizeOf(area)]) : columns;
  const y = fold(all, [height, width], at.size, at);
  return (b ? y.add(b.reshape([groups * outputs, 1, 1])) : y).reshape([
    x.shape[0],
    groups * outputs,
    ...[height, width].slice(2 - axes),
  ]);
}

/**
 * The adjoint of `conv2d`, which makes small images [N, C, H, W] large: W [C, O / groups, height, width] times every value
 * is added up, `stride` values apart, and b [O] if there is one: [N, O, (H − 1) · stride − 2 · padding + dilation ·
 * (height − 1) + outputPadding + 1, …]. As in PyTorch, save that outputPadding must be less than the stride.
 */
export const convTranspose2d: Convolution<TransposeOptions> = /* @__PURE__ */ composed(
  "convTranspose2d",
  {
    arity: 3,
    samples: [
      { shapes: [[2, 2, 2, 3], [2, 1, 2, 2], [1]] },
      {
        shapes: [[1, 2, 2, 1], [2, 2, 1, 3], [4]],
        args: [{ groups: 2, padding: [0, 1], stride: 2, outputPadding: [1, 0] }],
      },
      {
        shapes: [
          [1, 1, 3, 2],
          [1, 2, 2, 3],
        ],
        args: [null, { dilation: [1, 2], padding: 1, stride: [1, 3] }],
      },
    ],
  },
  (x: Tensor, W: Tensor, b?: Tensor | null, options?: TransposeOptions) => spread(2, x, W, b, options),
);

/** `convTranspose2d` of sequences x [N, C, L] with W [C, O / groups, length], plus b [O] if there is one. */
export const convTranspose1d: Convolution<TransposeOptions<number>> = /* @__PURE__ */ composed(
  "convTranspose1d",
  {
    arity: 3,
    samples: [
      { shapes: [[2, 2, 3], [2, 1, 2], [1]], args: [{ stride: 2 }] },
      {
        shapes: [
          [1, 2, 3],
          [2, 2, 2],
        ],
        args: [null, { groups: 2, dilation: 3, padding: 1, stride: 2, outputPadding: 1 }],
      },
    ],
  },
  (x: Tensor, W: Tensor, b?: Tensor | null, options?: TransposeOptions) => spread(1, x, W, b, options),
);
