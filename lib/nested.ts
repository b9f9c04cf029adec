/** Numbers in nested arrays: how they lie flat, and what shape they have. */
import { DtypeError, ShapeError, ValueError } from "./error.js";
import type { Shape } from "./shape.js";

/** Numbers, nested to any depth in arrays of equal lengths. */
export type Nested = number | boolean | readonly Nested[];

/** The same as results have it. */
export type NestedNumbers = number | NestedNumbers[];

/** The typed arrays of numbers. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** Throws where a value is not a whole number that int32 holds. */
export function checkIntegers(op: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++)
    if ((values[i] | 0) !== values[i])
      throw new DtypeError(`${op}: int32 holds whole numbers of 32 bits (given ${values[i]} at ${i})`);
}

/** Nested arrays laid flat, with the shape they have; a typed array is flat and has none of its own. */
export function flatten(op: string, values: Nested | TypedArray): { data: ArrayLike<number>; shape?: Shape } {
  if (ArrayBuffer.isView(values)) {
    if (/^Big|^DataView/.test(values.constructor.name))
      throw new DtypeError(`${op}: a typed array must hold numbers (given a ${values.constructor.name})`);
    return { data: values };
  }
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

/** Throws where a label is not a whole number from 0 to classes − 1, naming the first that is not. */
export function checkLabels(op: string, labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++)
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes)
      throw new ValueError(`${op}: labels must be whole numbers from 0 to ${classes - 1} (given ${labels[i]} at ${i})`);
}
