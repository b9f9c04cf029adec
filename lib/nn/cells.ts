/** Cells: one step of a recurrent layer, from what comes in and the state before to the state after. */
import { type RandomOptions, zeros } from "../create.js";
import { call, ShapeError } from "../error.js";
import { check, checkWord, wholeFrom } from "../range.js";
import { sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { type Initializer, uniformInit } from "./initializers.js";
import { Layer } from "./layer.js";

/** What a cell remembers: [h], or [h, c] of an LSTM; what it gives is h. */
export type CellState = readonly Tensor[];

/** How a cell begins: weights by default uniform within ±1 / √size, as in PyTorch, biases at 0. */
export type CellOptions = RandomOptions & { init?: Initializer };

/**
 * What cells have in common: W for inputs x [..., inputs] and for the state h [N, size], both of all gates side by side, with a bias
 * each, as in PyTorch. What x gives of many steps is one product: `project` it, then take `step` after `step`.
 */
export abstract class Cell extends Layer {
  /** [inputs, gates · size]. */
  readonly Wx: Tensor;
  /** [size, gates · size]. */
  readonly Wh: Tensor;
  /** Both [gates · size]. */
  readonly bx: Tensor;
  readonly bh: Tensor;

  constructor(
    private readonly cell: string,
    readonly inputs: number,
    readonly size: number,
    gates: number,
    { init = uniformInit(-1 / Math.sqrt(size), 1 / Math.sqrt(size)), ...options }: CellOptions,
  ) {
    super();
    check(cell, { inputs, size }, wholeFrom(1));
    this.Wx = init([inputs, gates * size], { ...options, requiresGrad: true });
    this.Wh = init([size, gates * size], { ...options, requiresGrad: true });
    this.bx = zeros([gates * size], { dtype: this.Wx.dtype, requiresGrad: true });
    this.bh = zeros([gates * size], { dtype: this.Wx.dtype, requiresGrad: true });
  }

  /** What x [..., inputs] gives all gates, with both biases. */
  project(x: Tensor): Tensor {
    return x.matmul(this.Wx).add(this.bx.add(this.bh));
  }

  /** The state after one step, of what `project` gave of its input, and the state before. */
  abstract step(projected: Tensor, state: CellState): Tensor[];

  /** The state at the start, of so many rows: zeros. */
  start(rows: number): Tensor[] {
    return [zeros([rows, this.size], { dtype: this.Wx.dtype })];
  }

  /** h after one step, of x [N, inputs] and the state before (default: that of the start). */
  forward(x: Tensor, ...state: Tensor[]): Tensor {
    checkTensor(this.cell, x);
    if (x.rank !== 2 || x.shape[1] !== this.inputs)
      throw new ShapeError(`${call(this.cell, [x])}: x must be [N, ${this.inputs}]; of many steps unroll a layer`);
    const before = this.start(x.shape[0]);
    if (
      state.length > 0 &&
      (state.length !== before.length || !before.every((h, i) => sameShape(h.shape, state[i].shape)))
    )
      throw new ShapeError(
        `${call(this.cell, [x, ...state])}: after x there must be the state, ${call("", before)}, or nothing`,
      );
    return this.step(this.project(x), state.length > 0 ? state : before)[0];
  }
}

/** h ← tanh(x · Wx + bx + h · Wh + bh) (Elman 1990), or the relu. As torch.nn.RNNCell. */
export class RNNCell extends Cell {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    inputs: number,
    size: number,
    { nonlinearity = "tanh", ...options }: CellOptions & { nonlinearity?: "tanh" | "relu" } = {},
  ) {
    super("RNNCell", inputs, size, 1, options);
    checkWord("RNNCell", { nonlinearity }, ["tanh", "relu"]);
    this.nonlinearity = nonlinearity;
  }

  step(projected: Tensor, [h]: CellState): Tensor[] {
    return [projected.add(h.matmul(this.Wh))[this.nonlinearity]()];
  }
}

/**
 * A long short-term memory (Hochreiter & Schmidhuber 1997, with forget gates, Gers et al. 2000): what is remembered, c, is partly
 * forgotten and partly replaced, and partly shown, as h. Gates lie in PyTorch's order: i, f, g, o.
 */
export class LSTMCell extends Cell {
  constructor(inputs: number, size: number, options: CellOptions = {}) {
    super("LSTMCell", inputs, size, 4, options);
  }

  step(projected: Tensor, [h, c]: CellState): Tensor[] {
    const [i, f, g, o] = projected.add(h.matmul(this.Wh)).split(this.size, -1);
    const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(next.tanh()), next];
  }

  override start(rows: number): Tensor[] {
    return [...super.start(rows), ...super.start(rows)];
  }
}

/** A gated recurrent unit (Cho et al. 2014): z says how much of h stays, r how much of it a new h sees. Gates lie in PyTorch's order: r, z, n. */
export class GRUCell extends Cell {
  constructor(inputs: number, size: number, options: CellOptions = {}) {
    super("GRUCell", inputs, size, 3, options);
  }

  /** Without bh, which r takes back in part. */
  override project(x: Tensor): Tensor {
    return x.matmul(this.Wx).add(this.bx);
  }

  step(projected: Tensor, [h]: CellState): Tensor[] {
    const [xr, xz, xn] = projected.split(this.size, -1);
    const [hr, hz, hn] = h.matmul(this.Wh).add(this.bh).split(this.size, -1);
    const r = xr.add(hr).sigmoid();
    const z = xz.add(hz).sigmoid();
    const n = xn.add(r.mul(hn)).tanh();
    return [n.lerp(h, z)]; // (1 − z) · n + z · h
  }
}
