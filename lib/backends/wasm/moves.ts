/** What only moves values, as kernels of the backend: shapes and steps become the numbers of the loops in movement.ts. */

import { type Shape, sizeOf } from "../../shape.js";
import type { Backend, Block, FastKernel } from "../backend.js";
import { type Engine, isSingle } from "./engine.js";
import { Kernel } from "./memory.js";
import { depth, move, pick, pickRows } from "./movement.js";

/** What it costs to move a value by itself, in additions. */
const work = 6;

/** Steps of x and of y, for each axis, in values; and where each begins. */
type Steps = { lengths: Shape; x: readonly number[]; y: readonly number[]; from?: number; to?: number };

/** Whether it is worth it to compute y of x. */
export const worth = (engine: Engine, x: Block, y: Block): boolean =>
  y.storage.size >= Math.max(1, engine.limits.elements) && x.storage.size > 0 && isSingle(x);

/** The kernels, by the ops' names. */
export function moves(engine: Engine): Backend["kernels"] {
  const [gathering, scattering] = [false, true].map((add) => new Kernel(() => pick({ add })));
  const [selecting, adding] = [false, true].map((add) => new Kernel(() => pickRows({ add })));
  const moving = new Kernel(() => move());

  /** The same where y is a part: it is not worth copying all of a large x that lies elsewhere. */
  const partly = (x: Block, y: Block): boolean =>
    worth(engine, x, y) && (x.storage.home === engine.memory || x.storage.size <= 8 * y.storage.size);

  /** Moves x to y along steps, the least loops that do it; what y has besides is `value`. */
  const along = (operands: readonly Block[], y: Block, plans: readonly Steps[], value?: number): boolean => {
    const found = plans.map(nest);
    return (
      found.every(({ lengths }) => lengths.length <= depth) &&
      engine.compute(operands, y, (to, from) => {
        if (value !== undefined) engine.memory.floats.fill(value, to / 4, to / 4 + y.storage.size);
        found.forEach(({ lengths, x, y: steps, from: start = 0, to: place = 0 }, i) => {
          const [n0, n1, n2, n3] = four(lengths, 1);
          const size = sizeOf(lengths);
          const given = [from[i] + 4 * start, to + 4 * place, n1, n2, n3, ...four(x, 0), ...four(steps, 0)];
          engine.run(
            moving,
            n0 * n1,
            given.map((number, k) => (k < 5 ? number : 4 * number)),
            size * work,
          );
        });
      })
    );
  };

  const permute: FastKernel<{ axes: readonly number[] }> = ([x], y, _, { axes }) => {
    const steps = stepsOf(x.shape);
    return (
      worth(engine, x, y) &&
      along([x], y, [{ lengths: y.shape, x: axes.map((axis) => steps[axis]), y: stepsOf(y.shape) }])
    );
  };

  /** The steps of a part in the whole. */
  const part = (whole: Shape, spans: readonly Span[]) => {
    const steps = stepsOf(whole);
    return {
      steps: spans.map(({ step }, axis) => step * steps[axis]),
      start: spans.reduce((sum, { start }, axis) => sum + start * steps[axis], 0),
    };
  };

  const slice: FastKernel<{ spans: readonly Span[] }> = ([x], y, _, { spans }) => {
    const { steps, start } = part(x.shape, spans);
    return partly(x, y) && along([x], y, [{ lengths: y.shape, x: steps, y: stepsOf(y.shape), from: start }]);
  };

  const pad: FastKernel<{ spans: readonly Span[]; value?: number }> = ([x], y, _, { spans, value = 0 }) => {
    const { steps, start } = part(y.shape, spans);
    return (
      worth(engine, x, y) && along([x], y, [{ lengths: x.shape, x: stepsOf(x.shape), y: steps, to: start }], value)
    );
  };

  const concat: FastKernel<{ axis: number }> = (inputs, y, _, { axis }) => {
    const steps = stepsOf(y.shape);
    let to = 0;
    const plans = inputs.map(({ shape }) => {
      const plan = { lengths: shape, x: stepsOf(shape), y: steps, to };
      to += shape[axis] * steps[axis];
      return plan;
    });
    return isSingle(y) && inputs.every((x) => worth(engine, x, y)) && along(inputs, y, plans);
  };

  /** Runs a kernel on [count, length, width] and the [count, m, width] that an index names. */
  const named =
    (kernel: Kernel, whole: Block, few: Block, axis: number, row: number) =>
    (addresses: readonly number[]): void => {
      const [count, m, width] = [few.shape.slice(0, axis), [few.shape[axis]], few.shape.slice(axis + 1)].map(sizeOf);
      const units = count * (row ? m : 1);
      const [from, index, to, ...base] = addresses;
      engine.run(
        kernel,
        units,
        [from, index, to, whole.shape[axis], m, width, ...base],
        (whole.storage.size + few.storage.size) * work,
      );
    };

  const picking =
    (kernel: Kernel, row: number): FastKernel<{ axis: number }> =>
    ([x, index], y, _, { axis }) =>
      partly(x, y) &&
      engine.compute([x, index], y, (to, [from, places]) => named(kernel, x, y, axis, row)([from, places, to]));

  const spreading =
    (kernel: Kernel): FastKernel<{ axis: number }> =>
    ([x, source, index], y, _, { axis }) => {
      const zeros = x.storage.blank;
      return (
        worth(engine, x, y) &&
        source.storage.size > 0 &&
        [source, y].every(isSingle) &&
        engine.compute(zeros ? [source, index] : [source, index, x], y, (to, [from, places, base = 0]) =>
          named(kernel, y, source, axis, 0)([from, places, to, base]),
        )
      );
    };

  return {
    permute,
    slice,
    place: pad,
    pad,
    concat,
    gather: picking(gathering, 0),
    indexSelect: picking(selecting, 1),
    scatterAdd: spreading(scattering),
    indexAdd: spreading(adding),
  };
}

type Span = { start: number; step: number };

const stepsOf = (shape: Shape): number[] => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

/** The largest divisor that gives a thread little enough to do at a time. */
function piece(length: number): number {
  let size = Math.min(32, length);
  while (length % size !== 0) size--;
  return size;
}

/** The same moves in the least loops: axes that x and y pass in one stride are one, axes of length 1 are none. */
function nest({ lengths, x, y, ...starts }: Steps): Steps {
  const found: [length: number, x: number, y: number][] = [];
  lengths.forEach((length, axis) => {
    const before = found.at(-1);
    if (length === 1) return;
    if (before && before[1] === x[axis] * length && before[2] === y[axis] * length)
      found[found.length - 1] = [before[0] * length, x[axis], y[axis]];
    else found.push([length, x[axis], y[axis]]);
  });
  // Of two loops the outer one is made two, so that there is something to divide.
  if (found.length === 2) {
    const [[length, x, y], inner] = found;
    const rows = piece(length);
    found.splice(0, 2, [length / rows, rows * x, rows * y], [rows, x, y], inner);
  }
  return {
    lengths: found.map(([n]) => n),
    x: found.map(([, step]) => step),
    y: found.map(([, , step]) => step),
    ...starts,
  };
}

/** The numbers of four loops, where there are fewer: `other` for each that is missing, in front. */
const four = (given: readonly number[], other: number): number[] => [
  ...new Array(depth - given.length).fill(other),
  ...given,
];
