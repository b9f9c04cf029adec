/** How ops read the axes they are given: those that many values become one along, and the one that lines of values lie along. */
import { promote } from "../../dtype.js";
import { call, ShapeError } from "../../error.js";
import type { Sample } from "../../op.js";
import { axesOf, axisOf, type Shape, sizeOf } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";

/** One axis or several, counted from the front or (negative) the back; left out, all. */
export type Axes = number | readonly number[];

/** Whether the reduced axes stay, with length 1. */
export type ReduceOptions = { keepDims?: boolean };

export type Reduction = (x: Tensor, axes?: Axes, options?: ReduceOptions) => Tensor;
export type Reduced = { axes: number[]; keepDims: boolean };

/** The shape with the reduced axes of length 1. */
export const kept = (x: Tensor, axes: readonly number[]): Shape =>
  x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));

/** How the user's call of a reduction is read, and its shape. */
export const reduction = (name: string) => ({
  args: (x: Tensor, axes?: Axes, { keepDims = false }: ReduceOptions = {}): [Tensor[], Reduced] => {
    checkTensor(name, x);
    return [[x], { axes: axesOf(name, axes, x.rank), keepDims }];
  },
  shape: ({ axes, keepDims }: Reduced, [x]: readonly Tensor[]): Shape =>
    keepDims ? kept(x, axes) : x.shape.filter((_, axis) => !axes.includes(axis)),
});

/** The same, of one that nothing has no value of. */
export const choice = (name: string) => ({
  ...reduction(name),
  shape: (attributes: Reduced, [x]: readonly Tensor[]): Shape => {
    for (const axis of attributes.axes)
      if (x.shape[axis] === 0)
        throw new ShapeError(`${call(name, [x])}: axis ${axis} has length 0; of nothing there is no ${name}`);
    return reduction(name).shape(attributes, [x]);
  },
});

/** The values to reduce as rows [results, values of each]; of integers there are none. */
export function rowsOf(name: string, x: Tensor, axes: readonly number[]): Tensor {
  promote(name, [x]);
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const lengths = (of: readonly number[]): number => sizeOf(of.map((axis) => x.shape[axis]));
  const order = [...others, ...axes];
  return (order.every((axis, i) => axis === i) ? x : x.permute(order)).reshape([lengths(others), lengths(axes)]);
}

/** The axis that a call means, of a tensor that has one. */
export function lineAxis(name: string, x: Tensor, axis: number): number {
  checkTensor(name, x);
  if (x.rank === 0) throw new ShapeError(`${name}([]): the tensor must have at least one axis`);
  return axisOf(name, axis, x.rank);
}

/** Visits the lines of values along an axis: line `j` of piece `c`, the values of which lie `step` apart from c · length · step + j on. */
export function lines(shape: Shape, axis: number, visit: (c: number, j: number, step: number) => void): void {
  const step = sizeOf(shape.slice(axis + 1));
  const pieces = sizeOf(shape.slice(0, axis));
  for (let c = 0; c < pieces; c++) for (let j = 0; j < step; j++) visit(c, j, step);
}

export const samples: readonly Sample[] = [
  { shapes: [[2, 3]] },
  { shapes: [[2, 3, 4]], args: [1] },
  { shapes: [[2, 3, 4]], args: [[0, -1], { keepDims: true }] },
  { shapes: [[3, 1, 2]], args: [[1]] },
  { shapes: [[]] },
];

export const empty: readonly Sample[] = [
  { shapes: [[0, 2]], args: [0] },
  { shapes: [[2, 0]], args: [0] },
];
