/** Products of vectors and of blocks, composed of products element by element. */
import { call, ShapeError } from "../error.js";
import { composed } from "../op.js";
import { axisOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** The sums of products along an axis (default the last), of many vectors; the others broadcast. */
export const vecdot: (a: Tensor, b: Tensor, axis?: number) => Tensor = /* @__PURE__ */ composed(
  "vecdot",
  {
    arity: 2,
    samples: [
      { shapes: [[2, 3], [3]] },
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        args: [0],
      },
      {
        shapes: [
          [2, 1, 2],
          [3, 2],
        ],
        args: [-1],
      },
    ],
  },
  (a: Tensor, b: Tensor, axis = -1) => {
    for (const x of [a, b]) checkTensor("vecdot", x);
    return a.mul(b).sum(axis);
  },
);

/** The cross product of vectors of three numbers along an axis (default the last); the others broadcast. */
export const cross: (a: Tensor, b: Tensor, axis?: number) => Tensor = /* @__PURE__ */ composed(
  "cross",
  {
    arity: 2,
    samples: [
      { shapes: [[3], [3]] },
      {
        shapes: [
          [2, 3],
          [1, 3],
        ],
      },
      {
        shapes: [
          [3, 2],
          [3, 2],
        ],
        args: [0],
      },
    ],
  },
  (a: Tensor, b: Tensor, axis = -1) => {
    for (const x of [a, b]) checkTensor("cross", x);
    const place = axisOf("cross", axis, a.rank);
    if (a.rank !== b.rank || a.shape[place] !== 3 || b.shape[place] !== 3)
      throw new ShapeError(`${call("cross", [a, b])}: both must have as many axes, and length 3 on axis ${axis}`);
    const next = (x: Tensor): Tensor => x.indexSelect(place, [1, 2, 0]);
    const after = (x: Tensor): Tensor => x.indexSelect(place, [2, 0, 1]);
    return next(a)
      .mul(after(b))
      .sub(after(a).mul(next(b)));
  },
);

/** Kronecker's product of tensors of as many axes: each number of a times all of b, as blocks. */
export const kron: (a: Tensor, b: Tensor) => Tensor = /* @__PURE__ */ composed(
  "kron",
  {
    arity: 2,
    samples: [
      {
        shapes: [
          [2, 2],
          [1, 3],
        ],
      },
      { shapes: [[2], [3]] },
      {
        shapes: [
          [2, 1, 2],
          [1, 2, 2],
        ],
      },
    ],
  },
  (a: Tensor, b: Tensor) => {
    for (const x of [a, b]) checkTensor("kron", x);
    if (a.rank !== b.rank) throw new ShapeError(`${call("kron", [a, b])}: both must have as many axes`);
    const y = a.reshape(a.shape.flatMap((n) => [n, 1])).mul(b.reshape(b.shape.flatMap((n) => [1, n])));
    return y.reshape(a.shape.map((n, axis) => n * b.shape[axis]));
  },
);
