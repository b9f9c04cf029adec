/** How tensors print: values as nested brackets, aligned; then shape, dtype and the op that made it. */
import { sizeOf } from "./shape.js";
import type { Tensor } from "./tensor.js";

const edge = 3;
const abridged = 1000;

/** The numbers of one tensor, all in one style: whole, with up to 4 decimals, or in powers of ten. */
function style(values: readonly number[], integers: boolean): (x: number) => string {
  const finite = values.filter(Number.isFinite);
  const sizes = finite.map(Math.abs);
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  const least = sizes.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Infinity);
  const whole = finite.every(Number.isInteger);
  const powers = !integers && (most >= 1e8 || (!whole && (least < 1e-4 || most / least > 1e5)));
  const text = (x: number): string =>
    !Number.isFinite(x)
      ? String(x)
      : Object.is(x, -0)
        ? `-${text(0)}`
        : powers
          ? x.toExponential(4)
          : x.toFixed(whole ? 0 : 4);
  // Trailing zeros that every value has tell nothing.
  const zeros = (x: number): number => text(x).match(/0*$/)?.[0].length ?? 0;
  const spare = powers || whole ? 0 : finite.reduce((n, x) => Math.min(n, zeros(x)), 3);
  const short = (x: number): string => (Number.isFinite(x) && spare ? text(x).slice(0, -spare) : text(x));
  const width = values.reduce((n, x) => Math.max(n, short(x).length), 0);
  return (x) => short(x).padStart(width);
}

/** What `console.log` and `toString()` show; above 1,000 elements only three at each end of an axis. */
export function format(x: Tensor): string {
  const { shape, size } = x;
  const short = size > abridged;
  const data = x.storage.data;
  /** The indices of an axis that are shown; null for the gap. */
  const shown = (length: number): (number | null)[] => {
    const all = Array.from({ length: Math.min(length, short ? 2 * edge + 1 : length) }, (_, i) => i);
    return short && length > 2 * edge
      ? all.map((i) => (i < edge ? i : i === edge ? null : length - 2 * edge - 1 + i))
      : all;
  };
  const values: number[] = [];
  const walk = (axis: number, start: number, visit: (i: number) => string): string => {
    if (axis === shape.length) return visit(start);
    const step = sizeOf(shape.slice(axis + 1));
    const parts = shown(shape[axis]).map((i) => (i === null ? "..." : walk(axis + 1, start + i * step, visit)));
    const inner = shape.length - axis - 1;
    return `[${parts.join(inner === 0 ? ", " : `,${"\n".repeat(inner)}${" ".repeat("tensor([".length + axis)}`)}]`;
  };
  if (size > 0) walk(0, 0, (i) => String(values.push(data[i])));
  const number = style(values, x.dtype === "int32");
  const text = size === 0 ? "[]" : walk(0, 0, (i) => number(data[i]));
  const notes = [`shape=[${shape.join(", ")}]`, `dtype=${x.dtype}`];
  if (x.origin) notes.push(`op=${x.origin.name}`);
  else if (x.requiresGrad) notes.push("requiresGrad=true");
  return `tensor(${text}, ${notes.join(", ")})`;
}
