/** What losses should give. */
import { at, build, exponentials, type Grid, type Reference, total } from "../grids.js";

type Options = { reduction?: string; [name: string]: unknown };

/** One number of many: the mean (by default), the sum, or none. */
const joined = (y: Grid, { reduction = "mean" }: Options = {}, count = y.data.length): Grid => {
  if (reduction === "none") return y;
  const sum = total(Array.from(y.data));
  return { shape: [], data: [reduction === "sum" ? sum : sum / count] };
};

/** A loss of x and t at each element, and of what options say of it. */
const pointwise =
  (f: (x: number, t: number, options: Options) => number): Reference =>
  (x: Grid, t: Grid, options: Options = {}) =>
    joined(
      build(x.shape, (index) => f(at(x, index), at(t, index), options)),
      options,
    );

/** How much an option that may be a grid is at an index. */
const option = (given: unknown, index: readonly number[]): number =>
  typeof given === "object" ? at(given as Grid, index) : ((given as number) ?? 1);

const half = (beyond: number) => (d: number) => (d < beyond ? d ** 2 / 2 : beyond * d - beyond ** 2 / 2);

/** The length of a vector. */
const length = (values: readonly number[], p = 2): number => total(values.map((x) => Math.abs(x) ** p)) ** (1 / p);

/** The last axis of a grid at the index of the others. */
const row = (x: Grid, index: readonly number[]): number[] =>
  Array.from({ length: x.shape.at(-1) as number }, (_, i) => at(x, [...index, i]));

/** What is wanted of class i: of an index, or of a row of probabilities. */
const wanted = (t: Grid, index: readonly number[], i: number): number =>
  t.shape.length === index.length ? +(at(t, index) === i) : at(t, [...index, i]);

type Classes = Options & { weights?: Grid; ignoreIndex?: number; labelSmoothing?: number };

