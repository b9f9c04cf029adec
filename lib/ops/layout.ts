/** Values along axes reversed, shifted, and repeated. */
import { ShapeError, show, ValueError } from "../error.js";
import { composed } from "../op.js";
import { axesOf, axisOf, type Shape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** A count of repetitions. */
function countOf(op: string, count: unknown): number {
  if (!Number.isSafeInteger(count) || (count as number) < 0)
    throw new ValueError(`${op}: how often must be a whole number from 0 (given ${JSON.stringify(count)})`);
  return count as number;
}

/** The values along axes (default all) in reverse order. Its own adjoint. */
export const flip: (x: Tensor, axes?: number | readonly number[]) => Tensor = composed(
  "flip",
  { samples: [{ shapes: [[2, 3]] }, { shapes: [[2, 3, 2]], args: [1] }, { shapes: [[3, 2]], args: [[0, -1]] }] },
  (x: Tensor, axes?: number | readonly number[]) => {
    checkTensor("flip", x);
    const found = axesOf("flip", axes, x.rank);
    return x.slice(...x.shape.map((_, axis) => (found.includes(axis) ? ([null, null, -1] as const) : null)));
  },
);

/**
 * The values `shift` places further along an axis, those beyond its end at its beginning; of several axes, one shift for each.
 * Without an axis along all in row-major order.
 */
export const roll: (x: Tensor, shift: number | readonly number[], axes?: number | readonly number[]) => Tensor =
  composed(
    "roll",
    {
      samples: [
        { shapes: [[2, 3]], args: [1] },
        { shapes: [[2, 3, 2]], args: [-5, 1] },
        {
          shapes: [[3, 4]],
          args: [
            [1, 2],
            [-2, 1],
          ],
        },
      ],
    },
    (x: Tensor, shift: number | readonly number[], axes?: number | readonly number[]): Tensor => {
      checkTensor("roll", x);
      if (axes === undefined) return x.reshape([x.size]).roll(shift, 0).reshape(x.shape);
      const [shifts, along] = [[shift].flat() as number[], [axes].flat() as number[]];
      if (shifts.length !== along.length || !shifts.every(Number.isSafeInteger))
        throw new ShapeError(
          `roll(${show(x.shape)}): each axis must have its shift, a whole number (given ${show(shifts)} for ${show(along)})`,
        );
      return along.reduce((y, axis, k) => {
        const n = x.shape[axisOf("roll", axis, x.rank)];
        return y.indexSelect(
          axis,
          Array.from({ length: n }, (_, i) => (((i - shifts[k]) % n) + n) % n),
        );
      }, x);
    },
  );

/** Each value `count` times, one beside the other along `axis`; without an axis, of all in row-major order. NumPy's: PyTorch's is `tile`. */
export const repeat: (x: Tensor, count: number, axis?: number) => Tensor = composed(
  "repeat",
  {
    samples: [
      { shapes: [[2, 2]], args: [2] },
      { shapes: [[2, 3]], args: [3, 0] },
      { shapes: [[2, 2]], args: [2, -1] },
    ],
  },
  (x: Tensor, count: number, given?: number): Tensor => {
    checkTensor("repeat", x);
    if (given === undefined) return x.reshape([x.size]).repeat(count, 0);
    const axis = axisOf("repeat", given, x.rank);
    const [before, after] = [x.shape.slice(0, axis + 1), x.shape.slice(axis + 1)];
    const wide = x.unsqueeze(axis + 1).expandTo([...before, countOf("repeat", count), ...after]);
    return wide.flatten(axis, axis + 1);
  },
);

/** x side by side with itself, `counts` times along each axis; fewer counts are for the last axes, more for new leading ones. */
export const tile: (x: Tensor, counts: number | Shape) => Tensor = composed(
  "tile",
  {
    samples: [
      { shapes: [[2, 3]], args: [[2, 1]] },
      { shapes: [[2, 2]], args: [2] },
      { shapes: [[3]], args: [[2, 2]] },
    ],
  },
  (x: Tensor, given: number | Shape) => {
    checkTensor("tile", x);
    const list = ([given].flat() as number[]).map((count) => countOf("tile", count));
    const rank = Math.max(x.rank, list.length);
    const [counts, lengths] = [list, x.shape].map((own) => [...new Array<number>(rank - own.length).fill(1), ...own]);
    return x
      .reshape(lengths.flatMap((length) => [1, length]))
      .expandTo(lengths.flatMap((length, axis) => [counts[axis], length]))
      .reshape(lengths.map((length, axis) => length * counts[axis]));
  },
);
