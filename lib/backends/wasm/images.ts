/** Windows of images, as kernels of the backend, which their ops bring along: programs without images need not carry them. */
import type { Windows } from "../../ops/common/windows.js";
import type { FastKernel } from "../backend.js";
import type { Engine } from "./engine.js";
import { Kernel } from "./memory.js";
import { worth } from "./moves.js";
import { argmaxPool, slide } from "./windows.js";

/** What it costs to move a value beside its neighbours, in additions. */
const work = 2;

/** How many windows there are, along height and width. */
const counts = (h: number, w: number, { size, stride, padding, dilation }: Windows): number[] =>
  [h, w].map((n, k) => Math.floor((n + 2 * padding[k] - dilation[k] * (size[k] - 1) - 1) / stride[k]) + 1);

const numbers = ({ size, stride, padding }: Windows): number[] => [...size, ...stride, ...padding];

export function unfold(engine: Engine): FastKernel<Windows> {
  const unfolding = new Kernel(() => slide({ add: false }));
  return ([x], y, _, at) =>
    worth(engine, x, y) &&
    engine.compute([x], y, (to, [from]) => {
      const [n, c, h, w] = x.shape;
      const given = [from, to, h, w, ...counts(h, w, at), ...numbers(at), ...at.dilation];
      engine.run(unfolding, n * c * at.size[0] * at.size[1], given, y.storage.size * work);
    });
}

export function fold(engine: Engine): FastKernel<Windows> {
  const folding = new Kernel(() => slide({ add: true }));
  return ([x], y, _, at) =>
    worth(engine, x, y) &&
    engine.compute([x], y, (to, [from]) => {
      const [n, c, h, w] = y.shape;
      const given = [to, from, h, w, ...counts(h, w, at), ...numbers(at), ...at.dilation];
      engine.run(folding, n * c, given, x.storage.size * work);
    });
}

export function argmaxPool2d(engine: Engine): FastKernel<Windows> {
  const pools = { 1: new Kernel(() => argmaxPool({ stride: 1 })), 2: new Kernel(() => argmaxPool({ stride: 2 })) };
  return ([x], y, _, at) =>
    worth(engine, x, y) &&
    engine.compute([x], y, (to, [from]) => {
      const [n, c, h, w] = x.shape;
      const [, , oh, ow] = y.shape;
      const [stride, padding] = [at.stride[1], at.padding[1]];
      // Whole windows lie inside from one of them on, until another.
      const skipped = Math.ceil(padding / stride);
      const inside = Math.floor((w + padding - at.size[1]) / stride) + 1 - skipped;
      const fours = stride <= 2 ? Math.max(0, Math.min(inside, ow - skipped) - 3) : 0;
      const given = [from, to, h, w, oh, ow, ...numbers(at), skipped, fours];
      engine.run(pools[stride === 2 ? 2 : 1], n * c * oh, given, y.storage.size * at.size[0] * at.size[1] * work);
    });
}
