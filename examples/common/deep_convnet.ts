/** The book's DeepConvNet (chapter 8.1): three pairs of 3×3 convolutions, each pooled, and two Affine layers with Dropout. */
import { Affine, Convolution, Dropout, Flatten, Pooling, ReLU } from "gradtape";
import { Network } from "./network.js";

/** Scores of classes for images [N, C, H, W] of shape `input`. Weights start as He's, by the number of a neuron's inputs. */
export class DeepConvNet extends Network {
  readonly layers;

  /** The three pairs have so many `filters` each; `dropout` is the share of values that are left out. */
  constructor({
    input: [channels, height, width] = [1, 28, 28] as readonly number[],
    filters: [first, second, third] = [16, 32, 64] as readonly number[],
    hidden = 50,
    outputs = 10,
    dropout = 0.5,
  } = {}) {
    super();
    // The fourth convolution makes images larger by 2: 28 → 14 → 16 → 8 → 4.
    const pooled = (length: number) => Math.floor(Math.floor((Math.floor(length / 2) + 2) / 2) / 2);
    this.layers = {
      conv1: new Convolution(channels, first, 3, { padding: 1 }),
      relu1: new ReLU(),
      conv2: new Convolution(first, first, 3, { padding: 1 }),
      relu2: new ReLU(),
      pool1: new Pooling(2),
      conv3: new Convolution(first, second, 3, { padding: 1 }),
      relu3: new ReLU(),
      conv4: new Convolution(second, second, 3, { padding: 2 }),
      relu4: new ReLU(),
      pool2: new Pooling(2),
      conv5: new Convolution(second, third, 3, { padding: 1 }),
      relu5: new ReLU(),
      conv6: new Convolution(third, third, 3, { padding: 1 }),
      relu6: new ReLU(),
      pool3: new Pooling(2),
      flatten: new Flatten(),
      affine1: new Affine(third * pooled(height) * pooled(width), hidden),
      relu7: new ReLU(),
      dropout1: new Dropout(dropout, { inverted: false }),
      affine2: new Affine(hidden, outputs),
      dropout2: new Dropout(dropout, { inverted: false }),
    };
  }
}
