/** What an operation is: a formula with slopes, or a kernel with vector-Jacobian products; how it runs, is recorded, and pulls gradients back. */
import type { Kernel } from "./backends/backend.js";
import { backend } from "./backends/index.js";
import { type Dtype, promote } from "./dtype.js";
import { call, DtypeError, GradError, show } from "./error.js";
import { broadcast, type Dims, type Shape, unify } from "./shape.js";
import { checkTensor, type Operand, Origin, Storage, Tensor } from "./tensor.js";
import { type Scalar, Word } from "./word.js";

/** A real interval from which tests draw an input. */
export type Domain = readonly [from: number, to: number];

/** Where an input's tests draw from. */
export const between = (from: number, to: number): Domain => [from, to];

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
  /** Values of each input at which the slope jumps. */
  kinks?: readonly (readonly number[])[];
  /** Whether the slope jumps where two inputs, or two elements of one input, are equal. */
  ties?: true;
  /** Calls for the tests, where the shape rule does not tell them. */
  samples?: readonly Sample[];
};

/** An operation as the registry holds it. */
export type Operation = Facts & {
  readonly name: string;
  /** How many tensors it takes. */
  readonly arity: number;
  /** The op as users call it. */
  readonly apply: (...args: never[]) => Tensor;
  /** The shape rule, where it is a signature, for given attributes. */
  readonly signature?: (attributes: unknown) => string;
  /** The formula of an elementwise op. */
  readonly word?: Word;
  /** Made of other ops, which hold its derivative. */
  readonly composed?: true;
  /** Which inputs have a derivative. */
  readonly differentiable: readonly boolean[];
  /** The gradient of input i, given the gradient `g` of the result `y`; not yet summed over broadcast axes. */
  readonly pull: (i: number, g: Tensor, y: Tensor, origin: Origin) => Tensor | null;
};

/** Every operation, by name, in the order of declaration. */
export const registry = new Map<string, Operation>();

