/** Tensor: storage, shape, birth time, and where it came from. Its operations are methods made of the entries in `ops/`. */
import { arrays, type Dtype, type ReadonlyData } from "./dtype.js";
import { DtypeError, GradError, kindOf, ShapeError, show, ValueError } from "./error.js";
import { format } from "./format.js";
import type { Hook } from "./hooks.js";
import { checkIntegers, flatten, type Nested, type NestedNumbers, type TypedArray } from "./nested.js";
import type { Operation } from "./op.js";
import type * as ops from "./ops/index.js";
import { type Shape, sameShape } from "./shape.js";
import { Storage } from "./storage.js";

/** What an op takes beside tensors. */
export type Operand = Tensor | number;

const nothing: readonly Operand[] = [];

/** How a recorded tensor was made, with the version each value had then. */
export class Origin {
  readonly versions: readonly number[];
  /** Whether the tape through here was released by `backward()`. */
  released = false;
  /** What the user called: of a composition its own name, else the op's. */
  name: string;

  constructor(
    readonly op: Operation,
    public inputs: readonly Operand[],
    public attributes: unknown,
    readonly version: number,
  ) {
    const versions = new Array<number>(inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i];
      versions[i] = typeof x === "number" ? 0 : x.storage.version;
    }
    this.versions = versions;
    this.name = op.name;
  }

  release(): void {
    this.released = true;
    this.inputs = nothing;
    this.attributes = undefined;
  }
}

/** What a tensor can be made of or assigned from. */
export type Values = Tensor | Nested | TypedArray;

/** Options of `backward()`. */
export type BackwardOptions = {
  /** The gradient arriving at this tensor, of its shape; a single number needs none (1). */
  seed?: Tensor;
  /** Keep the tape for another `backward()` (default: release it). */
  retainGraph?: boolean;
};

type Methods<Ops> = {
  [Name in keyof Ops]: Ops[Name] extends (x: infer _, ...rest: infer Rest) => infer Y ? (...rest: Rest) => Y : never;
};

export interface Tensor extends Methods<typeof ops> {
  /**
   * Walks the tape back from here and adds each leaf's gradient to its `.grad`. Releases the tape, unless `retainGraph`.
   * Throws a GradError when nothing was recorded, on a tensor of more than one element without a `seed`, on a released
   * tape, and when a value the tape needs was assigned since.
   */
  backward(options?: BackwardOptions): void;
  /**
   * Lets `hook` see the gradient of this tensor, whole, each time one is computed; what it returns, if anything, goes on in
   * its place. Gives the function that takes the hook away. Throws a GradError on a tensor that no gradient reaches.
   */
  registerHook(hook: Hook): () => void;
}

let clock = 0;

/** An n-dimensional array, row-major, that remembers how it was computed. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: index.ts attaches the ops to the prototype
export class Tensor {
  /** When it was made, as a count: everything it is computed from is older. */
  readonly time = clock++;
  /** How it was computed, if that was recorded. */
  origin: Origin | null = null;
  /** What `grad` gives, for those who keep no hold of it. */
  slope: Tensor | null = null;

  constructor(
    public storage: Storage,
    readonly shape: Shape,
    /** Whether `backward()` shall leave a gradient here. */
    public requiresGrad = false,
  ) {}

  get dtype(): Dtype {
    return this.storage.dtype;
  }

  /** The values in row-major order: an array to read; `assign` writes. */
  get data(): ReadonlyData {
    return this.storage.handOut();
  }

  /** The gradient that `backward()` left here, on leaves that require it; `null` before. */
  get grad(): Tensor | null {
    if (this.slope) this.slope.storage.owned = false; // from now on someone else may hold it
    return this.slope;
  }

  set grad(g: Tensor | null) {
    if (this.slope?.storage.owned) this.slope.storage.discard();
    this.slope = g;
  }

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return this.storage.size;
  }

  /** Whether gradients flow through: it requires one, or was computed from something that does. */
  get tracked(): boolean {
    return this.requiresGrad || this.origin !== null;
  }

  /** The value of a tensor of one element, as a number. */
  item(): number {
    if (this.size !== 1)
      throw new ShapeError(`item(${show(this.shape)}): the tensor must have one element (it has ${this.size})`);
    return this.storage.value;
  }

  /** The values as nested arrays, such as `toArray<number[][]>()` of a matrix; a tensor of no axes gives a number. */
  toArray<T extends NestedNumbers = NestedNumbers>(): T {
    const nest = (axis: number, start: number, size: number): NestedNumbers => {
      if (axis === this.shape.length) return this.storage.data[start];
      const step = size / this.shape[axis];
      return Array.from({ length: this.shape[axis] }, (_, i) => nest(axis + 1, start + i * step, step));
    };
    return nest(0, 0, this.size) as T;
  }

  /** What `JSON.stringify` makes of a tensor: nested arrays, in which NaN and infinities are null. */
  toJSON(): NestedNumbers {
    return this.toArray();
  }

  /** The same values with no past: gradients stop here. Shares the storage. */
  detach(): Tensor {
    return new Tensor(this.storage, this.shape);
  }

  /**
   * Writes new values: all of them, of this shape (a number fills), or one number `at` a flat index. Beside an optimizer's
   * step the only way to change a tensor; all that shares its storage sees it, and `backward()` finds out if it saved the old.
   */
  assign(values: Values, at?: number): this {
    if (this.origin)
      throw new GradError(
        `assign(${show(this.shape)}): this tensor was computed by ${this.origin.name}, and new values would not be; assign what it was computed from, or a detach().clone()`,
      );
    if (typeof values === "number" && this.dtype === "int32") checkIntegers("assign", [values]);
    const data = this.storage.change();
    if (at !== undefined) {
      if (typeof values !== "number")
        throw new ValueError(
          `assign(${show(this.shape)}): one number is written at a flat index (given ${kindOf(values)})`,
        );
      if (!Number.isInteger(at) || at < 0 || at >= data.length)
        throw new ValueError(
          `assign(${show(this.shape)}): one number is written at a flat index from 0 to ${data.length - 1} (given ${at})`,
        );
      data[at] = values;
    } else if (typeof values === "number") data.fill(values);
    else {
      const { data: from, shape } =
        values instanceof Tensor ? { data: values.storage.data, shape: values.shape } : flatten("assign", values);
      const given = shape ?? [from.length];
      if (shape ? !sameShape(given, this.shape) : from.length !== data.length)
        throw new ShapeError(`assign(${show(this.shape)}): the values must have this shape (given ${show(given)})`);
      if (this.dtype === "int32") checkIntegers("assign", from);
      data.set(from);
    }
    this.storage.version++;
    return this;
  }

  toString(): string {
    return format(this);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return format(this);
  }
}

/** Checks that a value is a tensor, for functions that people call from JavaScript. */
export function checkTensor(op: string, x: unknown): asserts x is Tensor {
  if (!(x instanceof Tensor))
    throw new DtypeError(
      `${op}: a tensor must be given (given ${x === null ? "null" : typeof x}); make one with tensor(values)`,
    );
}

/** A leaf changes only by `assign`: this is how a model changes dtype in place. Not for tensors with a past. */
export function convert(x: Tensor, dtype: Dtype): void {
  if (x.origin)
    throw new GradError(
      `to("${dtype}"): only a leaf can change its dtype in place (this one was computed by ${x.origin.name})`,
    );
  if (x.dtype === dtype) return;
  const storage = Storage.of(new arrays[dtype](x.storage.data), dtype);
  storage.version = x.storage.version + 1;
  x.storage = storage;
  x.grad = null;
}
