/** The tape: what a tensor was computed from, in order; and backward along it, the chain rule applied op by op. */
import { onesLike, zerosLike } from "./create.js";
import { call, DtypeError, GradError, show } from "./error.js";
import { hooked } from "./hooks.js";
import { isRecording, type Operation, observer, withRecording, withSaved } from "./op.js";
import { remember } from "./recipe.js";
import { broadcast, sameShape } from "./shape.js";
import { type Storage, withTemporaries } from "./storage.js";
import { type BackwardOptions, checkTensor, type Operand, Tensor } from "./tensor.js";

/** Everything `y` was computed from, itself last, each once, in the order it was made. */
export function tape(y: Tensor): Tensor[] {
  const found = new Set([y]);
  for (const x of found) for (const input of x.origin?.inputs ?? []) if (input instanceof Tensor) found.add(input); // a Set may grow while it is walked
  return [...found].sort((a, b) => a.time - b.time);
}

/** Runs `f` without recording; what it computes has no past. */
export function noGrad<T>(f: () => T): T {
  const result = withRecording(false, f);
  if (result instanceof Promise) {
    result.catch(() => {}); // what it may reject with matters less than this
    throw new GradError(
      "noGrad(async function): recording is off only until the first await; make the function synchronous, or call noGrad inside it",
    );
  }
  return result;
}

/** What is done to every gradient on its way, for all ops; apart, so that specs can spoil it and see their checks fail. */
export const driver = {
  /**
   * A gradient in the shape and dtype of the input it belongs to: summed where the input was broadcast. One that is the
   * same along some axes, as that of a sum, may be smaller, and stays so.
   */
  fit(g: Tensor, input: Tensor, name: string): Tensor {
    if (sameShape(g.shape, input.shape) && g.dtype === input.dtype) return g;
    const shape = broadcast(name, [g, input]);
    const larger = sameShape(shape, g.shape);
    if (!larger && !sameShape(shape, input.shape))
      throw new GradError(
        `backward through ${call(name, [input])}: its rule gave a gradient of shape ${show(g.shape)}; it must have the shape of the input, or broadcast to it, or the input to it`,
      );
    const own = larger && !sameShape(g.shape, input.shape) ? g.sumTo(input.shape) : g;
    return own.dtype === input.dtype ? own : own.to(input.dtype);
  },
  /** Two gradients that reach the same tensor. */
  accumulate: (a: Tensor, b: Tensor): Tensor => a.add(b),
  /** Whether an op's rule adds to the gradient `before` that reached its input, in the same pass. */
  adds: (before: Tensor, y: Tensor, { elementwise }: Operation): boolean =>
    elementwise === true && !isRecording() && sameShape(before.shape, y.shape) && before.dtype === y.dtype,
};

/** Whether a part is rather added in place, which JavaScript does: what lies in a backend's memory is left there for small ones only. */
const worth = (part: Tensor, { storage, size }: Tensor): boolean => storage.home === null || 16 * part.size <= size;

/** A gradient in the shape of what it belongs to. */
const expanded = (g: Tensor, x: Tensor): Tensor => (sameShape(g.shape, x.shape) ? g : g.expandTo(x.shape));

/** The gradients that reach the tensors of the tape which lead to one that is `wanted`. */
function propagate(
  caller: string,
  y: Tensor,
  seed: Tensor | undefined,
  wanted: (x: Tensor) => boolean,
  steps = tape(y),
): Map<Tensor, Tensor> {
  if (!seed && y.size !== 1)
    throw new GradError(
      `${caller}(${show(y.shape)}): only a single number has a gradient by itself; reduce it with sum() or mean(), or give { seed } of this shape`,
    );
  if (seed !== undefined) checkTensor(`${caller}: the seed`, seed);
  if (seed?.dtype === "int32")
    throw new DtypeError(
      `${caller}: the seed must be float32 or float64 (given int32); convert with .to("${y.dtype}")`,
    );
  if (seed && !sameShape(seed.shape, y.shape))
    throw new GradError(
      `${caller}(${show(y.shape)}): the seed must have the shape of the tensor (given ${show(seed.shape)})`,
    );
  const needed = new Set<Operand>();
  for (const x of steps) {
    if (x.origin?.released)
      throw new GradError(
        `backward through ${x.origin.name}: this tape was released by an earlier backward(); compute the loss again, or give that call { retainGraph: true }`,
      );
    if (wanted(x) || x.origin?.inputs.some((input, i) => needed.has(input) && x.origin?.op.differentiable[i]))
      needed.add(x);
  }
  const gradients = new Map<Tensor, Tensor>([[y, seed ? driver.fit(seed, y, caller) : onesLike(y)]]);
  /** Takes back what only this function knew of: no seed, which may be a gradient of another pass, around this one. */
  const drop = ({ storage }: Tensor): void => {
    if (!storage.owned || !storage.home || storage === seed?.storage) return;
    for (const other of gradients.values()) if (other.storage === storage) return;
    storage.discard();
  };
  /** Whether an op takes a part: only then it matters which gradients may be added to in place. */
  const parts = steps.some(({ origin }) => origin?.op.pullInto);
  /** Gradients that were made here and that nobody else holds: many small parts are added in place, so that none costs the whole. */
  const sums = new Set<Tensor>();
  for (let k = steps.length - 1; k >= 0; k--) {
    const x = steps[k];
    const arrived = gradients.get(x);
    if (!arrived) continue;
    sums.delete(arrived); // from here on it may be another's gradient as well: a slope of 1 hands it on
    const g = hooked(x, arrived, expanded);
    if (g !== arrived) gradients.set(x, g);
    const { origin } = x;
    if (!origin) continue;
    const { op, inputs } = origin;
    let whole: Tensor | undefined;
    withSaved({ y: x, origin }, () => {
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i];
        if (typeof input === "number" || !op.differentiable[i] || !needed.has(input)) continue;
        const before = gradients.get(input);
        const onto = before && driver.adds(before, x, op) ? before : undefined;
        // Element by element a gradient may broadcast, as long as what it belongs to does not.
        const small = op.elementwise && sameShape(input.shape, x.shape);
        if (!small) whole ??= expanded(g, x);
        if (op.pullInto && before && sums.has(before) && worth(x, before) && !isRecording() && !observer) {
          op.pullInto(whole as Tensor, before, origin);
          continue;
        }
        const pulled = op.pull(i, small ? g : (whole as Tensor), x, origin, onto);
        if (!(pulled instanceof Tensor)) checkTensor(`backward through ${origin.name}: what its rule gives`, pulled);
        observer?.pulled(pulled, i, g, x, origin);
        const own = driver.fit(pulled, input, origin.name);
        const sum = before && !onto ? driver.accumulate(before, own) : own;
        gradients.set(input, sum);
        if (parts && (before || op.pullInto) && sameShape(sum.shape, input.shape)) sums.add(sum);
        if (!before) continue;
        sums.delete(before);
        drop(before);
      }
    });
    if (wanted(x)) continue;
    gradients.delete(x);
    drop(g);
    if (whole) drop(whole);
  }
  for (const [x, g] of gradients) if (wanted(x)) gradients.set(x, expanded(g, x));
  return gradients;
}

