/** Sums of products over named axes, two tensors at a time. */
import { call, ShapeError, show, ValueError } from "../error.js";
import { composed } from "../op.js";
import { axisOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { diagonal, multiplied, type Named, ordered, squeezed, summed } from "./common/contractions.js";

/** The names of the axes of one part of an equation, `rank` in all; those of "..." count from their last, as they broadcast. */
function namesOf(equation: string, part: string, rank: number): string[] {
  if (!/^[a-z]*(\.\.\.)?[a-z]*$/i.test(part))
    throw new ValueError(
      `einsum: "${equation}" must consist of letters, "," and "->", and at most one "..." for each tensor (given "${part}")`,
    );
  const [before, after] = part.split("...");
  const count = after === undefined ? 0 : Math.max(0, rank - before.length - after.length);
  return [...before, ...Array.from({ length: count }, (_, i) => `${i - count}`), ...(after ?? "")];
}

const isDot = (name: string): boolean => name.length > 1;

/** The length of each name, where those of length 1 broadcast. */
function lengthsIn(operands: readonly Named[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { x, names } of operands)
    names.forEach((name, axis) => {
      const length = x.shape[axis];
      const before = lengths.get(name) ?? 1;
      const own = x.shape[names.indexOf(name)];
      if (own !== length || (before !== length && before !== 1 && length !== 1))
        throw new ShapeError(
          `${call(
            "einsum",
            operands.map((of) => of.x),
          )}: "${isDot(name) ? "..." : name}" has lengths ` +
            `${own === length ? `${before} and ${length}; they must be equal, or one of them 1` : `${own} and ${length} in one tensor; they must be equal`}`,
        );
      lengths.set(name, before === 1 ? length : before);
    });
  return lengths;
}

/** The names of the result's axes: those that are given, or those of "..." and of what occurs once. */
function resultOf(equation: string, given: string | undefined, operands: readonly Named[], all: readonly string[]) {
  const dots = all.filter(isDot).sort((a, b) => +a - +b);
  if (given === undefined) {
    const every = operands.flatMap(({ names }) => names);
    const once = all.filter((name) => !isDot(name) && every.indexOf(name) === every.lastIndexOf(name));
    return [...dots, ...once.sort()];
  }
  const names = namesOf(equation, given, given.replace("...", "").length + dots.length);
  if (new Set(names).size < names.length || !names.every((name) => all.includes(name)))
    throw new ValueError(
      `einsum: the result of "${equation}" must name axes of the tensors, each once (given "${given}")`,
    );
  return names;
}

/**
 * Sums of products by Einstein's convention: "ij,jk->ik" is the matrix product, "ii->i" a diagonal, "...ij->...ji" a transpose.
 * Letters that the result lacks are summed over. Without "->" it has the axes of "...", then the letters that occur once, in
 * order of the alphabet. As in PyTorch axes of length 1 broadcast, and those of "..." may be summed over. Tensors are
 * multiplied from left to right.
 */
export const einsum: (equation: string, ...tensors: Tensor[]) => Tensor = /* @__PURE__ */ composed(
  "einsum",
  {
    arity: Infinity,
    samples: [
      {
        shapes: [
          [2, 3],
          [3, 2],
        ],
        call: (...xs) => ["ij,jk->ki", ...xs],
      },
      {
        shapes: [
          [2, 2, 3],
          [2, 2, 3],
        ],
        call: (...xs) => ["bij,bik", ...xs],
      },
      {
        shapes: [
          [2, 2, 3],
          [1, 3],
        ],
        call: (...xs) => ["...ij, ...j -> i...", ...xs],
      },
      { shapes: [[2, 3, 3]], call: (x) => ["aii->ia", x] },
      { shapes: [[2, 3], [2], [3]], call: (...xs) => ["ij,i,k->kj", ...xs] },
    ],
  },
  (equation: string, ...tensors: Tensor[]) => {
    if (typeof equation !== "string")
      throw new ValueError(`einsum: the equation must be a string such as "ij,jk->ik" (given ${typeof equation})`);
    const [given, result, ...more] = equation.replaceAll(" ", "").split("->");
    const parts = given.split(",");
    if (more.length > 0 || parts.length !== tensors.length)
      throw new ValueError(
        `einsum: "${equation}" must have a part for each tensor, and one result (given ${tensors.length} tensors)`,
      );
    const operands = parts.map((part, i): Named => {
      const x = tensors[i];
      checkTensor("einsum", x);
      const names = namesOf(equation, part, x.rank);
      if (names.length !== x.rank)
        throw new ShapeError(`${call("einsum", tensors)}: "${part}" must name the ${x.rank} axes of ${show(x.shape)}`);
      return { x, names };
    });
    const lengths = lengthsIn(operands);
    const names = resultOf(equation, result, operands, [...lengths.keys()]);
    const y = operands
      .map((of) => squeezed(diagonal(of), lengths))
      .reduce((a, b, i, all) => multiplied(a, b, [...names, ...all.slice(i + 1).flatMap((of) => of.names)]));
    return ordered(summed(y, names), names);
  },
);

/** One axis or several of each of two tensors, the first of one with the first of the other. */
type AxisPairs = number | readonly [a: number | readonly number[], b: number | readonly number[]];

/**
 * The sums of products over axes of a and axes of b, which are gone from the result: a's other axes, then b's. A number means so
 * many of a's last and b's first axes (default 2), as in NumPy.
 */
export const tensordot: (a: Tensor, b: Tensor, axes?: AxisPairs) => Tensor = /* @__PURE__ */ composed(
  "tensordot",
  {
    arity: 2,
    samples: [
      {
        shapes: [
          [2, 2, 3],
          [2, 3, 2],
        ],
      },
      {
        shapes: [
          [2, 3],
          [3, 2],
        ],
        args: [1],
      },
      { shapes: [[2], [3]], args: [0] },
      {
        shapes: [
          [2, 3, 2],
          [2, 3],
        ],
        args: [
          [
            [-2, 0],
            [1, 0],
          ],
        ],
      },
    ],
  },
  (a: Tensor, b: Tensor, axes: AxisPairs = 2) => {
    for (const x of [a, b]) checkTensor("tensordot", x);
    const count = (from: number) => Array.from({ length: axes as number }, (_, i) => from + i);
    const given = typeof axes === "number" ? [count(-axes), count(0)] : axes;
    const [firsts, seconds] = [a, b].map((x, i) => [given[i]].flat().map((axis) => axisOf("tensordot", axis, x.rank)));
    const equal = firsts.every((axis, i) => a.shape[axis] === b.shape[seconds[i]]);
    const twice = [firsts, seconds].some((own) => new Set(own).size < own.length);
    if (firsts.length !== seconds.length || !equal || twice)
      throw new ShapeError(
        `${call("tensordot", [a, b])}: axes ${show(firsts)} of the first and ${show(seconds)} of the second must pair up, each once and of one length`,
      );
    const named = (x: Tensor, own: readonly number[], prefix: string): Named => ({
      x,
      names: x.shape.map((_, axis) => (own.includes(axis) ? `${own.indexOf(axis)}` : prefix + axis)),
    });
    const [left, right] = [named(a, firsts, "a"), named(b, seconds, "b")];
    return multiplied(
      left,
      right,
      [...left.names, ...right.names].filter((name) => /^[ab]/.test(name)),
    ).x;
  },
);
