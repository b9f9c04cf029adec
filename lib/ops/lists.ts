/** Functions of lists of tensors, which are no methods: nothing here begins with a tensor. */
import { promote } from "../dtype.js";
import { call, kindOf, ShapeError, ValueError } from "../error.js";
import { kernelOp } from "../kernel.js";
import { composed } from "../op.js";
import { axisOf, sameShape, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** Where tensor `i` of a list begins along an axis. */
const startOf = (list: readonly { shape: readonly number[] }[], axis: number, i: number): number =>
  list.slice(0, i).reduce((sum, { shape }) => sum + shape[axis], 0);

function checkList(op: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors) || tensors.length === 0)
    throw new ValueError(
      `${op}: tensors must be given in an array, at least one (given ${Array.isArray(tensors) ? "none" : kindOf(tensors)})`,
    );
  for (const x of tensors) checkTensor(op, x);
}

/** Tensors one after the other along an axis (default the first); their other lengths must be equal. Its rule is slices. */
export const concat: (tensors: readonly Tensor[], axis?: number) => Tensor = /* @__PURE__ */ kernelOp<{ axis: number }>(
  "concat",
  {
    args: (tensors: readonly Tensor[], axis = 0) => {
      checkList("concat", tensors);
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
    vjp: (g, _, inputs, { axis }, i) => g.narrow(axis, startOf(inputs, axis, i), inputs[i].shape[axis]),
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

/** Tensors of one shape one after the other along a new axis (default the first). `unbind` parts them. */
export const stack: (tensors: readonly Tensor[], axis?: number) => Tensor = /* @__PURE__ */ composed(
  "stack",
  {
    arity: Infinity,
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        call: (...tensors) => [tensors],
      },
      { shapes: [[2], [2], [2]], call: (...tensors) => [tensors, -1] },
      { shapes: [[], []], call: (a, b) => [[a, b, a]] },
    ],
  },
  (tensors: readonly Tensor[], axis = 0) => {
    checkList("stack", tensors);
    if (!tensors.every(({ shape }) => sameShape(shape, tensors[0].shape)))
      throw new ShapeError(`${call("stack", tensors)}: the shapes must be equal`);
    return concat(
      tensors.map((x) => x.unsqueeze(axis)),
      axisOf("stack", axis, tensors[0].rank + 1),
    );
  },
);

/** Tensors side by side: along the second axis, or the first where there is but one. */
export const hstack: (tensors: readonly Tensor[]) => Tensor = /* @__PURE__ */ composed(
  "hstack",
  {
    arity: Infinity,
    samples: [
      {
        shapes: [
          [2, 1],
          [2, 3],
        ],
        call: (...tensors) => [tensors],
      },
      { shapes: [[2], [1]], call: (...tensors) => [tensors] },
      { shapes: [[], []], call: (...tensors) => [tensors] },
    ],
  },
  (tensors: readonly Tensor[]) => {
    checkList("hstack", tensors);
    const rows = tensors.map((x) => (x.rank === 0 ? x.unsqueeze(0) : x));
    return concat(rows, rows[0].rank > 1 ? 1 : 0);
  },
);

/** Tensors one below the other, vectors as rows: along the first of at least two axes. */
export const vstack: (tensors: readonly Tensor[]) => Tensor = /* @__PURE__ */ composed(
  "vstack",
  {
    arity: Infinity,
    samples: [
      { shapes: [[1, 3], [3]], call: (...tensors) => [tensors] },
      { shapes: [[2], [2]], call: (...tensors) => [tensors] },
      {
        shapes: [
          [2, 1, 2],
          [1, 1, 2],
        ],
        call: (...tensors) => [tensors],
      },
    ],
  },
  (tensors: readonly Tensor[]) => {
    checkList("vstack", tensors);
    return concat(tensors.map((x) => (x.rank < 2 ? x.reshape([1, x.size]) : x)));
  },
);

/**
 * The coordinates of a grid: for each tensor of one axis its values repeated along the axes of the others, in the order of the
 * list ("ij"), or with the first two exchanged ("xy", NumPy's default; here it is PyTorch's, "ij").
 */
export function meshgrid(tensors: readonly Tensor[], { indexing = "ij" }: { indexing?: "ij" | "xy" } = {}): Tensor[] {
  checkList("meshgrid", tensors);
  if (indexing !== "ij" && indexing !== "xy")
    throw new ValueError(`meshgrid: indexing must be "ij" or "xy" (given ${JSON.stringify(indexing)})`);
  if (tensors.some(({ rank }) => rank > 1))
    throw new ShapeError(`${call("meshgrid", tensors)}: the tensors must have one axis`);
  const axes = tensors.map((_, i) => (indexing === "xy" && tensors.length > 1 && i < 2 ? 1 - i : i));
  const shape = axes.map((i) => tensors[i].size);
  return tensors.map((x, i) => x.reshape(shape.map((_, axis) => (axes[axis] === i ? x.size : 1))).expandTo(shape));
}
