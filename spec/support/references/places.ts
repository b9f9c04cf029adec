/** What ops that pick values by number, or put them there, should give. */
import {
  at,
  build,
  each,
  fromFront,
  type Grid,
  type Index,
  joined,
  named,
  nested,
  type Ranges,
  type Reference,
  total,
  within,
} from "../grids.js";

/** Nested numbers with the shape they have. */
function gridOf(values: unknown): Grid {
  const shape: number[] = [];
  for (let part: unknown = values; Array.isArray(part); part = part[0]) shape.push(part.length);
  return nested(values, shape);
}

/** The shape that lists of indices have together, and the place in x that they name at an index of it. */
function pointed(x: Grid, indices: readonly unknown[]): { shape: Index; place: (index: Index) => number[] } {
  const grids = indices.map(gridOf);
  return {
    shape: joined(grids.map(({ shape }) => shape)),
    place: (index) => grids.map((grid, axis) => fromFront(at(grid, index), x.shape[axis])),
  };
}

const valueAt = (value: Grid | number, index: Index): number => (typeof value === "number" ? value : at(value, index));

export const places: Readonly<Record<string, Reference>> = {
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
    const places = gridOf(index);
    return build(places.shape, (here) =>
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
  scatter: (x: Grid, axis: number, index: unknown[], source: Grid) => {
    const along = fromFront(axis, x.shape.length);
    const places = nested(index, source.shape);
    return build(x.shape, (here) => {
      let found = at(x, here);
      for (let i = 0; i < source.shape[along]; i++) {
        const there = here.map((j, k) => (k === along ? i : j));
        if (at(places, there) === here[along]) found = at(source, there);
      }
      return found;
    });
  },
  at: (x: Grid, ...indices: unknown[]) => {
    const { shape, place } = pointed(x, indices);
    return build([...shape, ...x.shape.slice(indices.length)], (index) =>
      at(x, [...place(index.slice(0, shape.length)), ...index.slice(shape.length)]),
    );
  },
  take: ({ data }: Grid, index: unknown) => {
    const { shape, data: which } = gridOf(index);
    return { shape, data: Array.from(which, (i) => data[fromFront(i, data.length)]) };
  },
  set: (x: Grid, ranges: Ranges, value: Grid | number) => {
    const indices = named(x.shape, ranges);
    return build(x.shape, (index) => {
      const part = index.map((i, axis) => indices[axis].indexOf(i));
      return part.includes(-1) ? at(x, index) : valueAt(value, part);
    });
  },
  setAt: (x: Grid, indices: unknown[], value: Grid | number) => {
    const { shape, place } = pointed(x, indices);
    const data = Array.from(x.data);
    const flat = { shape: x.shape, data: data.map((_, i) => i) };
    build([...shape, ...x.shape.slice(indices.length)], (index) => {
      data[at(flat, [...place(index.slice(0, shape.length)), ...index.slice(shape.length)])] = valueAt(value, index);
      return 0;
    });
    return { shape: x.shape, data };
  },
  maskedFill: each((x, mask, value) => (mask ? value : x)),
  maskedSelect: (x: Grid, mask: Grid) => {
    const found: number[] = [];
    build(joined([x.shape, mask.shape]), (index) => (at(mask, index) ? found.push(at(x, index)) : 0));
    return { shape: [found.length], data: found };
  },
  nonzero: (x: Grid) => {
    const found: Index[] = [];
    build(x.shape, (index) => (at(x, index) ? found.push(index) : 0));
    return { shape: [found.length, x.shape.length], data: found.flat() };
  },
};
