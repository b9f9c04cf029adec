/** What ops that move values should give. */
import { at, build, fromFront, type Grid, type Index, named, type Ranges, type Reference, within } from "../grids.js";
import { layout, lengths, permuted, picked } from "./layout.js";
import { places } from "./places.js";

const without = (index: Index, axis: number): number[] => index.filter((_, i) => i !== axis);

/** Lists one after the other along an axis. */
const joinedAlong = (tensors: readonly Grid[], axis: number): Grid => {
  const owners = tensors.flatMap(({ shape }, which) => Array.from({ length: shape[axis] }, (_, i) => [which, i]));
  return build(
    tensors[0].shape.map((length, i) => (i === axis ? owners.length : length)),
    (index) => {
      const [which, i] = owners[index[axis]];
      return at(
        tensors[which],
        index.map((j, k) => (k === axis ? i : j)),
      );
    },
  );
};

export const movement: Readonly<Record<string, Reference>> = {
  reshape: ({ shape, data }: Grid, wanted: readonly number[]) => {
    const size = shape.reduce((n, length) => n * length, 1);
    const known = wanted.filter((length) => length >= 0).reduce((n, length) => n * length, 1);
    return { shape: wanted.map((length) => (length < 0 ? size / known : length)), data };
  },
  permute: (x: Grid, axes: readonly number[]) =>
    permuted(
      x,
      axes.map((axis) => fromFront(axis, axes.length)),
    ),
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
  slice: (x: Grid, ...ranges: Ranges) => {
    const indices = named(x.shape, ranges);
    return build(lengths(indices), (index) => at(x, picked(index, indices)));
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
  pad: (x: Grid, widths: readonly (readonly number[])[], how: number | { mode?: string; value?: number } = 0) => {
    const { mode = "constant", value = 0 } = typeof how === "number" ? { value: how } : how;
    const indices = x.shape.map((length, axis) => {
      const [before, after] = widths[axis];
      const own = Array.from({ length }, (_, i) => i);
      if (mode === "reflect")
        return [...own.slice(1, before + 1).reverse(), ...own, ...own.reverse().slice(1, after + 1)];
      if (mode === "circular") return [...own.slice(length - before), ...own, ...own.slice(0, after)];
      const [first, last] = mode === "replicate" ? [0, length - 1] : [-1, -1];
      return [...new Array(before).fill(first), ...own, ...new Array(after).fill(last)];
    });
    return build(lengths(indices), (index) => within(x, picked(index, indices), value));
  },
  concat: (tensors: readonly Grid[], axis = 0) => joinedAlong(tensors, fromFront(axis, tensors[0].shape.length)),
  hstack: (tensors: readonly Grid[]) => {
    const rows = tensors.map(({ shape, data }) => ({ shape: shape.length === 0 ? [1] : shape, data }));
    return joinedAlong(rows, Math.min(1, rows[0].shape.length - 1));
  },
  vstack: (tensors: readonly Grid[]) =>
    joinedAlong(
      tensors.map(({ shape, data }) => ({ shape: shape.length < 2 ? [1, data.length] : shape, data })),
      0,
    ),
  stack: (tensors: readonly Grid[], axis = 0) => {
    const { shape } = tensors[0];
    const along = fromFront(axis, shape.length + 1);
    return build([...shape.slice(0, along), tensors.length, ...shape.slice(along)], (index) =>
      at(tensors[index[along]], without(index, along)),
    );
  },
  narrow: (x: Grid, given: number, start: number, length: number) => {
    const axis = fromFront(given, x.shape.length);
    const first = fromFront(start, x.shape[axis]);
    return build(
      x.shape.map((n, i) => (i === axis ? length : n)),
      (index) =>
        at(
          x,
          index.map((i, k) => (k === axis ? first + i : i)),
        ),
    );
  },
  select: (x: Grid, given: number, which: number) => {
    const axis = fromFront(given, x.shape.length);
    return build(without(x.shape, axis), (index) => {
      const full = [...index];
      full.splice(axis, 0, fromFront(which, x.shape[axis]));
      return at(x, full);
    });
  },
  ...layout,
  ...places,
};
