/** TensorFlow.js in the bench: its WASM backend (SIMD, no threads in Node), eager, as it has no other way. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { checksum, type Problem, type Subject, serve, trained, type Values } from "./serve.js";

/** What is used of it, since it need not be installed for types to be checked. */
interface Tensor_ {
  readonly shape: number[];
  add(x: Tensor_ | number): Tensor_;
  sub(x: Tensor_ | number): Tensor_;
  mul(x: Tensor_ | number): Tensor_;
  div(x: Tensor_ | number): Tensor_;
  matMul(x: Tensor_, transposeA?: boolean, transposeB?: boolean): Tensor_;
  mean(axis?: number, keepDims?: boolean): Tensor_;
  reshape(shape: number[]): Tensor_;
  transpose(axes: number[]): Tensor_;
  sum(): Tensor_;
  sqrt(): Tensor_;
  tanh(): Tensor_;
  sigmoid(): Tensor_;
  relu(): Tensor_;
  dataSync(): Float32Array;
  dispose(): void;
}
type Tf = {
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  tensor(values: Float32Array, shape: number[]): Tensor_;
  variable(x: Tensor_): Tensor_;
  oneHot(x: Tensor_, classes: number): Tensor_;
  cast(x: Tensor_, dtype: string): Tensor_;
  softmax(x: Tensor_): Tensor_;
  tidy<T>(f: () => T): T;
  losses: { softmaxCrossEntropy(t: Tensor_, scores: Tensor_): Tensor_ };
  train: { sgd(lr: number): { minimize(f: () => Tensor_, returnCost: true, variables: Tensor_[]): Tensor_ } };
  valueAndGrad(f: (x: Tensor_) => Tensor_): (x: Tensor_) => { value: Tensor_; grad: Tensor_ };
};

// Its .wasm files are asked for by fetch, which reads no files.
const wasmFiles = `${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`;
globalThis.fetch = async (url) =>
  new Response(readFileSync(String(url)), { headers: { "Content-Type": "application/wasm" } });

const names: string[] = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"];
const tf: Tf = await import(names[0]);
const { setWasmPaths }: { setWasmPaths(prefix: string, usePlatformFetch: boolean): void } = await import(names[1]);
setWasmPaths(wasmFiles, true);
await tf.setBackend("wasm");
if (tf.getBackend() !== "wasm") throw new Error(`TensorFlow.js chose its backend ${tf.getBackend()}`);

const read = ({ values, shape }: Values): Tensor_ => tf.tensor(values.slice(), shape);

type Variables = Record<string, Tensor_>;

/** Steps of SGD on a loss of the parameters, which are all arrays but x and t. */
function training(problem: Problem, loss: (p: Variables) => Tensor_): Subject {
  const { x: _x, t: _t, ...rest } = problem.arrays;
  const p = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, tf.variable(read(values))]));
  const optimizer = tf.train.sgd(problem.settings.lr ?? 0);
  const step = () => tf.tidy(() => optimizer.minimize(() => loss(p), true, Object.values(p)).dataSync()[0]);
  const values = () => Object.fromEntries(Object.entries(p).map(([name, value]) => [name, value.dataSync()]));
  return { step, figures: () => trained(problem, step, values) };
}

/** To mean 0 and variance 1 along an axis. */
function normalize(y: Tensor_, axis: number): Tensor_ {
  const centred = y.sub(y.mean(axis, true));
  return centred.div(centred.mul(centred).mean(axis, true).add(1e-5).sqrt());
}

function train(problem: Problem): Subject {
  const { sizes = [], activation, norm } = problem.settings;
  const x = read(problem.arrays.x);
  const t = tf.cast(tf.oneHot(tf.cast(read(problem.arrays.t), "int32"), 10), "float32");
  const last = sizes.length - 2;
  return training(problem, (p) => {
    let y = x;
    for (let i = 0; i < last; i++) {
      y = y.matMul(p[`W${i}`]);
      y = norm ? normalize(y, 0).mul(p[`gamma${i}`]).add(p[`beta${i}`]) : y.add(p[`b${i}`]);
      y = activation === "relu" ? y.relu() : y.sigmoid();
    }
    return tf.losses.softmaxCrossEntropy(t, y.matMul(p[`W${last}`]).add(p[`b${last}`]));
  });
}

function transformer(problem: Problem): Subject {
  const { heads = 1 } = problem.settings;
  const [x, t] = [read(problem.arrays.x), read(problem.arrays.t)];
  const [batch, tokens, width] = x.shape;
  const flat = (y: Tensor_) => y.reshape([batch * tokens, width]); // a product that broadcasts has no gradient
  const split = (y: Tensor_) => y.reshape([batch, tokens, heads, width / heads]).transpose([0, 2, 1, 3]);

  function attend(y: Tensor_, { Wq, Wk, Wv, Wo }: Variables): Tensor_ {
    const [q, k, v] = [Wq, Wk, Wv].map((W) => split(y.matMul(W)));
    const shares = tf.softmax(q.matMul(k, false, true).mul((width / heads) ** -0.5));
    return flat(shares.matMul(v).transpose([0, 2, 1, 3])).matMul(Wo);
  }
  const [rows, targets] = [flat(x), flat(t)];
  return training(problem, (p) => {
    const y = rows.add(attend(normalize(rows, -1).mul(p.gamma0).add(p.beta0), p));
    const z = normalize(y, -1).mul(p.gamma1).add(p.beta1);
    const error = y.add(z.matMul(p.W0).add(p.b0).relu().matMul(p.W1)).add(p.b1).sub(targets);
    return error.mul(error).mean();
  });
}

function matmul({ arrays }: Problem): Subject {
  const [a, b] = [read(arrays.a), read(arrays.b)];
  return {
    step: () => a.matMul(b).dispose(),
    figures: () => checksum("product", a.matMul(b).dataSync()),
  };
}

/** Value and gradient, read. (A `tidy` that returns a typed array looks for tensors in each of its elements.) */
function differentiate(f: (x: Tensor_) => Tensor_, x: Tensor_): () => [value: number, gradient: Float32Array] {
  const both = tf.valueAndGrad(f);
  return () => {
    const { value, grad } = tf.tidy(() => both(x));
    const results: [number, Float32Array] = [value.dataSync()[0], grad.dataSync()];
    value.dispose();
    grad.dispose();
    return results;
  };
}

function chain({ arrays }: Problem): Subject {
  const step = differentiate((x) => x.mul(0.5).add(1).tanh().mul(x.sigmoid()).mul(x).sum(), read(arrays.x));
  return {
    step,
    figures() {
      const [y, g] = step();
      return { value: [y, g.length], ...checksum("gradient", g) };
    },
  };
}

function scalar({ arrays, settings: { repeats = 0 } }: Problem): Subject {
  const step = differentiate((a) => {
    let y = a;
    for (let i = 0; i < repeats; i++) y = y.mul(a).add(a);
    return y;
  }, read(arrays.a));
  return {
    step,
    figures() {
      const [y, [g]] = step();
      return { value: [y, y], gradient: [g, g] };
    },
  };
}

await serve({ train, matmul, chain, scalar, transformer, convnet: "no gradient of its convolution on this backend" });
