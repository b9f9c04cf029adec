/** Diagonals and triangles of matrices: the last two axes. */
import { ShapeError, show, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed } from "../op.js";
import { checkTensor, type Tensor } from "../tensor.js";
import type { AxisRange } from "./common/spans.js";

/** The number of a diagonal: 0 is the main one, others lie so far above (or, negative, below). */
function offsetOf(op: string, offset: number): number {
  if (!Number.isSafeInteger(offset))
    throw new ValueError(`${op}: a diagonal must be a whole number, 0 the main one (given ${offset})`);
  return offset;
}

/** Where `length` values of a diagonal lie among the values of a matrix of n columns. */
const lineOf = (length: number, n: number, offset: number): AxisRange => {
  const start = offset < 0 ? -offset * n : offset;
  return [start, start + length * (n + 1), n + 1];
};

const samples = [{ shapes: [[3, 3]] }, { shapes: [[2, 4]], args: [1] }, { shapes: [[2, 3, 2]], args: [-1] }];

/** The values on a diagonal of each matrix, the last two axes (PyTorch's are the first two). The adjoint of `diagEmbed`. */
export const diagonal: (x: Tensor, offset?: number) => Tensor = composed(
  "diagonal",
  { samples: [...samples, { shapes: [[2, 2]], args: [5] }] },
  (x: Tensor, offset = 0) => {
    checkTensor("diagonal", x);
    if (x.rank < 2) throw new ShapeError(`diagonal(${show(x.shape)}): the tensor must have at least 2 axes`);
    const [m, n] = x.shape.slice(-2);
    const k = offsetOf("diagonal", offset);
    const length = Math.max(0, Math.min(m + Math.min(k, 0), n - Math.max(k, 0)));
    const front = x.shape.slice(0, -2);
    return x.reshape([...front, m * n]).slice(...front.map(() => null), lineOf(length, n, k));
  },
);

/** Square matrices, the last two axes, of zeros with the last axis of x on a diagonal. The adjoint of `diagonal`. */
export const diagEmbed: (x: Tensor, offset?: number) => Tensor = composed(
  "diagEmbed",
  { samples: [{ shapes: [[3]] }, { shapes: [[2, 3]], args: [1] }, { shapes: [[2]], args: [-2] }] },
  (x: Tensor, offset = 0) => {
    checkTensor("diagEmbed", x);
    if (x.rank < 1) throw new ShapeError(`diagEmbed(${show(x.shape)}): the tensor must have at least 1 axis`);
    const k = offsetOf("diagEmbed", offset);
    const length = x.shape[x.rank - 1];
    const n = length + Math.abs(k);
    const front = x.shape.slice(0, -1);
    return x.place([...front, n * n], ...front.map(() => null), lineOf(length, n, k)).reshape([...front, n, n]);
  },
);

/** Of a vector the matrix with it on a diagonal, of a matrix its diagonal. */
export const diag: (x: Tensor, offset?: number) => Tensor = composed(
  "diag",
  { samples: [{ shapes: [[3]] }, { shapes: [[2]], args: [1] }, { shapes: [[2, 3]], args: [-1] }] },
  (x: Tensor, offset?: number) => {
    checkTensor("diag", x);
    if (x.rank !== 1 && x.rank !== 2)
      throw new ShapeError(
        `diag(${show(x.shape)}): the tensor must be a vector or a matrix; for others there are diagonal and diagEmbed`,
      );
    return x.rank === 1 ? x.diagEmbed(offset) : x.diagonal(offset);
  },
);

/** The sum of the main diagonal of each matrix, the last two axes. */
export const trace: (x: Tensor) => Tensor = composed(
  "trace",
  { samples: [{ shapes: [[3, 3]] }, { shapes: [[2, 3]] }, { shapes: [[2, 3, 2]] }] },
  (x: Tensor) => diagonal(x).sum(-1),
);

/** One side of each matrix, from a diagonal on; zeros in place of the other, whatever stood there. Its own adjoint. */
const triangle = (name: string, keeps: (column: number, row: number) => boolean): typeof diagonal =>
  kernelOp<{ offset: number }>(name, {
    args: (x: Tensor, offset = 0) => [[x], { offset: offsetOf(name, offset) }],
    shape: "... m n -> ... m n",
    run: ([x], y, { m, n }, { offset }) => {
      const [from, to] = [x.storage.data, y.storage.data];
      for (let i = 0; i < to.length; i++) if (keeps((i % n) - offset, Math.floor(i / n) % m)) to[i] = from[i];
    },
    vjp: [(g, _, _x, { offset }) => (name === "tril" ? g.tril(offset) : g.triu(offset))],
    dtype: ([x]) => x.dtype,
    samples,
  });

/** The lower triangle of each matrix: what lies on diagonal `offset` (default 0, the main one) or below; zeros elsewhere. */
export const tril = triangle("tril", (column, row) => column <= row);

/** The upper triangle of each matrix: what lies on diagonal `offset` (default 0, the main one) or above; zeros elsewhere. */
export const triu = triangle("triu", (column, row) => column >= row);
