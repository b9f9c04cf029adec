/** What every op should give, spelled a second time in loops over plain numbers, without the library's formulas or kernels. */

import type { Case } from "./cases.js";
import { replaceTensors } from "./cases.js";

/** Numbers in row-major order with the length of each axis: nested arrays that keep their shape when empty. */
export type Grid = { readonly shape: readonly number[]; readonly data: ArrayLike<number> };

/** The op's value of grids in place of tensors. */
// biome-ignore lint/suspicious/noExplicitAny: each reference annotates what its op takes
type Reference = (...args: any[]) => Grid;

/** What the op of a case should give; float64. */
export function expected({ op, list }: Case): Grid {
  const found = references[op.name];
  if (!found) throw new Error(`${op.name}: has no reference in spec/support/references.ts`);
  return found(...list().map((x) => replaceTensors(x, ({ shape, data }): Grid => ({ shape, data: Array.from(data) }))));
}

// ---- grids

type Index = readonly number[];

/** A grid of what `f` gives for each index, the last axis fastest. */
function build(shape: Index, f: (index: Index) => number): Grid {
  let all: Index[] = [[]];
  for (const length of shape) all = all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i]));
  return { shape, data: all.map(f) };
}

/** The element at an index, of which a grid reads the last axes only, and 0 along axes of length 1. */
function at({ shape, data }: Grid, index: Index): number {
  const own = index.slice(index.length - shape.length);
  return data[shape.reduce((flat, length, axis) => flat * length + (length === 1 ? 0 : own[axis]), 0)];
}

/** The shape that shapes broadcast to. */
function joined(shapes: readonly Index[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const own = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return own.find((length) => length !== 1) ?? 1;
  });
}

/** A function of numbers on grids and numbers that broadcast. */
const each =
  (f: (...x: number[]) => number): Reference =>
  (...operands: (Grid | number)[]) => {
    const grids = operands.map((x) => (typeof x === "number" ? { shape: [], data: [x] } : x));
    return build(joined(grids.map(({ shape }) => shape)), (index) => f(...grids.map((x) => at(x, index))));
  };

const fromFront = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis);

type Axes = number | readonly number[];

/** The values along `axes` for each index of the others; `keep` leaves the axes with length 1. */
function reduced(x: Grid, axes: Axes | undefined, keep: boolean, f: (values: number[]) => number): Grid {
  const rank = x.shape.length;
  const gone = new Set([axes ?? x.shape.map((_, axis) => axis)].flat().map((axis) => fromFront(axis, rank)));
  const inner = x.shape.filter((_, axis) => gone.has(axis));
  const full = build(
    x.shape.map((length, axis) => (gone.has(axis) ? 1 : length)),
    (outer) =>
      f(
        Array.from(
          build(inner, (along) => {
            const rest = along.values();
            return at(
              x,
              outer.map((i, axis) => (gone.has(axis) ? (rest.next().value as number) : i)),
            );
          }).data,
        ),
      ),
  );
  return keep ? full : { shape: x.shape.filter((_, axis) => !gone.has(axis)), data: full.data };
}

const reduction =
  (f: (values: number[]) => number): Reference =>
  (x: Grid, axes?: Axes, { keepDims = false }: { keepDims?: boolean } = {}) =>
    reduced(x, axes, keepDims, f);

/** A function of each value and all those along `axes`, by default the last. */
const normalized =
  (f: (value: number, values: number[]) => number): Reference =>
  (x: Grid, axes: Axes = -1) => {
    const along: number[][] = [];
    const rows = reduced(x, axes, true, (values) => along.push(values) - 1);
    return build(x.shape, (index) => f(at(x, index), along[at(rows, index)]));
  };

// ---- numbers

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const largest = (values: readonly number[]): number => Math.max(...values);
const smallest = (values: readonly number[]): number => Math.min(...values);
const exponentials = (values: readonly number[]): number => total(values.map((value) => Math.exp(value)));

