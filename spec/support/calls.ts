/** Larger calls of every op, of sizes that go to WebAssembly and numbers that fill float32; their values, gradients, and how exact these must be. */
import fc from "fast-check";
import {
  backend,
  type Generator,
  GradtapeError,
  gradient,
  type Operation,
  type Shape,
  Tensor,
  tape,
  tensor,
} from "gradtape";
import type { FastKernel, Maker } from "../../lib/backends/backend.js";
import { reference } from "../../lib/backends/reference.js";
import * as images from "../../lib/backends/wasm/images.js";
import { type WasmBackend, wasm } from "../../lib/backends/wasm/index.js";
import { type Case, cases } from "./cases.js";
import { seed } from "./suite.js";

/** A call of an op with float64 inputs that float32 holds exactly. */
export type Call = {
  readonly op: Operation;
  readonly inputs: readonly Tensor[];
  /** Makes the call with these inputs, or with others. */
  call(inputs?: readonly Tensor[]): Tensor;
  /** What arrives at the result: 1 and −1, so that slopes come out as they are. */
  cotangent(y: Tensor): Tensor;
  describe(): string;
};

/** Makes the backend in use one by which everything goes to WebAssembly, however small, in small pieces; gives its way back. */
export function claimEverything(options: Parameters<typeof wasm>[1] = {}): () => void {
  const thresholds = { elements: 1, inner: 0, multiplications: 1, chunk: 48, depth: 8 };
  const made = wasm(reference({ codegen: true }), { ...thresholds, ...options });
  if (!made) throw new Error("there is no WebAssembly here");
  return replaceBackend(made);
}

/** Puts another backend's functions in the place of those in use; gives its way back. */
export function replaceBackend(by: Partial<ReturnType<typeof backend>>): () => void {
  const used = backend();
  const before = { make: undefined, ...used };
  Object.assign(used, by);
  return () => Object.assign(used, before);
}

/** The backend with the kernels that ops would bring along. */
export function complete(made: WasmBackend): WasmBackend {
  for (const [name, maker] of Object.entries(images))
    made.kernels[name] = made.make?.(maker as Maker<never>) as FastKernel<never>;
  return made;
}

/** `count` calls of `op` with about `most` elements at most in each tensor: those of `cases`, with longer axes. */
export function larger(op: Operation, count: number, generator: Generator, most = 600): Call[] {
  return fc.sample(cases(op), { seed, numRuns: count }).map((drawn) => {
    try {
      const call = enlarge(drawn, generator, most);
      call.call();
      return call;
    } catch (error) {
      if (!(error instanceof GradtapeError)) throw error;
      return enlarge(drawn, generator, 0); // attributes that name lengths fit these only
    }
  });
}

function enlarge(drawn: Case, generator: Generator, most: number): Call {
  const { op } = drawn;
  const rank = Math.max(1, ...drawn.inputs.map((x) => x.rank));
  const longest = Math.floor(most ** (1 / rank));
  // Equal lengths stay equal, and 1, which broadcasts, stays 1: so most calls stay valid.
  const lengths = new Map([0, 1].map((length) => [length, length]));
  const shapeOf = (shape: Shape): Shape =>
    shape.map((length) => {
      const found = lengths.get(length) ?? (longest > length ? length + generator.integer(longest - length) : length);
      lengths.set(length, found);
      return found;
    });
  const inputs = drawn.inputs.map((x, i) => {
    const [from, to] = op.domain?.[drawn.places[i]] ?? [-2, 2];
    const kinks = op.kinks?.[drawn.places[i]] ?? [];
    const shape = shapeOf(x.shape);
    const size = shape.reduce((a, b) => a * b, 1);
    const draw = (): number => {
      const x = Math.fround(from + (to - from) * generator.uniform());
      const seldom = generator.uniform() < 0.1;
      if (seldom && kinks.length > 0) return kinks[generator.integer(kinks.length)];
      return Math.min(to, Math.max(from, seldom && op.ties ? Math.round(2 * x) / 2 : x));
    };
    return tensor(Float64Array.from({ length: size }, draw), { shape, requiresGrad: true });
  });
  const signs = Float64Array.from({ length: 997 }, () => (generator.uniform() < 0.5 ? -1 : 1));
  return {
    op,
    inputs,
    call: (given = inputs) => drawn.call(given),
    cotangent: (y) =>
      tensor(
        Float64Array.from({ length: y.size }, (_, i) => signs[i % 997]),
        { shape: y.shape, dtype: y.dtype },
      ),
    describe: () => {
      const short = (_: string, x: unknown) => (x instanceof Tensor ? `[${x.shape}]` : x);
      const rest = drawn.list(inputs).map((x) => (x instanceof Tensor ? `[${x.shape}]` : JSON.stringify(x, short)));
      return `${op.name}(${rest.join(", ")})`;
    },
  };
}

