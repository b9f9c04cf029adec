/** gradtape in the bench: eager, written as its users write. */
import { conv2d, gradient, maxPool2d, SGD, SoftmaxWithLoss, type Tensor, tensor } from "gradtape";
import { checksum, type Problem, type Subject, serve, trained, type Values } from "./serve.js";

const read = ({ values, shape }: Values, requiresGrad = false): Tensor => tensor(values, { shape, requiresGrad });

type Parameters = Record<string, Tensor>;

/** Steps of SGD on a loss of the parameters, which are all arrays but x and t. */
function training(problem: Problem, lossOf: (p: Parameters) => Tensor): Subject {
  const { x: _x, t: _t, ...rest } = problem.arrays;
  const p: Parameters = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, read(values, true)]));
  const optimizer = new SGD(Object.values(p), { lr: problem.settings.lr });
  function step(): number {
    const loss = lossOf(p);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  }
  // Copies: a parameter whose own array was handed out would stay in JavaScript's memory.
  const values = () => Object.fromEntries(Object.entries(p).map(([name, x]) => [name, x.detach().clone().data]));
  return { step, figures: () => trained(problem, step, values) };
}

/** To mean 0 and variance 1 along an axis. */
function normalize(y: Tensor, axis: number): Tensor {
  const centred = y.sub(y.mean(axis, { keepDims: true }));
  return centred.div(centred.mul(centred).mean(axis, { keepDims: true }).add(1e-5).sqrt());
}

function train(problem: Problem): Subject {
  const { sizes = [], activation, norm } = problem.settings;
  const x = read(problem.arrays.x);
  const t = read(problem.arrays.t).to("int32");
  const lastLayer = new SoftmaxWithLoss();
  const last = sizes.length - 2;
  return training(problem, (p) => {
    let y = x;
    for (let i = 0; i < last; i++) {
      y = y.matmul(p[`W${i}`]);
      y = norm ? normalize(y, 0).mul(p[`gamma${i}`]).add(p[`beta${i}`]) : y.add(p[`b${i}`]);
      y = activation === "relu" ? y.relu() : y.sigmoid();
    }
    return lastLayer.forward(y.matmul(p[`W${last}`]).add(p[`b${last}`]), t);
  });
}

function convnet(problem: Problem): Subject {
  const x = read(problem.arrays.x);
  const t = read(problem.arrays.t).to("int32");
  const lastLayer = new SoftmaxWithLoss();
  return training(problem, ({ W0, b0, W1, b1, W2, b2 }) => {
    const y = maxPool2d(conv2d(x, W0, b0).relu(), 2);
    const flat = y.reshape([x.shape[0], -1]);
    return lastLayer.forward(flat.matmul(W1).add(b1).relu().matmul(W2).add(b2), t);
  });
}

function transformer(problem: Problem): Subject {
  const { heads = 1 } = problem.settings;
  const [x, t] = [read(problem.arrays.x), read(problem.arrays.t)];
  const [batch, tokens, width] = x.shape;
  const split = (y: Tensor) => y.reshape([batch, tokens, heads, width / heads]).permute([0, 2, 1, 3]);

  function attend(y: Tensor, { Wq, Wk, Wv, Wo }: Parameters): Tensor {
    const [q, k, v] = [Wq, Wk, Wv].map((W) => split(y.matmul(W)));
    const shares = q
      .matmul(k, { tb: true })
      .mul((width / heads) ** -0.5)
      .softmax();
    return shares.matmul(v).permute([0, 2, 1, 3]).reshape([batch, tokens, width]).matmul(Wo);
  }
  return training(problem, (p) => {
    const y = x.add(attend(normalize(x, -1).mul(p.gamma0).add(p.beta0), p));
    const z = normalize(y, -1).mul(p.gamma1).add(p.beta1);
    const error = y.add(z.matmul(p.W0).add(p.b0).relu().matmul(p.W1)).add(p.b1).sub(t);
    return error.mul(error).mean();
  });
}

function matmul({ arrays }: Problem): Subject {
  const [a, b] = [read(arrays.a), read(arrays.b)];
  return {
    step: () => a.matmul(b),
    figures: () => checksum("product", a.matmul(b).data),
  };
}

function chain({ arrays }: Problem): Subject {
  const x = read(arrays.x, true);
  const value = () => x.mul(0.5).add(1).tanh().mul(x.sigmoid()).mul(x).sum();
  function step(): [value: number, gradient: Tensor] {
    const y = value();
    x.grad = null;
    y.backward();
    return [y.item(), x.grad!];
  }
  return {
    step,
    figures() {
      const [y, g] = step();
      return { value: [y, x.size], ...checksum("gradient", g.data) };
    },
  };
}

function scalar({ arrays, settings: { repeats = 0 } }: Problem): Subject {
  const a = read(arrays.a, true);
  function step(): [value: number, gradient: number] {
    let y: Tensor = a;
    for (let i = 0; i < repeats; i++) y = y.mul(a).add(a);
    const [g] = gradient(y, [a]);
    return [y.item(), g.item()];
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
