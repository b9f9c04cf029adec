/** Functions made of functions: gradients, products with Jacobians, Jacobians and Hessians, of any order and of each other. */
import { zeros, zerosLike } from "./create.js";
import { DtypeError, GradError, show } from "./error.js";
import { isRecording, withRecording } from "./op.js";
import { concat } from "./ops/lists.js";
import { sameShape } from "./shape.js";
import { gradient, tape } from "./tape.js";
import { checkTensor, Tensor } from "./tensor.js";

/** A function of tensors that gives one. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;

/** A call of a function on inputs of its own, so that of all that is recorded only this call is differentiated. */
type Call = {
  y: Tensor;
  /** What stands for the inputs: other tensors, of the same values. */
  xs: Tensor[];
  /** Whether something outside depends on the tape, so that results must be recorded too. */
  open: boolean;
};

function traced(caller: string, f: TensorFunction, inputs: readonly Tensor[]): Call {
  if (typeof f !== "function")
    throw new GradError(`${caller}: a function of tensors must be given first (given ${typeof f})`);
  inputs.forEach((x, i) => {
    checkTensor(`${caller}: input ${i + 1}`, x);
  });
  const outside = isRecording();
  return withRecording(true, () => {
    const xs = inputs.map((x) =>
      x.dtype === "int32" ? x : outside && x.tracked ? x.reshape(x.shape) : new Tensor(x.storage, x.shape, true),
    );
    const y = f(...xs);
    checkTensor(`${caller}: what the function gives`, y);
    const open = outside && tape(y).some((x) => x.requiresGrad && !x.origin && !xs.includes(x));
    return { y, xs, open };
  });
}

/** The value for those outside: without a past, if nobody there has a part in it. */
const closed = ({ y, open }: Call): Tensor => (open ? y : y.detach());

/** The gradients of y, recorded or not; zeros where it depends on nothing. */
const pulled = (y: Tensor, xs: readonly Tensor[], seed: Tensor | undefined, createGraph: boolean): Tensor[] =>
  y.tracked ? gradient(y, xs, { seed, createGraph }) : xs.map((x) => zerosLike(x));

/** Which inputs a transformation is with respect to: one by its place, or several. */
export type Places = number | readonly number[];

/** The inputs at the places, and whether one was asked for or a list. */
function chosen(caller: string, xs: readonly Tensor[], wrt: Places): Tensor[] {
  return [wrt].flat().map((place) => {
    const x = xs[place as number];
    if (!x)
      throw new GradError(`${caller}: there is no input ${place}; of ${xs.length} inputs the first is 0 and so on`);
    if (x.dtype === "int32")
      throw new DtypeError(`${caller}: input ${place} is int32, which has no gradient; convert with .to("float32")`);
    return x;
  });
}

const single = <T>(found: readonly T[], wrt: Places): T | T[] => (typeof wrt === "number" ? found[0] : [...found]);

/**
 * The function whose value is `f`'s value and gradient: `valueAndGrad(f)(x, …)` is `[f(x, …), ∂f/∂x]`. `f` gives a single
 * number; `wrt` says which inputs the gradient is of (default the first), as a place or an array of places.
 */
export function valueAndGrad(f: TensorFunction, wrt?: number): (...inputs: Tensor[]) => [value: Tensor, grad: Tensor];
export function valueAndGrad(
  f: TensorFunction,
  wrt: readonly number[],
): (...inputs: Tensor[]) => [value: Tensor, grads: Tensor[]];
export function valueAndGrad(f: TensorFunction, wrt: Places = 0) {
  return (...inputs: Tensor[]): [Tensor, Tensor | Tensor[]] => called("valueAndGrad", f, wrt, inputs);
}

function called(caller: string, f: TensorFunction, wrt: Places, inputs: Tensor[]): [Tensor, Tensor | Tensor[]] {
  const call = traced(caller, f, inputs);
  if (call.y.size !== 1)
    throw new GradError(
      `${caller}: the function must give a single number (given ${show(call.y.shape)}); reduce it with sum() or mean(), or take its jacobian`,
    );
  return [closed(call), single(pulled(call.y, chosen(caller, call.xs, wrt), undefined, call.open), wrt)];
}

/** The function whose value is the gradient of `f`: `grad(f)(x, …)`; see `valueAndGrad`. `grad(grad(f))` is the second derivative. */
export function grad(f: TensorFunction, wrt?: number): (...inputs: Tensor[]) => Tensor;
export function grad(f: TensorFunction, wrt: readonly number[]): (...inputs: Tensor[]) => Tensor[];
export function grad(f: TensorFunction, wrt: Places = 0) {
  return (...inputs: Tensor[]): Tensor | Tensor[] => called("grad", f, wrt, inputs)[1];
}

type Inputs = Tensor | readonly Tensor[];
const listOf = (x: Inputs): readonly Tensor[] => (Array.isArray(x) ? x : [x]) as readonly Tensor[];
const like = <T>(x: Inputs, found: readonly T[]): T | T[] => (x instanceof Tensor ? found[0] : [...found]);

/**
 * The value of `f` at the inputs, and the function that multiplies by the transpose of its Jacobian: from a gradient `g` of
 * the value's shape, the gradient of each input, Jᵀ·g. One input gives one gradient, an array of inputs an array.
 */
