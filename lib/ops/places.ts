/** Values picked, or replaced in a copy, at places that lists of indices or ranges name. */
import { arange, tensor } from "../create.js";
import { ValueError } from "../error.js";
import { composed } from "../op.js";
import { sizeOf } from "../shape.js";
import { checkTensor, type Operand, type Tensor } from "../tensor.js";
import { type Indices, partsOf } from "./common/indices.js";
import type { AxisRange } from "./common/spans.js";
import { expandTo } from "./movement.js";

/**
 * The values, or parts, of x that indices name, one index for each leading axis: `y.at([0, 1, 2], t)` is NumPy's `y[[0, 1, 2], t]`.
 * Indices are whole numbers, nested arrays of them or int32 tensors, which broadcast together; negative ones count from the end.
 */
export const at: (x: Tensor, ...indices: Indices[]) => Tensor = composed(
  "at",
  {
    samples: [
      {
        shapes: [[3, 2]],
        args: [
          [0, 2, -2, 0],
          [1, 0, 1, 1],
        ],
      },
      { shapes: [[2, 2, 2]], args: [1, [[-1], [0]]] },
      { shapes: [[3, 2]], args: [[[2, 0]]] },
      { shapes: [[2, 3]], args: [-1, 0] },
    ],
  },
  (x: Tensor, ...indices: Indices[]) => {
    checkTensor("at", x);
    const parts = partsOf("at", x, indices);
    const inner = x.shape.slice(indices.length);
    const rows = x.reshape([sizeOf(x.shape.slice(0, indices.length)), ...inner]);
    return rows.indexSelect(0, parts.reshape([parts.size])).reshape([...parts.shape, ...inner]);
  },
);

/** The values at the given places of x laid flat, in the shape of the index; negative ones count from the end. */
export const take: (x: Tensor, index: Indices) => Tensor = composed(
  "take",
  {
    samples: [
      {
        shapes: [[2, 3]],
        args: [
          [
            [4, -1],
            [0, 4],
          ],
        ],
      },
      { shapes: [[3]], args: [1] },
      { shapes: [[2, 2]], args: [[3, 0, 1]] },
    ],
  },
  (x: Tensor, index: Indices) => {
    checkTensor("take", x);
    return x.reshape([x.size]).at(index);
  },
);

/** The flat place of every value of x, in its shape. */
const places = (x: Tensor): Tensor => arange(0, x.size, 1, { dtype: "int32" }).reshape(x.shape);

/** A copy of x with a value at places. */
function replaced(x: Tensor, at: Tensor, value: Operand): Tensor {
  const source = typeof value === "number" ? tensor(value, { dtype: x.dtype }) : value;
  const [flat, size] = [x.reshape([x.size]), [at.size]];
  return flat.scatter(0, at.reshape(size), expandTo(source, at.shape).reshape(size)).reshape(x.shape);
}

function listOf<T>(op: string, list: readonly T[]): readonly T[] {
  if (!Array.isArray(list))
    throw new ValueError(`${op}: what to replace must be given in an array, one entry for each axis`);
  return list;
}

/**
 * A copy of x with `value`, a number or what broadcasts to it, in place of the part that ranges name, as `slice` reads them:
 * `x.set([[0, 2], null, [-1]], value)` is NumPy's `x[0:2, :, -1:] = value`. What was replaced has no gradient.
 */
export const set: (x: Tensor, ranges: readonly AxisRange[], value: Operand) => Tensor = composed(
  "set",
  {
    samples: [
      {
        shapes: [
          [3, 2],
          [2, 2],
        ],
        call: (x, value) => [x, [[1, 3]], value],
      },
      {
        shapes: [
          [2, 4],
          [2, 1],
        ],
        call: (x, value) => [x, [null, [-1, 0, -2]], value],
      },
      { shapes: [[4]], args: [[[1, 3]], 0.5] },
    ],
  },
  (x: Tensor, ranges: readonly AxisRange[], value: Operand) => {
    checkTensor("set", x);
    return replaced(x, places(x).slice(...listOf("set", ranges)), value);
  },
);

/**
 * A copy of x with `value`, a number or what broadcasts to it, in place of what `x.at(...indices)` picks: `x.setAt([rows, columns], value)`
 * is NumPy's `x[rows, columns] = value`. Of several values for one place the last wins, and has the gradient.
 */
export const setAt: (x: Tensor, indices: readonly Indices[], value: Operand) => Tensor = composed(
  "setAt",
  {
    samples: [
      {
        shapes: [[3, 2], [3]],
        call: (x, value) => [
          x,
          [
            [0, 2, 0],
            [1, -2, 1],
          ],
          value,
        ],
      },
      { shapes: [[3, 2], [2]], call: (x, value) => [x, [[-1, 0]], value] },
      { shapes: [[2, 2]], args: [[1, [0]], -0.5] },
    ],
  },
  (x: Tensor, indices: readonly Indices[], value: Operand) => {
    checkTensor("setAt", x);
    return replaced(x, places(x).at(...listOf("setAt", indices)), value);
  },
);
