/** Transformations: of every order, of each other, against closed forms, and free of what other calls record. */
import {
  Generator,
  grad,
  gradient,
  hessian,
  hvp,
  jacobian,
  jvp,
  noGrad,
  normal,
  ones,
  stopGradient,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame, failure } from "./support/close.js";
import { seed, suite } from "./support/suite.js";

const test = suite("transforms");

const float64 = { dtype: "float64" } as const;
const generator = new Generator(seed >>> 0);
const random = (...shape: number[]): Tensor => normal(shape, { ...float64, generator });
const point = (...values: number[]): Tensor => tensor(values, float64);
const close = (a: Tensor, b: Tensor | readonly unknown[]): void =>
  assertClose(a, Array.isArray(b) ? tensor(b as number[], float64) : (b as Tensor), { tolerance: 1e-12 });

test("grad of grad of grad is the derivative of that order", () => {
  const x = tensor(0.5, float64);
  const sine = (x: Tensor) => x.sin();
  const [sin, cos] = [Math.sin(0.5), Math.cos(0.5)];
  let f = sine;
  for (const wanted of [cos, -sin, -cos, sin, cos, -sin]) {
    f = grad(f);
    close(f(x), tensor(wanted, float64));
  }
});

test("valueAndGrad gives both, of one input or of several, without a past", () => {
  const f = (a: Tensor, b: Tensor) => a.mul(b).sum();
  const [a, b] = [random(3), random(3)];
  const [value, slope] = valueAndGrad(f)(a, b);
  assertSame(value, f(a, b));
  assertSame(slope, b);
  const [, [first, second]] = valueAndGrad(f, [0, 1])(a, b);
  assertSame(first, b);
  assertSame(second, a);
  assertSame(grad(f, 1)(a, b), a);
  for (const x of [value, slope, first]) assert.not(x.tracked);
});

test("an inner call is differentiated in its own input only, whatever tensor that is", () => {
  const x = tensor(3, float64);
  // d/dx x · (d/dy (x + y) at y = x) = 1, and not 2: the x inside is not the y (Siskind & Pearlmutter 2005).
  assert.is(grad((x) => x.mul(grad((y) => x.add(y))(x)))(x).item(), 1);
  assert.is(grad((x) => x.mul(grad((y) => x.mul(y))(x)))(x).item(), 6);
  assert.is(jvp((x) => x.mul(jvp((y) => x.add(y), x, ones([], float64))[1]), x, ones([], float64))[1].item(), 1);
});

test("what the function uses without taking it keeps its gradient; inside noGrad nothing does", () => {
  const W = tensor([1, 2], { ...float64, requiresGrad: true });
  const f = (x: Tensor) => x.mul(W).square().sum();
  const slope = grad(f)(tensor(0.5, float64));
  assert.ok(slope.tracked);
  slope.backward();
  assert.equal(W.grad?.toArray(), [2, 4]); // 4 x W
  assert.not(noGrad(() => grad(f)(tensor(0.5, float64))).tracked);
  assert.is(grad((x) => x.mul(stopGradient(x)))(tensor(3, float64)).item(), 3);
});

test("an input that the function does not use has a gradient of zeros", () => {
  const x = random(2, 3);
  assertSame(grad(() => tensor(1, float64))(x), zeros([2, 3], float64));
  assertSame(grad((_, b) => b.sum())(x, x), zeros([2, 3], float64));
  assertSame(jacobian(() => ones([2], float64))(x), zeros([2, 2, 3], float64));
  assertSame(jvp(() => ones([2], float64), x, x)[1], zeros([2], float64));
  assertSame(vjp(() => ones([2], float64), x)[1](ones([2], float64)), zeros([2, 3], float64));
});

/** x · eˣ and a sum over all, so that every element depends on every other. */
const mixed = (x: Tensor): Tensor => x.exp().mul(x.sum()).sin();

test("vjp and jvp are products with the Jacobian and its transpose", () => {
  const x = random(4);
  const J = jacobian(mixed)(x);
  const [g, v] = [random(4), random(4)];
  const [value, pull] = vjp(mixed, x);
  assertSame(value, mixed(x));
  close(
    pull(g),
    J.transpose()
      .matmul(g.reshape([4, 1]))
      .reshape([4]),
  );
  close(pull(g), pull(g)); // as often as one likes
  const [same, tangent] = jvp(mixed, x, v);
  assertSame(same, mixed(x));
  close(tangent, J.matmul(v.reshape([4, 1])).reshape([4]));
});

