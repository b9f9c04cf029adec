/** Recurrent layers: cells that run along time, one layer over another, and backwards too, if asked for. */
import { call, ShapeError, show } from "../error.js";
import { concat, stack } from "../ops/lists.js";
import { check, share, wholeFrom } from "../range.js";
import { sameShape } from "../shape.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { type Cell, type CellOptions, type CellState, GRUCell, LSTMCell, RNNCell } from "./cells.js";
import { Dropout } from "./dropout.js";
import { Layer } from "./layer.js";

/** Options of `RNN`, `LSTM` and `GRU`. */
export type RecurrentOptions = CellOptions & {
  /** How many lie one over another (default 1). */
  layers?: number;
  /** Whether others run from the end to the start, whose outputs follow on the last axis (default false). */
  bidirectional?: boolean;
  /** Whether sequences and outputs are [N, T, ...] in place of [T, N, ...] (default false); states never are. */
  batchFirst?: boolean;
  /** The probability with which values between layers are dropped in training (default 0). */
  dropout?: number;
};

/** What a recurrent layer gives: h of the last layer at every time, and the state after the last one. */
export type Unrolled = { outputs: Tensor; state: Tensor[] };

/** What recurrent layers have in common. */
abstract class Recurrent extends Layer {
  /** By layer, and in it forwards, then backwards. */
  readonly cells: readonly (readonly Cell[])[];
  readonly batchFirst: boolean;
  readonly dropout: Dropout;

  constructor(
    private readonly layer: string,
    readonly inputs: number,
    readonly size: number,
    { layers = 1, bidirectional = false, batchFirst = false, dropout = 0, ...options }: RecurrentOptions,
    make: (inputs: number, options: CellOptions) => Cell,
  ) {
    super();
    check(layer, { inputs, size, layers }, wholeFrom(1));
    check(layer, { dropout }, share);
    this.dropout = new Dropout(dropout, options);
    const directions = bidirectional ? 2 : 1;
    this.cells = Array.from({ length: layers }, (_, i) =>
      Array.from({ length: directions }, () => make(i === 0 ? inputs : directions * size, options)),
    );
    this.batchFirst = batchFirst;
  }

  /** The outputs for x alone, [T, N, directions · size]: h of the last layer at every time. */
  forward(x: Tensor, ...state: Tensor[]): Tensor {
    return this.unroll(x, state.length > 0 ? state : undefined).outputs;
  }

  /**
   * The outputs for x [T, N, inputs], and the state after the last time, [h] or [h, c], each [layers · directions, N, size], from
   * which another call can go on. Without a state it starts at zeros.
   */
  unroll(x: Tensor, state?: CellState): Unrolled {
    this.check(x, state);
    const rows = x.shape[this.batchFirst ? 0 : 1];
    let steps = this.batchFirst ? x.transpose(0, 1) : x;
    const last: Tensor[][] = [];
    this.cells.forEach((directions, i) => {
      const given = i === 0 ? steps : this.dropout.forward(steps);
      const outputs = directions.map((cell, backwards) => {
        const projected = cell.project(given); // of all times at once
        const found: Tensor[] = [];
        let now = state?.map((part) => part.select(0, last.length)) ?? cell.start(rows);
        for (let k = 0; k < given.shape[0]; k++) {
          const time = backwards ? given.shape[0] - 1 - k : k;
          now = cell.step(projected.select(0, time), now);
          found[time] = now[0];
        }
        last.push(now);
        return stack(found);
      });
      steps = outputs.length > 1 ? concat(outputs, -1) : outputs[0];
    });
    return {
      outputs: this.batchFirst ? steps.transpose(0, 1) : steps,
      state: last[0].map((_, part) => stack(last.map((each) => each[part]))),
    };
  }

  private check(x: Tensor, state: CellState | undefined): void {
    checkTensor(this.layer, x);
    const times = x.shape[this.batchFirst ? 1 : 0];
    if (x.rank !== 3 || x.shape[2] !== this.inputs || times === 0)
      throw new ShapeError(
        `${call(this.layer, [x])}: x must be [${this.batchFirst ? "N, T" : "T, N"}, ${this.inputs}], T at least 1${this.batchFirst ? "" : "; { batchFirst: true } takes [N, T, ...]"}`,
      );
    if (!state) return;
    const [[first]] = this.cells;
    const parts = first.start(0).length;
    const wanted = [this.cells.flat().length, x.shape[this.batchFirst ? 0 : 1], this.size];
    for (const part of state) checkTensor(`${this.layer}: the state`, part);
    if (state.length !== parts || !state.every(({ shape }) => sameShape(shape, wanted)))
      throw new ShapeError(
        `${call(this.layer, [x, ...state])}: the state must be ${parts === 1 ? "one tensor" : "two tensors"} of shape ${show(wanted)}, as unroll() gives it`,
      );
  }
}

/** `RNNCell`s along time. As torch.nn.RNN. */
export class RNN extends Recurrent {
  constructor(inputs: number, size: number, given: RecurrentOptions & { nonlinearity?: "tanh" | "relu" } = {}) {
    const { nonlinearity, ...options } = given;
    super("RNN", inputs, size, options, (n, how) => new RNNCell(n, size, { ...how, nonlinearity }));
  }
}

/** `LSTMCell`s along time. As torch.nn.LSTM; the state is [h, c]. */
export class LSTM extends Recurrent {
  constructor(inputs: number, size: number, options: RecurrentOptions = {}) {
    super("LSTM", inputs, size, options, (n, how) => new LSTMCell(n, size, how));
  }
}

/** `GRUCell`s along time. As torch.nn.GRU. */
export class GRU extends Recurrent {
  constructor(inputs: number, size: number, options: RecurrentOptions = {}) {
    super("GRU", inputs, size, options, (n, how) => new GRUCell(n, size, how));
  }
}
