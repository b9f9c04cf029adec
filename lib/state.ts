/** State: what there is to save of a model, an optimizer or a generator, as tensors by name, taken and put back whole. */
import { tensor } from "./create.js";
import { CheckpointError, kindOf, show } from "./error.js";
import type { Range } from "./range.js";
import { sameShape } from "./shape.js";
import { Tensor } from "./tensor.js";

/** Copies of tensors by name, in order; numbers are float64 tensors of no axes. */
export type StateDict = Map<string, Tensor>;

/** What can be saved: `stateDict` copies the state, `loadStateDict` puts it back, or throws a CheckpointError and changes nothing. */
export type Stateful = {
  stateDict(): StateDict;
  loadStateDict(state: ReadonlyMap<string, Tensor>): unknown;
};

/** Options of `loadStateDict`. */
export type LoadOptions = {
  /** Whether names that are missing in the state, or unknown to the receiver, are errors (default true). Shapes always are. */
  strict?: boolean;
};

/** A number or truth value to save: its name, the object and the field that hold it, and what it must be. */
export type Field = readonly [name: string, holder: object, key: string, range: Range];

type Holder = Record<string, number | boolean>;

const held = (fields: readonly Field[]): [name: string, x: Tensor][] =>
  fields.map(([name, holder, key]) => [name, tensor(Number((holder as Holder)[key]), { dtype: "float64" })]);

/** Copies of named tensors, and fields as tensors. */
export const snapshot = (named: Iterable<readonly [string, Tensor]>, fields: readonly Field[] = []): StateDict =>
  new Map([...Array.from(named, ([name, x]): [string, Tensor] => [name, tensor(x)]), ...held(fields)]);

const refusal = "the state must fit, and nothing was changed: ";

/** The error of a state that does not fit: all that is wrong with it. */
export const unfit = (caller: string, wrong: readonly string[]): CheckpointError =>
  new CheckpointError(`${caller}: ${refusal}${wrong.join("; ")}`, { code: "state" });

/** Throws unless it is a state at all. */
export function checkState(caller: string, state: unknown): void {
  if (!(state instanceof Map))
    throw new CheckpointError(`${caller}: the state must be a Map of tensors by name, as stateDict() gives it`, {
      code: "state",
    });
}

/** What an error says is wrong with a state. */
export const wrongIn = ({ message }: Error): string => message.split(refusal).at(-1) as string;

/** Writes a state into named tensors, in their own dtypes, and fields; all of it, or nothing and a CheckpointError that lists what does not fit. */
export function restore(
  caller: string,
  named: Iterable<readonly [string, Tensor]>,
  state: ReadonlyMap<string, Tensor>,
  { strict = true }: LoadOptions = {},
  fields: readonly Field[] = [],
): void {
  checkState(caller, state);
  const numbers = held(fields);
  const own = new Map([...named, ...numbers]);
  const wrong: string[] = [];
  for (const [name, x] of own) {
    const given = state.get(name);
    const kind = (dtype: string) => (dtype === "int32" ? "whole numbers" : "floats");
    if (!given) {
      if (strict) wrong.push(`missing ${name} ${show(x.shape)}`);
    } else if (!(given instanceof Tensor)) wrong.push(`${name} must be a tensor (given ${kindOf(given)})`);
    else if (!sameShape(given.shape, x.shape))
      wrong.push(`${name} must be ${show(x.shape)} (given ${show(given.shape)})`);
    else if (kind(given.dtype) !== kind(x.dtype))
      wrong.push(`${name} must hold ${kind(x.dtype)} (given ${given.dtype})`);
  }
  for (const [name, , , { holds, text }] of fields) {
    const given = state.get(name);
    if (given instanceof Tensor && given.rank === 0 && !holds(given.item()))
      wrong.push(`${name} must be ${text} (given ${given.item()})`);
  }
  if (strict)
    for (const [name, x] of state) if (!own.has(name)) wrong.push(`unexpected ${name} ${show(x?.shape ?? [])}`);
  if (wrong.length > 0) throw unfit(caller, wrong);
  for (const [name, x] of own) {
    const given = state.get(name);
    if (given) x.assign(given);
  }
  fields.forEach(([, holder, key], i) => {
    const value = numbers[i][1].item();
    (holder as Holder)[key] = typeof (holder as Holder)[key] === "boolean" ? value !== 0 : value;
  });
}
