/** Cross-entropy of class indices, as a kernel of the backend, which its op brings along; rows of probabilities are left to the reference. */
import type { Reduction } from "../../ops/common/losses.js";
import type { Block, FastKernel } from "../backend.js";
import { type Engine, isSingle } from "./engine.js";
import { Kernel } from "./memory.js";
import { softmax, softmaxWork } from "./softmax.js";

export function crossEntropy(engine: Engine): FastKernel<{ reduction: Reduction }> {
  const logarithms = new Kernel(() => softmax({ log: true }));

  /** −log softmax(x) at each row's label, all of them or added up: of what the kernel computes only these leave its memory. */
  function compute(x: Block, t: Block, y: Block, reduction: Reduction): boolean {
    const [rows, classes] = x.shape;
    const { size } = x.storage;
    const labels = t.storage.data;
    if (!engine.memory.begin([x], [size])) return false;
    const from = engine.memory.address(x.storage);
    const to = engine.memory.take(size);
    engine.run(logarithms, rows, [from, to, classes], softmaxWork(size, classes));
    const { floats } = engine.memory;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const loss = 0 - floats[to / 4 + row * classes + labels[row]]; // never −0
      if (reduction === "none") y.storage.data[row] = loss;
      total += loss;
    }
    if (reduction !== "none") y.storage.value = Math.fround(reduction === "sum" ? total : total / rows);
    engine.memory.give(to, size);
    engine.memory.end();
    return true;
  }

  return ([x, t], y, _, { reduction }) =>
    t.shape.length === 1 &&
    isSingle(x) &&
    x.storage.size >= Math.max(1, engine.limits.elements) &&
    engine.safely(() => compute(x, t, y, reduction));
}