function register(op: Operation): void {
  if (registry.has(op.name)) throw new Error(`op "${op.name}" is declared twice`);
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

/** Runs a rule of `y`, during which the values that `y` was computed from must still be what they were. */
export function withSaved<T>(y: Tensor, origin: Origin, rule: () => T): T {
  const before = reader;
  reader = { y, origin };
  try {
    return rule();
  } finally {
    reader = before;
  }
}

/** Lets an operand be read, unless it is a saved value that was assigned since. */
function read<T extends Operand>(x: T): T {
  if (reader === null || typeof x === "number") return x;
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

function record(op: Operation, y: Tensor, inputs: readonly Operand[], attributes: unknown): Tensor {
  if (recording && inputs.some((x, i) => typeof x !== "number" && x.tracked && op.differentiable[i]))
    y.origin = new Origin(op, inputs, attributes, y.storage.version);
  return y;
}

/** The slope of one input at the result y and the inputs x. */
type Slope = ((y: Scalar, ...x: Scalar[]) => Scalar | number) | null;

/** An elementwise op: its value and slopes in letters, and numbers that stand in for missing last arguments. */
type Formula = Facts & {
  f: (...x: Scalar[]) => Scalar;
  /** One slope per input; left out where there is no derivative. */
  d?: readonly Slope[];
  defaults?: readonly number[];
};

function elementwise(name: string, arity: number, { f, d = [], defaults = [], ...facts }: Formula) {
  const word = Word.read(f, arity);
  // Place 0 is the arriving gradient, 1 the result, then the inputs; a slope that is constantly 0 is no edge.
  const [g, y] = [Word.argument(0), Word.argument(1)];
  const inputs = Array.from({ length: arity }, (_, i) => Word.argument(2 + i));
  const slopes = d.map((slope) => (slope ? Word.of(slope(y, ...inputs)) : Word.constant(0)));
  const pulls = slopes.map((slope) => g.mul(slope) as Word);
  const places = pulls.map((pull) => pull.places());

  const apply = (...given: Operand[]): Tensor => {
    const operands = given.length < arity ? [...given, ...defaults.slice(given.length - arity)] : given;
    checkOperands(name, arity, operands);
    const shape = broadcast(name, operands);
    const dtype = promote(
      name,
      operands.flatMap((x) => (typeof x === "number" ? [] : [x.dtype])),
    );
    const result = new Tensor(Storage.allocate(name, shape, dtype), shape);
    backend().word(word, operands.map(read), result);
    return record(op, result, operands, undefined);
  };

  const op: Operation = {
    ...facts,
    name,
    arity,
    apply,
    word,
    differentiable: slopes.map((slope) => !slope.is(0)),
    pull(i, g, y, { inputs }) {
      if (pulls[i] === Word.argument(0)) return g;
      if (recording) {
        const slope = (d[i] as NonNullable<Slope>)(
          y,
          ...inputs.map((x) => (typeof x === "number" ? scalar(x, y.dtype) : x)),
        );
        return g.mul(slope as Operand);
      }
      // Only what the word reads is handed over: the rest may have been assigned, or have other shapes.
      const all = [g, y, ...inputs];
      const result = new Tensor(Storage.allocate(name, y.shape, y.dtype), y.shape);
      backend().word(
        pulls[i],
        all.map((x, place) => (places[i].includes(place) ? read(x) : 0)),
        result,
      );
      return result;
    },
  };
  register(op);
  return Object.assign(apply, { of: (...x: (Scalar | number)[]): Scalar => compose(word, apply, x) });
}

/** A formula as part of another: on words it is substituted, on tensors it runs. */
const compose = (word: Word, apply: (...x: Operand[]) => Tensor, x: readonly (Scalar | number)[]): Scalar =>
  x.some((part) => part instanceof Tensor) ? apply(...(x as Operand[])) : word.substitute(x.map(Word.of));

const scalar = (value: number, dtype: Dtype): Tensor => {
  const storage = Storage.allocate("tensor", [], dtype);
  storage.data[0] = value;
  return new Tensor(storage, []);
};

function checkOperands(name: string, arity: number, operands: readonly unknown[]): void {
  if (operands.length !== arity)
    throw new DtypeError(`${name}: ${arity} operands must be given (given ${operands.length})`);
  for (const x of operands)
    if (!(x instanceof Tensor) && typeof x !== "number")
      throw new DtypeError(`${name}: operands must be tensors or numbers (given ${x === null ? "null" : typeof x})`);
}

/** An op of one input, element by element. */
export type Unary = { (x: Operand): Tensor; of: (x: Scalar | number) => Scalar };
/** An op of two inputs, element by element; they broadcast. */
export type Binary = { (a: Operand, b: Operand): Tensor; of: (a: Scalar | number, b: Scalar | number) => Scalar };
/** An op of three inputs, element by element; they broadcast. */
export type Ternary = (a: Operand, b: Operand, c: Operand) => Tensor;

/** Declares an elementwise op of one input. */
export const unary = (name: string, formula: Formula): Unary => elementwise(name, 1, formula);
/** Declares an elementwise op of two inputs. */
export const binary = (name: string, formula: Formula): Binary => elementwise(name, 2, formula);
/** Declares an elementwise op of three inputs. */
export const ternary = (name: string, formula: Formula): Ternary => elementwise(name, 3, formula);

/** The gradient of one input: `g` arriving, `y` the result, then the inputs and attributes. */
type Vjp<A> = ((g: Tensor, y: Tensor, inputs: readonly Tensor[], attributes: A) => Tensor) | null;

/** An op that is not elementwise. */
type KernelSpec<A> = Facts & {
  /** The result's shape: a signature such as `"m k, k n -> m n"`, one per attributes, or a function that may throw. */
  shape: string | ((attributes: A, inputs: readonly Tensor[]) => string | Shape);
  /** The reference kernel; without one the result shares the first input's storage. */
  run?: Kernel<A>;
  /** One rule per input, in differentiable ops; `null` where there is no derivative. */
  vjp: readonly Vjp<A>[];
  /** The result's dtype, given the inputs' (default: the floats' promotion). */
  dtype?: (inputs: readonly Tensor[], attributes: A) => Dtype;
  /** Sorts what the user gave into tensors and attributes (default: tensors first, then one object). */
  // biome-ignore lint/suspicious/noExplicitAny: each op annotates what users give; this only passes it on
  args?: (...given: any[]) => [inputs: Tensor[], attributes: A];
};

// biome-ignore lint/suspicious/noExplicitAny: see above; every kernelOp's export is annotated
type AnyOp = (...given: any[]) => Tensor;

/** Declares an op by its shape rule, kernel and vector-Jacobian products. */
export function kernelOp<A = object>(name: string, spec: KernelSpec<A>): AnyOp {
  const { shape: rule, run, vjp, dtype, args, ...facts } = spec;
  const arity = vjp.length;
  const apply: AnyOp = (...given) => {
    const [inputs, attributes] = args ? args(...given) : [given.slice(0, arity) as Tensor[], (given[arity] ?? {}) as A];
    for (let i = 0; i < arity; i++) checkTensor(name, inputs[i]);
    const found = typeof rule === "string" ? rule : rule(attributes, inputs);
    const { shape, dims } = typeof found === "string" ? unify(name, found, inputs) : { shape: found, dims: {} as Dims };
    const type = dtype
      ? dtype(inputs, attributes)
      : promote(
          name,
          inputs.map((x) => x.dtype),
        );
    if (!run) return record(op, new Tensor(inputs[0].storage, shape), inputs, attributes);
    const y = new Tensor(Storage.allocate(name, shape, type), shape);
    const kernel = (backend().kernels[name] as Kernel<A> | undefined) ?? run;
    kernel(inputs.map(read), y, dims, attributes);
    return record(op, y, inputs, attributes);
  };
  const op: Operation = {
    ...facts,
    name,
    arity,
    apply,
    ...(typeof rule === "string" && { signature: () => rule }),
    ...(typeof rule === "function" && rule.length === 1 && { signature: rule as (attributes: unknown) => string }),
    differentiable: vjp.map((rule) => rule !== null),
    pull: (i, g, y, { inputs, attributes }) => vjp[i]?.(g, y, inputs as Tensor[], attributes as A) ?? null,
  };
  register(op);
  return apply;
}

/** Declares an op made of others: their derivatives are its derivative; the tape shows its name. */
export function composed(name: string, facts: Facts & { arity?: number }, f: AnyOp): AnyOp {
  const apply: AnyOp = (...given) => {
    const y = f(...given);
    if (y.origin && !given.includes(y)) y.origin.name = name;
    return y;
  };
  register({
    ...facts,
    name,
    arity: facts.arity ?? 1,
    apply,
    composed: true,
    differentiable: [true],
    pull: () => {
      throw new Error(`${name}(${show([])}) is made of other ops, which hold its derivative`);
    },
  });
  return apply;
}
