/** jax-js in the bench: its WASM device, compiled with `jit` where that is the faster (all but W4's single op and W6's long chain). */
import { checksum, type Problem, type Subject, serve, trained, type Values } from "./serve.js";

/** What is used of it, since it need not be installed for types to be checked. An array is used up by whoever takes it; `ref` keeps it. */
interface Array_ {
  readonly ref: Array_;
  readonly shape: number[];
  add(x: Array_ | number): Array_;
  sub(x: Array_ | number): Array_;
  mul(x: Array_ | number): Array_;
  div(x: Array_ | number): Array_;
  sum(): Array_;
  mean(axis?: number, options?: { keepdims: true }): Array_;
  transpose(axes: number[]): Array_;
  max(axes: number[]): Array_;
  reshape(shape: number[]): Array_;
  astype(dtype: string): Array_;
  dataSync(): Float32Array;
  dispose(): void;
}
type Arrays = Record<string, Array_>;
type Jax = {
  jit<F>(f: F): F;
  tree: { ref(tree: Arrays): Arrays };
  lax: { conv(x: Array_, W: Array_, strides: number[], padding: "VALID"): Array_ };
  valueAndGrad<P, Rest extends Array_[]>(f: (p: P, ...rest: Rest) => Array_): (p: P, ...rest: Rest) => [Array_, P];
  numpy: Record<"matmul", (a: Array_, b: Array_) => Array_> &
    Record<"tanh" | "sqrt", (x: Array_) => Array_> & {
      array(values: Float32Array, options?: { shape: number[] }): Array_;
      int32: string;
    };
  nn: Record<"relu" | "sigmoid" | "softmax" | "logSoftmax", (x: Array_) => Array_> & {
    oneHot(x: Array_, classes: number): Array_;
  };
};

(globalThis as { navigator?: object }).navigator ??= {}; // it asks for one; Node 20 has none
const name: string = "@jax-js/jax";
const { jit, valueAndGrad, tree, lax, numpy: np, nn }: Jax = await import(name);

const read = ({ values, shape }: Values): Array_ => np.array(values.slice(), { shape });

/** A loss of parameters and data; for labels, t is rows with a single 1. */
type Loss = (p: Arrays, x: Array_, t: Array_) => Array_;

function training(problem: Problem, t: Array_, loss: Loss): Subject {
  const { x: inputs, t: _t, ...rest } = problem.arrays;
  const { lr = 0 } = problem.settings;
  const x = read(inputs);
  let p: Arrays = Object.fromEntries(Object.entries(rest).map(([key, values]) => [key, read(values)]));

  const update = jit((p: Arrays, x: Array_, t: Array_): [Array_, Arrays] => {
    const [y, g] = valueAndGrad(loss)(tree.ref(p), x, t);
    return [y, Object.fromEntries(Object.entries(p).map(([key, value]) => [key, value.sub(g[key].mul(lr))]))];
  });
  function step(): number {
    const [y, moved] = update(p, x.ref, t.ref);
    p = moved;
    return y.dataSync()[0];
  }
  const values = () => Object.fromEntries(Object.entries(p).map(([key, value]) => [key, value.ref.dataSync()]));
  return { step, figures: () => trained(problem, step, values) };
}

const rows = ({ arrays }: Problem): Array_ => nn.oneHot(read(arrays.t).astype(np.int32), 10);

const crossEntropy = (scores: Array_, t: Array_): Array_ =>
  nn
    .logSoftmax(scores)
    .mul(t)
    .sum()
    .mul(-1 / scores.shape[0]);

/** To mean 0 and variance 1 along an axis. */
function normalize(y: Array_, axis: number): Array_ {
  const centred = y.ref.sub(y.mean(axis, { keepdims: true }));
  return centred.ref.div(np.sqrt(centred.ref.mul(centred).mean(axis, { keepdims: true }).add(1e-5)));
}