export const losses: Readonly<Record<string, Reference>> = {
  crossEntropy: (x: Grid, t: Grid, options: Classes = {}) => {
    const { weights, ignoreIndex, labelSmoothing = 0 } = options;
    const [rows, classes] = x.shape;
    const indices = t.shape.length === 1;
    const weight = (i: number) => (weights ? weights.data[i] : 1);
    const counts = (r: number) => (indices && t.data[r] === ignoreIndex ? 0 : 1);
    const each = build([rows], ([r]) => {
      const scores = row(x, [r]);
      const share = (i: number) => (1 - labelSmoothing) * wanted(t, [r], i) + labelSmoothing / classes;
      return total(scores.map((s, i) => counts(r) * weight(i) * share(i) * (Math.log(exponentials(scores)) - s)));
    });
    const divisor = Array.from({ length: rows }, (_, r) => counts(r) && (indices ? weight(t.data[r]) : 1));
    return joined(each, options, total(divisor));
  },
  nll: (x: Grid, t: Grid, options: Classes = {}) => {
    const { weights, ignoreIndex } = options;
    const weight = (label: number) => (label === ignoreIndex ? 0 : weights ? weights.data[label] : 1);
    const each = build(t.shape, ([r, ...rest]) => {
      const label = at(t, [r, ...rest]);
      return label === ignoreIndex ? 0 : -weight(label) * at(x, [r, label, ...rest]);
    });
    return joined(each, options, total(Array.from(t.data, weight)));
  },
  crossEntropyError: (y: Grid, t: Grid) => {
    const rows = y.shape.length === 1 ? 1 : y.shape[0];
    const classes = y.data.length / rows;
    const hit = (r: number, i: number) => (t.data.length === rows ? +(t.data[r] === i) : t.data[r * classes + i]);
    const terms = Array.from(
      y.data,
      (p, place) => hit(Math.floor(place / classes), place % classes) * Math.log(p + 1e-7),
    );
    return { shape: [], data: [-total(terms) / rows] };
  },
  bce: (x: Grid, t: Grid, options: Options = {}) =>
    joined(
      build(x.shape, (index) => {
        const [p, q] = [at(x, index), at(t, index)];
        return -option(options.weights, index) * (q * Math.log(p) + (1 - q) * Math.log(1 - p));
      }),
      options,
    ),
  bceWithLogits: (x: Grid, t: Grid, options: Options = {}) =>
    joined(
      build(x.shape, (index) => {
        const [p, q] = [1 / (1 + Math.exp(-at(x, index))), at(t, index)];
        return -option(options.posWeight, index) * q * Math.log(p) - (1 - q) * Math.log(1 - p);
      }),
      options,
    ),
  focal: pointwise((x, t, { alpha = 0.25, gamma = 2 }) => {
    const p = 1 / (1 + Math.exp(-x));
    const balance = (alpha as number) * t + (1 - (alpha as number)) * (1 - t);
    const missed = 1 - (p * t + (1 - p) * (1 - t));
    return -balance * missed ** (gamma as number) * (t * Math.log(p) + (1 - t) * Math.log(1 - p));
  }),
  sumSquaredError: (y: Grid, t: Grid) => ({
    shape: [],
    data: [total(Array.from(y.data, (value, i) => (value - t.data[i]) ** 2)) / 2],
  }),
  mse: pointwise((x, t) => (x - t) ** 2),
  mae: pointwise((x, t) => Math.abs(x - t)),
  huber: pointwise((x, t, { delta = 1 }) => half(delta as number)(Math.abs(x - t))),
  smoothL1: pointwise((x, t, { beta = 1 }) =>
    beta === 0 ? Math.abs(x - t) : half(beta as number)(Math.abs(x - t)) / (beta as number),
  ),
  klDiv: (x: Grid, t: Grid, options: Options = {}) => {
    const each = build(x.shape, (index) => {
      const [logP, q] = [at(x, index), options.logTarget ? Math.exp(at(t, index)) : at(t, index)];
      return q * (Math.log(q) - logP);
    });
    return options.reduction === "batchmean" ? joined(each, {}, x.shape[0]) : joined(each, options);
  },
  poissonNll: pointwise((x, t, { logInput = true, full = false, eps = 1e-8 }) => {
    const [rate, log] = logInput ? [Math.exp(x), x] : [x, Math.log(x + (eps as number))];
    const stirling = full && t > 1 ? t * Math.log(t) - t + Math.log(2 * Math.PI * t) / 2 : 0;
    return rate - t * log + stirling;
  }),
  gaussianNll: (x: Grid, t: Grid, variance: Grid, options: Options = {}) =>
    joined(
      build(x.shape, (index) => {
        const v = Math.max(at(variance, index), (options.eps as number) ?? 1e-6);
        const density = Math.exp(-((at(x, index) - at(t, index)) ** 2) / (2 * v)) / Math.sqrt(v);
        return -Math.log(options.full ? density / Math.sqrt(2 * Math.PI) : density);
      }),
      options,
    ),
  hinge: pointwise((x, t) => Math.max(0, 1 - t * x)),
  softMargin: pointwise((x, t) => Math.log(1 + Math.exp(-t * x))),
  marginRanking: (a: Grid, b: Grid, t: Grid, options: Options = {}) =>
    joined(
      build(a.shape, (index) =>
        Math.max(0, at(t, index) * (at(b, index) - at(a, index)) + ((options.margin as number) ?? 0)),
      ),
      options,
    ),
  tripletMargin: (anchor: Grid, positive: Grid, negative: Grid, options: Options = {}) => {
    const { margin = 1, p = 2 } = options as { margin?: number; p?: number };
    const apart = (b: Grid, index: readonly number[]) => {
      const other = row(b, index);
      return length(
        row(anchor, index).map((x, i) => x - other[i] + 1e-6),
        p,
      );
    };
    return joined(
      build(anchor.shape.slice(0, -1), (index) =>
        Math.max(0, margin + apart(positive, index) - apart(negative, index)),
      ),
      options,
    );
  },
  cosineEmbedding: (a: Grid, b: Grid, t: Grid, options: Options = {}) =>
    joined(
      build(t.shape, (index) => {
        const [u, v] = [row(a, index), row(b, index)];
        const cosine = total(u.map((x, i) => x * v[i])) / (length(u) * length(v));
        return at(t, index) === 1 ? 1 - cosine : Math.max(0, cosine - ((options.margin as number) ?? 0));
      }),
      options,
    ),
  multiMargin: (x: Grid, t: Grid, options: Options = {}) => {
    const { margin = 1, p = 1 } = options as { margin?: number; p?: number };
    return joined(
      build(t.shape, ([r]) => {
        const scores = row(x, [r]);
        const own = t.data[r];
        const over = scores.map((score, i) => (i === own ? 0 : Math.max(0, margin - scores[own] + score) ** p));
        return total(over) / scores.length;
      }),
      options,
    );
  },
};
