/** Mini-batches: rows of several tensors together, shuffled by a seeded generator. */
import { arange, permutation } from "../create.js";
import { call, ShapeError, ValueError } from "../error.js";
import { defaultGenerator, type Generator } from "../random.js";
import { check, wholeFrom } from "../range.js";
import { noGrad } from "../tape.js";
import type { Tensor } from "../tensor.js";

/** Options of `batches`. */
export type BatchOptions = {
  /** Rows in a batch; the last one may have fewer. */
  size: number;
  /** Draw the rows in random order (default true). */
  shuffle?: boolean;
  /** Leave out a last batch of fewer rows (default false). */
  dropLast?: boolean;
  /** Where the order is drawn from (default: the generator of `manualSeed`). */
  generator?: Generator;
};

/** One epoch: the rows of all `tensors` in the same random order, `size` at a time. */
export function* batches<T extends readonly Tensor[]>(
  tensors: readonly [...T],
  options: BatchOptions,
): Iterable<{ [K in keyof T]: Tensor }> {
  if (!Array.isArray(tensors) || !options)
    throw new ValueError("batches: an array of tensors and options must be given: batches([x, t], { size: 100 })");
  const { size, shuffle = true, dropLast = false, generator = defaultGenerator() } = options;
  const rows = tensors[0]?.shape[0] ?? 0;
  check("batches", { size }, wholeFrom(1));
  if (tensors.length === 0 || tensors.some((x) => x.shape[0] !== rows))
    throw new ShapeError(`${call("batches", tensors)}: the first axes must have equal lengths`);
  const order = shuffle ? permutation(rows, { generator }) : arange(0, rows, 1, { dtype: "int32" });
  for (let start = 0; start < rows && !(dropLast && start + size > rows); start += size) {
    const picks = order.storage.data.slice(start, start + size);
    yield noGrad(() => tensors.map((x) => x.indexSelect(0, picks))) as { [K in keyof T]: Tensor };
  }
}
