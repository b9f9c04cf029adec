/** Attention with several heads, and the block that transformers are stacked of (Vaswani et al. 2017, "Attention is all you need"). */
import { type RandomOptions, zeros } from "../create.js";
import { call, ShapeError, show, ValueError } from "../error.js";
import { scaledDotProductAttention } from "../ops/attention.js";
import { check, share, wholeFrom } from "../range.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { Dropout } from "./dropout.js";
import { glorotUniform, type Initializer } from "./initializers.js";
import { Layer, type Module, run } from "./layer.js";
import { Affine } from "./layers.js";
import { LayerNorm, type NormalizationOptions } from "./normalization.js";

/** Options of `MultiHeadAttention`. */
export type AttentionOptions = RandomOptions & {
  /** The probability with which a share of a query's attention is dropped in training (default 0). */
  dropout?: number;
  /** Whether query i sees keys 0 … i only (default false). */
  causal?: boolean;
  /** Makes the weights (default Glorot's, uniform). */
  init?: Initializer;
};

/**
 * Queries [N, L, width] look for keys [N, S, width] and take a mean of their values [N, S, width], in each of several heads, whose
 * results are joined: [N, L, width] (§3.2). A mask, 1 where a query may see a key and 0 where not, broadcasts to [N, heads, L, S]:
 * [L, S] for all, [N, 1, 1, S] for keys that are padding. As torch.nn.MultiheadAttention with batch_first, whose masks say the opposite.
 */
export class MultiHeadAttention extends Layer {
  readonly Wq: Tensor;
  readonly Wk: Tensor;
  readonly Wv: Tensor;
  readonly Wo: Tensor;
  readonly bq: Tensor;
  readonly bk: Tensor;
  readonly bv: Tensor;
  readonly bo: Tensor;
  readonly dropout: Dropout;
  readonly causal: boolean;

  constructor(
    readonly width: number,
    readonly heads: number,
    { dropout = 0, causal = false, init = glorotUniform, ...options }: AttentionOptions = {},
  ) {
    super();
    check("MultiHeadAttention", { width, heads }, wholeFrom(1));
    check("MultiHeadAttention", { dropout }, share);
    if (width % heads !== 0)
      throw new ValueError(`MultiHeadAttention: width must be a multiple of heads (given ${width} and ${heads})`);
    this.dropout = new Dropout(dropout, options);
    this.causal = causal;
    const weights = (): Tensor => init([width, width], { ...options, requiresGrad: true });
    [this.Wq, this.Wk, this.Wv, this.Wo] = [weights(), weights(), weights(), weights()];
    const bias = (): Tensor => zeros([width], { dtype: this.Wq.dtype, requiresGrad: true });
    [this.bq, this.bk, this.bv, this.bo] = [bias(), bias(), bias(), bias()];
  }

  forward(query: Tensor, key: Tensor = query, value: Tensor = key, mask?: Tensor): Tensor {
    this.check([query, key, value], mask);
    const { width, heads, causal } = this;
    const split = (x: Tensor): Tensor => x.reshape([x.shape[0], x.shape[1], heads, width / heads]).transpose(1, 2);
    const q = split(query.matmul(this.Wq).add(this.bq));
    const k = split(key.matmul(this.Wk).add(this.bk));
    const v = split(value.matmul(this.Wv).add(this.bv));
    const kept = this.dropout.mask([q.shape[0], heads, q.shape[2], k.shape[2]], q.dtype) ?? undefined;
    const y = scaledDotProductAttention(q, k, v, { mask, causal, kept });
    return y.transpose(1, 2).reshape(query.shape).matmul(this.Wo).add(this.bo);
  }

  private check(given: readonly Tensor[], mask: Tensor | undefined): void {
    for (const x of mask ? [...given, mask] : given) checkTensor("MultiHeadAttention", x);
    const [query, key, value] = given;
    const { width, heads } = this;
    const fits = given.every((x) => x.rank === 3 && x.shape[0] === query.shape[0] && x.shape[2] === width);
    if (!fits || key.shape[1] !== value.shape[1])
      throw new ShapeError(
        `${call("MultiHeadAttention", given)}: queries must be [N, L, ${width}], keys and values [N, S, ${width}]; reshape them`,
      );
    const all = [query.shape[0], heads, query.shape[1], key.shape[1]];
    if (mask && (mask.rank > 4 || !mask.shape.every((n, i) => n === 1 || n === all[i - mask.rank + 4])))
      throw new ShapeError(
        `${call("MultiHeadAttention", given)}: the mask must broadcast to [N, heads, L, S], ${show(all)} (given ${show(mask.shape)})`,
      );
  }
}

/** Options of `TransformerBlock`. */
export type TransformerOptions = RandomOptions & {
  /** The width inside the second half (default 4 · width). */
  hidden?: number;
  /** The probability with which values are dropped in training (default 0.1, as there, §5.4). */
  dropout?: number;
  /** Whether token i sees tokens 0 … i only (default false). */
  causal?: boolean;
  /** Whether each half begins with its normalization (default; Xiong et al. 2020), or ends with it, after the addition. */
  preNorm?: boolean;
  /** What is between the two maps of the second half (default ReLU). */
  activation?: Module;
};

/**
 * Attention of tokens x [N, L, width] to one another, then two affine maps of each token, each half added to what it is given
 * (§3.1): y = x + attend(norm x), y + map(norm y); without `preNorm` y = norm(x + attend x), norm(y + map y), as
 * torch.nn.TransformerEncoderLayer does by default. The mask is that of `MultiHeadAttention`.
 */
export class TransformerBlock extends Layer {
  readonly attention: MultiHeadAttention;
  readonly norm1: LayerNorm;
  readonly affine1: Affine;
  readonly affine2: Affine;
  readonly norm2: LayerNorm;
  readonly dropout: Dropout;
  readonly preNorm: boolean;
  readonly activation: Module;

  constructor(width: number, heads: number, given: TransformerOptions = {}) {
    super();
    const { hidden = 4 * width, dropout = 0.1, causal = false, preNorm = true, ...rest } = given;
    const { activation = (x: Tensor) => x.relu(), ...options } = rest;
    check("TransformerBlock", { width, heads, hidden }, wholeFrom(1));
    check("TransformerBlock", { dropout }, share);
    this.attention = new MultiHeadAttention(width, heads, { dropout, causal, ...options });
    const norm = (): LayerNorm => new LayerNorm(width, options as NormalizationOptions);
    this.norm1 = norm();
    this.affine1 = new Affine(width, hidden, options);
    this.affine2 = new Affine(hidden, width, options);
    this.norm2 = norm();
    this.dropout = new Dropout(dropout, options);
    this.preNorm = preNorm;
    this.activation = activation;
  }

  forward(x: Tensor, mask?: Tensor): Tensor {
    const { norm1, norm2, dropout } = this;
    const attend = (y: Tensor): Tensor => dropout.forward(this.attention.forward(y, y, y, mask));
    const map = (y: Tensor): Tensor => {
      const hidden = dropout.forward(run(this.activation, this.affine1.forward(y)));
      return dropout.forward(this.affine2.forward(hidden));
    };
    if (this.preNorm) {
      const y = x.add(attend(norm1.forward(x)));
      return y.add(map(norm2.forward(y)));
    }
    const y = norm1.forward(x.add(attend(x)));
    return norm2.forward(y.add(map(y)));
  }
}
