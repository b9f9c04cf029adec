/** What reductions, scans and sorting should give. */
import {
  type Axes,
  at,
  build,
  exponentials,
  fromFront,
  type Grid,
  type Index,
  largest,
  normalized,
  type Reference,
  reduced,
  reduction,
  smallest,
  total,
} from "../grids.js";

const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);
const count = (values: readonly number[]): number => values.filter((value) => value !== 0).length;

/** The mean square of the differences of all pairs, which needs no mean. */
const varianceOf = (values: readonly number[], correction: number): number => {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += (values[i] - values[j]) ** 2;
  return sum / n / Math.max(n - correction, 0);
};

const spread =
  (finish: (variance: number) => number): Reference =>
  (x: Grid, axes?: Axes, { keepDims = false, correction = 1 } = {}) =>
    reduced(x, axes, keepDims, (values) => finish(varianceOf(values, correction)));

/** The values of the line through an index along an axis. */
const lineOf = (x: Grid, index: Index, axis: number): number[] =>
  Array.from({ length: x.shape[axis] }, (_, i) =>
    at(
      x,
      index.map((j, k) => (k === axis ? i : j)),
    ),
  );

/** A function of each value and those before it on its line. */
const scan =
  (f: (values: number[]) => number): Reference =>
  (x: Grid, given: number, { reverse = false } = {}) => {
    const axis = fromFront(given, x.shape.length);
    return build(x.shape, (index) => {
      const line = lineOf(x, index, axis);
      return f(reverse ? line.slice(index[axis]) : line.slice(0, index[axis] + 1));
    });
  };

/** Where the value stands that `rank` others of its line come before. */
const placed = (line: readonly number[], rank: number, descending: boolean): number =>
  line.findIndex((value, i) => {
    const before = line.filter(
      (other, j) => (descending ? other > value : other < value) || (other === value && j < i),
    );
    return before.length === rank;
  });

/** The first `count` of each line in order: where they are, or (`values`) they themselves. */
const ordered = (x: Grid, given: number, descending: boolean, values: boolean, count?: number): Grid => {
  const axis = fromFront(given, x.shape.length);
  return build(
    x.shape.map((length, i) => (i === axis ? (count ?? length) : length)),
    (index) => {
      const line = lineOf(x, index, axis);
      const place = placed(line, index[axis], descending);
      return values ? line[place] : place;
    },
  );
};

const sorts =
  (values: boolean): Reference =>
  (x: Grid, axis = -1, { descending = false } = {}) =>
    ordered(x, axis, descending, values);

const tops =
  (values: boolean): Reference =>
  (x: Grid, k: number, axis = -1, { largest = true } = {}) =>
    ordered(x, axis, largest, values, k);

const ranked = (values: readonly number[], rank: number): number => values[placed(values, rank, false)];

export const reductions: Readonly<Record<string, Reference>> = {
  sum: reduction(total),
  mean: reduction((values) => total(values) / values.length),
  prod: reduction(product),
  max: reduction(largest),
  min: reduction(smallest),
  argmax: reduction((values) => values.indexOf(largest(values))),
  argmin: reduction((values) => values.indexOf(smallest(values))),
  any: reduction((values) => Math.min(1, count(values))),
  all: reduction((values) => (values.includes(0) ? 0 : 1)),
  countNonzero: reduction(count),
  variance: spread((variance) => variance),
  std: spread(Math.sqrt),
  norm: (x: Grid, p = 2, axes?: Axes, { keepDims = false } = {}) =>
    reduced(x, axes, keepDims, (values) => {
      const sizes = values.map(Math.abs);
      if (Math.abs(p) === Infinity) return p > 0 ? largest(sizes) : smallest(sizes);
      return total(sizes.map((size) => size ** p)) ** (1 / p);
    }),
  logSumExp: reduction((values) => Math.log(exponentials(values))),
  softmax: normalized((value, values) => Math.exp(value) / exponentials(values)),
  softmin: normalized((value, values) => 1 / exponentials(values.map((other) => value - other))),
  logSoftmax: normalized((value, values) => value - Math.log(exponentials(values))),
  cumsum: scan(total),
  cumprod: scan(product),
  cummax: scan(largest),
  cummin: scan(smallest),
  logCumSumExp: scan((values) => Math.log(exponentials(values))),
  argsort: sorts(false),
  sort: sorts(true),
  argTopk: tops(false),
  topk: tops(true),
  median: reduction((values) => ranked(values, Math.ceil(values.length / 2) - 1)),
  quantile: (x: Grid, q: number, axes?: Axes, { keepDims = false } = {}) =>
    reduced(x, axes, keepDims, (values) => {
      const [whole, rest] = [Math.floor(q * (values.length - 1)), (q * (values.length - 1)) % 1];
      const lower = ranked(values, whole);
      return rest === 0 ? lower : lower + rest * (ranked(values, whole + 1) - lower);
    }),
};
