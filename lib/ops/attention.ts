/** Parts of networks that look up and mix rows: affine maps, embeddings, gates, attention. */
import { arange, tensor } from "../create.js";
import { call, DtypeError, ShapeError, ValueError } from "../error.js";
import { composed } from "../op.js";
import { axisOf, sameShape, sizeOf } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";

/** x · Wᵀ + b, of x [..., in] and W [out, in]: PyTorch's linear. The book's Affine has W [in, out], and is `x.matmul(W).add(b)`. */
export const linear: (x: Tensor, W: Tensor, b?: Tensor | null) => Tensor = /* @__PURE__ */ composed(
  "linear",
  {
    arity: 3,
    samples: [
      { shapes: [[2, 3], [2, 3], [2]] },
      {
        shapes: [
          [2, 2, 2],
          [3, 2],
        ],
      },
      { shapes: [[3], [2, 3], [2]] },
    ],
  },
  (x: Tensor, W: Tensor, b?: Tensor | null) => {
    const given = b ? [x, W, b] : [x, W];
    for (const operand of given) checkTensor("linear", operand);
    const length = x.shape.at(-1);
    if (W.rank !== 2 || W.shape[1] !== length || (b && !sameShape(b.shape, [W.shape[0]])))
      throw new ShapeError(`${call("linear", given)}: x must be [..., in], W [out, in], and b [out]`);
    const front = x.shape.slice(0, -1);
    const y = x
      .reshape([sizeOf(front), length])
      .matmul(W, { tb: true })
      .reshape([...front, W.shape[0]]);
    return b ? y.add(b) : y;
  },
);

/** The rows of W [count, width] that int32 indices of any shape name: [..., width]. PyTorch's embedding. */
export const embedding: (indices: Tensor, W: Tensor) => Tensor = /* @__PURE__ */ composed(
  "embedding",
  {
    samples: [
      {
        shapes: [[3, 2]],
        call: (W) => [
          tensor(
            [
              [2, 0],
              [2, 1],
            ],
            { dtype: "int32" },
          ),
          W,
        ],
      },
      { shapes: [[2, 3]], call: (W) => [tensor(1, { dtype: "int32" }), W] },
    ],
  },
  (indices: Tensor, W: Tensor) => {
    checkTensor("embedding", indices);
    checkTensor("embedding", W);
    if (indices.dtype !== "int32")
      throw new DtypeError(`embedding: indices must be int32 (given ${indices.dtype}); convert with .to("int32")`);
    if (W.rank !== 2) throw new ShapeError(`${call("embedding", [indices, W])}: W must be [count, width]`);
    return W.indexSelect(0, indices.reshape([indices.size])).reshape([...indices.shape, W.shape[1]]);
  },
);

/** The first half along an axis (default the last) times the sigmoid of the second (Dauphin et al. 2017, "Gated convolutional networks"). */
export const glu: (x: Tensor, axis?: number) => Tensor = /* @__PURE__ */ composed(
  "glu",
  { samples: [{ shapes: [[2, 4]] }, { shapes: [[4, 1, 2]], args: [0] }, { shapes: [[2]] }] },
  (x: Tensor, given = -1) => {
    checkTensor("glu", x);
    const axis = axisOf("glu", given, x.rank);
    const half = x.shape[axis] / 2;
    if (!Number.isInteger(half))
      throw new ShapeError(`${call("glu", [x])}: axis ${axis} must have an even length (it has ${x.shape[axis]})`);
    return x.narrow(axis, 0, half).mul(x.narrow(axis, half, half).sigmoid());
  },
);

type Attention = {
  /** 1 where a query may see a key, 0 where not: broadcasts to [..., L, S]. */
  mask?: Tensor;
  /** Added to the scores: broadcasts to [..., L, S]. */
  bias?: Tensor;
  /** Whether query i sees keys 0 … i only. */
  causal?: boolean;
  /** What scores are multiplied with, 1 / √E by default. */
  scale?: number;
  /** What the shares of the values are multiplied with, as the mask of a dropout: broadcasts to [..., L, S]. */
  kept?: Tensor;
};

/** So low that e to it is 0 beside any other score, and yet a number. */
const lowest = -3e38;

/**
 * softmax(scale · q kᵀ + bias) v, of queries [..., L, E], keys [..., S, E] and values [..., S, D]: [..., L, D]. PyTorch's, whose
 * masks that are added are `bias` here. A query that sees no key gives 0, with slopes 0 (as from PyTorch 2.5 on; NaN before).
 */
export const scaledDotProductAttention: (q: Tensor, k: Tensor, v: Tensor, options?: Attention) => Tensor =
  /* @__PURE__ */ composed(
    "scaledDotProductAttention",
    {
      arity: 3,
      samples: [
        {
          shapes: [
            [2, 3],
            [3, 3],
            [3, 2],
          ],
        },
        {
          shapes: [
            [3, 2],
            [3, 2],
            [3, 2],
          ],
          args: [{ causal: true, scale: 0.5 }],
        },
        {
          shapes: [
            [2, 2],
            [2, 2],
            [2, 1],
          ],
          call: (q, k, v) => [
            q,
            k,
            v,
            {
              mask: tensor([
                [1, 1],
                [0, 0],
              ]),
              kept: tensor([2, 0]),
            },
          ],
        },
        {
          shapes: [
            [2, 2, 2],
            [3, 2],
            [2, 3, 1],
            [2, 3],
          ],
          call: (q, k, v, bias) => [q, k, v, { bias, mask: tensor([1, 1, 0], { dtype: "int32" }), causal: true }],
        },
      ],
    },
    (q: Tensor, k: Tensor, v: Tensor, { mask, bias, causal = false, scale, kept }: Attention = {}) => {
      const given = [q, k, v];
      for (const x of given) checkTensor("attention", x);
      if (given.some((x) => x.rank < 2))
        throw new ShapeError(`${call("attention", given)}: all must have at least 2 axes, [..., rows, columns]`);
      const [rows, width, keys] = [q.shape[q.rank - 2], q.shape[q.rank - 1], k.shape[k.rank - 2]];
      if (width !== k.shape[k.rank - 1] || keys !== v.shape[v.rank - 2])
        throw new ShapeError(
          `${call("attention", given)}: queries [..., L, E], keys [..., S, E] and values [..., S, D] must agree in E and S`,
        );
      if (scale !== undefined && !Number.isFinite(scale))
        throw new ValueError(`attention: scale must be a finite number (given ${scale})`);
      const products = q.mul(scale ?? 1 / Math.sqrt(width)).matmul(k, { tb: true });
      const scores = bias ? products.add(bias) : products;
      const order = causal
        ? arange(rows, undefined, 1, { dtype: q.dtype })
            .reshape([rows, 1])
            .ge(arange(keys, undefined, 1, { dtype: q.dtype }))
        : undefined;
      const own = mask?.ne(0).to(q.dtype);
      const seen = own && order ? own.mul(order) : (own ?? order);
      const shares = seen ? seen.where(scores, lowest).softmax().mul(seen) : scores.softmax();
      return (kept ? shares.mul(kept) : shares).matmul(v);
    },
  );
