/** fast-check arbitraries of shapes and tensors, which shrink to few axes, short ones, and simple numbers. */
import fc from "fast-check";
import { type Shape, ShapeError, type Tensor, tensor, ValueError } from "../index.js";
import { check, wholeFrom } from "../range.js";
import { apart, lattice, type Range, simpler } from "./lattice.js";

/** Bounds of shapes. */
export type ShapesOptions = {
  /** The fewest axes (default 0: a single number). */
  minRank?: number;
  /** The most axes (default 3). */
  maxRank?: number;
  /** The least length of an axis (default 1; with 0 tensors may be empty). */
  minLength?: number;
  /** The greatest length of an axis (default 3). */
  maxLength?: number;
};

/** Shapes within bounds. Throws a ShapeError on bounds that no shape fits. */
export function shapes(options: ShapesOptions = {}): fc.Arbitrary<Shape> {
  const { minRank, maxRank, minLength, maxLength } = bounds(options);
  const lengths = fc.integer({ min: minLength, max: maxLength });
  return fc.array(lengths, { minLength: minRank, maxLength: maxRank, size: "max" });
}

function bounds({ minRank = 0, maxRank = Math.max(3, minRank), minLength = 1, ...rest }: ShapesOptions) {
  const { maxLength = Math.max(3, minLength) } = rest;
  for (const [name, min, max] of [
    ["Rank", minRank, maxRank],
    ["Length", minLength, maxLength],
  ] as const)
    if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0 || max < min)
      throw new ShapeError(`shapes: min${name} and max${name} must be whole numbers in order (given ${min}, ${max})`);
  return { minRank, maxRank, minLength, maxLength };
}

/**
 * `count` shapes that broadcast to one shape within the bounds: some lack leading axes of it, some have length 1 where it
 * has more; one of them, any, is that shape itself.
 */
export function broadcastableShapes(count: number, options: ShapesOptions = {}): fc.Arbitrary<Shape[]> {
  check("broadcastableShapes", { count }, wholeFrom(1));
  const { maxRank } = bounds(options);
  // Each as how many axes it lacks, which are often none, and (as booleans) which of the others have length 1.
  const lacking = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(maxRank) });
  const narrowing = fc.tuple(lacking, fc.array(fc.boolean(), { minLength: maxRank, maxLength: maxRank }));
  return fc
    .tuple(shapes(options), fc.nat(count - 1), fc.array(narrowing, { minLength: count, maxLength: count }))
    .map(([shape, whole, narrowings]) =>
      narrowings.map(([axes, ones], i) =>
        i === whole ? shape : shape.map((length, axis) => (ones[axis] ? 1 : length)).slice(axes),
      ),
    );
}

/** What tensors must be: of one `shape`, of the shapes an arbitrary draws, or within bounds; and their numbers. */
export type TensorsOptions = ShapesOptions & Range & { shape?: Shape | fc.Arbitrary<Shape> };

/**
 * Tensors of numbers that gradient checks can use: uniform over multiples of a power of two between `min` and `max`, at
 * least 2^-9 away from kinks and (`distinct`) from each other; they print as code. fc.double will not do: nine in ten of
 * its numbers between −3 and 3 are nearer to 0 than 0.001. Throws a ValueError where the numbers asked for do not exist.
 */
export function tensors({ shape, ...options }: TensorsOptions = {}): fc.Arbitrary<Tensor> {
  const fixed = Array.isArray(shape) ? fc.constant<Shape>(shape) : undefined;
  return new Tensors(fixed ?? (shape as fc.Arbitrary<Shape> | undefined) ?? shapes(options), options);
}

/** What a drawn tensor was made of. */
type Parts = { shape: fc.Value<Shape>; numbers: readonly number[] };

/** Shrinks by taking a smaller shape with some of the same numbers, then simpler numbers; fast-check's `chain` would draw new ones. */
class Tensors extends fc.Arbitrary<Tensor> {
  private readonly points: readonly number[];
  private readonly step: number;
  private readonly places: ReadonlyMap<number, number>;

  constructor(
    private readonly shapes: fc.Arbitrary<Shape>,
    private readonly range: Range,
  ) {
    super();
    ({ points: this.points, step: this.step } = lattice(range));
    this.places = new Map(this.points.map((x, place) => [x, place]));
  }

  generate(random: fc.Random, bias: number | undefined): fc.Value<Tensor> {
    const shape = this.shapes.generate(random, bias);
    const size = sizeOf(shape.value);
    const { distinct = false } = this.range;
    const count = this.points.length;
    if (distinct && size > count)
      throw new ValueError(
        `tensors({ distinct: true }): a shape must have at most as many elements as there are numbers to choose from ` +
          `(given [${shape.value}], ${count} numbers)`,
      );
    const drawn = fc.array(fc.nat(count - 1), { minLength: size, maxLength: size, size: "max" });
    const places = drawn.generate(random, bias).value;
    return this.make({ shape, numbers: (distinct ? apart(places, count) : places).map((place) => this.points[place]) });
  }

  canShrinkWithoutContext(_: unknown): _ is Tensor {
    return false;
  }

  shrink(_: Tensor, context: unknown): fc.Stream<fc.Value<Tensor>> {
    const parts = context as Parts;
    return fc.stream(this.smaller(parts)).join(fc.stream(this.simpler(parts)));
  }

  /** Smaller shapes with the first numbers, or with the last. */
  private *smaller({ shape, numbers }: Parts): Generator<fc.Value<Tensor>> {
    for (const less of this.shapes.shrink(shape.value, shape.context)) {
      const size = sizeOf(less.value);
      if (size > numbers.length) continue; // an arbitrary of the user's own may think it simpler
      yield this.make({ shape: less, numbers: numbers.slice(0, size) });
      if (size < numbers.length) yield this.make({ shape: less, numbers: numbers.slice(numbers.length - size) });
    }
  }

  /** The same shape with one number replaced by one that comes earlier in the lattice, so that this ends. */
  private *simpler({ shape, numbers }: Parts): Generator<fc.Value<Tensor>> {
    const taken = new Set(this.range.distinct ? numbers : []);
    const first = this.points.find((x) => !taken.has(x)) as number;
    for (const [i, x] of numbers.entries())
      for (const other of new Set([first, ...simpler(x, this.step)])) {
        const place = this.places.get(other) ?? Infinity;
        if (place < (this.places.get(x) as number) && !taken.has(other))
          yield this.make({ shape, numbers: numbers.map((v, k) => (k === i ? other : v)) });
      }
  }

  private make(parts: Parts): fc.Value<Tensor> {
    const { shape, numbers } = parts;
    const y = tensor(Float64Array.from(numbers), { shape: shape.value, dtype: this.range.dtype ?? "float64" });
    Object.defineProperty(y, fc.toStringMethod, { value: () => write(y) });
    return new fc.Value(y, parts);
  }
}

const sizeOf = (shape: Shape): number => shape.reduce((n, length) => n * length, 1);

/** A tensor as code that makes it, with every digit. */
export function write(x: Tensor): string {
  const values = x.size === 0 ? `zeros([${x.shape}]` : `tensor(${JSON.stringify(x.toArray())}`;
  return `${values}, { dtype: "${x.dtype}" })`;
}
