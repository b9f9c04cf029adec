/** The three element types, the arrays that hold them, and how they mix. */
import { DtypeError } from "./error.js";

/** `float32` for work, `float64` for proofs, `int32` for labels and indices. */
export type Dtype = "float32" | "float64" | "int32";

/** What a tensor's values lie in. */
export type Data = Float32Array | Float64Array | Int32Array;

/** A tensor's values as others see them: an array to read, not to write. */
export interface ReadonlyData extends Iterable<number> {
  readonly length: number;
  readonly [index: number]: number;
  at(index: number): number | undefined;
  slice(start?: number, end?: number): Data;
  map(f: (value: number, index: number) => number): Data;
  every(f: (value: number, index: number) => boolean): boolean;
  some(f: (value: number, index: number) => boolean): boolean;
  forEach(f: (value: number, index: number) => void): void;
  filter(f: (value: number, index: number) => boolean): Data;
  reduce<T>(f: (sum: T, value: number, index: number) => T, start: T): T;
  includes(value: number): boolean;
  indexOf(value: number): number;
  findIndex(f: (value: number, index: number) => boolean): number;
  join(separator?: string): string;
}

/** The array type of each dtype. */
export const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array };

/** How a number becomes a value of the dtype. */
export const round: Record<Dtype, (x: number) => number> = {
  float32: Math.fround,
  float64: (x) => x,
  int32: (x) => x | 0,
};

let current: Dtype = "float32";

/** The dtype of new tensors that are given none. */
export const defaultDtype = (): Dtype => current;

/** Sets the dtype of new tensors that are given none: `float32` (as at start) or `float64`. */
export function setDefaultDtype(dtype: Dtype): void {
  if (dtype !== "float32" && dtype !== "float64")
    throw new DtypeError(`setDefaultDtype(${dtype}): the default dtype must be "float32" or "float64"`);
  current = dtype;
}

/** Checks that `dtype` names one of the three. */
export function checkDtype(op: string, dtype: Dtype): Dtype {
  if (!Object.hasOwn(arrays, dtype))
    throw new DtypeError(`${op}: dtype must be "float32", "float64" or "int32" (given ${JSON.stringify(dtype)})`);
  return dtype;
}

/** The dtype of a result of floats: float64 if one of them is; numbers never change it. Integers are refused, or `pass`. */
export function promote(op: string, operands: readonly (number | { dtype: Dtype })[], pass = false): Dtype {
  let found: Dtype | undefined;
  for (const x of operands) {
    if (typeof x === "number" || (pass && x.dtype === "int32")) continue;
    if (x.dtype === "int32")
      throw new DtypeError(
        `${op}: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")`,
      );
    if (found !== "float64") found = x.dtype;
  }
  return found ?? current;
}
