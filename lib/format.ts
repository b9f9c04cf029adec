/** How tensors print: values as nested brackets, aligned; then shape, dtype and the op that made it. */
import type { Tensor } from "./tensor.js";

const edge = 3;
const abridged = 1000;

/** The numbers of one tensor, all in one style: whole, with up to 4 decimals, or in powers of ten. */
function style(values: readonly number[]): (x: number) => string {
  const finite = values.filter(Number.isFinite).map(Math.abs);
  const most = finite.reduce((a, b) => Math.max(a, b), 0);
  const least = finite.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), Infinity);
  const whole = finite.every(Number.isInteger);
  const powers = most >= 1e8 || (!whole && (least < 1e-4 || most / least > 1e5));
  const text = (x: number) =>
    !Number.isFinite(x) ? String(x) : powers ? x.toExponential(4) : whole ? x.toFixed(0) : x.toFixed(4);
  const texts = values.map(text);
  // Trailing zeros that every value has tell nothing.
  const zeros = (t: string): number => t.match(/0*$/)?.[0].length ?? 0;
  const spare = powers || whole ? 0 : texts.reduce((n, t) => Math.min(n, zeros(t)), 3);
  const short = (x: number) => (Number.isFinite(x) && spare ? text(x).slice(0, -spare) : text(x));
  const width = texts.reduce((n, _, i) => Math.max(n, short(values[i]).length), 0);
  return (x) => short(x).padStart(width);
}

/** What `console.log` and `toString()` show; above 1,000 elements only three at each end of an axis. */
export function format(x: Tensor): string {
  const { shape, size } = x;
  const short = size > abridged;
  const data = x.data;
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
    const step = shape.slice(axis + 1).reduce((n, length) => n * length, 1);
    const parts = shown(shape[axis]).map((i) => (i === null ? "..." : walk(axis + 1, start + i * step, visit)));
    const inner = shape.length - axis - 1;
    return `[${parts.join(inner === 0 ? ", " : `,${"\n".repeat(inner)}${" ".repeat("tensor([".length + axis)}`)}]`;
  };
  if (size > 0) walk(0, 0, (i) => String(values.push(data[i])));
  const number = style(values);
  const text = size === 0 ? "[]" : walk(0, 0, (i) => number(data[i]));
  const notes = [`shape=[${shape.join(", ")}]`, `dtype=${x.dtype}`];
  if (x.origin) notes.push(`op=${x.origin.name}`);
  else if (x.requiresGrad) notes.push("requiresGrad=true");
  return `tensor(${text}, ${notes.join(", ")})`;
}
