/** Convolution, and its adjoint, as layers: filters that slide over images [N, C, H, W] or sequences [N, C, L]. */
import { type RandomOptions, zeros } from "../create.js";
import { ValueError } from "../error.js";
import { type Pair, pairOf, type Sliding, windowsOf } from "../ops/common/windows.js";
import { type ConvolutionOptions, conv1d, conv2d } from "../ops/convolution.js";
import { convTranspose1d, convTranspose2d, type TransposeOptions } from "../ops/convolution-transpose.js";
import { check, wholeFrom } from "../range.js";
import type { Tensor } from "../tensor.js";
import { he, type Initializer } from "./initializers.js";
import { Layer } from "./layer.js";

/** How the filters of a layer begin (default He's), and whether there is a `bias` (default), which begins at 0. */
export type FilterOptions = RandomOptions & { init?: Initializer; bias?: boolean };

type Options = FilterOptions & ConvolutionOptions & TransposeOptions;
/** Of one axis or of two: each layer gives its op what it was given. */
type Windows = ConvolutionOptions<never> & TransposeOptions<never>;

/** What both have: filters, and where they go. */
abstract class Filters extends Layer {
  /** Filters, [outputs, inputs / groups, ...size]; of a transposed convolution [inputs, outputs / groups, ...size]. */
  readonly W: Tensor;
  /** One for each output; null without `bias`. */
  readonly b: Tensor | null;
  protected readonly windows: Windows;

  constructor(
    [layer, axes, transposed]: readonly [layer: string, axes: Sliding, transposed: boolean],
    inputs: number,
    outputs: number,
    size: unknown,
    options: object,
  ) {
    super();
    const { init = he, bias = true, dtype, generator, ...windows } = options as Options;
    const { groups = 1, padding, outputPadding = 0 } = windows;
    check(layer, { inputs, outputs, groups }, wholeFrom(1));
    const named = padding === "same" || padding === "valid";
    if (typeof padding === "string" && !named)
      throw new ValueError(`${layer}: padding must be numbers, "same" or "valid" (given "${padding}")`);
    const at = windowsOf(layer, size, named ? { ...windows, padding: 0 } : (windows as TransposeOptions), 1, axes);
    const more = pairOf(layer, "outputPadding", outputPadding, 0, axes);
    if (more.some((n, k) => n >= at.stride[k]))
      throw new ValueError(
        `${layer}: outputPadding must be less than the stride (given ${JSON.stringify(outputPadding)})`,
      );
    if (padding === "same" && at.stride.some((n) => n > 1))
      throw new ValueError(`${layer}: padding "same" needs a stride of 1 (given ${JSON.stringify(windows.stride)})`);
    if (inputs % groups !== 0 || outputs % groups !== 0)
      throw new ValueError(
        `${layer}: inputs and outputs must be multiples of groups (given ${inputs}, ${outputs} and ${groups})`,
      );
    const [first, second] = transposed ? [inputs, outputs] : [outputs, inputs];
    const shape = [first, second / groups, ...at.size.slice(2 - axes)];
    this.windows = windows as Windows;
    this.W = init(shape, { dtype, generator, requiresGrad: true });
    this.b = bias ? zeros([outputs], { dtype: this.W.dtype, requiresGrad: true }) : null;
  }
}

/**
 * `conv2d` of images [N, inputs, H, W] with filters W [outputs, inputs / groups, height, width], plus b (the book's chapter 7.2; LeCun et
 * al. 1998). `size`, `stride`, `padding` (or "same", "valid") and `dilation` are numbers or [height, width]. As torch.nn.Conv2d.
 */
export class Convolution extends Filters {
  constructor(inputs: number, outputs: number, size: Pair, options: FilterOptions & ConvolutionOptions = {}) {
    super(["Convolution", 2, false], inputs, outputs, size, options);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.W, this.b, this.windows);
  }
}

/** `Convolution` of sequences [N, inputs, L], with filters W [outputs, inputs / groups, length]. As torch.nn.Conv1d. */
export class Convolution1d extends Filters {
  constructor(inputs: number, outputs: number, size: number, options: FilterOptions & ConvolutionOptions<number> = {}) {
    super(["Convolution1d", 1, false], inputs, outputs, size, options);
  }

  forward(x: Tensor): Tensor {
    return conv1d(x, this.W, this.b, this.windows);
  }
}

/** `convTranspose2d`, which makes small images large, with filters W [inputs, outputs / groups, height, width]. As torch.nn.ConvTranspose2d. */
export class ConvolutionTranspose extends Filters {
  constructor(inputs: number, outputs: number, size: Pair, options: FilterOptions & TransposeOptions = {}) {
    super(["ConvolutionTranspose", 2, true], inputs, outputs, size, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.W, this.b, this.windows);
  }
}

/** `ConvolutionTranspose` of sequences [N, inputs, L]. As torch.nn.ConvTranspose1d. */
export class ConvolutionTranspose1d extends Filters {
  constructor(inputs: number, outputs: number, size: number, options: FilterOptions & TransposeOptions<number> = {}) {
    super(["ConvolutionTranspose1d", 1, true], inputs, outputs, size, options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.W, this.b, this.windows);
  }
}
