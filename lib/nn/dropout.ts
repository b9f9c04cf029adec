/** Dropout: in training, values are left out at random. */
import { repeating } from "../checkpoint.js";
import { uniform } from "../create.js";
import type { Dtype } from "../dtype.js";
import { DtypeError, GradError, show } from "../error.js";
import { defaultGenerator, type Generator } from "../random.js";
import { check, share } from "../range.js";
import type { Shape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { Layer } from "./layer.js";

/** How values are left out. */
export type DropoutOptions = {
  /**
   * Whether those that are kept grow to 1 / (1 − p) of themselves in training, and all pass in use (default: PyTorch's). With
   * false the book's chapter 6.4.3: x · mask in training, x · (1 − p) in use.
   */
  inverted?: boolean;
  /** Where masks are drawn from (default: the generator of `manualSeed`). In `checkpoint` give it that one, too. */
  generator?: Generator;
};

/** Leaves out each value with probability `p` (Srivastava et al. 2014), in training: multiplies by a mask that is new in every call. */
export class Dropout extends Layer {
  readonly p: number;
  readonly inverted: boolean;
  readonly generator: Generator;

  constructor(p = 0.5, { inverted = true, generator = defaultGenerator() }: DropoutOptions = {}) {
    super();
    check("Dropout", { p }, share);
    this.p = p;
    this.inverted = inverted;
    this.generator = generator;
  }

  /** What values of a shape are multiplied with now, drawn anew; null where all of them pass. */
  mask(shape: Shape, dtype: Dtype): Tensor | null {
    if (!this.training || this.p === 0) return null;
    if ((repeating() ?? this.generator) !== this.generator)
      throw new GradError(
        "Dropout: in a checkpoint the same must be drawn twice; give checkpoint(f, { generator }) the layer's generator",
      );
    const kept = this.inverted && this.p < 1 ? 1 / (1 - this.p) : 1;
    const mask = uniform(shape, { dtype, generator: this.generator });
    const { data } = mask.storage;
    for (let i = 0; i < data.length; i++) data[i] = data[i] < this.p ? 0 : kept;
    return mask;
  }

  forward(x: Tensor): Tensor {
    checkTensor("Dropout", x);
    if (x.dtype === "int32")
      throw new DtypeError(
        `Dropout(${show(x.shape)}): values must be floats (given int32); convert with .to("float32")`,
      );
    const mask = this.mask(x.shape, x.dtype);
    if (mask) return x.mul(mask);
    return this.inverted || this.training ? x : x.mul(1 - this.p);
  }
}
