/** fast-check arbitraries of shapes and tensors, which shrink to few axes, short ones, and simple numbers. */
import fc from "fast-check";
import { type Shape, ShapeError, type Tensor, tensor, ValueError } from "../index.js";
import { apart, lattice, type Range } from "./lattice.js";

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
  if (!Number.isInteger(count) || count < 1)
    throw new ValueError(`broadcastableShapes: count must be a whole number of at least 1 (given ${count})`);
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
  lattice(options, 0); // so that a bad range throws here, not in a property
  const found = new Map<number, number[]>();
  const pointsFor = (size: number) => {
    const points = found.get(size) ?? lattice(options, size);
    found.set(size, points);
    return points;
  };
  const fixed = Array.isArray(shape) ? fc.constant<Shape>(shape) : undefined;
  const drawn = fixed ?? (shape as fc.Arbitrary<Shape> | undefined) ?? shapes(options);
  return drawn.chain((lengths) => {
    const size = lengths.reduce((n, length) => n * length, 1);
    const points = pointsFor(size);
    const places = fc.array(fc.nat(points.length - 1), { minLength: size, maxLength: size, size: "max" });
    return places.map((chosen) => {
      const distinct = options.distinct ? apart(chosen, points.length) : chosen;
      const values = Float64Array.from(distinct, (place) => points[place]);
      return printable(tensor(values, { shape: lengths, dtype: options.dtype ?? "float64" }));
    });
  });
}

/** Lets fast-check print a tensor as code. */
const printable = (x: Tensor): Tensor => Object.defineProperty(x, fc.toStringMethod, { value: () => write(x) });

/** A tensor as code that makes it, with every digit. */
export function write(x: Tensor): string {
  const values = x.size === 0 ? `zeros([${x.shape}]` : `tensor(${JSON.stringify(x.toArray())}`;
  return `${values}, { dtype: "${x.dtype}" })`;
}