test("a Jacobian has the value's shape and then the input's, by rows or by columns", () => {
  const x = random(2, 3);
  const tall = (x: Tensor) =>
    x
      .reshape([6, 1])
      .mul(x.reshape([1, 6]))
      .tanh(); // 36 values of 6: by columns
  const wide = (x: Tensor) => x.square().sum(0); // 3 values of 6: by rows
  assert.equal([...jacobian(tall)(x).shape], [6, 6, 2, 3]);
  assert.equal([...jacobian(wide)(x).shape], [3, 2, 3]);
  for (const f of [tall, wide]) {
    const whole = jacobian(f)(x).reshape([-1, 6]);
    const weights = random(...f(x).shape);
    close(weights.reshape([1, -1]).matmul(whole).reshape([2, 3]), vjp(f, x)[1](weights));
  }
  assert.equal([...jacobian((x) => x.sum())(x).shape], [2, 3]);
  assert.equal([...jacobian((x) => x.sum(0))(zeros([0, 2])).shape], [2, 0, 2]);
  assert.equal([...jacobian((_, b) => b.mul(2), 1)(x, random(2)).shape], [2, 2]);
});

/** Rosenbrock's function, 100 (b − a²)² + (1 − a)². */
const rosenbrock = (p: Tensor): Tensor => {
  const [a, b] = [p.slice([0, 1]), p.slice([1, 2])];
  return b.sub(a.square()).square().mul(100).add(a.neg().add(1).square()).sum();
};

test("the Hessian of Rosenbrock's function is that of its closed form", () => {
  for (const [a, b] of [
    [-1.2, 1],
    [1, 1],
    [0.3, -2],
  ]) {
    const p = point(a, b);
    close(grad(rosenbrock)(p), [-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)]);
    const H = [
      [1200 * a * a - 400 * b + 2, -400 * a],
      [-400 * a, 200],
    ];
    close(hessian(rosenbrock)(p), H);
    const v = point(0.5, -2);
    close(hvp(rosenbrock, p, v), [H[0][0] * 0.5 - 2 * H[0][1], H[1][0] * 0.5 - 2 * H[1][1]]);
  }
});

test("the Hessian of a small network is symmetric, and its product with a vector is hvp's, in several inputs too", () => {
  const [x, t] = [random(5, 2), random(5, 1)];
  const loss = (p: Tensor) => {
    const W = p.slice([0, 6]).reshape([2, 3]);
    const v = p.slice([6, 9]).reshape([3, 1]);
    return x.matmul(W).tanh().matmul(v).sub(t).square().mean();
  };
  const p = random(9);
  const H = hessian(loss)(p);
  close(H, H.transpose());
  const v = random(9);
  close(hvp(loss, p, v), H.matmul(v.reshape([9, 1])).reshape([9]));
  close(jvp(grad(loss), p, v)[1], hvp(loss, p, v));
  const split = (W: Tensor, v: Tensor) => x.matmul(W).tanh().matmul(v).sub(t).square().mean();
  const parts = (p: Tensor) => [p.slice([0, 6]).reshape([2, 3]), p.slice([6, 9]).reshape([3, 1])];
  const products = hvp(split, parts(p), parts(v));
  close(products[0].reshape([6]), hvp(loss, p, v).slice([0, 6]));
  close(products[1].reshape([3]), hvp(loss, p, v).slice([6, 9]));
});

test("the Hessian of a network is PyTorch's", () => {
  const x = tensor([[1, -0.5], [0.25, 2], [-1.5, 0.75]], float64); // biome-ignore format: a row each
  const t = tensor([[0.5], [-1], [0.25]], float64);
  const loss = (p: Tensor) => {
    const [W, v] = p.split([4, 2]);
    return x
      .matmul(W.reshape([2, 2]))
      .tanh()
      .matmul(v.reshape([2, 1]))
      .sub(t)
      .square()
      .mean();
  };
  // torch.autograd.functional.hessian of the same, PyTorch 1.13, twelve digits.
  const wanted = [
    [0.545360892192, -0.721117852126, -0.241279529129, 0.358076437691, -1.45250843174, 0.547774041508],
    [-0.721117852126, -0.641351132397, 0.358076437691, 0.0825532958145, 0.0409412847462, -1.50924186104],
    [-0.241279529129, 0.358076437691, 0.371847100298, -0.198898125822, 0.816190475181, -0.308977506242],
    [0.358076437691, 0.0825532958145, -0.198898125822, -1.94625481098, 0.32753027797, 1.54153455114],
    [-1.45250843174, 0.0409412847462, 0.816190475181, 0.32753027797, 0.6296910895, 0.578713509578],
    [0.547774041508, -1.50924186104, -0.308977506242, 1.54153455114, 0.578713509578, 1.09615746084],
  ];
  assertClose(hessian(loss)(point(0.5, -0.25, 1, 0.75, -0.5, 1.25)), tensor(wanted, float64), { tolerance: 1e-11 });
});

