/** Recipes: large values of a released tape are told how they were computed, so that a backend may drop what nobody asks for. */
import type { Origin, Tensor } from "./tensor.js";

/** Elements from which on it is worth it; specs choose others. */
export const least = { elements: 2 ** 14 };
/** So many steps from what is kept, at most: a chain of values must not hold all that it came from. */
const deepest = 8;

/** Remembers how an elementwise op computed `y`, if its values and those of its operands are what they were then. */
export function remember({ storage, shape }: Tensor, { op, inputs, versions, version }: Origin): void {
  if (!op.word || storage.size < least.elements || !storage.away || storage.version !== version) return;
  let depth = 1;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i];
    if (typeof x === "number") continue;
    const { handedOut, owned, recipe } = x.storage;
    if (handedOut || owned || x.storage.version !== versions[i]) return;
    if (recipe) depth = Math.max(depth, 1 + recipe.depth);
  }
  if (depth > deepest) return;
  const operands = inputs.map((x) => (typeof x === "number" ? x : { source: x.storage.source, shape: x.shape }));
  storage.recipe = { word: op.word, operands, shape, depth };
}
