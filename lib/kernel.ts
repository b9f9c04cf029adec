/** Operations that are not elementwise: a shape rule, a kernel, and one vector-Jacobian product per input. */
import type { Backend, Block, FastKernel, Kernel, Maker } from "./backends/backend.js";
import { backend } from "./backends/index.js";
import { type Dtype, promote } from "./dtype.js";
import { type AnyOp, type Facts, type Operation, read, record, register } from "./op.js";
import { type Dims, type Shape, unify } from "./shape.js";
import { Storage } from "./storage.js";
import { checkTensor, type Origin, Tensor } from "./tensor.js";

/** The gradient of input `i`: `g` arriving, `y` the result, then the inputs and attributes. */
type Rule<A> = (g: Tensor, y: Tensor, inputs: readonly Tensor[], attributes: A, i: number) => Tensor;

/** An op that is not elementwise. */
type KernelSpec<A> = Facts & {
  /** The result's shape: a signature such as `"m k, k n -> m n"`, one per attributes, or a function that may throw. */
  shape: string | ((attributes: A, inputs: readonly Tensor[]) => string | Shape);
  /** The reference kernel; without one the result shares the first input's storage. */
  run?: Kernel<A>;
  /** Makes a kernel for WebAssembly, where the backend has none of its own for this op. */
  fast?: Maker<A>;
  /** One rule per input, in differentiable ops, `null` where there is no derivative; or one for any number that `args` tells. */
  vjp: readonly (Rule<A> | null)[] | Rule<A>;
  /** What the rule of its one input gives, added to `onto` in place. */
  vjpInto?: (g: Tensor, onto: Tensor, attributes: A) => void;
  /** The result's dtype, given the inputs' (default: the floats' promotion). */
  dtype?: (inputs: readonly Tensor[], attributes: A) => Dtype;
  /** Sorts what the user gave into tensors and attributes (default: tensors first, then one object). */
  // biome-ignore lint/suspicious/noExplicitAny: each op annotates what users give; this only passes it on
  args?: (...given: any[]) => [inputs: Tensor[], attributes: A];
};

/** Declares an op by its shape rule, kernel and vector-Jacobian products. */
export function kernelOp<A = object>(name: string, spec: KernelSpec<A>): AnyOp {
  const { shape: rule, run, fast, vjp, vjpInto, dtype, args, ...facts } = spec;
  const arity = typeof vjp === "function" ? Infinity : vjp.length;
  const shapeOf = (inputs: readonly Tensor[], attributes: A): { shape: Shape; dims: Dims } => {
    const found = typeof rule === "string" ? rule : rule(attributes, inputs);
    return typeof found === "string" ? unify(name, found, inputs) : { shape: found, dims: {} };
  };
  const compute = (by: Backend, inputs: readonly Block[], y: Block, dims: Dims, attributes: A): void => {
    const { kernels, make } = by;
    if (fast && make) kernels[name] ??= make(fast);
    const kernel = kernels[name] as FastKernel<A> | undefined;
    if (!kernel?.(inputs, y, dims, attributes)) run?.(inputs, y, dims, attributes);
  };
  const apply: AnyOp = (...given) => {
    const [inputs, attributes] = args ? args(...given) : [given.slice(0, arity) as Tensor[], { ...given[arity] } as A];
    const own = arity === Infinity ? { ...op, differentiable: inputs.map(() => true) } : op;
    for (let i = 0; i < own.differentiable.length; i++) checkTensor(name, inputs[i]);
    const { shape, dims } = shapeOf(inputs, attributes);
    const type = dtype ? dtype(inputs, attributes) : promote(name, inputs);
    for (const x of inputs) read(x);
    if (!run) return record(own, new Tensor(inputs[0].storage, shape), inputs, attributes);
    const y = new Tensor(Storage.allocate(name, shape, type), shape);
    compute(backend(), inputs, y, dims, attributes);
    return record(own, y, inputs, attributes);
  };
  const op: Operation = {
    ...facts,
    name,
    arity,
    apply,
    ...(typeof rule === "string" && { signature: () => rule }),
    ...(typeof rule === "function" && rule.length === 1 && { signature: rule as (attributes: unknown) => string }),
    differentiable: typeof vjp === "function" ? [true] : vjp.map((rule) => rule !== null),
    ...(run && {
      again: (by: Backend, blocks: readonly (Block | number)[], y: Block, attributes: unknown) => {
        const inputs = (blocks as Block[]).map(({ storage, shape }) => new Tensor(storage, shape));
        compute(by, inputs, y, shapeOf(inputs, attributes as A).dims, attributes as A);
      },
    }),
    pull: (i, g, y, { inputs, attributes }) =>
      ((typeof vjp === "function" ? vjp : vjp[i]) as Rule<A>)(g, y, inputs as Tensor[], attributes as A, i),
    ...(vjpInto && { pullInto: (g: Tensor, onto: Tensor, origin: Origin) => vjpInto(g, onto, origin.attributes as A) }),
  };
  register(op);
  return apply;
}
