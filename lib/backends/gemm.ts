/** The reference matrix product: 4×4 tiles over packed panels, sums in float64. */
import type { Data } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Block } from "./backend.js";

/** y[m, n] = a[m, k] · b[k, n] over the leading axes of y, along which a and b broadcast; `ta`, `tb` read one transposed. */
export function gemm(
  a: Block,
  b: Block,
  y: Block,
  [m, n, k]: readonly [number, number, number],
  ta: boolean,
  tb: boolean,
): void {
  const batch = y.shape.slice(0, -2);
  const firsts = offsets(a.shape.slice(0, -2), batch);
  const seconds = offsets(b.shape.slice(0, -2), batch);
  firsts.forEach((first, i) => {
    const rows = panels(a.storage.data, first * m * k, m, k, ta);
    const columns = panels(b.storage.data, seconds[i] * k * n, n, k, !tb);
    for (let row = 0; row < m; row += tile)
      for (let column = 0; column < n; column += tile)
        product(
          rows,
          row * k,
          columns,
          column * k,
          k,
          y.storage.data,
          i * m * n + row * n + column,
          n,
          m - row,
          n - column,
        );
  });
}

/** How many rows and columns are summed at once: sixteen sums for eight reads. */
const tile = 4;

/** `count` vectors of `k` values in groups of four, the four first values of a group first; the last group filled with zeros. */
function panels(x: Data, start: number, count: number, k: number, across: boolean): Float64Array {
  const packed = new Float64Array(Math.ceil(count / tile) * tile * k);
  const [step, next] = across ? [1, count] : [k, 1];
  for (let v = 0; v < count; v++) {
    let to = (v - (v % tile)) * k + (v % tile);
    for (let p = 0, from = start + v * step; p < k; p++, from += next, to += tile) packed[to] = x[from];
  }
  return packed;
}

const sums = new Float64Array(tile * tile);

/** One tile of y, at `to`, of which `height` rows and `width` columns are inside y. */
function product(
  a: Float64Array,
  a0: number,
  b: Float64Array,
  b0: number,
  k: number,
  y: Data,
  to: number,
  n: number,
  height: number,
  width: number,
): void {
  // Sixteen variables, since an array of sums would live in memory: three times slower.
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let p = 0, i = a0, j = b0; p < k; p++, i += tile, j += tile) {
    const b00 = b[j];
    const b01 = b[j + 1];
    const b02 = b[j + 2];
    const b03 = b[j + 3];
    let x = a[i];
    s00 += x * b00;
    s01 += x * b01;
    s02 += x * b02;
    s03 += x * b03;
    x = a[i + 1];
    s10 += x * b00;
    s11 += x * b01;
    s12 += x * b02;
    s13 += x * b03;
    x = a[i + 2];
    s20 += x * b00;
    s21 += x * b01;
    s22 += x * b02;
    s23 += x * b03;
    x = a[i + 3];
    s30 += x * b00;
    s31 += x * b01;
    s32 += x * b02;
    s33 += x * b03;
  }
  sums.set([s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33]);
  for (let row = 0; row < Math.min(tile, height); row++)
    for (let column = 0; column < Math.min(tile, width); column++) y[to + row * n + column] = sums[row * tile + column];
}

/** For each element of `shape`, the element of `small` that broadcasts to it. */
export function offsets(small: Shape, shape: Shape): number[] {
  let found = [0];
  shape.forEach((length, axis) => {
    const own = small[axis - shape.length + small.length] ?? 1;
    found = found.flatMap((start) => Array.from({ length }, (_, i) => start * own + (own === 1 ? 0 : i)));
  });
  return found;
}