test("transformations are functions like any others: of each other, in any order", () => {
  const x = tensor(0.7, float64);
  const one = ones([], float64);
  const f = (x: Tensor) => x.mul(x.exp()).sin();
  const second = grad(grad(f))(x);
  close(jvp(grad(f), x, one)[1], second);
  close(grad((x) => jvp(f, x, one)[1])(x), second);
  close(jvp((x) => jvp(f, x, one)[1], x, one)[1], second);
  close(jacobian(jacobian(f))(x), second);
  close(hessian((x) => vjp(f, x)[0])(x), second);
  close(grad((x) => vjp(f, x)[1](one))(x), second);
  close(grad((x) => hvp(f, x, one))(x), grad(grad(grad(f)))(x));
  close(grad((x) => valueAndGrad(f)(x)[0])(x), grad(f)(x));
  // A tangent may have a past, too.
  const v = random(3);
  close(grad((v) => jvp(mixed, point(1, 2, 3), v)[1].sum())(v), jacobian(mixed)(point(1, 2, 3)).sum(0));
});

test("Newton's method doubles the digits at each step", () => {
  let x = tensor(1, float64);
  const f = (x: Tensor) => x.pow(4).sub(x.square().mul(2)).add(x); // its least is a root of 4x³ − 4x + 1
  const errors: number[] = [];
  const root = 0.8375654352833232;
  for (let step = 0; step < 6; step++) {
    errors.push(Math.abs(x.item() - root));
    x = x.sub(grad(f)(x).div(grad(grad(f))(x)));
  }
  for (let step = 1; errors[step] > 1e-7; step++) assert.ok(errors[step] < 3 * errors[step - 1] ** 2, `${errors}`);
  assert.ok(errors[5] < 1e-15, `${errors}`);
});

test("tapes of float32 and whole numbers as inputs", () => {
  const labels = tensor([1, 0], { dtype: "int32" });
  const f = (x: Tensor, t: Tensor) => x.gather(1, t.reshape([2, 1])).sum();
  const x = normal([2, 2], { generator });
  assert.equal(grad(f)(x, labels).toArray(), [
    [0, 1],
    [1, 0],
  ]);
  assert.is(grad(f)(x, labels).dtype, "float32");
  assert.match(
    failure(() => grad(f, 1)(x, labels)),
    /^grad: input 1 is int32, which has no gradient; convert with \.to\("float32"\)$/,
  );
});

test("what cannot be is said, with the name that was called", () => {
  const x = random(2);
  for (const [call, message] of [
    [
      () => grad((x) => x)(x),
      "grad: the function must give a single number (given [2]); reduce it with sum() or mean(), or take its jacobian",
    ],
    [
      () => valueAndGrad((x) => x)(x),
      "valueAndGrad: the function must give a single number (given [2]); reduce it with sum() or mean(), or take its jacobian",
    ],
    [() => grad((x) => x.sum(), 1)(x), "grad: there is no input 1; of 1 inputs the first is 0 and so on"],
    [
      () => grad((() => 1) as never)(x),
      "grad: what the function gives: a tensor must be given (given number); make one with tensor(values)",
    ],
    [() => grad(x as never)(x), "grad: a function of tensors must be given first (given object)"],
    [() => jvp((x) => x, x, random(3)), "jvp: there must be a direction of the shape of each input, [2] (given [3])"],
    [
      () => jvp((x) => x, [x, x], [x]),
      "jvp: there must be a direction of the shape of each input, [2],[2] (given [2])",
    ],
    [() => vjp((x) => x, x)[1](random(3)), "gradient([2]): the seed must have the shape of the tensor (given [3])"],
    [
      () => hvp((x) => x.sum(), 1 as never, x),
      "hvp: input 1: a tensor must be given (given number); make one with tensor(values)",
    ],
  ] as const)
    assert.is(failure(call), message, `${call}`);
});

test("an error in the function leaves nothing behind: recording is as it was", () => {
  const x = random(2);
  assert.throws(
    () =>
      grad(() => {
        throw new Error("mine");
      })(x),
    /mine/,
  );
  assert.not(x.exp().tracked);
  noGrad(() => {
    assert.throws(
      () =>
        jvp(
          () => {
            throw new Error("mine");
          },
          x,
          x,
        ),
      /mine/,
    );
    const w = tensor([1], { requiresGrad: true });
    assert.not(w.exp().tracked);
  });
  const w = tensor([1], { requiresGrad: true });
  assert.ok(gradient(w.exp().sum(), w));
});

test.run();
