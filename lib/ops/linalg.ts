/** Linear algebra of the last two axes by elimination, leading axes being many matrices: systems, inverses, determinants. */
import type { Block } from "../backends/backend.js";
import { onesLike } from "../create.js";
import { call, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed, type Sample } from "../op.js";
import { unify } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { diagonalOf, lu, substitute, type Triangle } from "./common/elimination.js";
import {
  column,
  eachMatrix,
  isVector,
  near,
  refuse,
  type Solver,
  small,
  solveEach,
  systems,
  weighed,
} from "./common/matrices.js";

const lower: Triangle = { upper: false, ta: false, unitriangular: true };
const upper: Triangle = { upper: true, ta: false, unitriangular: false };

/** A solver by L and U, unless the matrix is singular. */
function luSolver(op: string, inputs: readonly Block[], matrix: Float64Array, n: number, i: number): Solver {
  const { order } = lu(matrix, n);
  if (diagonalOf(matrix, n).includes(0)) refuse(op, inputs, i, "be invertible (it is singular)");
  return (x, k) => {
    const rows = x.slice();
    for (let to = 0; to < n; to++) x.set(rows.subarray(order[to] * k, (order[to] + 1) * k), to * k);
    substitute(matrix, n, x, k, lower);
    substitute(matrix, n, x, k, upper);
  };
}

const matrixSamples: readonly Sample[] = [
  { shapes: [[3, 3]], call: (x) => [near(x, [3, 3])] },
  { shapes: [[2, 2, 2]], call: (x) => [near(x, [2, 2])] },
  { shapes: [[1, 1]], call: (x) => [near(x, [1, 1])] },
  { shapes: [[4, 4]], call: (x) => [near(x, [4, 4])] }, // what has more than 3 rows has a rule of its own in det
];

/**
 * x of a·x = b, by elimination. b is a matrix [n, k], or a vector: of one axis, or (as in PyTorch, not in NumPy) of a's shape
 * without its last. Throws a ValueError if a matrix is singular.
 */
export const solve: (a: Tensor, b: Tensor) => Tensor = /* @__PURE__ */ kernelOp<{ vector: boolean }>("solve", {
  args: (a: Tensor, b: Tensor) => {
    for (const x of [a, b]) checkTensor("solve", x);
    return [[a, b], { vector: isVector(a, b) }];
  },
  shape: ({ vector }, _) => systems(vector),
  run: (inputs, y, { n }, { vector }) =>
    solveEach(inputs, y, n, vector, (matrix, i) => luSolver("solve", inputs, matrix, n, i)),
  vjp: [
    (g, y, [a], { vector }) => column(solve(a.transpose(), g), vector).matmul(column(y, vector), { tb: true }).neg(),
    (g, _, [a]) => solve(a.transpose(), g),
  ],
  domain: [small],
  samples: [
    { shapes: [[3, 3], [3]], call: (x, b) => [near(x, [3, 3]), b] },
    {
      shapes: [
        [2, 2, 2],
        [2, 3],
      ],
      call: (x, b) => [near(x, [2, 2]), b],
    },
    {
      shapes: [
        [2, 2],
        [2, 2, 1],
      ],
      call: (x, b) => [near(x, [2, 2]), b],
    },
    {
      shapes: [
        [3, 2, 2],
        [3, 2],
      ],
      call: (x, b) => [near(x, [2, 2]), b],
    },
  ],
});

