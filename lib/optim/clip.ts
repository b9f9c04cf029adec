/** Gradients clipped before a step, where they lie. */
import { overwrite } from "../elementwise.js";
import { ValueError } from "../error.js";
import { withRecording } from "../op.js";
import { check, nonNegative, positive, type Range } from "../range.js";
import { type Storage, withTemporaries } from "../storage.js";
import { checkTensor, Tensor } from "../tensor.js";
import { Word } from "../word.js";

const scaled = /* @__PURE__ */ Word.read((g, factor) => g.mul(factor), 2);
const limited = /* @__PURE__ */ Word.read((g, low, high) => (g.maximum(low) as Word).minimum(high), 3);

/** The gradients of the parameters that have one, each storage once. */
function gradients(op: string, parameters: Iterable<Tensor> | Tensor): Tensor[] {
  if (!(parameters instanceof Tensor) && typeof parameters?.[Symbol.iterator] !== "function")
    throw new ValueError(`${op}: parameters must be a list of tensors; give it model.parameters()`);
  const found = new Map<Storage, Tensor>();
  for (const x of parameters instanceof Tensor ? [parameters] : parameters) {
    checkTensor(op, x);
    if (x.slope) found.set(x.slope.storage, x.slope);
  }
  return [...found.values()];
}

/** Sums of powers between these are as good as any: nothing overflowed, and what vanished would not count. */
const sound = (total: number): boolean => total > 2 ** -60 && total < Infinity;

/** The p-norm of all values together; when powers overflow or vanish, computed of values divided by the largest. */
function normOf(tensors: readonly Tensor[], p: number): number {
  const largest = (): number =>
    Math.max(0, ...tensors.map((x) => (x.size === 0 ? 0 : Math.max(x.max().item(), -x.min().item()))));
  /** Σ |x / unit|^p. */
  const powers = (unit: number): number =>
    tensors.reduce((sum, x) => {
      const part = unit === 1 ? x : x.div(unit);
      return sum + (p === 2 ? part.square() : part.abs().pow(p)).sum().item();
    }, 0);
  if (p === Infinity) return largest();
  const total = powers(1);
  if (sound(total)) return total ** (1 / p);
  const unit = largest();
  return unit > 0 && unit < Infinity ? unit * powers(unit) ** (1 / p) : unit;
}

const order: Range = { holds: (x) => x > 0, text: "a number above 0, or Infinity" };

/**
 * Multiplies the gradients so that their p-norm, all together (default p = 2; Infinity for the largest), is at most `maxNorm`,
 * and gives the norm that it was. PyTorch's clip_grad_norm_: by maxNorm / (norm + 1e-6), if that is below 1; a norm that is
 * NaN or infinite comes back as such, and NaN in the gradients.
 */
export function clipGradNorm(
  parameters: Iterable<Tensor> | Tensor,
  maxNorm: number,
  { p = 2 }: { p?: number } = {},
): number {
  check("clipGradNorm", { maxNorm }, nonNegative);
  check("clipGradNorm", { p }, order);
  const found = gradients("clipGradNorm", parameters);
  const norm = withTemporaries(
    () => withRecording(false, () => normOf(found, p)),
    () => [],
  );
  const factor = maxNorm / (norm + 1e-6);
  if (!(factor >= 1)) for (const g of found) overwrite("clipGradNorm", [g], scaled, [g, factor]);
  return norm;
}

/** Moves every number of the gradients into −limit … limit. PyTorch's clip_grad_value_. */
export function clipGradValue(parameters: Iterable<Tensor> | Tensor, limit: number): void {
  check("clipGradValue", { limit }, positive);
  for (const g of gradients("clipGradValue", parameters)) overwrite("clipGradValue", [g], limited, [g, -limit, limit]);
}