/** Inputs of the same values as leaves of another dtype. */
export const as = (dtype: "float32" | "float64", inputs: readonly Tensor[]): Tensor[] =>
  inputs.map((x) => tensor(x, { dtype, requiresGrad: true }));

/** The values of a call, then its gradients. */
export function results({ call, cotangent }: Call, inputs: readonly Tensor[]): Tensor[] {
  const y = call(inputs);
  return y.tracked ? [y, ...gradient(y, inputs, { seed: cotangent(y) })] : [y];
}

/** Half the distance between 1 and the next float32. */
const u = 2 ** -24;

/**
 * How far float32 results may be from the float64 ones `exact`, element by element: 8u · (1 + |n|) of what is computed
 * element by element, and the sum of that where it is summed over a broadcast; 8u · |A||B| of products; and of other sums
 * both, with 16u where several operations stand one behind the other, and of a value 8u of the largest number in between, as it
 * may be the small difference of large ones.
 */
export function bounds(call: Call, exact: readonly Tensor[]): Float64Array[] {
  const [y] = exact;
  const { composed, word } = call.op;
  const plain = exact.map((x) => Float64Array.from(x.data, (value) => 8 * u * (1 + Math.abs(value))));
  if (word) return exact.length === 1 ? plain : [plain[0], ...spread(call, y)];
  // Of what multiplies and adds, the sum of the sizes of its terms.
  const sizes = call.inputs.map((x) => tensor(x.detach().abs(), { requiresGrad: true }));
  const sums = results({ ...call, cotangent: (of) => call.cotangent(of).abs() }, sizes);
  const sum = sumsProducts(call, y) ? [0, 8] : composed ? [2, 16] : [1, 8];
  const one =
    call.inputs.some(({ size }) => size === 1) &&
    call.inputs.every((x) => x.size === 1 || `${x.shape}` === `${y.shape}`);
  const broadcast = composed && one && y.size > 1 && exact.length > 1 ? spread(call, y) : [];
  const between = composed ? 8 * u * largest(tape(y)) : 0;
  return sums.map((sizes, i) =>
    Float64Array.from(sizes.data, (size, k) => {
      const more = i === 0 ? between : (broadcast[i - 1]?.[k] ?? 0);
      // Of a composition the gradient takes about twice as many steps as the value.
      const steps = i === 0 ? Math.min(1, sum[0]) : sum[0];
      return steps * plain[i][k] + sum[1] * u * Math.abs(size) + more;
    }),
  );
}

/** 8u · (1 + |n|) of each gradient, where an input is broadcast summed as its gradient is. */
function spread(call: Call, y: Tensor): Float64Array[] {
  const wide = call.inputs.map((x) => tensor(x.detach().expandTo(y.shape), { requiresGrad: true }));
  const [, ...slopes] = results(call, wide);
  return slopes.map((g, i) =>
    values(
      g
        .abs()
        .add(1)
        .mul(8 * u)
        .sumTo(call.inputs[i].shape),
    ),
  );
}

/** The largest size of a number in any of the tensors. */
const largest = (tensors: readonly Tensor[]): number =>
  tensors.reduce((most, { data }) => data.reduce((a: number, b) => Math.max(a, Math.abs(b)), most), 0);

const values = (x: Tensor): Float64Array => Float64Array.from(x.data);

/** Whether a result is sums of products and nothing else: a product of matrices is among what it is made of, and twice the first input gives twice the result. */
function sumsProducts({ call, inputs: [first, ...rest] }: Call, y: Tensor): boolean {
  if (!tape(y).some(({ origin }) => origin?.op.signature)) return false;
  const twice = call([first.mul(2), ...rest]);
  return y.data.every((value, i) => Object.is(twice.data[i], 2 * value));
}