/** The inverse of each matrix; for a⁻¹·b `solve` is faster and more exact. Throws a ValueError if one is singular. */
export const inverse: (a: Tensor) => Tensor = /* @__PURE__ */ kernelOp("inverse", {
  shape: (_, _x) => "... n n -> ... n n",
  run: (inputs, y, { n }) =>
    eachMatrix(inputs[0], y, (matrix, i) => {
      const solver = luSolver("inverse", inputs, matrix, n, i);
      const identity = Float64Array.from(matrix, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
      solver(identity, n);
      return identity;
    }),
  vjp: [(g, y) => y.matmul(g, { ta: true }).matmul(y, { tb: true }).neg()],
  domain: [small],
  samples: matrixSamples,
});

/** The determinants of all matrices without one row and one column, signed: the slopes of the determinant. */
function cofactors(a: Tensor): Tensor {
  const n = a.shape[a.rank - 1];
  if (n === 0) return a;
  const others = Array.from({ length: n }, (_, i) => i).flatMap((i, _, all) => all.filter((j) => j !== i));
  const minors = a.indexSelect(-2, others).indexSelect(-1, others);
  const apart = minors.reshape([...a.shape.slice(0, -2), n, n - 1, n, n - 1]).transpose(-3, -2);
  return weighed(det(apart), (below) => (below % 2 === 0 ? 1 : -1));
}

const scaled = (x: Tensor, scale: Tensor): Tensor => x.mul(scale.reshape([...scale.shape, 1, 1]));

/**
 * The determinant of each matrix. Its gradient is made of cofactors for up to 3 rows, or if a determinant is 0; else det·a⁻ᵀ,
 * whose own gradient loses digits near singular matrices.
 */
export const det: (a: Tensor) => Tensor = /* @__PURE__ */ kernelOp("det", {
  shape: (_, _x) => "... n n -> ...",
  run: ([a], y, { n }) =>
    eachMatrix(a, y, (matrix) => {
      const { sign } = lu(matrix, n);
      return [diagonalOf(matrix, n).reduce((product, x) => product * x, sign)];
    }),
  vjp: [
    (g, y, [a]) =>
      a.shape[a.rank - 1] <= 3 || y.storage.data.includes(0)
        ? scaled(cofactors(a), g)
        : scaled(inverse(a).transpose(), g.mul(y)),
  ],
  domain: [small],
  samples: matrixSamples,
});

/** log |det a| of each matrix, which does not overflow; −∞ if it is singular, where it has no gradient (a ValueError). */
export const logAbsDet: (a: Tensor) => Tensor = /* @__PURE__ */ kernelOp("logAbsDet", {
  shape: (_, _x) => "... n n -> ...",
  run: ([a], y, { n }) =>
    eachMatrix(a, y, (matrix) => {
      lu(matrix, n);
      return [diagonalOf(matrix, n).reduce((sum, x) => sum + Math.log(Math.abs(x)), 0)];
    }),
  vjp: [(g, _, [a]) => scaled(inverse(a).transpose(), g)],
  domain: [small],
  samples: matrixSamples,
});

/** The sign of the determinant of each matrix: −1, 0 or 1. */
export const signDet: (a: Tensor) => Tensor = /* @__PURE__ */ kernelOp("signDet", {
  shape: (_, _x) => "... n n -> ...",
  run: ([a], y, { n }) =>
    eachMatrix(a, y, (matrix) => {
      const { sign } = lu(matrix, n);
      return [diagonalOf(matrix, n).reduce((product, x) => product * Math.sign(x), sign)];
    }),
  vjp: [null],
  domain: [small],
  samples: matrixSamples,
});

/** The sign of the determinant and the logarithm of its size, of each matrix: NumPy's pair, of which the second has a gradient. */
export const slogdet = (a: Tensor): [sign: Tensor, logAbsDet: Tensor] => [signDet(a), logAbsDet(a)];

/** A square matrix times itself so often, by squaring; 0 times is the identity, −1 the inverse. */
export const matrixPower: (a: Tensor, power: number) => Tensor = /* @__PURE__ */ composed(
  "matrixPower",
  {
    domain: [small],
    samples: [
      { shapes: [[2, 2]], call: (x) => [near(x, [2, 2]), 3] },
      { shapes: [[2, 2, 2]], call: (x) => [near(x, [2, 2]), 2] },
      { shapes: [[3, 3]], call: (x) => [near(x, [3, 3]), -1] },
    ],
  },
  (a: Tensor, power: number) => {
    checkTensor("matrixPower", a);
    unify("matrixPower", "... n n -> ... n n", [a]);
    if (!Number.isSafeInteger(power))
      throw new ValueError(`${call("matrixPower", [a])}: the power must be a whole number (given ${power})`);
    if (power === 0) return weighed(onesLike(a), (below) => (below === 0 ? 1 : 0));
    const raised = (x: Tensor, n: number): Tensor => {
      if (n === 1) return x;
      const half = raised(x, Math.floor(n / 2));
      return n % 2 === 0 ? half.matmul(half) : half.matmul(half).matmul(x);
    };
    return raised(power < 0 ? inverse(a) : a, Math.abs(power));
  },
);
