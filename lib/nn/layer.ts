/** Layer: a function of tensors that owns tensors. Its parameters are its fields, found in the order they were assigned. */
import { checkDtype, type Dtype } from "../dtype.js";
import { DtypeError, ValueError } from "../error.js";
import { type LoadOptions, restore, type StateDict, snapshot } from "../state.js";
import { convert, Tensor } from "../tensor.js";

/** What can stand in a network: a layer, or any function from tensor to tensor. */
export type Module = Layer | ((x: Tensor) => Tensor);

/** Calls a layer or a function. */
export const run = (module: Module, x: Tensor): Tensor => (module instanceof Layer ? module.forward(x) : module(x));

/**
 * The base of layers and models. A model of one's own extends it, keeps tensors (with `requiresGrad: true`), layers, and
 * arrays or plain objects of them as fields, and says in `forward` what it computes. Fields must be ones that JavaScript
 * can list: a private `#field` cannot be found, TypeScript's `private` can; a Map or Set of tensors is refused.
 */
export abstract class Layer {
  /** Whether the layer is being trained (`train()`, the default) or used (`eval()`). */
  training = true;

  /** What the layer computes. */
  abstract forward(...inputs: Tensor[]): Tensor;

  /** Every tensor that requires a gradient, with its path of field names, such as `layers.0.W`; each once. */
  namedParameters(): [name: string, parameter: Tensor][] {
    return leaves(this).filter(([, x]) => x.requiresGrad);
  }

  /** Every other tensor that was not computed from such: saved, but not trained, as running statistics are. */
  namedBuffers(): [name: string, buffer: Tensor][] {
    return leaves(this).filter(([, x]) => !x.requiresGrad);
  }

  /** The tensors that an optimizer trains. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, x]) => x);
  }

  /** Sets this layer and those inside it to training. */
  train(training = true): this {
    visit(this, "", {
      layer: (layer) => {
        layer.training = training;
      },
    });
    return this;
  }

  /** Sets this layer and those inside it to use: dropout passes, running statistics stand still. */
  eval(): this {
    return this.train(false);
  }

  /** Copies of all parameters and buffers by name, which training does not change. */
  stateDict(): StateDict {
    return snapshot(leaves(this));
  }

  /**
   * Puts back what `stateDict` gave, in the dtypes of this model. Throws a CheckpointError that lists every name that is
   * missing, unexpected or of another shape, and changes nothing then.
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options?: LoadOptions): this {
    restore("loadStateDict", leaves(this), state, options);
    return this;
  }

  /** Converts every float tensor inside, in place, so that optimizers keep theirs; gradients are dropped. */
  to(dtype: "float32" | "float64"): this {
    if (checkDtype("to", dtype as Dtype) === "int32")
      throw new DtypeError('to("int32"): parameters are numbers to compute with: "float32" or "float64"');
    for (const [, x] of leaves(this)) if (x.dtype !== "int32") convert(x, dtype);
    return this;
  }
}

/** Every tensor inside that was not computed, with its path, in order, each once. */
function leaves(layer: Layer): [path: string, x: Tensor][] {
  const found = new Map<Tensor, string>();
  visit(layer, "", {
    tensor: (x, path) => {
      if (!x.origin && !found.has(x)) found.set(x, path);
    },
  });
  return [...found].map(([x, path]) => [path, x]);
}

/** A layer and all inside it, each once. */
export function layersOf(layer: Layer): Layer[] {
  const found: Layer[] = [];
  visit(layer, "", { layer: (inner) => found.push(inner) });
  return found;
}

type Visitor = { tensor?: (x: Tensor, path: string) => unknown; layer?: (layer: Layer) => unknown };

/** Walks fields, arrays and plain objects, in order; each layer once. What else holds parameters or layers is refused. */
function visit(value: unknown, path: string, visitor: Visitor, seen = new Set<unknown>()): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Tensor) {
    visitor.tensor?.(value, path);
    return;
  }
  if (value instanceof Layer) visitor.layer?.(value);
  const prototype = Object.getPrototypeOf(value);
  const listed = value instanceof Layer || Array.isArray(value) || prototype === Object.prototype || prototype === null;
  const refuse = () => {
    throw new ValueError(
      `parameters: ${path} is a ${value.constructor.name} that holds tensors or layers, whose names and order would be unclear; ` +
        "use an array, a plain object, or a class that extends Layer",
    );
  };
  const inside = value instanceof Map || value instanceof Set ? [...value.values()].entries() : Object.entries(value);
  const inner = listed ? visitor : { tensor: (x: Tensor) => x.requiresGrad && !x.origin && refuse(), layer: refuse };
  for (const [key, item] of inside) visit(item, path ? `${path}.${key}` : `${key}`, inner, seen);
}