function train(problem: Problem): Subject {
  const { sizes = [], activation, norm } = problem.settings;
  const last = sizes.length - 2;

  return training(problem, rows(problem), (p, x, t) => {
    let y = x;
    for (let i = 0; i < last; i++) {
      y = np.matmul(y, p[`W${i}`]);
      y = norm ? normalize(y, 0).mul(p[`gamma${i}`]).add(p[`beta${i}`]) : y.add(p[`b${i}`]);
      y = activation === "relu" ? nn.relu(y) : nn.sigmoid(y);
    }
    return crossEntropy(np.matmul(y, p[`W${last}`]).add(p[`b${last}`]), t);
  });
}

const convnet = (problem: Problem): Subject =>
  training(problem, rows(problem), (p, x, t) => {
    const y = nn.relu(lax.conv(x, p.W0, [1, 1], "VALID").add(p.b0.reshape([30, 1, 1])));
    const pooled = y.reshape([100, 30, 12, 2, 12, 2]).max([3, 5]).reshape([100, 4320]);
    return crossEntropy(np.matmul(nn.relu(np.matmul(pooled, p.W1).add(p.b1)), p.W2).add(p.b2), t);
  });

function transformer(problem: Problem): Subject {
  const { heads = 1 } = problem.settings;
  const [batch, tokens, width] = problem.arrays.x.shape;
  const split = (y: Array_) => y.reshape([batch, tokens, heads, width / heads]).transpose([0, 2, 1, 3]);

  function attend(y: Array_, { Wq, Wk, Wv, Wo }: Arrays): Array_ {
    const [q, k, v] = [np.matmul(y.ref, Wq), np.matmul(y.ref, Wk), np.matmul(y, Wv)].map(split);
    const shares = nn.softmax(np.matmul(q, k.transpose([0, 1, 3, 2])).mul((width / heads) ** -0.5));
    return np.matmul(np.matmul(shares, v).transpose([0, 2, 1, 3]).reshape([batch, tokens, width]), Wo);
  }
  return training(problem, read(problem.arrays.t), (p, x, t) => {
    const { gamma0, beta0, gamma1, beta1, W0, b0, W1, b1, ...attention } = p;
    const y = x.ref.add(attend(normalize(x, -1).mul(gamma0).add(beta0), attention));
    const z = normalize(y.ref, -1).mul(gamma1).add(beta1);
    const error = y
      .add(np.matmul(nn.relu(np.matmul(z, W0).add(b0)), W1))
      .add(b1)
      .sub(t);
    return error.ref.mul(error).mean();
  });
}

function matmul({ arrays }: Problem): Subject {
  const [a, b] = [read(arrays.a), read(arrays.b)];
  const step = () => np.matmul(a.ref, b.ref).dataSync();
  return { step, figures: () => checksum("product", step()) };
}

function chain({ arrays }: Problem): Subject {
  const x = read(arrays.x);
  const f = (x: Array_) => np.tanh(x.ref.mul(0.5).add(1)).mul(nn.sigmoid(x.ref)).mul(x).sum();
  const compiled = jit((x: Array_) => valueAndGrad(f)(x));
  function step(): [value: number, gradient: Float32Array] {
    const [y, g] = compiled(x.ref);
    return [y.dataSync()[0], g.dataSync()];
  }
  return {
    step,
    figures() {
      const [y, g] = step();
      return { value: [y, g.length], ...checksum("gradient", g) };
    },
  };
}

function scalar({ arrays, settings: { repeats = 0 } }: Problem): Subject {
  const a = read(arrays.a);
  function f(a: Array_): Array_ {
    let y = a.ref;
    for (let i = 0; i < repeats; i++) y = y.mul(a.ref).add(a.ref);
    a.dispose();
    return y;
  }
  function step(): [value: number, gradient: number] {
    const [y, g] = valueAndGrad(f)(a.ref);
    return [y.dataSync()[0], g.dataSync()[0]];
  }
  return {
    step,
    figures() {
      const [y, g] = step();
      return { value: [y, y], gradient: [g, g] };
    },
  };
}

await serve({ train, convnet, matmul, chain, scalar, transformer });
