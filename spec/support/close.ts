/** Comparing numbers and arrays of them: NaN equals NaN only, an infinity itself only, and no shape or length is overlooked. */

/** What can be compared: a number, nested arrays, a typed array (which has no shape of its own), or a tensor. */
export type Values =
  | number
  | readonly Values[]
  | Float32Array
  | Float64Array
  | Int32Array
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number>; readonly dtype?: string };

interface Flat {
  data: ArrayLike<number>;
  shape?: readonly number[];
  dtype?: string;
}

/** |a − e| over max(1, |a|, |e|): absolute for small numbers, relative for large ones; infinite where no distance makes sense. */
function mixedError(actual: number, expected: number): number {
  if (actual === expected || (Number.isNaN(actual) && Number.isNaN(expected))) return 0;
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(actual), Math.abs(expected));
  return Number.isFinite(actual) && Number.isFinite(expected) ? error : Infinity;
}

function check(tolerance: number): void {
  if (typeof tolerance !== "number" || !(tolerance >= 0 && tolerance < Infinity))
    throw new Error(`a comparison needs a tolerance, finite and not negative (given ${tolerance})`);
}

function number(value: unknown, where: string): number {
  if (typeof value !== "number") throw new Error(`${where}: must be a number (given ${typeof value})`);
  return value;
}

/** Whether two numbers differ by no more than tolerance · max(1, |actual|, |expected|). */
export function close(actual: number, expected: number, { tolerance }: { tolerance: number }): boolean {
  check(tolerance);
  return mixedError(number(actual, "actual"), number(expected, "expected")) <= tolerance;
}

/** Whether two numbers are one and the same: +0 is not −0, and NaN is NaN. */
export const same = (actual: number, expected: number): boolean =>
  Object.is(number(actual, "actual"), number(expected, "expected"));

/** How many steps of the dtype lie between two numbers, rounded to it first: +0 and −0 are one, no number is near NaN or an infinity. */
export function ulps(a: number, b: number, dtype: "float32" | "float64"): number {
  if (dtype !== "float32" && dtype !== "float64") throw new Error(`ulps: must be float32 or float64 (given ${dtype})`);
  const [x, y] = [number(a, "a"), number(b, "b")].map(dtype === "float32" ? Math.fround : (value) => value);
  if (Object.is(x, y)) return 0;
  if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
  // The bits of a float without its sign, read as an integer, count the floats from zero up to it.
  const rank = (value: number) => {
    const view = new DataView(new ArrayBuffer(8));
    if (dtype === "float32") view.setFloat32(4, Math.abs(value));
    else view.setFloat64(0, Math.abs(value));
    return value < 0 ? -view.getBigUint64(0) : view.getBigUint64(0);
  };
  const steps = rank(x) - rank(y);
  return Number(steps < 0n ? -steps : steps);
}

/** Throws unless shapes agree and all entries are `close`; dtypes may differ, as a float32 result is often held against a float64 one. */
export function assertClose(
  actual: Values,
  expected: Values,
  { tolerance, what = "assertClose" }: { tolerance: number; what?: string },
): void {
  check(tolerance);
  compare(flatten(actual, `${what}: actual`), flatten(expected, `${what}: expected`), tolerance, what);
}

/** Throws unless shapes, dtypes (where both sides have one) and all entries are the `same`. */
export function assertSame(actual: Values, expected: Values, { what = "assertSame" }: { what?: string } = {}): void {
  const [a, e] = [flatten(actual, `${what}: actual`), flatten(expected, `${what}: expected`)];
  if (a.dtype !== undefined && e.dtype !== undefined && a.dtype !== e.dtype)
    throw new Error(`${what}: dtype must be ${e.dtype} (given ${a.dtype})`);
  compare(a, e, undefined, what);
}

const show = (list: readonly number[]) => `[${list.join(",")}]`;
const sizeOf = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);

/** Compares entry by entry, exactly where no tolerance is given; the error tells of the worst entry only. */
function compare(actual: Flat, expected: Flat, tolerance: number | undefined, what: string): void {
  const n = expected.data.length;
  const [shape, wanted] = [actual.shape ?? [actual.data.length], expected.shape ?? [n]];
  // A typed array stands for any shape of its length, save that nothing may pass for nothing of another shape.
  const shaped = (actual.shape && expected.shape) || n === 0 || actual.data.length !== n;
  if (shaped && show(shape) !== show(wanted))
    throw new Error(`${what}: shape must be ${show(wanted)} (given ${show(shape)})`);

  let [wrong, worst, worstError] = [0, 0, -1];
  for (let i = 0; i < n; i++) {
    const [a, e] = [actual.data[i], expected.data[i]];
    const error = mixedError(a, e);
    if (tolerance === undefined ? Object.is(a, e) : error <= tolerance) continue;
    wrong++;
    if (error > worstError) [worst, worstError] = [i, error];
  }
  if (wrong === 0) return;
  const place = indexIn(actual.shape ?? wanted, worst);
  const value = (x: number) => (Object.is(x, -0) ? "-0" : `${x}`);
  const bound = tolerance === undefined ? "must be the same" : `tolerance ${tolerance}`;
  throw new Error(
    `${what}: ${wrong} of ${n} differ, most at ${show(place)}: actual ${value(actual.data[worst])}, ` +
      `expected ${value(expected.data[worst])}, error ${Number(worstError.toPrecision(3))}, ${bound}`,
  );
}

function indexIn(shape: readonly number[], flat: number): number[] {
  return shape.map((length, axis) => Math.floor(flat / sizeOf(shape.slice(axis + 1))) % length);
}

/** Any values as a list of numbers, with what is known of their shape and dtype. */
function flatten(values: Values, where: string): Flat {
  if (typeof values === "number") return { data: [values], shape: [] };
  if (ArrayBuffer.isView(values) && "length" in values)
    return checked({ data: values, dtype: dtypes.get(values.constructor) }, where);
  if (Array.isArray(values)) return nested(values, where);
  const { shape, data, dtype } = (values ?? {}) as Exclude<Values, number | readonly Values[] | ArrayBufferView>;
  if (!Array.isArray(shape) || typeof data?.length !== "number")
    throw new Error(
      `${where}: must be a number, an array or a tensor (given ${values === null ? null : typeof values})`,
    );
  return checked({ data, shape, dtype }, where);
}

const dtypes = new Map<unknown, string>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
]);

function checked(flat: Flat, where: string): Flat {
  const { data, shape } = flat;
  if (shape && sizeOf(shape) !== data.length)
    throw new Error(`${where}: shape ${show(shape)} must have ${sizeOf(shape)} values (given ${data.length})`);
  for (let i = 0; i < data.length; i++) if (typeof data[i] !== "number") number(data[i], `${where}: entry ${i}`);
  return flat;
}

function nested(rows: readonly Values[], where: string): Flat {
  const parts = Array.from(rows, (row, i) => flatten(row, `${where}: entry ${i}`));
  const shapes = parts.map(({ shape, data }) => shape ?? [data.length]);
  for (const shape of shapes)
    if (show(shape) !== show(shapes[0]))
      throw new Error(`${where}: is ragged, ${show(shapes[0])} beside ${show(shape)}`);
  return { data: parts.flatMap(({ data }) => Array.from(data)), shape: [rows.length, ...(shapes[0] ?? [])] };
}

/** The message of the error that is thrown, or "". */
export function failure(f: () => void): string {
  try {
    f();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
