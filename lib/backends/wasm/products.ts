/** Matrix products: what is packed when, and which parts are computed together. */
import { sizeOf } from "../../shape.js";
import type { Block, FastKernel } from "../backend.js";
import { matrices } from "../gemm.js";
import { Code } from "./assemble.js";
import { type Engine, isSingle } from "./engine.js";
import { Kernel, supported } from "./memory.js";
import { pack, width } from "./pack.js";
import { rows as partRows, product, columns as tileColumns } from "./product.js";
import { combine, dots } from "./vectors.js";

/** Floats of rows that are packed at a time. */
const packed = 2 ** 19;

/** How far apart the matrices of a batch lie, one after the other: 1, 0 for one and the same, or NaN if it differs. */
function stepOf(matrices: readonly number[]): number {
  const step = matrices.length > 1 ? matrices[1] - matrices[0] : 0;
  return step <= 1 && matrices.every((at, i) => at === i * step) ? step : Number.NaN;
}

export function matmul(engine: Engine): FastKernel<{ ta?: boolean; tb?: boolean }> {
  const { multiplications, depth } = engine.limits;
  const fused = supported(new Code().f32x4(0).f32x4(0).f32x4(0).do("f32x4.relaxed_madd", "drop"));
  const multiplying = new Kernel(() => product({ fused }));
  const [combining, dotting] = [new Kernel(combine), new Kernel(dots)];
  const packing = new Kernel(pack);

  /** y[..., rows, n] = a · b over leading axes. */
  function multiply(a: Block, b: Block, y: Block, [rows, n, k]: readonly number[], ta = false, tb = false): boolean {
    const batch = y.shape.slice(0, -2);
    // Many matrices times one are one tall matrix times it.
    const tall = !ta && b.storage.size === k * n && a.storage.size === sizeOf(batch) * rows * k;
    const m = tall ? sizeOf(batch) * rows : rows;
    const [firsts, seconds] = tall ? [[0], [0]] : [matrices(a, batch), matrices(b, batch)];
    if (firsts.length === 1 && (m === 1 || n === 1)) return multiplyVector(a, b, y, [m, n, k], m === 1 ? !tb : ta);
    // As many rows at a time as leave their panels in cache.
    const block = Math.min(m, Math.max(1, Math.floor(packed / k / partRows)) * partRows);
    const panels = [block, n].map((count) => Math.ceil(count / width) * width * k);
    // Those of a batch are computed together, so that threads have something to divide.
    const steps = [stepOf(firsts), stepOf(seconds)];
    const moving = steps.reduce((sum, step, i) => sum + step * panels[i], 4 * k);
    const most =
      block < m || Number.isNaN(moving)
        ? 1
        : Math.max(1, Math.min(firsts.length, Math.floor(engine.limits.panels / moving)));
    const [manyA, manyB] = steps.map((step) => (step === 1 ? most : 1));
    // A tile reads two panels of columns. Several products take room of one of a few sizes, which is used again.
    const needs = [manyA * panels[0], manyB * panels[1] + width * k];
    const sizes = needs.map((floats) => (most > 1 ? 2 ** Math.ceil(Math.log2(floats)) : floats));
    if (!engine.memory.begin([a, b], [...sizes, y.storage.size])) return false;
    const [left, right] = [engine.memory.address(a.storage), engine.memory.address(b.storage)];
    const [heights, widths] = sizes.map((floats) => engine.memory.take(floats));
    const to = engine.memory.take(y.storage.size);
    for (let i = 0; i < firsts.length; i += most) {
      const count = Math.min(most, firsts.length - i);
      if (i === 0 || seconds[i] !== seconds[i - 1]) {
        const matrices = Math.min(manyB, count);
        const given = [right + 4 * seconds[i] * k * n, widths, n, k, tb ? 0 : 1];
        engine.run(packing, matrices * Math.ceil(n / width), given, matrices * n * k);
      }
      for (let row = 0; row < m; row += block) {
        const rows = Math.min(block, m - row);
        if (block < m || i === 0 || firsts[i] !== firsts[i - 1]) {
          const matrices = Math.min(manyA, count);
          const from = left + 4 * (firsts[i] * m * k + row * (ta ? 1 : k));
          const given = [from, heights, ta ? m : rows, k, ta ? 1 : 0];
          engine.run(packing, matrices * Math.ceil(rows / width), given, matrices * rows * k);
        }
        const units = Math.ceil(rows / partRows) * Math.ceil(n / tileColumns);
        const next = [manyA > 1 ? 4 * panels[0] : 0, manyB > 1 ? 4 * panels[1] : 0];
        const given = [heights, widths, to + 4 * (i * m + row) * n, rows, n, k, depth, ...next];
        engine.run(multiplying, count * units, given, count * rows * n * k);
      }
    }
    engine.memory.give(heights, sizes[0]);
    engine.memory.give(widths, sizes[1]);
    engine.finish(y, to);
    return true;
  }

  /** The same where a or b is a vector; `across`, if its numbers weigh the rows of the other. */
  function multiplyVector(a: Block, b: Block, y: Block, [m, n, k]: readonly number[], across: boolean): boolean {
    const [matrix, vector, length] = m === 1 ? [b, a, n] : [a, b, m];
    if (!engine.memory.begin([a, b], [length])) return false;
    const given = [engine.memory.address(matrix.storage), engine.memory.address(vector.storage)];
    const to = engine.memory.take(length);
    if (across) engine.run(combining, Math.ceil(length / 16), [...given, to, length, k], length * k);
    else engine.run(dotting, length, [...given, to, k], length * k);
    engine.finish(y, to);
    return true;
  }

  return ([a, b], y, { m, n, k }, { ta, tb }) =>
    m * n * k >= multiplications &&
    [a, b, y].every(isSingle) &&
    engine.safely(() => multiply(a, b, y, [m, n, k], ta, tb));
}