/** Gauss–Legendre nodes and weights on [−1, 1]: the roots of the Legendre polynomial P of degree n, by Newton's method. */
function legendre(n: number): { node: number; weight: number }[] {
  return Array.from({ length: n }, (_, i) => {
    let node = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let [before, value] = [1, node];
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * node * value - (k - 1) * before) / k];
      slope = (n * (node * value - before)) / (node * node - 1);
      const next = node - value / slope;
      if (next === node) break;
      node = next;
    }
    return { node, weight: 2 / ((1 - node * node) * slope * slope) };
  });
}

const nodes = legendre(12);

/** The error function, integrated: 2/√π ∫₀ˣ e^(−t²) dt, in pieces of length 1/2 or less, right to 4 units; beyond 6.5 it is 1. */
export function erf(x: number): number {
  const end = Math.min(Math.abs(x), 6.5);
  const pieces = Math.max(1, Math.ceil(2 * end));
  const half = end / pieces / 2;
  let sum = 0;
  for (let piece = pieces - 1; piece >= 0; piece--)
    for (const { node, weight } of nodes) sum += weight * Math.exp(-((half * (2 * piece + 1 + node)) ** 2));
  return (Math.sign(x) * 2 * half * sum) / Math.sqrt(Math.PI);
}

// ---- windows

type Pair = number | readonly number[];
type Sliding = { stride?: Pair; padding?: Pair; dilation?: Pair };

const two = (pair: Pair): number[] => [pair, pair].flat().slice(0, 2);

/** Of windows over [height, width]: how many there are each way, and which pixel each of their values is, which may lie outside. */
function sliding([height, width]: Index, size: Pair, { stride = 1, padding = 0, dilation = 1 }: Sliding = {}) {
  const [area, step, around, apart] = [size, stride, padding, dilation].map(two);
  const counts = [height, width].map((length, k) => {
    let count = 0;
    while (count * step[k] + (area[k] - 1) * apart[k] < length + 2 * around[k]) count++;
    return count;
  });
  const pixel = (window: Index, value: Index): number[] =>
    window.map((at, k) => at * step[k] + value[k] * apart[k] - around[k]);
  return { area, counts, pixel };
}

/** The value at an index, and `outside` where there is none. */
const within = (x: Grid, index: Index, outside = 0): number =>
  index.every((i, axis) => i >= 0 && i < x.shape[axis]) ? at(x, index) : outside;

/** The two numbers of a flat place among `columns`. */
const both = (place: number, columns: number): number[] => [Math.floor(place / columns), place % columns];

/** The values of each window of images, with the flat pixel of each; padding left out. */
function pooled(x: Grid, size: Pair, { stride = size, padding = 0 }: Sliding, f: (values: number[][]) => number): Grid {
  const [n, c, height, width] = x.shape;
  const { area, counts, pixel } = sliding([height, width], size, { stride, padding });
  return build([n, c, ...counts], ([image, channel, ...window]) => {
    const pixels = Array.from({ length: area[0] * area[1] }, (_, i) => pixel(window, both(i, area[1])));
    const real = pixels.filter(([row, column]) => row >= 0 && row < height && column >= 0 && column < width);
    return f(real.map(([row, column]) => [at(x, [image, channel, row, column]), row * width + column]));
  });
}

type Ranges = (readonly (number | null | undefined)[] | null)[];

/** Which indices of each axis ranges name, as Python counts. */
const named = (shape: Index, ranges: Ranges): number[][] =>
  shape.map((length, axis) => {
    const [start, end, given] = ranges[axis] ?? [];
    const step = given ?? 1;
    const clamped = (i: number, low: number, high: number) => Math.max(low, Math.min(i < 0 ? i + length : i, high));
    const found: number[] = [];
    if (step > 0)
      for (let i = clamped(start ?? 0, 0, length); i < clamped(end ?? length, 0, length); i += step) found.push(i);
    else
      for (
        let i = clamped(start ?? length - 1, -1, length - 1);
        i > (end == null ? -1 : clamped(end, -1, length - 1));
        i += step
      )
        found.push(i);
    return found;
  });

/** Nested numbers laid flat, as a grid of a shape. */
const nested = (values: unknown, shape: Index): Grid => ({
  shape,
  data: [values].flat(Infinity) as number[],
});

// ---- the table

