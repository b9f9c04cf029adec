/** Operations of users' own: any value, and the rules of its gradient. */
import { DtypeError, GradError, kindOf } from "./error.js";
import { type Operation, record, withRecording } from "./op.js";
import { withoutTemporaries } from "./storage.js";
import { checkTensor, Tensor } from "./tensor.js";

/** An op of one's own: how its value is computed, and the gradient of each input. */
export type CustomOp = {
  /** The value, in operations that are not recorded, or in a new tensor made of numbers. */
  value: (...inputs: Tensor[]) => Tensor;
  /** The gradient of each input, from the gradient `g` of the value `y`, in operations; `null` where there is none. */
  vjp: readonly (((g: Tensor, y: Tensor, ...inputs: Tensor[]) => Tensor) | null)[];
};

/**
 * Declares an op by its value and its vector-Jacobian products, which take the place of what the tape would find:
 * `customOp("clip", { value: (x) => x.clamp(-1, 1), vjp: [(g) => g] })`. `gradcheck` tells whether the rules are right; rules
 * written in operations have gradients themselves. Unlike `kernelOp`, nothing is registered, and names may repeat.
 */
export function customOp(name: string, { value, vjp }: CustomOp): (...inputs: Tensor[]) => Tensor {
  if (typeof value !== "function" || !Array.isArray(vjp))
    throw new DtypeError(
      `${name}: an op is { value, vjp: [one rule for each input] } (given ${typeof value}, ${kindOf(vjp)})`,
    );
  const apply = (...inputs: Tensor[]): Tensor => {
    if (inputs.length !== vjp.length)
      throw new GradError(
        `${name}: there must be as many inputs as rules in vjp, ${vjp.length} (given ${inputs.length})`,
      );
    for (const x of inputs) checkTensor(name, x);
    const y = withRecording(false, () => value(...inputs));
    checkTensor(`${name}: what value gives`, y);
    return record(op, new Tensor(y.storage, y.shape), inputs, undefined);
  };
  const op: Operation = {
    name,
    arity: vjp.length,
    apply,
    differentiable: vjp.map((rule) => rule !== null),
    pull(i, g, y, { inputs }) {
      g.storage.owned = false; // the rule may keep it
      return withoutTemporaries(() => vjp[i]?.(g, y, ...(inputs as Tensor[])) as Tensor);
    },
  };
  return apply;
}
