/** What normalizations, attention and other parts of networks should give. */
import { at, build, fromFront, type Grid, joined, type Reference, total } from "../grids.js";

type Options = { axes?: number; eps?: number; p?: number; axis?: number };

/** The values of x at the indices that `like` finds like one, those that share its statistics. */
function alike(x: Grid, index: readonly number[], like: (a: readonly number[]) => string): number[] {
  const found: number[] = [];
  build(x.shape, (other) => {
    if (like(other) === like(index)) found.push(at(x, other));
    return 0;
  });
  return found;
}

const mean = (values: readonly number[]): number => total(values) / values.length;

/** Values less their mean over the root of their variance, of those that are alike; then weight and bias by `own` index. */
const standardized = (
  x: Grid,
  like: (index: readonly number[]) => string,
  eps: number,
  own: (index: readonly number[]) => readonly number[],
  weight?: Grid | null,
  bias?: Grid | null,
): Grid =>
  build(x.shape, (index) => {
    const values = alike(x, index, like);
    const middle = mean(values);
    const y = (at(x, index) - middle) / Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) + eps);
    return y * (weight ? at(weight, own(index)) : 1) + (bias ? at(bias, own(index)) : 0);
  });

/** The p-norm. */
const length = (values: readonly number[], p = 2): number => total(values.map((x) => Math.abs(x) ** p)) ** (1 / p);

/** The values along an axis at an index of all axes. */
const along = (x: Grid, axis: number, index: readonly number[]): number[] =>
  Array.from({ length: x.shape[axis] }, (_, i) =>
    at(
      x,
      index.map((own, k) => (k === axis ? i : own)),
    ),
  );

const channel = ([, c]: readonly number[]): number[] => [c];

