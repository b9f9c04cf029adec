/** What windows should give: convolution, pooling, upsampling. */
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
  total,
  two,
  within,
} from "../grids.js";

type Convolving = Omit<Sliding, "padding"> & { padding?: Pair | string; outputPadding?: Pair; groups?: number };
type Averaging = Sliding & { countIncludePad?: boolean };
type Unpooling = Sliding & { outputSize?: readonly number[] };
type Upsampling = { scale?: Pair; size?: Pair; alignCorners?: boolean };

const mean = (values: readonly number[]): number => total(values) / values.length;

/** Sequences as images of height 1, and back; their options. */
const raised = ({ shape: [n, c, length], data }: Grid): Grid => ({ shape: [n, c, 1, length], data });
const lowered = ({ shape: [n, c, , length], data }: Grid): Grid => ({ shape: [n, c, length], data });
const across = <Options extends Convolving>(options: Options = {} as Options): Options => {
  const wide = Object.entries(options).map(([name, given]) => {
    const above = name === "stride" || name === "dilation" ? 1 : 0;
    return [name, name !== "groups" && typeof given === "number" ? [above, given] : given];
  });
  return Object.fromEntries(wide);
};

function conv2d(x: Grid, W: Grid, b?: Grid | null, { groups = 1, padding = 0, ...options }: Convolving = {}): Grid {
  const [n, , height, width] = x.shape;
  const [outputs, channels, ...size] = W.shape;
  const before = (length: number, k: number) => Math.floor(((length - 1) * two(options.dilation ?? 1)[k]) / 2);
  const around = padding === "same" ? size.map(before) : padding === "valid" ? 0 : (padding as Pair);
  const { area, counts, pixel } = sliding([height, width], size, { ...options, padding: around });
  const shape = padding === "same" ? [height, width] : counts;
  return build([n, outputs, ...shape], ([image, output, ...window]) => {
    const first = Math.floor((output * groups) / outputs) * channels;
    let sum = b ? at(b, [output]) : 0;
    for (let channel = 0; channel < channels; channel++)
      for (let i = 0; i < area[0]; i++)
        for (let j = 0; j < area[1]; j++)
          sum += at(W, [output, channel, i, j]) * within(x, [image, first + channel, ...pixel(window, [i, j])]);
    return sum;
  });
}

function convTranspose2d(x: Grid, W: Grid, b?: Grid | null, options: Convolving = {}): Grid {
  const [n, channels, ...counts] = x.shape;
  const [, outputs, ...area] = W.shape;
  const { groups = 1, stride = 1, padding = 0, outputPadding = 0, dilation = 1 } = options;
  const [step, around, more, apart] = [stride, padding as Pair, outputPadding, dilation].map(two);
  const lengths = counts.map(
    (count, k) => (count - 1) * step[k] + (area[k] - 1) * apart[k] + 1 - 2 * around[k] + more[k],
  );
  return build([n, outputs * groups, ...lengths], ([image, output, row, column]) => {
    const [group, own] = both(output, outputs);
    const terms = build([channels / groups, ...counts, ...area], ([channel, i, j, down, right]) => {
      const hit =
        i * step[0] + down * apart[0] - around[0] === row && j * step[1] + right * apart[1] - around[1] === column;
      const from = (group * channels) / groups + channel;
      return hit ? at(x, [image, from, i, j]) * at(W, [from, own, down, right]) : 0;
    });
    return total(Array.from(terms.data)) + (b ? at(b, [output]) : 0);
  });
}

function avgPool2d(x: Grid, size: Pair, { countIncludePad = true, ...options }: Averaging = {}): Grid {
  const [height, width] = two(size);
  return pooled(x, size, options, (values) => {
    const sum = total(values.map(([value]) => value));
    return sum / (countIncludePad ? height * width : values.length);
  });
}

/** What `f` makes of the values of each window i of o: those of which some part lies in [i, i + 1) / o of the whole. */
function adaptive(x: Grid, size: readonly number[], f: (values: readonly number[]) => number): Grid {
  const [n, c, ...lengths] = x.shape;
  return build([n, c, ...size], ([image, channel, ...window]) => {
    const values: number[] = [];
    build(lengths, (pixel) => {
      const inside = window.every(
        (i, k) => pixel[k] * size[k] < (i + 1) * lengths[k] && (pixel[k] + 1) * size[k] > i * lengths[k],
      );
      if (inside) values.push(at(x, [image, channel, ...pixel]));
      return 0;
    });
    return f(values);
  });
}

/** Where a place lies in x that is `shift` after the start of a value of the result. */
type Place = (shift: number) => number;

