/** Numbers in nested arrays: how they lie flat, and what shape they have. */
import { DtypeError, ShapeError } from "./error.js";
import type { Shape } from "./shape.js";

/** Numbers, nested to any depth in arrays of equal lengths. */
export type Nested = number | boolean | readonly Nested[];

/** Throws where a value is not a whole number that int32 holds. */
export function checkIntegers(op: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++)
    if ((values[i] | 0) !== values[i])
      throw new DtypeError(`${op}: int32 holds whole numbers of 32 bits (given ${values[i]} at ${i})`);
}

/** Nested arrays laid flat, with the shape they have; a typed array is flat and has none of its own. */
export function flatten(op: string, values: Nested | ArrayLike<number>): { data: ArrayLike<number>; shape?: Shape } {
  if (ArrayBuffer.isView(values)) return { data: values as unknown as ArrayLike<number> };
  const shape: number[] = [];
  for (let v: unknown = values; Array.isArray(v); v = v[0]) shape.push(v.length);
  const data: number[] = [];
  const visit = (v: unknown, axis: number, path: string): void => {
    if (axis < shape.length) {
      if (!Array.isArray(v) || v.length !== shape[axis])
        throw new ShapeError(
          `${op}: nested arrays must have equal lengths; expected ${shape[axis]} values at ${path || "the top"} (given ${Array.isArray(v) ? v.length : "a number"})`,
        );
      for (let i = 0; i < v.length; i++) visit(v[i], axis + 1, `${path}[${i}]`);
    } else if (typeof v === "number" || typeof v === "boolean") data.push(Number(v));
    else
      throw new (Array.isArray(v) ? ShapeError : DtypeError)(
        `${op}: values must be numbers, nested to one depth (given ${Array.isArray(v) ? "an array" : v === null ? "null" : typeof v} at ${path || "the top"})`,
      );
  };
  visit(values, 0, "");
  return { data, shape };
}
