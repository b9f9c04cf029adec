/** Values, gradients and attributes in a few characters. */
import type { Origin, Tensor } from "../tensor.js";

/** A text that stays on its line, and in its place: control characters and line breaks become spaces. */
export const oneLine = (text: string): string =>
  `${text}`.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replace(/[\p{Cs}\p{Bidi_Control}\ufffe\uffff]/gu, "\ufffd");

/** A number with four digits, from 100 on six; whole ones whole. */
export function numeral(x: number): string {
  if (!Number.isFinite(x) || (Number.isInteger(x) && Math.abs(x) < 1e9)) return `${x}`;
  return `${Number(x.toPrecision(Math.abs(x) < 100 ? 4 : 6))}`;
}

/** All values, as nested brackets, with what stands between rows; or from where to where they go, if there are more than `most`. */
export function written({ shape, size, storage }: Tensor, most: number, between = ", "): string {
  const { data } = storage;
  if (size > most) {
    let [least, largest] = [Infinity, -Infinity];
    for (const x of data) {
      if (Number.isNaN(x)) return "NaN …";
      if (x < least) least = x;
      if (x > largest) largest = x;
    }
    return least === largest ? `all ${numeral(least)}` : `${numeral(least)} … ${numeral(largest)}`;
  }
  let i = 0;
  const nest = (axis: number): string => {
    if (axis === shape.length) return numeral(data[i++]);
    const parts = Array.from({ length: shape[axis] }, () => nest(axis + 1));
    return `[${parts.join(axis === shape.length - 1 ? ", " : between)}]`;
  };
  return nest(0);
}

/** Numbers, words, and lists of them in lists; of anything else that an op was told, nothing. */
function told(value: unknown, depth = 3): string | null {
  if (Array.isArray(value)) {
    const parts = depth > 0 ? value.slice(0, 8).map((part) => told(part, depth - 1)) : [null];
    return parts.includes(null) ? null : `[${parts.join(",")}${value.length > 8 ? ",…" : ""}]`;
  }
  return value === null || ["number", "string", "boolean"].includes(typeof value)
    ? oneLine(`${value}`).slice(0, 40)
    : null;
}

/** What an op was told beside its inputs, as `axes=[1]`; a switch that is on by its name, one that is off not at all. */
export function attributesOf({ attributes }: Origin): string[] {
  if (typeof attributes !== "object" || attributes === null) return [];
  return Object.entries(attributes).flatMap(([name, value]) => {
    const text = told(value);
    if (text === null || value === null || value === false) return [];
    return [value === true ? oneLine(name) : `${oneLine(name)}=${text}`];
  });
}
