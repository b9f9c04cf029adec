/** Several states as one, which is saved in one place, and put back whole or not at all. */
import { tensor } from "./create.js";
import { ValueError } from "./error.js";
import { Generator } from "./random.js";
import { checkState, restore, type StateDict, type Stateful, unfit, wrongIn } from "./state.js";
import type { Tensor } from "./tensor.js";

/** A state with a prefix before its names. */
export const nested = (prefix: string, state: ReadonlyMap<string, Tensor>): StateDict =>
  new Map(Array.from(state, ([name, x]) => [`${prefix}.${name}`, x]));

/** The part of a state under a prefix, without it: what `nested` put there. */
export const part = (prefix: string, state: ReadonlyMap<string, Tensor>): StateDict =>
  new Map(
    Array.from(state).flatMap(([name, x]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), x] as const] : [],
    ),
  );

/** The state of a generator as a tensor of its key and position. */
export const generatorState = ({ state: { key, position } }: Generator): Tensor =>
  tensor([...key, position], { dtype: "float64" });

/** Sets a generator to what `generatorState` gave. */
export function setGenerator(generator: Generator, [low, high, position]: Iterable<number>): void {
  try {
    generator.restore({ key: [low, high], position });
  } catch (error) {
    throw unfit("generator", [(error as Error).message]);
  }
}

/** A generator, to be saved with others. */
const savedGenerator = (generator: Generator): Stateful => ({
  stateDict: () => new Map([["state", generatorState(generator)]]),
  loadStateDict(state) {
    const own = generatorState(generator);
    restore("generator", [["state", own]], state);
    setGenerator(generator, own.data);
  },
});

/**
 * Models, optimizers, schedules, generators and whatever else has a state as one that has theirs, under their names:
 * `together({ model, optimizer, generator })`. Where one of them refuses its part, all are as before, and the CheckpointError
 * says what each refused.
 */
export function together(parts: Readonly<Record<string, Stateful | Generator>>): Stateful {
  const all = Object.entries(parts).map(([name, inner]) => {
    if (Object.keys(parts).some((other) => name.startsWith(`${other}.`)))
      throw new ValueError(`together: no name may go on after another one and a dot (given ${name})`);
    if (inner instanceof Generator) return [name, savedGenerator(inner)] as const;
    if (typeof inner?.stateDict !== "function" || typeof inner.loadStateDict !== "function")
      throw new ValueError(`together: ${name} must be a Generator, or have stateDict() and loadStateDict()`);
    return [name, inner] as const;
  });
  return {
    stateDict: () => new Map(all.flatMap(([name, inner]) => [...nested(name, inner.stateDict())])),
    loadStateDict(state) {
      checkState("loadStateDict", state);
      const wrong = [...state.keys()]
        .filter((name) => !all.some(([prefix]) => name.startsWith(`${prefix}.`)))
        .map((name) => `unexpected ${name}`);
      const before = all.map(([, inner]) => inner.stateDict());
      for (const [name, inner] of all)
        try {
          inner.loadStateDict(part(name, state));
        } catch (error) {
          wrong.push(`${name}: ${wrongIn(error as Error)}`);
        }
      if (wrong.length === 0) return;
      all.forEach(([, inner], i) => {
        inner.loadStateDict(before[i]);
      });
      throw unfit("loadStateDict", wrong);
    },
  };
}
