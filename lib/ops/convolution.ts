/** Convolution, composed: its derivatives are those of a matrix product and of moved values. */
import { show, ValueError } from "../error.js";
import { composed } from "../op.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { countOf, groupsOf, type Pair, raised, type Sliding, type WindowOptions, windowsOf } from "./common/windows.js";
import { unfold } from "./windows.js";

/**
 * Where the windows of a convolution lie, and in how many groups it is cut; `"valid"` is no padding, `"same"`, of stride 1,
 * as much as gives results of the size of x, at the end one more than at the start if it is odd.
 */
export type ConvolutionOptions<P = Pair> = Omit<WindowOptions<P>, "padding"> & {
  padding?: P | "same" | "valid";
  groups?: number;
};

type Convolution<Options> = (x: Tensor, W: Tensor, b?: Tensor | null, options?: Options) => Tensor;

/** Filters times windows laid side by side; each group has a product of its own. */
function convolve(
  axes: Sliding,
  x: Tensor,
  W: Tensor,
  b: Tensor | null | undefined,
  options: ConvolutionOptions | undefined,
): Tensor {
  const groups = groupsOf(axes, false, x, W, b, options);
  const [outputs, channels, ...size] = W.shape;
  const { padding } = options ?? {};
  const named = padding === "same" || padding === "valid";
  let at = windowsOf("conv", size, (named ? { ...options, padding: 0 } : options) as WindowOptions, 1, axes);
  let own = x;
  if (padding === "same") {
    if (sizeOf(at.stride) !== 1)
      throw new ValueError(`conv: padding "same" needs a stride of 1 (given ${show(at.stride.slice(2 - axes))})`);
    const [height, width] = at.size.map((n, k) => at.dilation[k] * (n - 1));
    at = { ...at, padding: [height >> 1, width >> 1] };
    const odd = [height % 2, width % 2].slice(2 - axes);
    if (odd.includes(1)) own = x.pad([[0, 0], [0, 0], ...odd.map((n) => [0, n] as const)]);
  }
  const counts = countOf("conv", own.shape, at);
  const parts = groups > 1 ? [groups] : [];
  const terms = channels * sizeOf(size);
  const filters = W.reshape([...parts, outputs / groups, terms]);
  const columns = unfold(raised(own), at.size, at);
  const y = filters.matmul(groups > 1 ? columns.reshape([x.shape[0], groups, terms, sizeOf(counts)]) : columns);
  return (b ? y.add(b.reshape([...parts, outputs / groups, 1])) : y).reshape([
    x.shape[0],
    outputs,
    ...counts.slice(2 - axes),
  ]);
}

/**
 * Convolution, as networks mean it (the kernel is not turned round: a cross-correlation), of images x [N, C, H, W] with
 * W [O, C / groups, height, width], plus b [O] if there is one: [N, O, rows, columns]. Options are numbers or
 * [height, width], as in PyTorch; of several groups each takes its share of the channels, and gives its share of the outputs.
 */
export const conv2d: Convolution<ConvolutionOptions> = /* @__PURE__ */ composed(
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
      { shapes: [[1, 4, 2, 2], [2, 2, 2, 1], [2]], args: [{ groups: 2, padding: "valid" }] },
      {
        shapes: [
          [2, 1, 2, 3],
          [1, 1, 2, 3],
        ],
        args: [null, { padding: "same" }],
      },
    ],
  },
  (x: Tensor, W: Tensor, b?: Tensor | null, options?: ConvolutionOptions) => convolve(2, x, W, b, options),
);

/** `conv2d` of sequences x [N, C, L] with W [O, C / groups, length], plus b [O] if there is one: [N, O, windows]. As in PyTorch. */
export const conv1d: Convolution<ConvolutionOptions<number>> = /* @__PURE__ */ composed(
  "conv1d",
  {
    arity: 3,
    samples: [
      { shapes: [[2, 2, 4], [2, 2, 3], [2]] },
      {
        shapes: [
          [1, 2, 5],
          [4, 1, 2],
        ],
        args: [null, { stride: 2, padding: 1, groups: 2 }],
      },
      {
        shapes: [
          [2, 1, 3],
          [1, 1, 2],
        ],
        args: [null, { padding: "same", dilation: 3 }],
      },
    ],
  },
  (x: Tensor, W: Tensor, b?: Tensor | null, options?: ConvolutionOptions) => convolve(1, x, W, b, options),
);
