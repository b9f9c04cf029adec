/** Functions of lists of tensors, which are no methods: nothing here begins with a tensor. */
import { promote } from "../dtype.js";
import { call, kindOf, ShapeError, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { axisOf, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** Where tensor `i` of a list begins along an axis. */
const startOf = (list: readonly { shape: readonly number[] }[], axis: number, i: number): number =>
  list.slice(0, i).reduce((sum, { shape }) => sum + shape[axis], 0);

/** Tensors one after the other along an axis (default the first); their other lengths must be equal. Its rule is slices. */
export const concat: (tensors: readonly Tensor[], axis?: number) => Tensor = /* @__PURE__ */ kernelOp<{ axis: number }>(
  "concat",
  {
    args: (tensors: readonly Tensor[], axis = 0) => {
      if (!Array.isArray(tensors) || tensors.length === 0)
        throw new ValueError(
          `concat: tensors must be given in an array, at least one (given ${Array.isArray(tensors) ? "none" : kindOf(tensors)})`,
        );
      for (const x of tensors) checkTensor("concat", x);
      return [[...tensors], { axis: axisOf("concat", axis, tensors[0].rank) }];
    },
    shape: ({ axis }, inputs) => {
      const [{ shape }] = inputs;
      for (const x of inputs)
        if (x.rank !== shape.length || !shape.every((length, i) => i === axis || length === x.shape[i]))
          throw new ShapeError(`${call("concat", inputs)}: the lengths must be equal on every axis but ${axis}`);
      return shape.map((length, i) => (i === axis ? startOf(inputs, axis, inputs.length) : length));
    },
    run: (inputs, y, _, { axis }) => {
      const to = y.storage.data;
      const count = sizeOf(y.shape.slice(0, axis));
      inputs.forEach(({ storage }, i) => {
        const from = storage.data;
        const width = from.length / count;
        const start = startOf(inputs, axis, i) * sizeOf(y.shape.slice(axis + 1));
        for (let c = 0, o = 0; c < count; c++)
          for (let at = start + (c * to.length) / count, end = at + width; at < end; at++) to[at] = from[o++];
      });
    },
    vjp: (g, _, inputs, { axis }, i) => {
      const start = startOf(inputs, axis, i);
      return g.slice(...Array.from({ length: axis }, () => null), [start, start + inputs[i].shape[axis]]);
    },
    dtype: (inputs) => (inputs.every(({ dtype }) => dtype === "int32") ? "int32" : promote("concat", inputs)),
    samples: [
      {
        shapes: [
          [2, 3],
          [1, 3],
        ],
        call: (...tensors) => [tensors],
      },
      {
        shapes: [
          [2, 1, 2],
          [2, 3, 2],
          [2, 2, 2],
        ],
        call: (...tensors) => [tensors, 1],
      },
      { shapes: [[2], [0], [3]], call: (...tensors) => [tensors, -1] },
      { shapes: [[2, 2]], call: (x) => [[x, x], 1] },
    ],
  },
);
