/** Words and places as vectors. */
import { type CreateOptions, type RandomOptions, zeros } from "../create.js";
import { embedding } from "../ops/attention.js";
import { check, wholeFrom } from "../range.js";
import type { Tensor } from "../tensor.js";
import { type Initializer, normalInit } from "./initializers.js";
import { Layer } from "./layer.js";

/** A row of W [count, width] for each int32 index: [...] gives [..., width]. W begins as standard normal numbers. As torch.nn.Embedding. */
export class Embedding extends Layer {
  readonly W: Tensor;

  constructor(
    count: number,
    width: number,
    { init = normalInit(1), ...options }: { init?: Initializer } & RandomOptions = {},
  ) {
    super();
    check("Embedding", { count, width }, wholeFrom(1));
    this.W = init([count, width], { ...options, requiresGrad: true });
  }

  forward(indices: Tensor): Tensor {
    return embedding(indices, this.W);
  }
}

/**
 * Places 0 … length − 1 as waves of growing length (Vaswani et al. 2017, §3.5), [length, width]: sin(place / 10000^(2i / width))
 * at 2i, the cosine at 2i + 1. Added to embeddings [..., length, width].
 */
export function sinusoidalPositions(length: number, width: number, options: CreateOptions = {}): Tensor {
  check("sinusoidalPositions", { length, width }, wholeFrom(1));
  const y = zeros([length, width], options);
  const { data } = y.storage;
  for (let i = 0; i < data.length; i++) {
    const column = i % width;
    const angle = Math.floor(i / width) / 10000 ** ((column - (column % 2)) / width);
    data[i] = column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  }
  return y;
}
