/** Values told apart by a mask: what is not 0 is chosen. */
import { tensor } from "../create.js";
import { ternary } from "../elementwise.js";
import { kernelOp } from "../kernel.js";
import { composed } from "../op.js";
import { broadcast, indexOf } from "../shape.js";
import { checkTensor, type Operand, type Tensor } from "../tensor.js";

/** x with `value` where the mask is not 0: `where(mask, value, x)`. */
export const maskedFill = ternary("maskedFill", {
  f: (x, mask, value) => mask.where(value, x),
  d: [(_, _x, mask) => mask.eq(0), null, (_, _x, mask) => mask.ne(0)],
  kinks: [[], [0]],
}) as (x: Operand, mask: Operand, value: Operand) => Tensor;

/**
 * The values where the mask is not 0, in row-major order, along one axis; x and mask broadcast. How many depends on the mask,
 * which has no derivative.
 */
export const maskedSelect: (x: Tensor, mask: Tensor) => Tensor = composed(
  "maskedSelect",
  {
    samples: [
      {
        shapes: [[2, 3]],
        call: (x) => [
          x,
          tensor([
            [1, 0, 1],
            [0, 0, 1],
          ]),
        ],
      },
      { shapes: [[2, 1]], call: (x) => [x, tensor([0, 1, 1])] },
      {
        shapes: [[3]],
        call: (x) => [
          x,
          tensor([
            [1, 0, 1],
            [0, 1, 1],
          ]),
        ],
      },
    ],
  },
  (x: Tensor, mask: Tensor) => {
    checkTensor("maskedSelect", x);
    checkTensor("maskedSelect", mask);
    const shape = broadcast("maskedSelect", [x, mask]);
    const places: number[] = [];
    mask.expandTo(shape).storage.data.forEach((chosen, i) => {
      if (chosen !== 0) places.push(i);
    });
    return x.expandTo(shape).take(places);
  },
);

/** The index of each value that is not 0, in row-major order: int32 [how many, axes]. `x.at(...x.nonzero().unbind(1))` picks them. */
export const nonzero: (x: Tensor) => Tensor = kernelOp("nonzero", {
  shape: (_, [x]) => {
    let count = 0;
    for (const value of x.storage.data) if (value !== 0) count++;
    return [count, x.rank];
  },
  run: ([x], y) => {
    const { data } = x.storage;
    for (let i = 0, o = 0; i < data.length; i++)
      if (data[i] !== 0) for (const index of indexOf(i, x.shape)) y.storage.data[o++] = index;
  },
  vjp: [null],
  dtype: () => "int32",
  kinks: [[0]],
  samples: [{ shapes: [[2, 3]] }, { shapes: [[2, 1, 2]] }, { shapes: [[4]] }, { shapes: [[]] }],
});
