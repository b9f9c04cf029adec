/** Square matrices taken apart and solved with: plain loops over rows of float64 numbers, in place. */

/** P·a = L·U by Gauss's elimination with the largest pivot of each column: L, of unit diagonal, and U in place of `a`. */
export function lu(a: Float64Array, n: number): { order: number[]; sign: number } {
  const order = Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  for (let p = 0; p < n; p++) {
    let best = p;
    for (let i = p + 1; i < n; i++) if (Math.abs(a[i * n + p]) > Math.abs(a[best * n + p])) best = i;
    if (best !== p) {
      const row = a.slice(p * n, (p + 1) * n);
      a.copyWithin(p * n, best * n, (best + 1) * n);
      a.set(row, best * n);
      [order[p], order[best]] = [order[best], order[p]];
      sign = -sign;
    }
    const pivot = a[p * n + p];
    if (pivot === 0) continue; // so is all below it
    for (let i = p + 1; i < n; i++) {
      a[i * n + p] /= pivot;
      const factor = a[i * n + p];
      for (let j = p + 1; j < n; j++) a[i * n + j] -= factor * a[p * n + j];
    }
  }
  return { order, sign };
}

/** The numbers on the diagonal. */
export const diagonalOf = (a: Float64Array, n: number): number[] => Array.from({ length: n }, (_, i) => a[i * (n + 1)]);

/** Which triangle of a matrix is meant; with `ta` that of its transpose, with `unitriangular` as if 1 stood on the diagonal. */
export type Triangle = { upper: boolean; ta: boolean; unitriangular: boolean };

/** Replaces b, n rows of k numbers, by the solution x of T·x = b, T a triangle of `a`. */
export function substitute(a: Float64Array, n: number, x: Float64Array, k: number, how: Triangle): void {
  const { upper, ta, unitriangular } = how;
  const row = (step: number): number => (upper === ta ? step : n - 1 - step);
  for (let step = 0; step < n; step++) {
    const i = row(step);
    for (let s = 0; s < step; s++) {
      const p = row(s);
      const factor = a[ta ? p * n + i : i * n + p];
      for (let j = 0; j < k; j++) x[i * k + j] -= factor * x[p * k + j];
    }
    if (!unitriangular) for (let j = 0; j < k; j++) x[i * k + j] /= a[i * (n + 1)];
  }
}

/** The lower triangle L of a = L·Lᵀ in place of `a`, of which the lower triangle is read; whether there is one. */
export function choleskyOf(a: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++)
    for (let i = 0; i < n; i++) {
      let rest = a[i * n + j];
      for (let p = 0; p < j; p++) rest -= a[i * n + p] * a[j * n + p];
      if (i === j && !(rest > 0)) return false;
      a[i * n + j] = i < j ? 0 : i === j ? Math.sqrt(rest) : rest / a[j * (n + 1)];
    }
  return true;
}

/** A matrix of m rows, of which column p tells how to reflect: 1 at row p, and what lies below. */
type Mirror = { a: Float64Array; m: number; n: number; p: number; scale: number };

/** Reflects the rows from p of x, m rows of `width` numbers, in the columns from `first`. */
function reflect(x: Float64Array, width: number, first: number, { a, m, n, p, scale }: Mirror): void {
  for (let j = first; j < width; j++) {
    let sum = x[p * width + j];
    for (let i = p + 1; i < m; i++) sum += a[i * n + p] * x[i * width + j];
    sum *= scale;
    x[p * width + j] -= sum;
    for (let i = p + 1; i < m; i++) x[i * width + j] -= a[i * n + p] * sum;
  }
}

/**
 * a = Q·R by Householder's reflections, of m rows and n columns: in place of `a` lie R and, below it, the reflections, whose
 * scales are returned. Signs are LAPACK's: a column is turned against its sign, or left where nothing lies below.
 */
export function householder(a: Float64Array, m: number, n: number): number[] {
  return Array.from({ length: Math.min(m, n) }, (_, p) => {
    let below = 0;
    for (let i = p + 1; i < m; i++) below = Math.hypot(below, a[i * n + p]);
    if (below === 0) return 0;
    const head = a[p * n + p];
    const length = Math.hypot(head, below) * (head < 0 ? 1 : -1);
    for (let i = p + 1; i < m; i++) a[i * n + p] /= head - length;
    a[p * n + p] = length;
    const scale = (length - head) / length;
    reflect(a, n, p + 1, { a, m, n, p, scale });
    return scale;
  });
}

/** Q of what `householder` left in `a`: m rows, and a column for each of the scales. */
export function orthogonal(a: Float64Array, m: number, n: number, scales: readonly number[]): Float64Array {
  const k = scales.length;
  const q = new Float64Array(m * k);
  for (let p = k - 1; p >= 0; p--) {
    q[p * k + p] = 1;
    reflect(q, k, p, { a, m, n, p, scale: scales[p] });
  }
  return q;
}
