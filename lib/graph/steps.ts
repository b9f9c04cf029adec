/** The tape as people read it: steps with numbers, names, values and gradients, of which drawings and tables are made. */
import { onesLike } from "../create.js";
import { GradError, kindOf, show, ValueError } from "../error.js";
import { check, wholeFrom } from "../range.js";
import { checkRecorded, gradientsOf, tape } from "../tape.js";
import { checkTensor, Tensor } from "../tensor.js";
import { oneLine } from "./text.js";

/** What tensors are called: `{ x, W }`, or pairs, as `model.namedParameters()` gives them. */
export type GraphNames = Readonly<Record<string, Tensor>> | Iterable<readonly [name: string, tensor: Tensor]>;

/** Options of `toDot`, `graphTable` and `drawGraph`. */
export type GraphOptions = {
  /** Names of tensors, be they inputs or results: `{ x, W }`, or pairs, as `model.namedParameters()` gives them. */
  names?: GraphNames;
  /** The gradient arriving at y, of its shape; a single number needs none (1). */
  seed?: Tensor;
  /** Whether gradients are computed and shown (default true); without them y may have any shape. */
  gradients?: boolean;
  /** Up to how many values a tensor is written out (default 4); of a larger one its shape is, and of its gradient the range. */
  maxValues?: number;
  /** How many steps at most (default 200): a longer tape is refused by drawings, and tables leave out its middle. */
  maxSteps?: number;
};

/** A tensor of the tape. */
export type Step = {
  /** Its place on the tape, from 1. */
  number: number;
  x: Tensor;
  name?: string;
  /** What it was computed from, in the order of the call. */
  inputs: readonly (Step | number)[];
  /** Of y with respect to it, where one can flow. */
  gradient?: Tensor;
};

/** The options with what they are by default, checked. */
export function checkedOptions(caller: string, options: GraphOptions) {
  const { gradients = true, maxValues = 4, maxSteps = 200 } = options;
  check(caller, { maxValues }, wholeFrom(0));
  check(caller, { maxSteps }, wholeFrom(1));
  return { ...options, gradients, maxValues, maxSteps };
}

/** Names by tensor; the first of several. */
function namesOf(caller: string, names: GraphNames = {}): Map<Tensor, string> {
  if (typeof names !== "object" || names === null || names instanceof Tensor)
    throw new ValueError(
      `${caller}: names must be tensors by name, { x, W }, or pairs, such as model.namedParameters() (given ${names instanceof Tensor ? "a tensor" : kindOf(names)})`,
    );
  const found = new Map<Tensor, string>();
  const pairs = Symbol.iterator in names ? (names as Iterable<readonly [string, Tensor]>) : Object.entries(names);
  for (const [name, x] of pairs) {
    checkTensor(`${caller}: what is named ${JSON.stringify(name)}`, x);
    if (!found.has(x)) found.set(x, oneLine(name));
  }
  return found;
}

/** Every step of the tape of `y`, in order, with its gradients; `.grad` and the tape stay as they are. */
export function stepsOf(
  caller: string,
  y: Tensor,
  { names, seed, gradients, maxSteps }: ReturnType<typeof checkedOptions>,
  tooLong: (steps: number) => void = () => {},
): Step[] {
  checkTensor(caller, y);
  checkRecorded(caller, y);
  const named = namesOf(caller, names);
  const xs = tape(y);
  if (xs.length > maxSteps) tooLong(xs.length);
  // Of what was released nothing can be shown, without gradients neither: this throws what gradient() throws.
  if (xs.some(({ origin }) => origin?.released)) gradientsOf(caller, y, [], { seed: onesLike(y) });
  if (gradients && !seed && y.size !== 1)
    throw new GradError(
      `${caller}(${show(y.shape)}): only a single number has a gradient by itself; reduce it with sum() or mean(), give { seed } of this shape, or { gradients: false }`,
    );
  const tracked = gradients ? xs.filter((x) => x.tracked) : [];
  const slopes = gradients ? gradientsOf(caller, y, tracked, { seed }) : [];
  const found = new Map(slopes.map((g, i) => [tracked[i], g]));
  const steps = new Map<Tensor, Step>();
  for (const [i, x] of xs.entries()) {
    const inputs = (x.origin?.inputs ?? []).map((input) =>
      typeof input === "number" ? input : (steps.get(input) as Step),
    );
    steps.set(x, { number: i + 1, x, name: named.get(x), inputs, gradient: found.get(x) });
  }
  return [...steps.values()];
}
