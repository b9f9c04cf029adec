/** Activations as layers. Any function of tensors can stand in their place, such as `mish`, or `(x) => x.clamp(0, 6)`. */
import { type CreateOptions, full } from "../create.js";
import { call, ShapeError } from "../error.js";
import { elu, gelu, leakyRelu, silu, softplus } from "../ops/activations.js";
import { check, finite, wholeFrom } from "../range.js";
import type { Tensor } from "../tensor.js";
import { Layer } from "./layer.js";

/** 1 / (1 + e^−x) (the book's chapter 5.5.2). */
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

/** x · Φ(x) (Hendrycks & Gimpel 2016); see `gelu`, and `geluTanh` for the approximation. */
export class GELU extends Layer {
  forward(x: Tensor): Tensor {
    return gelu(x);
  }
}

/** x · sigmoid(x) (Ramachandran et al. 2017); see `silu`. */
export class SiLU extends Layer {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** log(1 + e^x); see `softplus`. */
export class Softplus extends Layer {
  forward(x: Tensor): Tensor {
    return softplus(x);
  }
}

/** x above 0, `slope` · x below (default 0.01); see `leakyRelu`. */
export class LeakyReLU extends Layer {
  constructor(readonly slope = 0.01) {
    super();
    check("LeakyReLU", { slope }, finite);
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.slope);
  }
}

/** x above 0, `alpha` · (e^x − 1) below (default 1; Clevert et al. 2015); see `elu`. */
export class ELU extends Layer {
  constructor(readonly alpha = 1) {
    super();
    check("ELU", { alpha }, finite);
  }

  forward(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }
}

/** x above 0, W · x below, where W is learnt: one slope, or one for each channel of x [N, C, ...] (He et al. 2015). All start at 0.25. */
export class PReLU extends Layer {
  readonly W: Tensor;

  constructor(channels = 1, options: CreateOptions = {}) {
    super();
    check("PReLU", { channels }, wholeFrom(1));
    this.W = full([channels], 0.25, { ...options, requiresGrad: true });
  }

  forward(x: Tensor): Tensor {
    const { W } = this;
    if (W.size > 1 && x.shape[1] !== W.size)
      throw new ShapeError(`${call("PReLU", [x])}: x must be [N, ${W.size}, ...], with a channel for each slope`);
    return leakyRelu(x, W.size > 1 ? W.reshape([W.size, ...x.shape.slice(2).map(() => 1)]) : W);
  }
}