/** Throws a GradError on a tensor that no tape leads to. */
export const checkRecorded = (caller: string, y: Tensor): void => {
  if (!y.tracked)
    throw new GradError(
      `${caller}(${show(y.shape)}): nothing was recorded for this tensor; something it is computed from must have requiresGrad: true, ` +
        "and no noGrad(), detach() or argmax may lie between",
    );
};

/** Two tensors may have the same gradient (of a + b), or the seed itself: each gets values of its own, as someone may assign them. */
function ownership(seed: Tensor | undefined): (g: Tensor) => Tensor {
  const taken = new Set<Storage>(seed && [seed.storage]);
  return (g) => {
    const own = taken.has(g.storage) && !g.tracked ? g.clone() : g;
    taken.add(own.storage);
    return own;
  };
}

/** What `x.backward()` does; see Tensor. */
export function backward(y: Tensor, options: BackwardOptions = {}): void {
  if ((options as unknown) instanceof Tensor)
    throw new GradError("backward: the arriving gradient is an option: backward({ seed: g })");
  const { seed, retainGraph = false } = options;
  checkRecorded("backward", y);
  const steps = tape(y);
  withRecording(false, () =>
    withTemporaries(
      () => {
        const own = ownership(seed);
        const gradients = propagate("backward", y, seed, (x) => x.requiresGrad, steps);
        return [...gradients]
          .filter(([x]) => x.requiresGrad)
          .map(([x, g]) => ({ x, g: x.slope ? x.slope.add(g) : own(g) }));
      },
      (found) => found.map(({ g }) => g.storage),
    ),
  ).forEach(({ x, g }) => {
    x.grad = g;
  });
  if (!retainGraph)
    for (const x of steps) {
      if (!x.origin) continue;
      remember(x, x.origin);
      x.origin.release();
    }
}

/** Options of `gradient()`. */
export type GradientOptions = {
  /** The gradient arriving at y, of its shape; a single number needs none (1). */
  seed?: Tensor;
  /** Record the computation of the gradients, so that they have gradients themselves. */
  createGraph?: boolean;
};

/**
 * The gradients of `y` with respect to `xs`, one for each, of its shape; zeros where y does not depend on it. Leaves
 * `.grad` alone and keeps the tape. With `createGraph` the gradients are recorded and can be differentiated again.
 */
export function gradient(y: Tensor, xs: readonly Tensor[], options?: GradientOptions): Tensor[];
export function gradient(y: Tensor, xs: Tensor, options?: GradientOptions): Tensor;
export function gradient(y: Tensor, xs: Tensor | readonly Tensor[], options?: GradientOptions): Tensor | Tensor[];
export function gradient(y: Tensor, xs: Tensor | readonly Tensor[], options: GradientOptions = {}) {
  checkRecorded("gradient", y);
  const asked = xs instanceof Tensor ? [xs] : xs;
  if (!Array.isArray(asked))
    throw new GradError("gradient: with respect to what must be said: gradient(y, x) or gradient(y, [a, b])");
  for (const x of asked) {
    checkTensor("gradient: with respect to", x);
    if (!x.tracked)
      throw new GradError(
        `gradient: a tensor ${show(x.shape)} that is asked for is not on any tape; make it with requiresGrad: true`,
      );
  }
  const found = gradientsOf("gradient", y, asked, options);
  return xs instanceof Tensor ? found[0] : found;
}

/** What `gradient()` gives, of tensors that are tracked, for any function of that name. */
export function gradientsOf(
  caller: string,
  y: Tensor,
  xs: readonly Tensor[],
  { seed, createGraph = false }: GradientOptions = {},
): Tensor[] {
  const wanted = new Set(xs);
  const compute = () => {
    const gradients = propagate(caller, y, seed, (x) => wanted.has(x));
    const own = ownership(seed);
    return xs.map((x) => own(gradients.get(x) ?? zerosLike(x)));
  };
  const found = withRecording(createGraph, () =>
    createGraph ? compute() : withTemporaries(compute, (kept) => kept.map(({ storage }) => storage)),
  );
  for (const { storage } of found) storage.owned = false;
  return found;
}
