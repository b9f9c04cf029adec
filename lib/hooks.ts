/** Functions that see the gradient of a tensor on its way back, and may change it. */
import { call, GradError, show } from "./error.js";
import { sameShape } from "./shape.js";
import { withoutTemporaries } from "./storage.js";
import { checkTensor, type Tensor } from "./tensor.js";

/** Sees the whole gradient of a tensor; what it returns, if anything, takes its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is the usual hook
export type Hook = (g: Tensor) => Tensor | void;

let hooks: WeakMap<Tensor, Set<Hook>> | null = null;

/** What `x.registerHook(hook)` does; see Tensor. */
export function registerHook(x: Tensor, hook: Hook): () => void {
  if (!x.tracked)
    throw new GradError(
      `registerHook(${show(x.shape)}): no gradient will reach this tensor; it, or something it is computed from, must have requiresGrad: true`,
    );
  if (typeof hook !== "function")
    throw new GradError(`registerHook(${show(x.shape)}): a function must be given (given ${typeof hook})`);
  hooks ??= new WeakMap();
  const own = hooks.get(x) ?? new Set();
  hooks.set(x, own.add(hook));
  return () => void own.delete(hook);
}

/** The gradient of x after its hooks, which are given it in the shape of x, as `whole` makes it. */
export function hooked(x: Tensor, g: Tensor, whole: (g: Tensor, x: Tensor) => Tensor): Tensor {
  const own = hooks?.get(x);
  if (!own?.size) return g;
  let found = whole(g, x);
  for (const hook of own) {
    found.storage.owned = false; // the hook may keep it
    const given = withoutTemporaries(() => hook(found));
    if (given === undefined) continue;
    checkTensor("registerHook: what a hook gives", given);
    if (!sameShape(given.shape, x.shape) || given.dtype !== x.dtype)
      throw new GradError(
        `${call("registerHook", [x])}: a hook must give a gradient of this shape and ${x.dtype} (given ${show(given.shape)}, ${given.dtype})`,
      );
    found = given;
  }
  return found;
}
