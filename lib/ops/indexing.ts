/** Rows and values picked by number, and added or written back: adjoint pairs. */
import type { Block } from "../backends/backend.js";
import { arange, zeros, zerosLike } from "../create.js";
import { type Dtype, promote } from "../dtype.js";
import { call, ShapeError, show } from "../error.js";
import { kernelOp } from "../kernel.js";
import type { Nested } from "../nested.js";
import type { Sample } from "../op.js";
import { axisOf, type Shape, sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { along, indexTensor, type Rows } from "./common/indices.js";

/** The rows of `axis` that an int32 `index` names, in its order, repeats allowed. The adjoint of `indexAdd`. */
export const indexSelect: (x: Tensor, axis: number, index: Tensor | Rows) => Tensor = kernelOp<{
  axis: number;
}>("indexSelect", {
  args: (x: Tensor, given: number, index) => {
    checkTensor("indexSelect", x);
    const axis = axisOf("indexSelect", given, x.rank);
    return [[x, indexTensor("indexSelect", x, axis, index)], { axis }];
  },
  shape: ({ axis }, [x, index]) => x.shape.map((length, i) => (i === axis ? index.size : length)),
  run: ([x, index], y, _, { axis }) => {
    const { count, length, width } = along(x.shape, axis);
    const [from, to, places] = [x.storage.data, y.storage.data, index.storage.data];
    for (let c = 0, o = 0; c < count; c++)
      for (let i = 0; i < places.length; i++, o += width) {
        const at = (c * length + places[i]) * width;
        if (width > 32) to.set(from.subarray(at, at + width), o);
        else for (let j = 0; j < width; j++) to[o + j] = from[at + j];
      }
  },
  vjp: [(g, _, [x, index], { axis }) => zerosLike(x).indexAdd(axis, index, g), null],
  dtype: ([x]) => x.dtype,
  samples: [
    { shapes: [[4, 3]], args: [0, [2, 0, 2]] },
    { shapes: [[2, 3, 2]], args: [-2, [1]] },
    { shapes: [[3]], args: [0, []] },
  ],
});

/** x with the rows of `source` added to the rows of `axis` that `index` names. The adjoint of `indexSelect`. */
export const indexAdd: (x: Tensor, axis: number, index: Tensor | Rows, source: Tensor) => Tensor = kernelOp<{
  axis: number;
}>("indexAdd", {
  args: (x: Tensor, given: number, index, source) => {
    checkTensor("indexAdd", x);
    const axis = axisOf("indexAdd", given, x.rank);
    return [[x, source, indexTensor("indexAdd", x, axis, index)], { axis }];
  },
  shape: ({ axis }, [x, source, index]) => {
    const expected = x.shape.map((length, i) => (i === axis ? index.size : length));
    if (!sameShape(source.shape, expected))
      throw new ShapeError(`${call("indexAdd", [x, index, source])}: the source must have shape ${show(expected)}`);
    return x.shape;
  },
  run: ([x, source, index], y, _, { axis }) => {
    const { count, length, width } = along(x.shape, axis);
    const [from, to, places] = [source.storage.data, y.storage.data, index.storage.data];
    to.set(x.storage.data);
    for (let c = 0, o = 0; c < count; c++)
      for (let i = 0; i < places.length; i++)
        for (let j = 0, at = (c * length + places[i]) * width; j < width; j++) to[at++] += from[o++];
  },
  vjp: [(g) => g, (g, _, [, , index], { axis }) => g.indexSelect(axis, index), null],
  dtype: ([x, source]) => promote("indexAdd", [x, source]),
  samples: [
    {
      shapes: [
        [4, 2],
        [3, 2],
      ],
      call: (x, source) => [x, 0, [1, 3, 1], source],
    },
    {
      shapes: [
        [2, 3],
        [2, 1],
      ],
      call: (x, source) => [x, -1, [2], source],
    },
  ],
});

/**
 * For each element of an int32 `index` the value of x that it names along `axis`, at the same place on the others: of a
 * matrix and axis 1, y[i, j] = x[i, index[i, j]]. As in PyTorch, save that the lengths of the other axes must be equal.
 * The adjoint of `scatterAdd`.
 */
export const gather: (x: Tensor, axis: number, index: Tensor | Nested) => Tensor = kernelOp<{ axis: number }>(
  "gather",
  {
    args: (x: Tensor, given: number, index) => {
      checkTensor("gather", x);
      const axis = axisOf("gather", given, x.rank);
      return [[x, indexTensor("gather", x, axis, index, true)], { axis }];
    },
    shape: (_, [, index]) => index.shape,
    run: ([x, index], y, _, { axis }) => {
      const { count, length, width } = along(x.shape, axis);
      const [from, to, places] = [x.storage.data, y.storage.data, index.storage.data];
      const size = index.shape[axis] * width;
      for (let c = 0, o = 0; c < count; c++)
        for (let start = c * length * width, end = o + size, j = 0; o < end; o++) {
          to[o] = from[start + places[o] * width + j];
          if (++j === width) j = 0; // one loop and not two: width is often 1
        }
    },
    vjp: [(g, _, [x, index], { axis }) => zerosLike(x).scatterAdd(axis, index, g), null],
    dtype: ([x]) => x.dtype,
    samples: [
      {
        shapes: [[2, 3]],
        args: [
          1,
          [
            [2, 0, 2, 1],
            [1, 1, 0, 1],
          ],
        ],
      },
      { shapes: [[3, 2]], args: [0, [[2, 0]]] },
      { shapes: [[2, 2, 2]], args: [-2, [[[1, 0]], [[0, 0]]]] },
      { shapes: [[3]], args: [0, []] },
    ],
  },
);

const puts: readonly Sample[] = [
  {
    shapes: [
      [2, 3],
      [2, 2],
    ],
    call: (x, source) => [
      x,
      1,
      [
        [2, 2],
        [0, 1],
      ],
      source,
    ],
  },
  {
    shapes: [
      [3, 2],
      [1, 2],
    ],
    call: (x, source) => [x, 0, [[1, 2]], source],
  },
  {
    shapes: [
      [2, 2, 2],
      [2, 1, 2],
    ],
    call: (x, source) => [x, -2, [[[1, 0]], [[1, 1]]], source],
  },
];

/** How a call that puts values where an index says is read, its shape, what it does, and calls for the tests. */
const scattering = (name: string, add: boolean) => ({
  args: (x: Tensor, given: number, index: Tensor | Nested, source: Tensor): [Tensor[], { axis: number }] => {
    checkTensor(name, x);
    const axis = axisOf(name, given, x.rank);
    return [[x, source, indexTensor(name, x, axis, index, true)], { axis }];
  },
  shape: (_: object, [x, source, index]: readonly Tensor[]): Shape => {
    if (!sameShape(source.shape, index.shape))
      throw new ShapeError(
        `${call(name, [x, index, source])}: the source must have the shape of the index, ${show(index.shape)}`,
      );
    return x.shape;
  },
  run: ([x, source, index]: readonly Block[], y: Block, _: object, { axis }: { axis: number }): void => {
    const { count, length, width } = along(x.shape, axis);
    const [from, to, places] = [source.storage.data, y.storage.data, index.storage.data];
    const size = index.shape[axis] * width;
    to.set(x.storage.data);
    for (let c = 0, o = 0; c < count; c++)
      for (let start = c * length * width, end = o + size, j = 0; o < end; o++) {
        const at = start + places[o] * width + j;
        to[at] = add ? to[at] + from[o] : from[o];
        if (++j === width) j = 0;
      }
  },
  samples: puts,
});

type Scatter = (x: Tensor, axis: number, index: Tensor | Nested, source: Tensor) => Tensor;

/**
 * x with each value of `source` added where `index`, int32 and of its shape, says along `axis`: of a matrix and axis 1,
 * y[i, index[i, j]] += source[i, j]. As in PyTorch, save that the lengths of the other axes must be equal. The adjoint of `gather`.
 */
export const scatterAdd: Scatter = kernelOp<{ axis: number }>("scatterAdd", {
  ...scattering("scatterAdd", true),
  vjp: [(g) => g, (g, _, [, , index], { axis }) => g.gather(axis, index), null],
  dtype: ([x, source]) => promote("scatterAdd", [x, source]),
});

/**
 * The same with the values written over those of x: y[i, index[i, j]] = source[i, j]. Where two are written to one place the
 * last one, in row-major order, wins, and the gradient is its alone (in PyTorch any may win). int32 goes into int32 as well.
 */
export const scatter: Scatter = kernelOp<{ axis: number }>("scatter", {
  ...scattering("scatter", false),
  vjp: [
    (g, _, [, source, index], { axis }) => g.scatter(axis, index, zerosLike(source)),
    (g, _, [x, source, index], { axis }) => {
      const own = arange(0, source.size, 1, { dtype: "int32" }).reshape(source.shape);
      const winners = zeros(x.shape, { dtype: "int32" }).scatter(axis, index, own).gather(axis, index);
      return winners.eq(own).where(g.gather(axis, index), 0);
    },
    null,
  ],
  dtype: ([x, source]): Dtype =>
    x.dtype === "int32" && source.dtype === "int32" ? "int32" : promote("scatter", [x, source]),
});
