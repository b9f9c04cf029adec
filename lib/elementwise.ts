/** Elementwise operations: a formula and its slopes in letters, run as words, pulled back as one fused word. */
import { backend } from "./backends/index.js";
import { type Dtype, promote, round } from "./dtype.js";
import { call, DtypeError, kindOf, ShapeError, show, ValueError } from "./error.js";
import type { Scalar } from "./letters.js";
import { type Facts, isRecording, type Operation, read, record, register } from "./op.js";
import { broadcast, type Shape, sameShape } from "./shape.js";
import { Storage } from "./storage.js";
import { type Operand, Tensor } from "./tensor.js";
import { Word } from "./word.js";

/** The slope of one input at the result y and the inputs x. */
type Slope = ((y: Scalar, ...x: Scalar[]) => Scalar | number) | null;

/** An elementwise op: its value and slopes in letters, and numbers that stand in for missing last arguments. */
type Formula = Facts & {
  f: (...x: Scalar[]) => Scalar;
  /** One slope per input; left out where there is no derivative. */
  d?: readonly Slope[];
  defaults?: readonly number[];
  /** Takes int32 as well, whose result is of the default dtype: for comparisons. */
  integers?: true;
};

function elementwise(name: string, arity: number, { f, d = [], defaults = [], integers, ...facts }: Formula) {
  if (d.length > 0 && d.length !== arity)
    throw new ValueError(`${name}: d must have one slope for each of the ${arity} inputs (given ${d.length})`);
  // What is null is known at once to be no edge; a slope that is constantly 0 by the time the op is used.
  const differentiable = d.map((slope) => slope !== null);
  let made: Words | undefined;
  const words = (): Words => {
    if (made) return made;
    made = wordsOf(f, d, arity);
    made.slopes.forEach((slope, i) => {
      if (slope.is(0)) differentiable[i] = false;
    });
    return made;
  };

  const apply = (...given: Operand[]): Tensor => {
    // More are dropped, as in xs.map(relu), but never taken for an operand that has a default.
    const operands =
      given.length < arity
        ? [...given, ...defaults.slice(given.length - arity)]
        : given.length === arity || defaults.length > 0
          ? given
          : given.slice(0, arity);
    checkOperands(name, arity, operands);
    const result = compute(
      name,
      (made ?? words()).word,
      operands,
      broadcast(name, operands),
      promote(name, operands, integers),
    );
    return record(op, result, operands, undefined);
  };

  const op: Operation = {
    ...facts,
    name,
    arity,
    apply,
    elementwise: true,
    get word() {
      return words().word;
    },
    get slopes() {
      return words().slopes;
    },
    differentiable,
    again: (by, operands, y) => by.word(words().word, operands, y),
    pull(i, arriving, result, { inputs }, onto) {
      const { sums, pulls } = made ?? words();
      const { word, places } = (onto ? sums : pulls)[i];
      if (word === arrived) return arriving; // a slope of 1 costs nothing
      if (isRecording()) {
        const tensors = inputs.map((x) => (typeof x === "number" ? constant(x, result.dtype) : x));
        return arriving.mul((d[i] as NonNullable<Slope>)(result, ...tensors) as Operand);
      }
      // Not by map(): V8's compiled one makes arrays of another kind, for which all that read them would be compiled anew.
      const operands: Operand[] = [];
      for (const place of places)
        operands.push(
          place === 0 ? arriving : place === 1 ? result : place === 2 + arity ? (onto as Tensor) : inputs[place - 2],
        );
      return compute(name, word, operands, result.shape, result.dtype);
    },
  };
  register(op);
  return Object.assign(apply, { of: (...parts: (Scalar | number)[]): Scalar => compose(words().word, apply, parts) });
}

