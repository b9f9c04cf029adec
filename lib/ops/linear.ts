/** Linear algebra: the matrix product. */
import { gemm } from "../backends/gemm.js";
import { kernelOp } from "../kernel.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";

const flatRows = (x: Tensor): Tensor => x.reshape([sizeOf(x.shape.slice(0, -1)), x.shape[x.rank - 1]]);

/** Which operands of a product are read transposed, where they lie. */
export type Transposed = { ta?: boolean; tb?: boolean };

/** Matrix product of the last two axes, broadcast over the leading ones; `ta`, `tb` read an operand transposed where it lies. */
export const matmul: (a: Tensor, b: Tensor, how?: Transposed) => Tensor = kernelOp<Required<Transposed>>("matmul", {
  args: (a, b, { ta = false, tb = false }: Transposed = {}) => [[a, b], { ta: Boolean(ta), tb: Boolean(tb) }],
  shape: ({ ta, tb }) => `... ${ta ? "k m" : "m k"}, ... ${tb ? "n k" : "k n"} -> ... m n`,
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
  ],
});
