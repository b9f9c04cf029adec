/** What ops that lay values out anew should give: axes, order, repetition, diagonals. */
import { type Axes, at, build, fromFront, type Grid, type Index, type Reference, total } from "../grids.js";

/** Of a list for each axis the entry at an index. */
export const picked = (index: Index, lists: readonly (readonly number[])[]): number[] =>
  index.map((i, axis) => lists[axis][i]);

export const lengths = (lists: readonly (readonly unknown[])[]): number[] => lists.map(({ length }) => length);

const setOf = (axes: Axes | undefined, rank: number): Set<number> =>
  new Set([axes ?? Array.from({ length: rank }, (_, i) => i)].flat().map((axis) => fromFront(axis, rank)));

const lengthOfDiagonal = ([m, n]: Index, offset: number): number => {
  let count = 0;
  for (let i = 0; i < m; i++) if (i + offset >= 0 && i + offset < n) count++;
  return count;
};

/** How far right of the main diagonal an index lies. */
const beside = (index: Index): number => index[index.length - 1] - index[index.length - 2];

/** The axes in another order. */
export const permuted = (x: Grid, order: readonly number[]): Grid =>
  build(
    order.map((axis) => x.shape[axis]),
    (index) =>
      at(
        x,
        order.map((_, axis) => index[order.indexOf(axis)]),
      ),
  );

export const layout: Readonly<Record<string, Reference>> = {
  flatten: ({ shape, data }: Grid, start = 0, end = -1) => {
    const all = shape.length === 0 ? [1] : shape;
    const [from, to] = [fromFront(start, all.length), fromFront(end, all.length)];
    let length = 1;
    for (let axis = from; axis <= to; axis++) length *= all[axis];
    return { shape: all.flatMap((n, axis) => (axis === from ? [length] : axis > from && axis <= to ? [] : [n])), data };
  },
  unflatten: ({ shape, data }: Grid, given: number, wanted: readonly number[]) => {
    const axis = fromFront(given, shape.length);
    const known = wanted.reduce((product, n) => (n < 0 ? product : product * n), 1);
    const inner = wanted.map((n) => (n < 0 ? shape[axis] / known : n));
    return { shape: shape.flatMap((n, i) => (i === axis ? inner : [n])), data };
  },
  squeeze: ({ shape, data }: Grid, axes?: Axes) => {
    const gone = setOf(axes, shape.length);
    return { shape: shape.filter((n, axis) => !(gone.has(axis) && n === 1)), data };
  },
  unsqueeze: ({ shape, data }: Grid, axis: number) => {
    const wide = [...shape];
    wide.splice(fromFront(axis, shape.length + 1), 0, 1);
    return { shape: wide, data };
  },
  // As NumPy's moveaxis: taken out, then put in one by one, the first places first.
  movedim: (x: Grid, from: Axes, to: Axes) => {
    const [sources, targets] = [from, to].map((axes) => [...setOf(axes, x.shape.length)]);
    const order = x.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis));
    for (const [target, source] of targets.map((target, i) => [target, sources[i]]).sort(([a], [b]) => a - b))
      order.splice(target, 0, source);
    return permuted(x, order);
  },
  expand: (x: Grid, shape: readonly number[]) => {
    const own = [...x.shape];
    return build(
      [...shape]
        .reverse()
        .map((length) => [length, own.pop()])
        .map(([length, before]) => (length === -1 ? before : length) as number)
        .reverse(),
      (index) => at(x, index),
    );
  },
  flip: (x: Grid, axes?: Axes) => {
    const turned = setOf(axes, x.shape.length);
    return build(x.shape, (index) =>
      at(
        x,
        index.map((i, axis) => (turned.has(axis) ? x.shape[axis] - 1 - i : i)),
      ),
    );
  },
  roll: (x: Grid, shift: Axes, axes?: Axes) => {
    const shifted = (values: number[], by: number): number[] => {
      for (let i = 0; i < by; i++) values.unshift(values.pop() as number);
      for (let i = 0; i > by; i--) values.push(values.shift() as number);
      return values;
    };
    if (axes === undefined) return { shape: x.shape, data: shifted(Array.from(x.data), shift as number) };
    const shifts = [shift].flat();
    const indices = x.shape.map((length) => Array.from({ length }, (_, i) => i));
    [axes].flat().forEach((axis, k) => {
      shifted(indices[fromFront(axis, x.shape.length)], shifts[k]);
    });
    return build(x.shape, (index) => at(x, picked(index, indices)));
  },
  repeat: (x: Grid, count: number, given?: number) => {
    const flat = given === undefined ? { shape: [x.data.length], data: x.data } : x;
    const axis = fromFront(given ?? 0, flat.shape.length);
    const rows = Array.from({ length: flat.shape[axis] }, (_, i) => new Array(count).fill(i)).flat();
    const indices = flat.shape.map((length, i) => (i === axis ? rows : Array.from({ length }, (_, j) => j)));
    return build(lengths(indices), (index) => at(flat, picked(index, indices)));
  },
  tile: (x: Grid, given: Axes) => {
    const counts = [given].flat();
    const rank = Math.max(counts.length, x.shape.length);
    const last = (list: readonly number[], axis: number): number => list[axis - rank + list.length] ?? 1;
    const all = Array.from({ length: rank }, (_, axis) => last(x.shape, axis));
    return build(
      all.map((n, axis) => n * last(counts, axis)),
      (index) =>
        at(
          x,
          index.map((i, axis) => i % all[axis]),
        ),
    );
  },
  diagonal: (x: Grid, offset = 0) =>
    build([...x.shape.slice(0, -2), lengthOfDiagonal(x.shape.slice(-2), offset)], (index) => {
      const i = index[index.length - 1];
      return at(x, [...index.slice(0, -1), i + Math.max(0, -offset), i + Math.max(0, offset)]);
    }),
  diagEmbed: (x: Grid, offset = 0) => {
    const n = x.shape[x.shape.length - 1] + Math.abs(offset);
    return build([...x.shape.slice(0, -1), n, n], (index) => {
      const [i, j] = index.slice(-2);
      return j - i === offset ? at(x, [...index.slice(0, -2), Math.min(i, j)]) : 0;
    });
  },
  diag: (x: Grid, offset = 0) => (x.shape.length === 1 ? layout.diagEmbed : layout.diagonal)(x, offset),
  trace: (x: Grid) => {
    const [m, n] = x.shape.slice(-2);
    return build(x.shape.slice(0, -2), (index) =>
      total(Array.from({ length: Math.min(m, n) }, (_, i) => at(x, [...index, i, i]))),
    );
  },
  tril: (x: Grid, offset = 0) => build(x.shape, (index) => (beside(index) > offset ? 0 : at(x, index))),
  triu: (x: Grid, offset = 0) => build(x.shape, (index) => (beside(index) < offset ? 0 : at(x, index))),
};
