/** Pooling as layers: one value in place of each window of images [N, C, H, W] or sequences [N, C, L]. */
import { ValueError } from "../error.js";
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveMaxPool1d, adaptiveMaxPool2d } from "../ops/adaptive-pooling.js";
import { type Pair, type PoolOptions, pairOf, windowsOf } from "../ops/common/windows.js";
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "../ops/pooling.js";
import { checkWord } from "../range.js";
import type { Tensor } from "../tensor.js";
import { Layer } from "./layer.js";

/** Which value stands for a window: the largest (default), or the mean. */
export type PoolingKind = { kind?: "max" | "average" };

/**
 * The largest value of each window, or the mean (the book's chapter 7.3), `stride` apart: side by side, unless it is given. `size`,
 * `stride` and `padding` are numbers or [height, width]; of sequences numbers. As torch.nn.MaxPool2d, AvgPool2d and their 1d.
 */
export class Pooling extends Layer {
  readonly kind: "max" | "average";
  readonly options: PoolOptions;

  constructor(
    readonly size: Pair,
    { kind = "max", ...options }: PoolingKind & PoolOptions = {},
  ) {
    super();
    checkWord("Pooling", { kind }, ["max", "average"]);
    const at = windowsOf("Pooling", size, options, size);
    if (at.padding.some((n, k) => 2 * n > at.size[k]))
      throw new ValueError(`Pooling: padding must be at most half the size (given ${JSON.stringify(options.padding)})`);
    this.kind = kind;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    const [of1d, of2d] = this.kind === "max" ? [maxPool1d, maxPool2d] : [avgPool1d, avgPool2d];
    return x.rank === 3
      ? of1d(x, this.size as number, this.options as PoolOptions<number>)
      : of2d(x, this.size, this.options);
  }
}

/** As many windows as `outputSize` says, whatever the size of x; 1 and "average" give the mean of each channel. As torch.nn.AdaptiveMaxPool2d and others. */
export class AdaptivePooling extends Layer {
  readonly kind: "max" | "average";

  constructor(
    readonly outputSize: Pair,
    { kind = "max" }: PoolingKind = {},
  ) {
    super();
    checkWord("AdaptivePooling", { kind }, ["max", "average"]);
    pairOf("AdaptivePooling", "outputSize", outputSize, 1);
    this.kind = kind;
  }

  forward(x: Tensor): Tensor {
    const [of1d, of2d] =
      this.kind === "max" ? [adaptiveMaxPool1d, adaptiveMaxPool2d] : [adaptiveAvgPool1d, adaptiveAvgPool2d];
    return x.rank === 3 ? of1d(x, this.outputSize as number) : of2d(x, this.outputSize);
  }
}
