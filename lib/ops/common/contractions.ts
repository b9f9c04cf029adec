/** Tensors whose axes have names, and their products: each pair of them one matrix product. */
import { sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";

/** A tensor whose axes have names. */
export type Named = { x: Tensor; names: readonly string[] };

const lengthsOf = ({ x, names }: Named, of: readonly string[]): number[] =>
  of.map((name) => x.shape[names.indexOf(name)]);

/** The axes in another order of names. */
export const ordered = ({ x, names }: Named, order: readonly string[]): Tensor =>
  order.every((name, i) => name === names[i]) ? x : x.permute(order.map((name) => names.indexOf(name)));

/** Without the axes that have none of the names `kept`. */
export function summed({ x, names }: Named, kept: readonly string[]): Named {
  const gone = names.flatMap((name, axis) => (kept.includes(name) ? [] : [axis]));
  return gone.length === 0 ? { x, names } : { x: x.sum(gone), names: names.filter((name) => kept.includes(name)) };
}

/** The products of two, summed over the names that both have and `kept` has not. */
export function multiplied(a: Named, b: Named, kept: readonly string[]): Named {
  const [first, second] = [summed(a, [...kept, ...b.names]), summed(b, [...kept, ...a.names])];
  const shared = first.names.filter((name) => second.names.includes(name));
  const [batch, inner] = [shared.filter((name) => kept.includes(name)), shared.filter((name) => !kept.includes(name))];
  const [rows, columns] = [first, second].map(({ names }) => names.filter((name) => !shared.includes(name)));
  const names = [...batch, ...rows, ...columns];
  const [front, m, n] = [lengthsOf(first, batch), lengthsOf(first, rows), lengthsOf(second, columns)];
  if (inner.length === 0) {
    // Nothing is summed: a product element by element.
    const left = ordered(first, [...batch, ...rows]).reshape([...front, ...m, ...n.map(() => 1)]);
    const right = ordered(second, [...batch, ...columns]);
    return { x: left.mul(right.reshape([...front, ...m.map(() => 1), ...n])), names };
  }
  const matrix = (of: Named, order: readonly (readonly string[])[]): Tensor =>
    ordered(of, order.flat()).reshape(order.map((part) => sizeOf(lengthsOf(of, part))));
  // Names that are in order as they lie, or in that of the transpose, are not moved.
  const lies = (of: Named, order: readonly (readonly string[])[]) => `${order.flat()}` === `${of.names}`;
  const ta = lies(first, [batch, inner, rows]);
  const tb = lies(second, [batch, columns, inner]);
  const x = matrix(first, ta ? [batch, inner, rows] : [batch, rows, inner]).matmul(
    matrix(second, tb ? [batch, columns, inner] : [batch, inner, columns]),
    { ta, tb },
  );
  return { x: x.reshape([...front, ...m, ...n]), names };
}

/** Of equal names only the first, its axis the diagonal of theirs. */
export function diagonal({ x, names }: Named): Named {
  const twice = names.findIndex((name, axis) => names.indexOf(name) < axis);
  if (twice < 0) return { x, names };
  const name = names[twice];
  const rest = names.flatMap((_, axis) => (axis === twice || axis === names.indexOf(name) ? [] : [axis]));
  const square = x.permute([...rest, names.indexOf(name), twice]);
  const [lengths, n] = [square.shape.slice(0, -2), x.shape[twice]];
  const y = square.reshape([...lengths, n * n]).slice(...lengths.map(() => null), [null, null, n + 1]);
  return diagonal({ x: y, names: [...rest.map((axis) => names[axis]), name] });
}

/** Without the axes of length 1 that are longer elsewhere: those broadcast. */
export function squeezed({ x, names }: Named, lengths: ReadonlyMap<string, number>): Named {
  const own = names.filter((name, axis) => x.shape[axis] === lengths.get(name));
  return own.length === names.length
    ? { x, names }
    : { x: x.reshape(own.map((name) => lengths.get(name) as number)), names: own };
}
