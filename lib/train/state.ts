/** Several states as one, which is put back whole or not at all. */
import { tensor } from "../create.js";
import { CheckpointError } from "../error.js";
import { nested, part, restore, type StateDict, type Stateful } from "../state.js";
import type { Tensor } from "../tensor.js";
import type { Optimizing } from "./options.js";

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

/** Numbers by name, as a state. */
export const stateOfNumbers = (numbers: Readonly<Record<string, number>>): StateDict =>
  new Map(Object.entries(numbers).map(([name, value]) => [name, tensor(value, { dtype: "float64" })]));

/** The numbers of these names in a state that has no others. */
export function readNumbers<Name extends string>(
  caller: string,
  names: readonly Name[],
  state: ReadonlyMap<string, Tensor>,
): Record<Name, number> {
  const found = names.map((name) => [name, tensor(0, { dtype: "float64" })] as const);
  restore(caller, found, state);
  return Object.fromEntries(found.map(([name, x]) => [name, x.item()])) as Record<Name, number>;
}

/** An optimizer's state, or, where it has none, its rate. */
export function savedOptimizer(optimizer: Optimizing): Stateful {
  if (optimizer.stateDict && optimizer.loadStateDict) return optimizer as Stateful;
  return {
    stateDict: () => stateOfNumbers({ lr: optimizer.lr }),
    loadStateDict(state) {
      optimizer.lr = readNumbers("optimizer", ["lr"], state).lr;
    },
  };
}
