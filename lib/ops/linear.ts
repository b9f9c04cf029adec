/** Linear algebra: products of matrices and vectors. */
import { gemm } from "../backends/gemm.js";
import { call, ShapeError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed, type Operation, registry } from "../op.js";
import { sizeOf, unify } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

const flatRows = (x: Tensor): Tensor => x.reshape([sizeOf(x.shape.slice(0, -1)), x.shape[x.rank - 1]]);

/** Which operands of a product are read transposed, where they lie. */
export type Transposed = { ta?: boolean; tb?: boolean };

type Product = (a: Tensor, b: Tensor, how?: Transposed) => Tensor;

/** By `ta`, then `tb`: not put together each time, since that takes as long as all else that a shape does. */
const signatures = [
  ["... m k, ... k n -> ... m n", "... m k, ... n k -> ... m n"],
  ["... k m, ... k n -> ... m n", "... k m, ... n k -> ... m n"],
];

const product: Product = kernelOp<Required<Transposed>>("matmul", {
  args: (a, b, { ta = false, tb = false }: Transposed = {}) => [[a, b], { ta, tb }],
  shape: ({ ta, tb }) => signatures[ta ? 1 : 0][tb ? 1 : 0],
  run: ([a, b], y, { m, n, k }, { ta, tb }) => gemm(a, b, y, [m, n, k], ta, tb),
  vjp: [
    (g, _, [, b], { ta, tb }) => (ta ? b.matmul(g, { ta: tb, tb: true }) : g.matmul(b, { tb: !tb })),
    (g, _, [a, b], { ta, tb }) => {
      // Many matrices times one: their rows are those of a tall matrix, and nothing need be summed afterwards.
      if (b.rank === 2 && a.rank > 2 && !ta) return flatRows(tb ? g : a).matmul(flatRows(tb ? a : g), { ta: true });
      return tb ? g.matmul(a, { ta: true, tb: ta }) : a.matmul(g, { ta: !ta });
    },
  ],
  samples: [
    { shapes: [], args: [{}] },
    { shapes: [], args: [{ ta: true }] },
    { shapes: [], args: [{ tb: true }] },
    { shapes: [], args: [{ ta: true, tb: true }] },
    { shapes: [[3], [3]] },
    { shapes: [[2, 2, 3], [3]], args: [{ tb: true }] },
    { shapes: [[2, 3], [2]], args: [{ ta: true }] },
    { shapes: [[3], [2, 3, 2]] },
  ],
});

/**
 * Matrix product of the last two axes, broadcast over the leading ones; `ta`, `tb` read an operand transposed where it lies.
 * As in NumPy a vector [k] is a row on the left and a column on the right, an axis that the result lacks; it is its own transpose.
 */
export const matmul: Product = (a, b, how = {}) => {
  const [row, column] = [a?.rank === 1, b?.rank === 1];
  if (!row && !column) return product(a, b, how);
  const { ta, tb } = { ta: !row && how.ta, tb: !column && how.tb };
  const sides = [row ? "k" : ta ? "... k m" : "... m k", column ? "k" : tb ? "... n k" : "... k n"];
  for (const x of [a, b]) checkTensor("matmul", x);
  const { shape } = unify("matmul", `${sides} -> ... ${row ? "" : "m"} ${column ? "" : "n"}`, [a, b]);
  return product(row ? a.reshape([1, -1]) : a, column ? b.reshape([-1, 1]) : b, { ta, tb }).reshape(shape);
};
// Vectors stay outside the op, so that backends need know of matrices only; what users and specs call takes both.
Object.assign(registry.get("matmul") as Operation, { apply: matmul });

/** The sum of products of two vectors of one length, Σ aᵢ · bᵢ. */
export const dot: (a: Tensor, b: Tensor) => Tensor = composed(
  "dot",
  { arity: 2, samples: [{ shapes: [[3], [3]] }, { shapes: [[0], [0]] }] },
  (a: Tensor, b: Tensor) => {
    for (const x of [a, b]) checkTensor("dot", x);
    if (a.rank !== 1 || b.rank !== 1 || a.size !== b.size)
      throw new ShapeError(`${call("dot", [a, b])}: both must be vectors of one length; for matrices use matmul`);
    return a.matmul(b);
  },
);

/** Every product of an element of one vector with one of another: y[i, j] = a[i] · b[j]. */
export const outer: (a: Tensor, b: Tensor) => Tensor = composed(
  "outer",
  { arity: 2, samples: [{ shapes: [[2], [3]] }, { shapes: [[3], [1]] }] },
  (a: Tensor, b: Tensor) => {
    for (const x of [a, b]) checkTensor("outer", x);
    if (a.rank !== 1 || b.rank !== 1) throw new ShapeError(`${call("outer", [a, b])}: both must be vectors`);
    return a.reshape([-1, 1]).mul(b);
  },
);