export const networks: Readonly<Record<string, Reference>> = {
  layerNorm: (x: Grid, weight?: Grid | null, bias?: Grid | null, { axes = 1, eps = 1e-5 }: Options = {}) =>
    standardized(
      x,
      (index) => `${index.slice(0, -axes)}`,
      eps,
      (index) => index.slice(-axes),
      weight,
      bias,
    ),
  rmsNorm: (x: Grid, weight?: Grid | null, { axes = 1, eps = 1e-5 }: Options = {}) =>
    build(x.shape, (index) => {
      const values = alike(x, index, (other) => `${other.slice(0, -axes)}`);
      const scale = weight ? at(weight, index.slice(-axes)) : 1;
      return (at(x, index) * scale) / Math.sqrt(mean(values.map((value) => value * value)) + eps);
    }),
  groupNorm: (x: Grid, groups: number, weight?: Grid | null, bias?: Grid | null, { eps = 1e-5 }: Options = {}) => {
    const size = x.shape[1] / groups;
    return standardized(x, ([n, c]) => `${[n, Math.floor(c / size)]}`, eps, channel, weight, bias);
  },
  instanceNorm: (x: Grid, weight?: Grid | null, bias?: Grid | null, { eps = 1e-5 }: Options = {}) =>
    standardized(x, ([n, c]) => `${[n, c]}`, eps, channel, weight, bias),
  batchNorm: (x: Grid, ...rest: (Grid | null | Options | undefined)[]) => {
    const [mean, variance, weight, bias, { eps = 1e-5 } = {}] = rest as [Grid?, Grid?, Grid?, Grid?, Options?];
    if (!mean || !variance) return standardized(x, ([, c]) => `${c}`, eps, channel, weight, bias);
    return build(x.shape, (index) => {
      const c = index[1];
      const y = (at(x, index) - mean.data[c]) / Math.sqrt(variance.data[c] + eps);
      return y * (weight ? weight.data[c] : 1) + (bias ? bias.data[c] : 0);
    });
  },
  normalize: (x: Grid, { p = 2, axis = 1, eps = 1e-12 }: Options = {}) =>
    build(
      x.shape,
      (index) => at(x, index) / Math.max(eps, length(along(x, fromFront(axis, x.shape.length), index), p)),
    ),
  cosineSimilarity: (a: Grid, b: Grid, { axis = 1, eps = 1e-8 }: Options = {}) => {
    const shape = joined([a.shape, b.shape]);
    const [u, v] = [a, b].map((x) => build(shape, (index) => at(x, index)));
    const gone = fromFront(axis, shape.length);
    const [one, two] = [a, b].map((x) => (index: number[]) => Math.max(eps, length(along(x, gone, index))));
    const y = build(
      shape.map((n, i) => (i === gone ? 1 : n)),
      (index) => {
        const [p, q] = [along(u, gone, index), along(v, gone, index)];
        const own = (x: Grid) => index.map((i, k) => (x.shape[k] === 1 ? 0 : i));
        return total(p.map((value, i) => value * q[i])) / (one(own(a)) * two(own(b)));
      },
    );
    return { shape: shape.filter((_, i) => i !== gone), data: y.data };
  },
  pairwiseDistance: (
    a: Grid,
    b: Grid,
    { p = 2, eps = 1e-6, keepDims = false }: Options & { keepDims?: boolean } = {},
  ) => {
    const shape = joined([a.shape, b.shape]);
    const y = build(shape.slice(0, -1), (index) =>
      length(
        Array.from({ length: shape.at(-1) as number }, (_, i) => at(a, [...index, i]) - at(b, [...index, i]) + eps),
        p,
      ),
    );
    return { shape: keepDims ? [...y.shape, 1] : y.shape, data: y.data };
  },
  cdist: (a: Grid, b: Grid, { p = 2 }: Options = {}) => {
    const front = joined([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
    return build([...front, a.shape.at(-2) as number, b.shape.at(-2) as number], (index) => {
      const [i, j] = index.slice(-2);
      const lead = index.slice(0, -2);
      return length(
        Array.from({ length: a.shape.at(-1) as number }, (_, d) => at(a, [...lead, i, d]) - at(b, [...lead, j, d])),
        p,
      );
    });
  },
  linear: (x: Grid, W: Grid, b?: Grid | null) =>
    build([...x.shape.slice(0, -1), W.shape[0]], (index) => {
      const out = index[index.length - 1];
      let sum = b ? b.data[out] : 0;
      for (let i = 0; i < W.shape[1]; i++) sum += at(x, [...index.slice(0, -1), i]) * at(W, [out, i]);
      return sum;
    }),
  embedding: (indices: Grid, W: Grid) =>
    build([...indices.shape, W.shape[1]], (index) => at(W, [at(indices, index.slice(0, -1)), index[index.length - 1]])),
  glu: (x: Grid, axis = -1) => {
    const gone = fromFront(axis, x.shape.length);
    const half = x.shape[gone] / 2;
    return build(
      x.shape.map((n, i) => (i === gone ? half : n)),
      (index) =>
        at(x, index) /
        (1 +
          Math.exp(
            -at(
              x,
              index.map((i, k) => (k === gone ? i + half : i)),
            ),
          )),
    );
  },
  scaledDotProductAttention: (
    q: Grid,
    k: Grid,
    v: Grid,
    options: { mask?: Grid; bias?: Grid; causal?: boolean; scale?: number; kept?: Grid } = {},
  ) => {
    const [width, keys] = [q.shape.at(-1) as number, k.shape.at(-2) as number];
    const front = joined([q, k, v].map(({ shape }) => shape.slice(0, -2)));
    return build([...front, q.shape.at(-2) as number, v.shape.at(-1) as number], (index) => {
      const lead = index.slice(0, -2);
      const [row, column] = index.slice(-2);
      let [weights, sum] = [0, 0];
      for (let key = 0; key < keys; key++) {
        if (options.causal && key > row) continue;
        if (options.mask && at(options.mask, [...lead, row, key]) === 0) continue;
        let score = 0;
        for (let i = 0; i < width; i++) score += at(q, [...lead, row, i]) * at(k, [...lead, key, i]);
        score *= options.scale ?? width ** -0.5;
        const weight = Math.exp(score + (options.bias ? at(options.bias, [...lead, row, key]) : 0));
        weights += weight;
        sum += weight * (options.kept ? at(options.kept, [...lead, row, key]) : 1) * at(v, [...lead, key, column]);
      }
      return weights === 0 ? 0 : sum / weights;
    });
  },
};
