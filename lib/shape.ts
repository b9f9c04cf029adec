/** Shapes: their sizes, how they broadcast, which axes a call means, and signatures such as `"m k, k n -> m n"`. */
import { call, ShapeError, show } from "./error.js";

/** The length of each axis, outermost first; `[]` is a single number. */
export type Shape = readonly number[];

/** Lengths by the names of a signature. */
export type Dims = Readonly<Record<string, number>>;

/** How many elements a shape holds. */
export const sizeOf = (shape: Shape): number => shape.reduce((n, length) => n * length, 1);

/** The index, axis by axis, of the element at a flat place. */
export const indexOf = (place: number, shape: Shape): number[] =>
  shape.map((length, axis) => Math.floor(place / sizeOf(shape.slice(axis + 1))) % length);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a === b || (a.length === b.length && a.every((length, i) => length === b[i]));

/** A shape that a user gave, copied; anything but an array is refused. */
export function shapeOf(op: string, shape: unknown): number[] {
  if (!Array.isArray(shape))
    throw new ShapeError(`${op}: a shape must be an array of lengths, such as [2, 3] (given ${shape})`);
  return [...shape];
}

/** Checks a shape before anything is allocated for it: whole, non-negative lengths, at most 2^53 − 1 elements. */
export function checkShape(op: string, shape: Shape): Shape {
  for (const length of shape)
    if (!Number.isSafeInteger(length) || length < 0)
      throw new ShapeError(
        `${op}(${show(shape)}): every length must be a whole number from 0 to 2^53 - 1 (given ${length})`,
      );
  // A product in doubles may round, but never from above 2^53 to below it; a zero anywhere makes it 0.
  if (sizeOf(shape) > Number.MAX_SAFE_INTEGER)
    throw new ShapeError(`${op}(${show(shape)}): the lengths multiply to more than 2^53 - 1 elements`);
  return shape;
}

type Operands = readonly (number | { shape: Shape })[];

/** The shape that all of `operands` broadcast to, by NumPy's rule: aligned at the last axis, lengths equal or 1. */
export function broadcast(op: string, operands: Operands): Shape {
  let all: Shape = [];
  for (const operand of operands) if (typeof operand !== "number") all = join(op, operands, all, operand.shape);
  return all;
}

/** What two shapes broadcast to, of operands that have `inner` axes more. */
function join(op: string, operands: Operands, a: Shape, b: Shape, inner = 0): Shape {
  if (a.length === 0 || sameShape(a, b)) return b;
  if (b.length === 0) return a;
  const shape: number[] = [];
  for (let axis = -Math.max(a.length, b.length); axis < 0; axis++) {
    const m = axis < -a.length ? 1 : a[a.length + axis];
    const n = axis < -b.length ? 1 : b[b.length + axis];
    if (m !== n && m !== 1 && n !== 1)
      throw new ShapeError(
        `${call(op, operands)}: axis ${axis - inner} has lengths ${m} and ${n}; they must be equal, or one of them 1`,
      );
    shape.push(m === 1 ? n : m);
  }
  return shape;
}

/** The axes of `shape` that `small`, which broadcasts to it, lacks or has once: those to sum over on the way back. */
export function summedAxes(shape: Shape, small: Shape): number[] {
  const axes: number[] = [];
  const lacks = shape.length - small.length;
  for (let axis = 0; axis < shape.length; axis++) if (axis < lacks || small[axis - lacks] === 1) axes.push(axis);
  return axes;
}

/** One axis as a count from the front; negative ones count from the back. */
export function axisOf(op: string, axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= rank)
    throw new ShapeError(
      `${op}: axis must be ${rank === 0 ? "left out, for a tensor of no axes" : `a whole number from ${-rank} to ${rank - 1}`} (given ${axis})`,
    );
  return index;
}

/** The axes a call means: one, several, or (undefined) all; from the front, in order, each once. */
export function axesOf(op: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  if (typeof axes !== "number" && !Array.isArray(axes))
    throw new ShapeError(`${op}: axes must be a number or an array of numbers (given ${JSON.stringify(axes)})`);
  const found = (typeof axes === "number" ? [axes] : axes).map((axis) => axisOf(op, axis, rank));
  if (new Set(found).size < found.length)
    throw new ShapeError(`${op}: each axis may be named once (given ${show(axes as number[])})`);
  return found.sort((a, b) => a - b);
}

/** The names of each operand, and of the result, by signature. */
const read = new Map<string, { inputs: readonly (readonly string[])[]; output: readonly string[] }>();

function sides(signature: string) {
  let found = read.get(signature);
  if (!found) {
    const inputs = signature.split(/,|->/).map((side) => side.trim().split(/\s+/).filter(Boolean));
    found = { output: inputs.pop() as string[], inputs };
    read.set(signature, found);
  }
  return found;
}

const ordinals = ["first", "second", "third", "fourth"];

/**
 * Reads the shapes of `operands` by a signature, such as `"... m k, ... k n -> ... m n"`: equal names have equal
 * lengths, `...` before them stands for leading axes that broadcast. Returns the result's shape and the length of each name.
 */
export function unify(
  op: string,
  signature: string,
  operands: readonly { shape: Shape }[],
): { shape: Shape; dims: Dims } {
  const { inputs, output } = sides(signature);
  const dims: Record<string, number> = {};
  let front: Shape = [];
  /** Names an axis, counted from the back. */
  const axis = (i: number, at: number): string => {
    const { shape } = operands[i];
    const name = at === -1 ? "last axis" : at === -shape.length ? "first axis" : `axis ${at}`;
    return `the ${name} of the ${ordinals[i]} (${shape.at(at)})`;
  };
  inputs.forEach((side, i) => {
    const { shape } = operands[i];
    const open = side[0] === "...";
    const named = side.length - Number(open);
    if (open ? shape.length < named : shape.length !== named)
      throw new ShapeError(
        `${call(op, operands)}: the ${ordinals[i]} must have ${open ? "at least " : ""}${named} axes, "${side.join(" ")}" (given ${shape.length})`,
      );
    front = join(op, operands, front, shape.slice(0, shape.length - named), named);
    for (let at = -named; at < 0; at++) {
      const name = side[side.length + at];
      const length = shape[shape.length + at];
      dims[name] ??= length;
      if (dims[name] === length) continue;
      const first = inputs.findIndex((names) => names.includes(name));
      throw new ShapeError(
        `${call(op, operands)}: ${axis(first, inputs[first].indexOf(name) - inputs[first].length)} must equal ${axis(i, at)}`,
      );
    }
  });
  const shape: number[] = [];
  for (const name of output) shape.push(...(name === "..." ? front : [dims[name]]));
  return { shape, dims };
}
