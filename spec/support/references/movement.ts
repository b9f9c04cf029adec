/** What ops that move values should give. */
import {
  at,
  build,
  fromFront,
  type Grid,
  named,
  nested,
  type Ranges,
  type Reference,
  total,
  within,
} from "../grids.js";

export const movement: Readonly<Record<string, Reference>> = {
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
};