/** Grids of other lengths: along each of the last axes the value at a position between two. */
function resampled(
  x: Grid,
  to: Pair | Upsampling,
  position: (place: Place, length: number, after: number, i: number) => number,
): Grid {
  const { scale, size } = typeof to === "number" || Array.isArray(to) ? { scale: to } : (to as Upsampling);
  const [n, c, ...before] = x.shape;
  const each = (given: Pair): readonly number[] => (typeof given === "number" ? before.map(() => given) : given);
  const factors = scale === undefined ? before.map((length, k) => each(size as Pair)[k] / length) : each(scale);
  const after = size === undefined ? before.map((length, k) => Math.floor(length * factors[k])) : each(size);
  return build([n, c, ...after], ([image, channel, ...index]) => {
    const centres = index.map((i, k) => position((shift) => (i + shift) / factors[k], before[k], after[k], i));
    // Each value counts by how near it lies: a tent of width 1 on either side.
    const terms = build(before, (pixel) => {
      const near = pixel.reduce((product, j, k) => product * Math.max(0, 1 - Math.abs(j - centres[k])), 1);
      return near * at(x, [image, channel, ...pixel]);
    });
    return total(Array.from(terms.data));
  });
}

const interpolated: Reference = (x: Grid, to: Pair | Upsampling) =>
  resampled(x, to, (place, length, after, i) => {
    const aligned = typeof to === "object" && "alignCorners" in to && to.alignCorners;
    const free = aligned ? (after > 1 ? (i / (after - 1)) * (length - 1) : 0) : place(0.5) - 0.5;
    return Math.min(Math.max(free, 0), length - 1);
  });

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
  conv2d,
  conv1d: (x: Grid, W: Grid, b?: Grid | null, options?: Convolving) =>
    lowered(conv2d(raised(x), raised(W), b, across(options))),
  convTranspose2d,
  convTranspose1d: (x: Grid, W: Grid, b?: Grid | null, options?: Convolving) =>
    lowered(convTranspose2d(raised(x), raised(W), b, across(options))),
  argmaxPool2d: (x: Grid, size: Pair, options: Sliding = {}) =>
    pooled(x, size, options, (values) => values[values.map(([v]) => v).indexOf(largest(values.map(([v]) => v)))][1]),
  maxPool2d: (x: Grid, size: Pair, options: Sliding = {}) =>
    pooled(x, size, options, (values) => largest(values.map(([v]) => v))),
  maxPool1d: (x: Grid, size: number, options: Sliding = {}) =>
    lowered(pooled(raised(x), [1, size], { ...across(options) }, (values) => largest(values.map(([v]) => v)))),
  avgPool2d,
  avgPool1d: (x: Grid, size: number, options?: Averaging) => lowered(avgPool2d(raised(x), [1, size], across(options))),
  adaptiveAvgPool2d: (x: Grid, size: Pair) => adaptive(x, two(size), mean),
  adaptiveAvgPool1d: (x: Grid, size: number) => lowered(adaptive(raised(x), [1, size], mean)),
  adaptiveMaxPool2d: (x: Grid, size: Pair) => adaptive(x, two(size), largest),
  adaptiveMaxPool1d: (x: Grid, size: number) => lowered(adaptive(raised(x), [1, size], largest)),
  maxUnpool2d: (x: Grid, indices: Grid, size: Pair, { stride = size, padding = 0, outputSize }: Unpooling = {}) => {
    const [n, c, ...counts] = x.shape;
    const [area, step, around] = [size, stride, padding].map(two);
    const [height, width] = outputSize ?? counts.map((count, k) => count * step[k] - step[k] - 2 * around[k] + area[k]);
    return build([n, c, height, width], ([image, channel, row, column]) => {
      const found = build(counts, (index) => {
        const here = [image, channel, ...index];
        return at(indices, here) === row * width + column ? at(x, here) : 0;
      });
      return total(Array.from(found.data));
    });
  },
  upsampleNearest: (x: Grid, to: Pair | Upsampling) =>
    // The last value that begins at or before the place.
    resampled(x, to, (place, length) => {
      let j = 0;
      while (j + 1 < length && j + 1 <= place(0)) j++;
      return j;
    }),
  upsampleBilinear: interpolated,
  upsampleLinear: interpolated,
  pixelShuffle: (x: Grid, r: number) => {
    const [n, c, height, width] = x.shape;
    return build([n, c / r ** 2, height * r, width * r], ([image, channel, row, column]) => {
      const [[i, down], [j, right]] = [both(row, r), both(column, r)];
      return at(x, [image, channel * r * r + down * r + right, i, j]);
    });
  },
  pixelUnshuffle: (x: Grid, r: number) => {
    const [n, c, height, width] = x.shape;
    return build([n, c * r ** 2, height / r, width / r], ([image, part, i, j]) => {
      const [channel, inner] = both(part, r * r);
      const [down, right] = both(inner, r);
      return at(x, [image, channel, i * r + down, j * r + right]);
    });
  },
};
