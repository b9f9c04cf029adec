/** The layers of "Deep Learning from Scratch", each one composition of ops. */
import { type RandomOptions, zeros } from "../create.js";
import { ShapeError } from "../error.js";
import type { Tensor } from "../tensor.js";
import { he, type Initializer } from "./initializers.js";
import { Layer, type Module, run } from "./layer.js";

/** x · W + b (the book's chapter 5.6) of rows x [..., rows, inputs]; W is [inputs, outputs], b is [outputs]. */
export class Affine extends Layer {
  readonly W: Tensor;
  readonly b: Tensor;

  /** `init` makes W (default He's); b starts at 0. */
  constructor(inputs: number, outputs: number, { init = he, ...options }: { init?: Initializer } & RandomOptions = {}) {
    super();
    for (const length of [inputs, outputs])
      if (!Number.isInteger(length) || length < 1)
        throw new ShapeError(`Affine(${inputs}, ${outputs}): there must be at least one input and one output`);
    this.W = init([inputs, outputs], { ...options, requiresGrad: true });
    this.b = zeros([outputs], { dtype: this.W.dtype, requiresGrad: true });
  }

  forward(x: Tensor): Tensor {
    return x.matmul(this.W).add(this.b);
  }
}

/** 1 / (1 + e^−x) (chapter 5.5.2). */
export class Sigmoid extends Layer {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** max(x, 0) (chapter 5.5.1). */
export class ReLU extends Layer {
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Layer {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/** e^x / Σ e^x over the last axis (chapter 3.5). */
export class Softmax extends Layer {
  forward(x: Tensor): Tensor {
    return x.softmax();
  }
}

/** Layers or functions, one after the other. */
export class Sequential extends Layer {
  readonly layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    this.layers = layers;
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce((y, layer) => run(layer, y), x);
  }
}
