/** What every operation is: facts, a way to run, and a way to pull gradients back; how it is registered and recorded. */
import type { Backend, Block } from "./backends/backend.js";
import { call, GradError, GradtapeError, ValueError } from "./error.js";
import { grows, remember } from "./recipe.js";
import type { Shape } from "./shape.js";
import { Storage } from "./storage.js";
import { type Operand, Origin, type Tensor } from "./tensor.js";
import type { Word } from "./word.js";

/** A real interval from which tests draw an input. */
export type Domain = readonly [from: number, to: number];

/** Where an input's tests draw from. */
// @__NO_SIDE_EFFECTS__
export function between(from: number, to: number): Domain {
  return [from, to];
}

/** A call that tests make: the shapes of the float tensors, and what is given after them, or the whole call made of them. */
export type Sample = {
  shapes: readonly Shape[];
  args?: readonly unknown[];
  call?: (...inputs: Tensor[]) => readonly unknown[];
};

/** Facts about an op from which its tests and its row in the documentation are made. */
export type Facts = {
  /** Where each input lies (default: between −2 and 2). */
  domain?: readonly Domain[];
  /** Values of each input at which the slope jumps, or the slope of that. */
  kinks?: readonly (readonly number[])[];
  /** Whether the slope jumps where two inputs, or two elements of one input, are equal. */
  ties?: true;
  /** Calls for the tests, where the shape rule does not tell them. */
  samples?: readonly Sample[];
};

/** An operation as the registry holds it. */
export type Operation = Facts & {
  readonly name: string;
  /** How many tensors it takes; Infinity, if any number. */
  readonly arity: number;
  /** The op as users call it. */
  readonly apply: (...args: never[]) => Tensor;
  /** The shape rule, where it is a signature, for given attributes. */
  readonly signature?: (attributes: unknown) => string;
  /** Whether it works element by element, and so has a word. */
  readonly elementwise?: true;
  /** The formula of an elementwise op. */
  readonly word?: Word;
  /** Its slopes, one word per input; argument 1 is the result, 2 and on the inputs (0 is the arriving gradient). */
  readonly slopes?: readonly Word[];
  /** Made of other ops, which hold its derivative. */
  readonly composed?: true;
  /** Which inputs have a derivative; of any number, as the tape holds it, all. */
  readonly differentiable: readonly boolean[];
  /**
   * The gradient of input i, given the gradient `g` of the result `y`; not yet summed over broadcast axes. An elementwise op
   * adds it to `onto`, if that is given.
   */
  readonly pull: (i: number, g: Tensor, y: Tensor, origin: Origin, onto?: Tensor) => Tensor;
  /** Computes the values of a result again, by the backend that had computed them. */
  readonly again?: (by: Backend, operands: readonly (Block | number)[], y: Block, attributes: unknown) => void;
  /** Adds the gradient of its one input to `onto`, which nobody else holds, in place: an op that takes a part, of which there may be many. */
  readonly pullInto?: (g: Tensor, onto: Tensor, origin: Origin) => void;
};

/** Every operation, by name, in the order of declaration. */
export const registry = new Map<string, Operation>();

export function register(op: Operation): void {
  if (registry.has(op.name)) throw new ValueError(`${op.name}: an operation of this name exists; choose another`);
  registry.set(op.name, op);
}

let recording = true;

/** Whether operations are being recorded. */
export const isRecording = (): boolean => recording;

/** Runs `f` with recording on or off, and puts back what was, exceptions or not. */
export function withRecording<T>(on: boolean, f: () => T): T {
  const before = recording;
  recording = on;
  try {
    return f();
  } finally {
    recording = before;
  }
}

let reader: { y: Tensor; origin: Origin } | null = null;

/**
 * Runs a rule of `y`, during which the values that `y` was computed from must still be what they were; or (null) users'
 * code in between.
 */
export function withSaved<T>(saved: { y: Tensor; origin: Origin } | null, rule: () => T): T {
  const before = reader;
  reader = saved;
  try {
    return rule();
  } finally {
    reader = before;
  }
}

/** Lets an operand be read, unless it is a saved value that was assigned since. */
export function read<T extends Operand>(x: T): T {
  if (typeof x === "number") return x;
  if (x.storage.recipe) x.storage.keep();
  if (reader === null) return x;
  const { y, origin } = reader;
  const place = origin.inputs.indexOf(x);
  const saved = x === y ? origin.version : place < 0 ? x.storage.version : origin.versions[place];
  if (saved !== x.storage.version)
    throw new GradError(
      `backward through ${call(origin.name, origin.inputs)}: ${x === y ? "its result" : `its input ${place + 1}`} was assigned after it was saved ` +
        `(version ${x.storage.version}, saved at ${saved}); call backward() before assign(), or compute the loss again`,
    );
  return x;
}

/** Who looks at everything that is computed, forward and backward, to find where a NaN was born. */
export type Observer = {
  computed(op: string, y: Tensor, inputs: readonly Operand[]): void;
  pulled(pulled: Tensor, i: number, g: Tensor, y: Tensor, origin: Origin): void;
};

/** Usually nobody. */
export let observer: Observer | null = null;

/** Runs `f` while someone looks. */
export function observed<T>(by: Observer, f: () => T): T {
  const before = observer;
  observer = by;
  try {
    return f();
  } finally {
    observer = before;
  }
}

/** Ends an op: remembers how `y` was made, if recording is on and a gradient could come of it, or if it is worth a recipe. */
export function record(op: Operation, y: Tensor, inputs: readonly Operand[], attributes: unknown): Tensor {
  if (reader === null) observer?.computed(op.name, y, inputs);
  if (recording && y.dtype !== "int32")
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i];
      if (typeof x === "number" || !x.tracked || !op.differentiable[i]) continue;
      y.origin = new Origin(op, inputs, attributes, y.storage.version);
      break;
    }
  Storage.letGo();
  if (grows(y, inputs)) remember(y, y.origin ?? new Origin(op, inputs, attributes, y.storage.version));
  return y;
}

// biome-ignore lint/suspicious/noExplicitAny: each op annotates what users give; this only passes it on
export type AnyOp = (...given: any[]) => Tensor;

/** Declares an op made of others: their derivatives are its derivative; the tape shows its name. */
export function composed(name: string, facts: Facts & { arity?: number }, f: AnyOp): AnyOp {
  const apply: AnyOp = (...given) => {
    try {
      const y = f(...given);
      if (y.origin && !given.includes(y)) y.origin.name = name;
      return y;
    } catch (error) {
      if (error instanceof GradtapeError) error.message = error.message.replace(/^\w+/, name);
      throw error;
    }
  };
  register({
    ...facts,
    name,
    arity: facts.arity ?? 1,
    apply,
    composed: true,
    differentiable: [true],
    pull: (_, g) => g, // never asked: the tape holds the ops it is made of
  });
  return apply;
}
