/** Sums, extremes and softmax: axes become rows and columns. */
import { type Shape, sizeOf, summedAxes } from "../../shape.js";
import type { Backend, Block, FastKernel } from "../backend.js";
import { type Engine, isSingle } from "./engine.js";
import { Kernel } from "./memory.js";
import { block, columns, type Fold, folds, rows } from "./reduce.js";
import { softmax, softmaxWork } from "./softmax.js";

/** A fold of rows, and of columns. */
type Folding = { rows: Kernel; columns: Kernel };
type Axes = { axes: readonly number[] };

/** The kernels, by the ops' names. */
export function reductions(engine: Engine): Backend["kernels"] {
  /** Folds the values of x along some axes, one run of neighbouring axes after the other, from the back. */
  function reduce(kernels: Folding, x: Block, axes: readonly number[], y: Block): boolean {
    const groups: { length: number; folded: boolean }[] = [];
    x.shape.forEach((length, axis) => {
      const folded = axes.includes(axis);
      const last = groups.at(-1);
      if (length === 1) return;
      if (last && last.folded === folded) last.length *= length;
      else groups.push({ length, folded });
    });
    if (!groups.some(({ folded }) => folded)) return false;
    if (!engine.memory.begin([x], [x.storage.size, x.storage.size])) return false;
    let from = engine.memory.address(x.storage);
    let taken = 0;
    let [inner, outer] = [1, x.storage.size];
    for (const { length, folded } of groups.reverse()) {
      outer /= length;
      if (!folded) inner *= length;
      for (let n = folded ? length : 1; n > 1; ) {
        const blocks = Math.ceil(n / (inner === 1 ? block.rows : block.columns));
        const to = engine.memory.take(outer * blocks * inner);
        if (inner === 1) engine.run(kernels.rows, outer * blocks, [from, to, n, blocks], outer * n);
        else
          engine.run(
            kernels.columns,
            outer * blocks,
            [from, to, n, inner, blocks],
            inner % 4 === 0 ? outer * n * inner : 0,
          );
        if (taken) engine.memory.give(from, taken);
        [from, taken, n] = [to, outer * blocks * inner, blocks];
      }
    }
    engine.finish(y, from);
    return true;
  }

  const reduction = (fold: Fold): FastKernel<Axes> => {
    const kernels = { rows: new Kernel(() => rows(fold)), columns: new Kernel(() => columns(fold)) };
    return ([x], y, _, { axes }) =>
      x.storage.size >= Math.max(1, engine.limits.elements) &&
      [x, y].every(isSingle) &&
      engine.safely(() => reduce(kernels, x, axes, y));
  };

  const rowwise =
    (kernel: Kernel): FastKernel<Axes> =>
    ([x], y, _, { axes }) => {
      const trailing = axes.every((axis, i) => axis === x.shape.length - axes.length + i);
      const n = sizeOf(axes.map((axis) => x.shape[axis]));
      return (
        trailing &&
        n > 1 &&
        x.storage.size > 0 &&
        isSingle(x) &&
        engine.compute([x], y, (to, [from]) =>
          engine.run(kernel, x.storage.size / n, [from, to, n], softmaxWork(x.storage.size, n)),
        )
      );
    };

  const sum = reduction(folds.sum);
  const sumTo: FastKernel<{ shape: Shape }> = (x, y, dims) =>
    sum(x, y, dims, { axes: summedAxes(x[0].shape, y.shape) });
  return {
    sum,
    sumTo,
    max: reduction(folds.max),
    min: reduction(folds.min),
    softmax: rowwise(new Kernel(() => softmax({ log: false }))),
    logSoftmax: rowwise(new Kernel(() => softmax({ log: true }))),
  };
}
