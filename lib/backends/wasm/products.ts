/** Matrix products: what is packed when, and which parts are computed together. */
import { sizeOf } from "../../shape.js";
import type { Block, FastKernel } from "../backend.js";
import { matrices } from "../gemm.js";
import { type Engine, isSingle } from "./engine.js";
import { bytesOf, Kernel } from "./memory.js";
import { pack } from "./pack.js";
import { asideBytes, columns, heightOf, product, rowsAtOnce } from "./product.js";
import { fuses } from "./relaxed.js";
import { combine, dots } from "./vectors.js";

/** About so many parts a product of few rows is cut into for threads, */
const wanted = 64;
/** of about so many columns at least, and at most: what is computed of them stays in cache. */
const [least, widest] = [64, 1024];

/** How far apart the matrices of a batch lie, one after the other: 1, 0 for one and the same, or NaN if it differs. */
function stepOf(matrices: readonly number[]): number {
  const step = matrices.length > 1 ? matrices[1] - matrices[0] : 0;
  return step <= 1 && matrices.every((at, i) => at === i * step) ? step : Number.NaN;
}

export function matmul(engine: Engine): FastKernel<{ ta?: boolean; tb?: boolean }> {
  const { multiplications, unpacked } = engine.limits;
  let made: { kernel: Kernel; height: number } | undefined;
  /** The kernel, and the rows of its tiles: found out when it is first needed, since that may set a flag. */
  const multiplying = () => {
    if (made) return made;
    const fused = fuses();
    made = { kernel: new Kernel(() => product({ fused })), height: heightOf(fused) };
    return made;
  };
  const [combining, dotting] = [new Kernel(combine), new Kernel(dots)];
  const packing = new Kernel(() => pack(columns));

  /** y[..., rows, n] = a · b over leading axes. */
  function multiply(a: Block, b: Block, y: Block, [rows, n, k]: readonly number[], ta = false, tb = false): boolean {
    const batch = y.shape.slice(0, -2);
    // Many matrices times one are one tall matrix times it.
    const tall = !ta && b.storage.size === k * n && a.storage.size === sizeOf(batch) * rows * k;
    const m = tall ? sizeOf(batch) * rows : rows;
    const [firsts, seconds] = tall ? [[0], [0]] : [matrices(a, batch), matrices(b, batch)];
    if (firsts.length === 1 && (m === 1 || n === 1)) return multiplyVector(a, b, y, [m, n, k], m === 1 ? !tb : ta);
    // Those of a batch are computed together, so that threads have something to divide.
    const steps = [stepOf(firsts), stepOf(seconds)];
    const packs = tb || m * n > unpacked;
    const each = Math.ceil(n / columns);
    // Sums of sums err least where both have about √k terms; fewer, longer ones take less time, and err little more.
    const pieces = Math.ceil(k / Math.max(engine.limits.depth, 2 * Math.sqrt(k)));
    const depth = Math.ceil(k / pieces);
    const panels = packs ? each * columns * pieces * depth : 0;
    const apart = steps[1] * panels;
    const together = Math.floor(engine.limits.panels / Math.max(1, apart));
    const most = steps.some(Number.isNaN) ? 1 : Math.max(1, Math.min(firsts.length, together));
    // Several products take room of one of a few sizes, which is used again.
    const needs = (steps[1] === 1 ? most : 1) * panels;
    const size = most > 1 ? 2 ** Math.ceil(Math.log2(needs)) : needs;
    const { kernel, height } = multiplying();
    // Parts of few rows are divided along the columns, too.
    const down = Math.ceil(m / height);
    const wide = Math.min(n, widest, Math.max(least, (n * most * down) / wanted));
    const across = Math.ceil(wide / columns) * columns;
    const parts = down * Math.ceil(n / across);
    const room = asideBytes * across + bytesOf(height * rowsAtOnce * depth);
    return engine.compute(
      [a, b],
      y,
      (to, [left, right], [widths, own]) => {
        for (let i = 0; i < firsts.length; i += most) {
          const count = Math.min(most, firsts.length - i);
          const second = right + 4 * seconds[i] * k * n;
          if (packs && (i === 0 || seconds[i] !== seconds[i - 1])) {
            const matrices = steps[1] === 1 ? count : 1;
            const given = [second, widths, n, each, k, tb ? k : n, tb ? 0 : 1, depth, pieces];
            engine.run(packing, matrices * each * pieces, given, matrices * n * k);
          }
          const from = left + 4 * firsts[i] * m * k;
          // Where b's values are, and how many bytes further its next matrix, column, step and row; see `product`.
          const where = packs
            ? [widths, 4 * apart, 4 * depth, 4 * columns * each, 4 * columns]
            : [second, 4 * steps[1] * k * n, 4, 4 * n, 4 * n];
          const given = [from, 4 * steps[0] * m * k, ta ? 1 : 0, ...where, to + 4 * i * m * n, m, n, k, depth];
          engine.run(kernel, count * parts, [...given, down, parts, across, own, room], count * m * n * k);
        }
      },
      [size, (engine.limits.threads * room) / 4],
    );
  }

  /** The same where a or b is a vector; `across`, if its numbers weigh the rows of the other. */
  function multiplyVector(a: Block, b: Block, y: Block, [m, n, k]: readonly number[], across: boolean): boolean {
    const [operands, length] = m === 1 ? [[b, a], n] : [[a, b], m];
    return engine.compute(operands, y, (to, from) => {
      if (across) engine.run(combining, Math.ceil(length / 16), [...from, to, length, k], length * k);
      else engine.run(dotting, length, [...from, to, k], length * k);
    });
  }

  return ([a, b], y, { m, n, k }, { ta, tb }) =>
    m * n * k >= multiplications && [a, b, y].every(isSingle) && multiply(a, b, y, [m, n, k], ta, tb);
}
