/** Layers that hold a network together: affine maps, sequences, and images laid flat. */
import { type RandomOptions, zeros } from "../create.js";
import { call, DtypeError, ShapeError, show } from "../error.js";
import { check, wholeFrom } from "../range.js";
import { checkTensor, Tensor } from "../tensor.js";
import { he, type Initializer } from "./initializers.js";
import { Layer, type Module, run } from "./layer.js";

/** x · W + b (the book's chapter 5.6) of rows x [..., rows, inputs]; W is [inputs, outputs], b is [outputs]. */
export class Affine extends Layer {
  readonly W: Tensor;
  readonly b: Tensor;

  /** `init` makes W (default He's); b starts at 0. */
  constructor(inputs: number, outputs: number, { init = he, ...options }: { init?: Initializer } & RandomOptions = {}) {
    super();
    check("Affine", { inputs, outputs }, wholeFrom(1));
    this.W = init([inputs, outputs], { ...options, requiresGrad: true });
    this.b = zeros([outputs], { dtype: this.W.dtype, requiresGrad: true });
  }

  forward(x: Tensor): Tensor {
    checkTensor("Affine", x);
    if (x.shape.at(-1) !== this.W.shape[0])
      throw new ShapeError(
        `${call("Affine", [x])}: x must be [..., ${this.W.shape[0]}], for W ${show(this.W.shape)}; Flatten makes rows of images`,
      );
    return x.matmul(this.W).add(this.b);
  }
}

/** What has the axes [N, ...] as rows [N, values]: between convolutions and an Affine. */
export class Flatten extends Layer {
  forward(x: Tensor): Tensor {
    checkTensor("Flatten", x);
    if (x.rank < 2) throw new ShapeError(`${call("Flatten", [x])}: x must be [N, ...], a batch of what is laid flat`);
    return x.flatten(1);
  }
}

/** Layers or functions, one after the other, each of which takes a tensor and gives one. */
export class Sequential extends Layer {
  readonly layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    layers.forEach((layer: unknown, i) => {
      if (!(layer instanceof Layer) && typeof layer !== "function")
        throw new DtypeError(
          `Sequential: layers.${i} must be a layer or a function (given ${Array.isArray(layer) ? "an array; list layers one by one: new Sequential(...layers)" : layer})`,
        );
    });
    this.layers = layers;
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce((before, layer, i) => {
      const y: unknown = run(layer, before);
      if (y instanceof Tensor) return y;
      throw new DtypeError(
        `Sequential: layers.${i} must give a tensor (given ${Array.isArray(y) ? "an array" : typeof y}); pick one of several: (x) => lstm.unroll(x).outputs`,
      );
    }, x);
  }
}
