/** Several states as one, which is put back whole or not at all. */
import { CheckpointError } from "../error.js";
import { nested, part, type StateDict, type Stateful } from "../state.js";
import type { Tensor } from "../tensor.js";

/** What has a state, by name. */
export type Parts = readonly (readonly [name: string, part: Stateful])[];

/** The states of all parts, under their names. */
export const stateOfParts = (parts: Parts): StateDict =>
  new Map(parts.flatMap(([name, inner]) => [...nested(name, inner.stateDict())]));

/** Puts back what `stateOfParts` gave. Where one part refuses its state, all are as before, and the error says what each refused. */
export function loadParts(caller: string, parts: Parts, state: ReadonlyMap<string, Tensor>): void {
  if (!(state instanceof Map))
    throw new CheckpointError(`${caller}: the state must be a Map of tensors by name, as stateDict() gives it`);
  const wrong = [...state.keys()]
    .filter((name) => !parts.some(([prefix]) => name.startsWith(`${prefix}.`)))
    .map((name) => `unexpected ${name}`);
  const before = parts.map(([, inner]) => inner.stateDict());
  for (const [name, inner] of parts)
    try {
      inner.loadStateDict(part(name, state));
    } catch (error) {
      wrong.push(`${name}: ${(error as Error).message}`);
    }
  if (wrong.length === 0) return;
  parts.forEach(([, inner], i) => {
    inner.loadStateDict(before[i]);
  });
  throw new CheckpointError(`${caller}: the state must fit, and nothing was changed: ${wrong.join("; ")}`);
}
