/** Triangles of matrices: systems solved with them, and factors that are triangular, or orthogonal with one that is. */
import { call, ShapeError } from "../error.js";
import { kernelOp } from "../kernel.js";
import type { Sample } from "../op.js";
import type { Shape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { choleskyOf, diagonalOf, householder, orthogonal, substitute, type Triangle } from "./common/elimination.js";
import { column, eachMatrix, isVector, near, refuse, small, solveEach, systems, weighed } from "./common/matrices.js";
import type { AxisRange } from "./slices.js";

/** Which triangle is meant; `ta` means that of the transpose of a, `unitriangular` that its diagonal counts as ones. */
export type TriangularOptions = { upper?: boolean; ta?: boolean; unitriangular?: boolean };

/**
 * x of T·x = b, T the lower (or `upper`) triangle of a, of which the rest is not read; b as in `solve`. With `ta` x of
 * Tᵀ·x = b. Throws a ValueError if there is a 0 on the diagonal.
 */
export const solveTriangular: (a: Tensor, b: Tensor, options?: TriangularOptions) => Tensor = /* @__PURE__ */ kernelOp<
  Triangle & { vector: boolean }
>("solveTriangular", {
  args: (a: Tensor, b: Tensor, { upper = false, ta = false, unitriangular = false }: TriangularOptions = {}) => {
    for (const x of [a, b]) checkTensor("solveTriangular", x);
    return [[a, b], { upper, ta, unitriangular, vector: isVector(a, b) }];
  },
  shape: ({ vector }, _) => systems(vector),
  run: (inputs, y, { n }, { vector, ...how }) =>
    solveEach(inputs, y, n, vector, (matrix, i) => {
      if (!how.unitriangular && diagonalOf(matrix, n).includes(0))
        refuse("solveTriangular", inputs, i, "have no 0 on its diagonal");
      return (x, k) => substitute(matrix, n, x, k, how);
    }),
  vjp: [
    (g, y, [a], { vector, ...how }) => {
      const sides = [solveTriangular(a, g, { ...how, ta: !how.ta }), y].map((x) => column(x, vector));
      const [left, right] = how.ta ? sides.reverse() : sides;
      return weighed(left.matmul(right, { tb: true }), (below) =>
        (how.upper ? below <= 0 : below >= 0) && !(how.unitriangular && below === 0) ? -1 : 0,
      );
    },
    (g, _, [a], { vector: _vector, ...how }) => solveTriangular(a, g, { ...how, ta: !how.ta }),
  ],
  domain: [small],
  samples: [
    {
      shapes: [
        [3, 3],
        [3, 2],
      ],
      call: (x, b) => [near(x, [3, 3], 0), b],
    },
    { shapes: [[3, 3], [3]], call: (x, b) => [near(x, [3, 3], 0), b, { upper: true }] },
    {
      shapes: [
        [2, 2, 2],
        [2, 3],
      ],
      call: (x, b) => [near(x, [2, 2], 0), b, { upper: true, ta: true }],
    },
    {
      shapes: [
        [3, 3],
        [2, 3, 1],
      ],
      call: (x, b) => [x, b, { unitriangular: true, ta: true }],
    },
  ],
});

/**
 * The lower triangle L of a = L·Lᵀ, for symmetric positive definite matrices: of a its lower triangle is read, but the gradient
 * is symmetric, as in PyTorch. Throws a ValueError if one is not positive definite. The rule is Murray's (2016).
 */
export const cholesky: (a: Tensor) => Tensor = /* @__PURE__ */ kernelOp("cholesky", {
  shape: (_, _x) => "... n n -> ... n n",
  run: (inputs, y, { n }) =>
    eachMatrix(inputs[0], y, (matrix, i) => {
      if (!choleskyOf(matrix, n)) refuse("cholesky", inputs, i, "be positive definite");
      return matrix;
    }),
  vjp: [
    (g, y) => {
      const half = weighed(y.matmul(g, { ta: true }), (below) => (below > 0 ? 1 : below === 0 ? 0.5 : 0));
      const left = solveTriangular(y, half, { ta: true });
      const x = solveTriangular(y, left.transpose(), { ta: true });
      return x.add(x.transpose()).mul(0.5);
    },
  ],
  samples: [
    { shapes: [[3, 3]], call: (x) => [near(x.add(x.transpose()).div(16), [3, 3], 0)] },
    { shapes: [[2, 2, 2]], call: (x) => [near(x.add(x.transpose()).div(16), [2, 2], 0)] },
  ],
});

/** The shape of a factor, by the rows and columns of a, and the lesser of both. */
function factorShape(op: string, a: Tensor, of: (m: number, n: number, k: number) => Shape): Shape {
  if (a.rank < 2) throw new ShapeError(`${call(op, [a])}: the tensor must have at least 2 axes`);
  const [m, n] = a.shape.slice(-2);
  return [...a.shape.slice(0, -2), ...of(m, n, Math.min(m, n))];
}

/** A matrix for the tests, whose signs stay: 2 on the diagonal and below it. */
const heavy = (x: Tensor, shape: Shape): Tensor => near(near(x, shape, 0), shape, -1);

const factorSamples: readonly Sample[] = [
  { shapes: [[3, 3]], call: (x) => [heavy(x, [3, 3])] },
  { shapes: [[2, 3, 2]], call: (x) => [heavy(x, [3, 2])] },
  { shapes: [[2, 3]], call: (x) => [heavy(x, [2, 3])] },
];

/** What a gradient of Q gives for a; Walter and Lehmann (2010). Q is made of a's leading columns. */
function pullQ(g: Tensor, q: Tensor, a: Tensor): Tensor {
  const columns = a.shape.map((_, axis): AxisRange => (axis === a.rank - 1 ? [0, q.shape[axis]] : null));
  const turn = q.matmul(g, { ta: true });
  const turned = weighed(turn.sub(turn.transpose()), (below) => (below > 0 ? 1 : 0)).sub(turn);
  const r = q.matmul(a.slice(...columns), { ta: true });
  const pulled = solveTriangular(r, g.add(q.matmul(turned)).transpose(), { upper: true }).transpose();
  return pulled.place(a.shape, ...columns);
}

/** Q of a = Q·R: orthonormal columns that span a's; see `qr`. */
export const orthogonalFactor: (a: Tensor) => Tensor = /* @__PURE__ */ kernelOp("orthogonalFactor", {
  shape: (_, [a]) => factorShape("orthogonalFactor", a, (m, _n, k) => [m, k]),
  run: ([a], y) => {
    const [m, n] = a.shape.slice(-2);
    eachMatrix(a, y, (matrix) => orthogonal(matrix, m, n, householder(matrix, m, n)));
  },
  vjp: [(g, y, [a]) => pullQ(g, y, a)],
  domain: [small],
  samples: factorSamples,
});

/** R of a = Q·R: an upper triangle; see `qr`. */
export const triangularFactor: (a: Tensor) => Tensor = /* @__PURE__ */ kernelOp("triangularFactor", {
  shape: (_, [a]) => factorShape("triangularFactor", a, (_m, n, k) => [k, n]),
  run: ([a], y) => {
    const [m, n] = a.shape.slice(-2);
    eachMatrix(a, y, (matrix) => {
      householder(matrix, m, n);
      return matrix.subarray(0, Math.min(m, n) * n).map((x, at) => (at % n < Math.floor(at / n) ? 0 : x));
    });
  },
  vjp: [
    (g, _, [a]) => {
      // R is Qᵀ·a.
      const q = orthogonalFactor(a);
      const triangle = weighed(g, (below) => (below > 0 ? 0 : 1));
      return q.matmul(triangle).add(pullQ(a.matmul(triangle, { tb: true }), q, a));
    },
  ],
  domain: [small],
  samples: factorSamples,
});

/**
 * Q and R of a = Q·R by Householder's reflections: Q with orthonormal columns, as many as a has rows or columns, R an upper
 * triangle. NumPy's mode "reduced", signs and all. For gradients the leading columns of a must be independent.
 */
export const qr = (a: Tensor): [q: Tensor, r: Tensor] => [orthogonalFactor(a), triangularFactor(a)];