export function vjp(f: TensorFunction, inputs: Tensor): [value: Tensor, pull: (g: Tensor) => Tensor];
export function vjp(f: TensorFunction, inputs: readonly Tensor[]): [value: Tensor, pull: (g: Tensor) => Tensor[]];
export function vjp(f: TensorFunction, inputs: Inputs): [Tensor, (g: Tensor) => Tensor | Tensor[]] {
  const call = traced("vjp", f, listOf(inputs));
  const xs = chosen("vjp", call.xs, [...call.xs.keys()]);
  return [closed(call), (g) => like(inputs, pulled(call.y, xs, g, isRecording() && (call.open || g.tracked)))];
}

/** Multiplies by the Jacobian: Jᵀ·u is linear in u, so that its own gradient, for a tangent arriving, is J·tangent. */
function pusher(call: Call, xs: readonly Tensor[]): (tangents: readonly Tensor[]) => Tensor {
  const { y, open } = call;
  const u = zerosLike(y, { requiresGrad: true });
  const transposed = withRecording(true, () => pulled(y, xs, u, true));
  return (tangents) => {
    const lead = tangents.map((_, i) => i).filter((i) => transposed[i].tracked);
    if (lead.length === 0) return zerosLike(y);
    const recorded = isRecording() && (open || tangents.some(({ tracked }) => tracked));
    return withRecording(true, () => {
      const products = lead.map((i) => transposed[i].mul(tangents[i]).sum());
      return pulled(
        products.reduce((a, b) => a.add(b)),
        [u],
        undefined,
        recorded,
      )[0];
    });
  };
}

/** One tensor of the shape of each input. */
function directions(caller: string, inputs: readonly Tensor[], given: Inputs): readonly Tensor[] {
  const along = listOf(given);
  inputs.forEach((x, i) => {
    checkTensor(`${caller}: input ${i + 1}`, x);
  });
  const fits = (x: Tensor, i: number): boolean => along[i] instanceof Tensor && sameShape(along[i].shape, x.shape);
  if (along.length !== inputs.length || !inputs.every(fits))
    throw new GradError(
      `${caller}: there must be a direction of the shape of each input, ${inputs.map(({ shape }) => show(shape))} (given ${along.map((x) => (x instanceof Tensor ? show(x.shape) : typeof x))})`,
    );
  return along;
}

/**
 * The value of `f` at the inputs, and its derivative along tangents, one for each input and of its shape: J·tangent. It
 * comes of the same slopes and rules as the gradient does, applied twice, and costs about three times as much as `f`.
 */
export function jvp(f: TensorFunction, inputs: Inputs, tangents: Inputs): [value: Tensor, tangent: Tensor] {
  const given = listOf(inputs);
  const along = directions("jvp", given, tangents);
  const call = traced("jvp", f, given);
  return [closed(call), pusher(call, chosen("jvp", call.xs, [...call.xs.keys()]))(along)];
}

/**
 * The function whose value is the Jacobian of `f` with respect to one input, of the value's shape followed by the input's:
 * J[…i, …j] = ∂f(x)[…i] / ∂x[…j]. Computed by rows or by columns, whichever are fewer.
 */
export const jacobian =
  (f: TensorFunction, wrt = 0): ((...inputs: Tensor[]) => Tensor) =>
  (...inputs) => {
    const call = traced("jacobian", f, inputs);
    const { y, xs, open } = call;
    const [x] = chosen("jacobian", xs, wrt);
    const shape = [...y.shape, ...x.shape];
    if (!y.tracked || y.size * x.size === 0) return zeros(shape, { dtype: x.dtype });
    const unit = (like: Tensor, at: number): Tensor => zerosLike(like).assign(1, at);
    const push = y.size > x.size ? pusher(call, [x]) : null;
    const lines = push
      ? Array.from({ length: x.size }, (_, j) => push([unit(x, j)]).reshape([y.size, 1]))
      : Array.from({ length: y.size }, (_, i) => pulled(y, [x], unit(y, i), open)[0].reshape([1, x.size]));
    return concat(lines, push ? 1 : 0).reshape(shape);
  };

/** The function whose value is the matrix of second derivatives of `f`, which gives a single number: the input's shape, twice. */
export const hessian = (f: TensorFunction, wrt = 0): ((...inputs: Tensor[]) => Tensor) => jacobian(grad(f, wrt), wrt);

/** The Hessian of `f` at the inputs times `v`, one tensor for each input and of its shape, without the Hessian: of two backward passes. */
export function hvp(f: TensorFunction, inputs: Tensor, v: Tensor): Tensor;
export function hvp(f: TensorFunction, inputs: readonly Tensor[], v: readonly Tensor[]): Tensor[];
export function hvp(f: TensorFunction, inputs: Inputs, v: Inputs): Tensor | Tensor[] {
  const along = directions("hvp", listOf(inputs), v);
  const all = [...along.keys()];
  const slope = (...xs: Tensor[]): Tensor =>
    grad(
      f,
      all,
    )(...xs)
      .map((g, i) => g.mul(along[i]).sum())
      .reduce((a, b) => a.add(b));
  return like(inputs, grad(slope, all)(...listOf(inputs)));
}

/** x without its past: a constant for whatever is differentiated. */
export const stopGradient = (x: Tensor): Tensor => x.detach();
