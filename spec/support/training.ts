/** What specs train: small models, an optimizer with a state, and states as they come back from a file. */
import {
  Affine,
  type Generator,
  Layer,
  Sequential,
  type StateDict,
  Tanh,
  type Tensor,
  tensor,
  uniform,
} from "gradtape";

/** Half of the values at random, doubled, in training; all of them in use. */
export class Halving extends Layer {
  constructor(private readonly generator: Generator) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.training ? x.mul(uniform(x.shape, { dtype: x.dtype, generator: this.generator }).ge(0.5)).mul(2) : x;
  }
}

/** Two layers with `Halving` between; the weights come from `init`, what is drawn in training from `generator`. */
export const halvingNet = (init: Generator, generator: Generator): Layer =>
  new Sequential(
    new Affine(3, 6, { generator: init }),
    new Tanh(),
    new Halving(generator),
    new Affine(6, 2, { generator: init }),
  );

/** A state as bytes, which is all that a file keeps of it. */
export type Bytes = [name: string, dtype: string, shape: readonly number[], hex: string][];

/** The bytes of a state, in the order of the names. */
export const toBytes = (state: ReadonlyMap<string, Tensor>): Bytes =>
  [...state]
    .map(([name, x]): Bytes[0] => {
      const { buffer, byteOffset, byteLength } = x.data.slice();
      return [name, x.dtype, x.shape, Buffer.from(buffer, byteOffset, byteLength).toString("hex")];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** The state that bytes stand for, of tensors of its own. */
export const fromBytes = (bytes: Bytes): StateDict =>
  new Map(
    bytes.map(([name, dtype, shape, hex]) => {
      const { buffer } = Uint8Array.from(Buffer.from(hex, "hex"));
      const data =
        dtype === "int32"
          ? new Int32Array(buffer)
          : dtype === "float64"
            ? new Float64Array(buffer)
            : new Float32Array(buffer);
      return [name, tensor(data, { shape })];
    }),
  );
