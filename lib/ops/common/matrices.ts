/** What operations on the last two axes share: leading axes as many matrices, vectors beside matrices, triangles. */
import type { Block } from "../../backends/backend.js";
import { matrices } from "../../backends/gemm.js";
import { tensor } from "../../create.js";
import { call, show, ValueError } from "../../error.js";
import { between } from "../../op.js";
import { indexOf, type Shape, sameShape, sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";

/** Refuses matrix i of those of the first input. */
export function refuse(op: string, inputs: readonly Block[], i: number, must: string): never {
  const batch = inputs[0].shape.slice(0, -2);
  const which = batch.length === 0 ? "the matrix" : `the matrix at ${show(indexOf(i, batch))}`;
  throw new ValueError(`${call(op, inputs)}: ${which} must ${must}`);
}

/** Writes for each matrix of x, in float64, what `f` makes of it. */
export function eachMatrix(
  { shape, storage }: Block,
  y: Block,
  f: (matrix: Float64Array, i: number) => ArrayLike<number>,
): void {
  const [m, n] = shape.slice(-2);
  const count = y.storage.size === 0 ? 0 : sizeOf(shape.slice(0, -2));
  for (let i = 0; i < count; i++) {
    const made = f(Float64Array.from(storage.data.subarray(i * m * n, (i + 1) * m * n)), i);
    y.storage.data.set(made, i * made.length);
  }
}

/** Solves in place for n rows of k numbers. */
export type Solver = (x: Float64Array, k: number) => void;

/** For each matrix of a, and what stands beside it in b, the solution; `prepare` makes a solver of a matrix. */
export function solveEach(
  [a, b]: readonly Block[],
  y: Block,
  n: number,
  vector: boolean,
  prepare: (matrix: Float64Array, i: number) => Solver,
): void {
  const [right, to] = [b, y].map(({ storage, shape }) => ({ storage, shape: vector ? [...shape, 1] : shape }));
  const k = to.shape[to.shape.length - 1];
  const batch = to.shape.slice(0, -2);
  const seconds = matrices(right, batch);
  let solver: Solver | undefined;
  matrices(a, batch).forEach((first, i, firsts) => {
    if (!solver || first !== firsts[i - 1])
      solver = prepare(Float64Array.from(a.storage.data.subarray(first * n * n, (first + 1) * n * n)), first);
    const x = Float64Array.from(b.storage.data.subarray(seconds[i] * n * k, (seconds[i] + 1) * n * k));
    solver(x, k);
    y.storage.data.set(x, i * n * k);
  });
}

/** PyTorch's rule for what is a vector, or many: one axis, or the shape of a without its last. */
export const isVector = (a: Tensor, b: Tensor): boolean => b.rank === 1 || sameShape(b.shape, a.shape.slice(0, -1));

/** A vector, where it is one, as a column. */
export const column = (x: Tensor, vector: boolean): Tensor => (vector ? x.reshape([...x.shape, 1]) : x);

export const systems = (vector: boolean): string =>
  vector ? "... n n, ... n -> ... n" : "... n n, ... n k -> ... n k";

/** x with the values of each matrix weighed by how far they lie below its diagonal. */
export function weighed(x: Tensor, weight: (below: number) => number): Tensor {
  const [m, n] = x.shape.slice(-2);
  const weights = Float64Array.from({ length: m * n }, (_, at) => weight(Math.floor(at / n) - (at % n)));
  return x.mul(tensor(weights, { shape: [m, n], dtype: x.dtype }));
}

/** A matrix for the tests: small numbers, to which 2 is added `shift` to the right of the diagonal, so that it is far from singular. */
export function near(x: Tensor, [m, n]: Shape, shift = 1): Tensor {
  const most = Math.max(m, n);
  const base = Float64Array.from({ length: m * n }, (_, at) =>
    ((at % n) - Math.floor(at / n) - shift) % most ? 0 : 2,
  );
  return x.add(tensor(base, { shape: [m, n], dtype: x.dtype }));
}

/** Where the small numbers of `near` lie. */
export const small = /* @__PURE__ */ between(-0.25, 0.25);
