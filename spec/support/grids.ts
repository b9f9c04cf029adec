/** Plain loops over numbers, in which references are spelled: grids, reductions, windows. */

/** Numbers in row-major order with the length of each axis: nested arrays that keep their shape when empty. */
export type Grid = { readonly shape: readonly number[]; readonly data: ArrayLike<number> };

/** The op's value of grids in place of tensors. */
// biome-ignore lint/suspicious/noExplicitAny: each reference annotates what its op takes
export type Reference = (...args: any[]) => Grid;

// ---- grids

export type Index = readonly number[];

/** A grid of what `f` gives for each index, the last axis fastest. */
export function build(shape: Index, f: (index: Index) => number): Grid {
  let all: Index[] = [[]];
  for (const length of shape) all = all.flatMap((index) => Array.from({ length }, (_, i) => [...index, i]));
  return { shape, data: all.map(f) };
}

/** The element at an index, of which a grid reads the last axes only, and 0 along axes of length 1. */
export function at({ shape, data }: Grid, index: Index): number {
  const own = index.slice(index.length - shape.length);
  return data[shape.reduce((flat, length, axis) => flat * length + (length === 1 ? 0 : own[axis]), 0)];
}

/** The shape that shapes broadcast to. */
export function joined(shapes: readonly Index[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const own = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return own.find((length) => length !== 1) ?? 1;
  });
}

/** A function of numbers on grids and numbers that broadcast. */
export const each =
  (f: (...x: number[]) => number): Reference =>
  (...operands: (Grid | number)[]) => {
    const grids = operands.map((x) => (typeof x === "number" ? { shape: [], data: [x] } : x));
    return build(joined(grids.map(({ shape }) => shape)), (index) => f(...grids.map((x) => at(x, index))));
  };

export const fromFront = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis);

export type Axes = number | readonly number[];

/** The values along `axes` for each index of the others; `keep` leaves the axes with length 1. */
export function reduced(x: Grid, axes: Axes | undefined, keep: boolean, f: (values: number[]) => number): Grid {
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

export const reduction =
  (f: (values: number[]) => number): Reference =>
  (x: Grid, axes?: Axes, { keepDims = false }: { keepDims?: boolean } = {}) =>
    reduced(x, axes, keepDims, f);

/** A function of each value and all those along `axes`, by default the last. */
export const normalized =
  (f: (value: number, values: number[]) => number): Reference =>
  (x: Grid, axes: Axes = -1) => {
    const along: number[][] = [];
    const rows = reduced(x, axes, true, (values) => along.push(values) - 1);
    return build(x.shape, (index) => f(at(x, index), along[at(rows, index)]));
  };

// ---- numbers

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const largest = (values: readonly number[]): number => Math.max(...values);
export const smallest = (values: readonly number[]): number => Math.min(...values);
export const exponentials = (values: readonly number[]): number => total(values.map((value) => Math.exp(value)));

/** Gauss–Legendre nodes and weights on [−1, 1]: the roots of the Legendre polynomial P of degree n, by Newton's method. */
export function legendre(n: number): { node: number; weight: number }[] {
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

export const nodes = legendre(12);

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

export type Pair = number | readonly number[];
export type Sliding = { stride?: Pair; padding?: Pair; dilation?: Pair };

export const two = (pair: Pair): number[] => [pair, pair].flat().slice(0, 2);

/** Of windows over [height, width]: how many there are each way, and which pixel each of their values is, which may lie outside. */
export function sliding([height, width]: Index, size: Pair, { stride = 1, padding = 0, dilation = 1 }: Sliding = {}) {
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
export const within = (x: Grid, index: Index, outside = 0): number =>
  index.every((i, axis) => i >= 0 && i < x.shape[axis]) ? at(x, index) : outside;

/** The two numbers of a flat place among `columns`. */
export const both = (place: number, columns: number): number[] => [Math.floor(place / columns), place % columns];

/** The values of each window of images, with the flat pixel of each; padding left out. */
export function pooled(
  x: Grid,
  size: Pair,
  { stride = size, padding = 0 }: Sliding,
  f: (values: number[][]) => number,
): Grid {
  const [n, c, height, width] = x.shape;
  const { area, counts, pixel } = sliding([height, width], size, { stride, padding });
  return build([n, c, ...counts], ([image, channel, ...window]) => {
    const pixels = Array.from({ length: area[0] * area[1] }, (_, i) => pixel(window, both(i, area[1])));
    const real = pixels.filter(([row, column]) => row >= 0 && row < height && column >= 0 && column < width);
    return f(real.map(([row, column]) => [at(x, [image, channel, row, column]), row * width + column]));
  });
}

export type Ranges = (readonly (number | null | undefined)[] | null)[];

/** Which indices of each axis ranges name, as Python counts. */
export const named = (shape: Index, ranges: Ranges): number[][] =>
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
export const nested = (values: unknown, shape: Index): Grid => ({
  shape,
  data: [values].flat(Infinity) as number[],
});
