/** Recipes: large values that few will ask for, and those made of little, are told how they were computed, so that a backend may drop them. */
import type { Operand, Origin, Tensor } from "./tensor.js";

/** Elements from which on it is worth it; specs choose others. */
export const least = { elements: 2 ** 10 };
/** So many steps from what is kept, at most, */
const deepest = 8;
/** of so many times the size, at most: what is held must not hold all that it came from. */
const heaviest = 4;

/** Whether a result is worth a recipe from the start, with a tape or without: it is large, and made of little. */
export const grows = ({ storage: { size, owned } }: Tensor, inputs: readonly Operand[]): boolean =>
  size >= least.elements && !owned && inputs.every((x) => typeof x === "number" || heaviest * x.storage.size <= size);

/** Remembers how an op computed `y`, if its values and those of its operands are what they were then. */
export function remember({ storage, shape }: Tensor, { op, inputs, attributes, versions, version }: Origin): void {
  const { again } = op;
  if (!again || storage.size < least.elements || !storage.away || storage.version !== version) return;
  let [depth, weight] = [1, 0];
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i];
    if (typeof x === "number") continue;
    const { size, handedOut, owned, recipe } = x.storage;
    if (handedOut || owned || x.storage.version !== versions[i]) return;
    // What is written to again and again, as parameters are, would be copied each time.
    if (x.origin === null && versions[i] > 0 && heaviest * size > storage.size) return;
    depth = Math.max(depth, 1 + (recipe?.depth ?? 0));
    weight += recipe?.weight ?? size;
  }
  if (depth > deepest || weight > heaviest * storage.size) return;
  const operands = inputs.map((x) => (typeof x === "number" ? x : { source: x.storage.source, shape: x.shape }));
  const lasting = heaviest * weight <= storage.size;
  storage.recipe = { run: (by, given, y) => again(by, given, y, attributes), operands, shape, depth, weight, lasting };
}
