/** The book's SimpleConvNet (chapter 7.5): Convolution, ReLU, Pooling, Affine, ReLU, Affine, and softmax with loss on top. */
import { Affine, Convolution, Flatten, normalInit, Pooling, ReLU } from "gradtape";
import { Network } from "./network.js";

/** Scores of classes for images [N, C, H, W] of shape `input`. */
export class SimpleConvNet extends Network {
  readonly layers;

  /** `filters` of size × size slide over the images; weights start as normal numbers of standard deviation `std`. */
  constructor({
    input: [channels, height, width] = [1, 28, 28] as readonly number[],
    filters = 30,
    size = 5,
    padding = 0,
    stride = 1,
    hidden = 100,
    outputs = 10,
    std = 0.01,
  } = {}) {
    super();
    const init = normalInit(std);
    const pooled = (length: number) => Math.floor(((length - size + 2 * padding) / stride + 1) / 2);
    this.layers = {
      conv: new Convolution(channels, filters, size, { padding, stride, init }),
      relu1: new ReLU(),
      pool: new Pooling(2),
      flatten: new Flatten(),
      affine1: new Affine(filters * pooled(height) * pooled(width), hidden, { init }),
      relu2: new ReLU(),
      affine2: new Affine(hidden, outputs, { init }),
    };
  }
}
