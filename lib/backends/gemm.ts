/** The reference matrix product: 4×4 tiles over packed panels, sums in float64. */
import type { Data } from "../dtype.js";
import type { Shape } from "../shape.js";
import { type Block, strides, turns } from "./backend.js";

type Size = readonly [m: number, n: number, k: number];

/** y[m, n] = a[m, k] · b[k, n] over the leading axes of y, along which a and b broadcast; `ta`, `tb` read one transposed. */
export function gemm(a: Block, b: Block, y: Block, size: Size, ta: boolean, tb: boolean): void {
  const [m, n, k] = size;
  const batch = y.shape.slice(0, -2);
  const seconds = matrices(b, batch);
  const part = (x: Block, i: number, length: number): Data => x.storage.data.subarray(i * length, (i + 1) * length);
  const multiply = m < tile ? byRows : byTiles; // a few rows are not worth packing
  matrices(a, batch).forEach((first, i) => {
    multiply(part(a, first, m * k), part(b, seconds[i], k * n), part(y, i, m * n), size, ta, tb);
  });
}

function byRows(a: Data, b: Data, y: Data, [m, n, k]: Size, ta: boolean, tb: boolean): void {
  const [right, down] = tb ? [k, 1] : [1, n];
  for (let i = 0; i < m; i++) {
    const row = new Float64Array(n);
    for (let p = 0; p < k; p++) {
      const x = a[ta ? p * m + i : i * k + p];
      for (let j = 0, at = p * down; j < n; j++, at += right) row[j] += x * b[at];
    }
    y.set(row, i * n);
  }
}

function byTiles(a: Data, b: Data, y: Data, [m, n, k]: Size, ta: boolean, tb: boolean): void {
  const rows = panels(a, m, k, ta);
  const columns = panels(b, n, k, !tb);
  for (let i = 0; i < m; i += tile)
    for (let j = 0; j < n; j += tile) {
      product(rows.subarray(i * k), columns.subarray(j * k), k);
      for (let row = i; row < Math.min(i + tile, m); row++)
        for (let column = j; column < Math.min(j + tile, n); column++)
          y[row * n + column] = sums[(row - i) * tile + column - j];
    }
}

/** How many rows and columns are summed at once: sixteen sums for eight reads. */
const tile = 4;

/** `count` vectors of `k` values in groups of four, the four first values of a group first; the last group filled with zeros. */
function panels(x: Data, count: number, k: number, across: boolean): Float64Array {
  const packed = new Float64Array(Math.ceil(count / tile) * tile * k);
  const place = (v: number, p: number): number => (v - (v % tile)) * k + (v % tile) + p * tile;
  let from = 0; // read in order, whichever way the vectors lie
  if (across) for (let p = 0; p < k; p++) for (let v = 0; v < count; v++) packed[place(v, p)] = x[from++];
  else for (let v = 0; v < count; v++) for (let p = 0; p < k; p++) packed[place(v, p)] = x[from++];
  return packed;
}

const sums = new Float64Array(tile * tile);

/** The sums of a tile, of the first panel of a and of b. */
function product(a: Float64Array, b: Float64Array, k: number): void {
  // Sixteen variables, since an array of sums would live in memory: three times slower.
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < k * tile; i += tile) {
    const b00 = b[i];
    const b01 = b[i + 1];
    const b02 = b[i + 2];
    const b03 = b[i + 3];
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
}

/** For each product of the leading axes `batch`, which matrix of x takes part. */
export function matrices(x: Block, batch: Shape): number[] {
  const own = x.shape.slice(0, -2);
  const pattern = batch.map((_, axis) => ((own[axis - batch.length + own.length] ?? 1) === 1 ? "0" : "1")).join("");
  return turns(batch, strides(batch, pattern));
}