/** One reference for each op of the registry. */
export const references: Readonly<Record<string, Reference>> = {
  add: each((a, b) => a + b),
  sub: each((a, b) => a - b),
  mul: each((a, b) => a * b),
  div: each((a, b) => a / b),
  pow: each((a, b) => Math.exp(b * Math.log(a))),
  neg: each((x) => 0 - x),
  inv: each((x) => 1 / x),
  abs: each(Math.abs),
  sign: each(Math.sign),
  floor: each(Math.floor),
  maximum: each(Math.max),
  minimum: each(Math.min),
  clamp: each((x, low = -Infinity, high = Infinity) => [low, x, high].sort((a, b) => a - b)[1]),
  lt: each((a, b) => (a < b ? 1 : 0)),
  le: each((a, b) => (a > b ? 0 : 1)),
  gt: each((a, b) => (a > b ? 1 : 0)),
  ge: each((a, b) => (a < b ? 0 : 1)),
  eq: each((a, b) => (a - b === 0 ? 1 : 0)),
  ne: each((a, b) => (a - b === 0 ? 0 : 1)),
  where: each((condition, a, b) => (condition === 0 ? b : a)),

  sqrt: each(Math.sqrt),
  square: each((x) => x ** 2),
  exp: each(Math.exp),
  expm1: each(Math.expm1),
  log: each(Math.log),
  log1p: each(Math.log1p),
  sin: each(Math.sin),
  cos: each(Math.cos),
  tan: each(Math.tan),
  tanh: each(Math.tanh),
  erf: each(erf),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  relu: each((x) => (x + Math.abs(x)) / 2),
  leakyRelu: each((x, slope = 0.01) => (x > 0 ? x : slope * x)),
  softplus: each((x) => Math.log(1 + Math.exp(x))),
  silu: each((x) => x / (1 + Math.exp(-x))),
  gelu: each((x) => (x / 2) * (1 + erf(x / Math.sqrt(2)))),

  matmul: (a: Grid, b: Grid, { ta = false, tb = false } = {}) => {
    const [m, k] = ta ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
    const n = b.shape.at(tb ? -2 : -1) as number;
    return build([...joined([a.shape.slice(0, -2), b.shape.slice(0, -2)]), m, n], (index) => {
      const [batch, [i, j]] = [index.slice(0, -2), index.slice(-2)];
      let sum = 0;
      for (let p = 0; p < k; p++)
        sum += at(a, [...batch, ...(ta ? [p, i] : [i, p])]) * at(b, [...batch, ...(tb ? [j, p] : [p, j])]);
      return sum;
    });
  },

  sum: reduction(total),
  mean: reduction((values) => total(values) / values.length),
  max: reduction(largest),
  min: reduction(smallest),
  argmax: reduction((values) => values.indexOf(largest(values))),
  argmin: reduction((values) => values.indexOf(smallest(values))),
  logSumExp: reduction((values) => Math.log(exponentials(values))),
  softmax: normalized((value, values) => Math.exp(value) / exponentials(values)),
  logSoftmax: normalized((value, values) => value - Math.log(exponentials(values))),

  reshape: ({ shape, data }: Grid, wanted: readonly number[]) => {
    const size = shape.reduce((n, length) => n * length, 1);
    const known = wanted.filter((length) => length >= 0).reduce((n, length) => n * length, 1);
    return { shape: wanted.map((length) => (length < 0 ? size / known : length)), data };
  },
  permute: (x: Grid, axes: readonly number[]) => {
    const order = axes.map((axis) => fromFront(axis, axes.length));
    return build(
      order.map((axis) => x.shape[axis]),
      (index) =>
        at(
          x,
          order.map((_, axis) => index[order.indexOf(axis)]),
        ),
    );
  },
  transpose: (x: Grid, axis0 = -2, axis1 = -1) => {
    const [a, b] = [fromFront(axis0, x.shape.length), fromFront(axis1, x.shape.length)];
    const swapped = <T>(values: readonly T[]): T[] =>
      values.map((value, i) => (i === a ? values[b] : i === b ? values[a] : value));
    return build(swapped(x.shape), (index) => at(x, swapped(index)));
  },
  expandTo: (x: Grid, shape: readonly number[]) => build(shape, (index) => at(x, index)),
  sumTo: (x: Grid, shape: readonly number[]) => {
    const sums = build(shape, () => 0);
    const place = { shape, data: Array.from(sums.data, (_, i) => i) };
    const found = Array.from(sums.data);
    build(x.shape, (index) => {
      found[at(place, index)] += at(x, index);
      return 0;
    });
    return { shape, data: found };
  },
  to: (x: Grid) => x,
  clone: (x: Grid) => x,
  crossEntropy: (x: Grid, t: Grid) => {
    const [rows, classes] = x.shape;
    const losses = Array.from({ length: rows }, (_, row) => {
      const scores = Array.from({ length: classes }, (_, i) => at(x, [row, i]));
      const wanted = (i: number) => (t.shape.length === 1 ? +(at(t, [row]) === i) : at(t, [row, i]));
      return scores.reduce((sum, score, i) => sum - wanted(i) * (score - Math.log(exponentials(scores))), 0);
    });
    return build([], () => losses.reduce((a, b) => a + b, 0) / rows);
  },
  indexSelect: (x: Grid, axis: number, rows: readonly number[]) => {
    const along = fromFront(axis, x.shape.length);
    return build(
      x.shape.map((length, i) => (i === along ? rows.length : length)),
      (index) =>
        at(
          x,
          index.map((i, k) => (k === along ? rows[i] : i)),
        ),
    );
  },
  indexAdd: (x: Grid, axis: number, rows: readonly number[], source: Grid) => {
    const along = fromFront(axis, x.shape.length);
    return build(x.shape, (index) => {
      const hits = rows.flatMap((row, i) => (row === index[along] ? [i] : []));
      return (
        at(x, index) +
        total(
          hits.map((hit) =>
            at(
              source,
              index.map((i, k) => (k === along ? hit : i)),
            ),
          ),
        )
      );
    });
  },
  gather: (x: Grid, axis: number, index: unknown[]) => {
    const along = fromFront(axis, x.shape.length);
    const shape: number[] = [];
    for (let part: unknown = index; Array.isArray(part); part = part[0]) shape.push(part.length);
    const places = nested(index, shape);
    return build(shape, (here) =>
      within(
        x,
        here.map((i, k) => (k === along ? at(places, here) : i)),
      ),
    );
  },
  scatterAdd: (x: Grid, axis: number, index: unknown[], source: Grid) => {
    const along = fromFront(axis, x.shape.length);
    const places = nested(index, source.shape);
    return build(x.shape, (here) => {
      let sum = at(x, here);
      for (let i = 0; i < source.shape[along]; i++) {
        const there = here.map((j, k) => (k === along ? i : j));
        if (at(places, there) === here[along]) sum += at(source, there);
      }
      return sum;
    });
  },

  slice: (x: Grid, ...ranges: Ranges) => {
    const indices = named(x.shape, ranges);
    return build(
      indices.map(({ length }) => length),
      (index) =>
        at(
          x,
          index.map((i, axis) => indices[axis][i]),
        ),
    );
  },
  place: (x: Grid, shape: readonly number[], ...ranges: Ranges) => {
    const indices = named(shape, ranges);
    return build(shape, (index) =>
      within(
        x,
        index.map((i, axis) => indices[axis].indexOf(i)),
      ),
    );
  },
  pad: (x: Grid, widths: readonly (readonly number[])[], value = 0) =>
    build(
      x.shape.map((length, axis) => length + total(widths[axis])),
      (index) =>
        within(
          x,
          index.map((i, axis) => i - widths[axis][0]),
          value,
        ),
    ),
  concat: (tensors: readonly Grid[], axis = 0) => {
    const along = fromFront(axis, tensors[0].shape.length);
    const owners = tensors.flatMap(({ shape }, which) => Array.from({ length: shape[along] }, (_, i) => [which, i]));
    return build(
      tensors[0].shape.map((length, i) => (i === along ? owners.length : length)),
      (index) => {
        const [which, i] = owners[index[along]];
        return within(
          tensors[which],
          index.map((j, k) => (k === along ? i : j)),
        );
      },
    );
  },

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