/** What an op's formula and slopes are as words: made when they are first needed, since a program uses few of all ops. */
type Words = {
  word: Word;
  slopes: readonly Word[];
  /** The pull-backs g · slope, with their arguments: at place 0 the arriving gradient, 1 the result, then the inputs. */
  pulls: readonly { word: Word; places: readonly number[] }[];
  /** The same, added to a gradient that is the last argument. */
  sums: readonly { word: Word; places: readonly number[] }[];
};

const arrived = Word.argument(0);

function wordsOf(f: Formula["f"], d: readonly Slope[], arity: number): Words {
  const [y, ...x] = Array.from({ length: 1 + arity }, (_, place) => Word.argument(1 + place));
  const before = Word.argument(2 + arity);
  const slopes = d.map((slope) => Word.of(slope?.(y, ...x) ?? 0));
  return {
    word: Word.read(f, arity),
    slopes,
    pulls: slopes.map((slope) => (arrived.mul(slope) as Word).compact()),
    sums: slopes.map((slope) => (before.add(arrived.mul(slope)) as Word).compact()),
  };
}

function compute(name: string, word: Word, operands: readonly Operand[], shape: Shape, dtype: Dtype): Tensor {
  const result = new Tensor(Storage.allocate(name, shape, dtype), shape);
  for (const x of operands) read(x);
  backend().word(word, operands, result);
  return result;
}

/**
 * Writes the values of a word, or of each word of a list, over tensors of one shape and dtype, in one pass; operands, these
 * tensors among them, broadcast to that shape. It is how optimizers move parameters.
 */
export function overwrite(name: string, targets: readonly Tensor[], word: Word, operands: readonly Operand[]): void {
  const [x, ...more] = targets;
  if (!sameShape(broadcast(name, operands), x.shape) || !more.every((y) => sameShape(y.shape, x.shape)))
    throw new ShapeError(`${call(name, operands)}: everything must broadcast to the first, ${show(x.shape)}`);
  for (const operand of operands) read(operand);
  for (const { storage } of targets) storage.preserve();
  backend().word(word, operands, x, more);
  for (const { storage } of targets) storage.version++;
}

/** A formula as part of another: on words it is substituted, on tensors it runs. */
const compose = (word: Word, apply: (...x: Operand[]) => Tensor, x: readonly (Scalar | number)[]): Scalar =>
  x.some((part) => part instanceof Tensor) ? apply(...(x as Operand[])) : word.substitute(x.map(Word.of));

const constant = (value: number, dtype: Dtype): Tensor => {
  const storage = Storage.allocate("tensor", [], dtype);
  storage.value = round[dtype](value);
  return new Tensor(storage, []);
};

function checkOperands(name: string, arity: number, operands: readonly unknown[]): void {
  if (operands.length !== arity)
    throw new DtypeError(
      `${name}: ${arity} ${arity === 1 ? "operand" : "operands"} must be given (given ${operands.length})`,
    );
  for (const x of operands)
    if (!(x instanceof Tensor) && typeof x !== "number")
      throw new DtypeError(`${name}: operands must be tensors or numbers (given ${kindOf(x)})`);
}

/** An op of one input, element by element. */
export type Unary = { (x: Operand): Tensor; of: (x: Scalar | number) => Scalar };
/** An op of two inputs, element by element; they broadcast. */
export type Binary = { (a: Operand, b: Operand): Tensor; of: (a: Scalar | number, b: Scalar | number) => Scalar };
/** An op of three inputs, element by element; they broadcast. */
export type Ternary = { (a: Operand, b: Operand, c: Operand): Tensor; of: (...x: (Scalar | number)[]) => Scalar };

/** Declares an elementwise op of one input. */
export const unary = (name: string, formula: Formula): Unary => elementwise(name, 1, formula);
/** Declares an elementwise op of two inputs. */
export const binary = (name: string, formula: Formula): Binary => elementwise(name, 2, formula);
/** Declares an elementwise op of three inputs. */
export const ternary = (name: string, formula: Formula): Ternary => elementwise(name, 3, formula);
