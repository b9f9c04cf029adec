/** What windows: convolution and pooling should give. */
import {
  at,
  both,
  build,
  type Grid,
  largest,
  type Pair,
  pooled,
  type Reference,
  type Sliding,
  sliding,
  within,
} from "../grids.js";

export const windows: Readonly<Record<string, Reference>> = {
  unfold: (x: Grid, size: Pair, options?: Sliding) => {
    const [n, c, height, width] = x.shape;
    const { area, counts, pixel } = sliding([height, width], size, options);
    const values = area[0] * area[1];
    return build([n, c * values, counts[0] * counts[1]], ([image, row, window]) => {
      const [channel, value] = both(row, values);
      return within(x, [image, channel, ...pixel(both(window, counts[1]), both(value, area[1]))]);
    });
  },
  fold: (x: Grid, [height, width]: readonly number[], size: Pair, options?: Sliding) => {
    const { area, counts, pixel } = sliding([height, width], size, options);
    const values = area[0] * area[1];
    return build([x.shape[0], x.shape[1] / values, height, width], ([image, channel, row, column]) => {
      let sum = 0;
      for (let value = 0; value < values; value++)
        for (let window = 0; window < counts[0] * counts[1]; window++) {
          const [r, c] = pixel(both(window, counts[1]), both(value, area[1]));
          if (r === row && c === column) sum += at(x, [image, channel * values + value, window]);
        }
      return sum;
    });
  },
  conv2d: (x: Grid, W: Grid, b?: Grid | null, options?: Sliding) => {
    const [n, channels, height, width] = x.shape;
    const { area, counts, pixel } = sliding([height, width], W.shape.slice(2), options);
    return build([n, W.shape[0], ...counts], ([image, output, ...window]) => {
      let sum = b ? at(b, [output]) : 0;
      for (let channel = 0; channel < channels; channel++)
        for (let i = 0; i < area[0]; i++)
          for (let j = 0; j < area[1]; j++)
            sum += at(W, [output, channel, i, j]) * within(x, [image, channel, ...pixel(window, [i, j])]);
      return sum;
    });
  },
  argmaxPool2d: (x: Grid, size: Pair, options: Sliding = {}) =>
    pooled(x, size, options, (values) => values[values.map(([v]) => v).indexOf(largest(values.map(([v]) => v)))][1]),
  maxPool2d: (x: Grid, size: Pair, options: Sliding = {}) =>
    pooled(x, size, options, (values) => largest(values.map(([v]) => v))),
};
