/** Linear algebra: the matrix product. */
import { gemm } from "../backends/gemm.js";
import { kernelOp } from "../kernel.js";
import type { Tensor } from "../tensor.js";

/** Which operands of a product are read transposed, where they lie. */
export type Transposed = { ta?: boolean; tb?: boolean };

/** Matrix product of the last two axes, broadcast over the leading ones; `ta`, `tb` read an operand transposed where it lies. */
export const matmul: (a: Tensor, b: Tensor, how?: Transposed) => Tensor = kernelOp<Required<Transposed>>("matmul", {
  args: (a, b, { ta = false, tb = false }: Transposed = {}) => [[a, b], { ta: Boolean(ta), tb: Boolean(tb) }],
  shape: ({ ta, tb }) => `... ${ta ? "k m" : "m k"}, ... ${tb ? "n k" : "k n"} -> ... m n`,
  run: ([a, b], y, { m, n, k }, { ta, tb }) => gemm(a, b, y, [m, n, k], ta, tb),
  vjp: [
    (g, _, [, b], { ta, tb }) => (ta ? b.matmul(g, { ta: tb, tb: true }) : g.matmul(b, { tb: !tb })),
    (g, _, [a], { ta, tb }) => (tb ? g.matmul(a, { ta: true, tb: ta }) : a.matmul(g, { ta: !ta })),
  ],
  samples: [
    { shapes: [], args: [{}] },
    { shapes: [], args: [{ ta: true }] },
    { shapes: [], args: [{ tb: true }] },
    { shapes: [], args: [{ ta: true, tb: true }] },
  ],
});
