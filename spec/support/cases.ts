/** Random calls of an op, drawn from its facts: small shapes, simple dyadic numbers, and clear of kinks and ties where slopes are checked. */
import fc from "fast-check";
import { type Domain, type Operand, type Operation, type Sample, type Shape, Tensor, tensor } from "gradtape";
import { apart } from "../../lib/testing/lattice.js";

/** A call of an op. */
export type Case = {
  readonly op: Operation;
  /** The float tensors it is given: float64 leaves that require a gradient. */
  readonly inputs: readonly Tensor[];
  /** Which of the op's operands each input is: plain numbers are operands too. */
  readonly places: readonly number[];
  /** For each input, whether the op claims a derivative. */
  readonly differentiable: readonly boolean[];
  /** Makes the call with these inputs, or with others of the same shapes. */
  call(inputs?: readonly Tensor[]): Tensor;
  /** All that the op is given, tensors and plain numbers and attributes. */
  list(inputs?: readonly Tensor[]): readonly unknown[];
  /** The same with nested arrays in place of tensors. */
  readonly args: readonly unknown[];
  /** The call as text that can be pasted. */
  describe(): string;
};

/** What kind of cases to draw. */
export type CaseOptions = {
  /** Keep 16 steps of 2^-13 away from kinks and ties (default), or meet them often. */
  smooth?: boolean;
};

/** A call without its values: the shape of each float operand, `null` for a plain number, and the argument list made of them. */
type Call = {
  shapes: readonly (Shape | null)[];
  list(operands: readonly Operand[]): readonly unknown[];
};

/** Random calls of `op`. */
export function cases(op: Operation, { smooth = true }: CaseOptions = {}): fc.Arbitrary<Case> {
  return calls(op).chain((call) => {
    const points = call.shapes.map((_, i) => pointsOf(op, i, call.shapes.length, smooth));
    const draws = call.shapes.map((shape, i) => {
      const size = sizeOf(shape ?? []);
      return fc.array(fc.nat(points[i].length - 1), { minLength: size, maxLength: size });
    });
    return fc.tuple(...draws).map((drawn) =>
      makeCase(
        op,
        call,
        drawn.map((places, i) =>
          (smooth && op.ties ? apart(places, points[i].length) : places).map((at) => points[i][at]),
        ),
      ),
    );
  });
}

function makeCase(op: Operation, { shapes, list }: Call, values: readonly (readonly number[])[]): Case {
  const tensors = shapes.flatMap((shape, i) => (shape ? [i] : []));
  const inputs = tensors.map((i) =>
    tensor(Float64Array.from(values[i]), { shape: shapes[i] as Shape, requiresGrad: true }),
  );
  const made = {
    op,
    inputs,
    places: tensors,
    differentiable: tensors.map((i) => op.composed ?? op.differentiable[i] ?? op.arity === Infinity),
    call: (given: readonly Tensor[] = inputs) => op.apply(...(made.list(given) as never[])),
    list: (given: readonly Tensor[] = inputs) => {
      const rest = given.values();
      return list(shapes.map((shape, i) => (shape ? (rest.next().value as Tensor) : values[i][0])));
    },
    get args() {
      return made.list().map((x) => replaceTensors(x, (found) => found.toArray()));
    },
    describe: () => `${op.name}(${made.list().map(write).join(", ")})`,
    [fc.toStringMethod]: () => made.describe(),
  };
  return made;
}

/** A value with every tensor in it, also in arrays, replaced. */
export const replaceTensors = (x: unknown, by: (x: Tensor) => unknown): unknown =>
  x instanceof Tensor ? by(x) : Array.isArray(x) ? x.map((part) => replaceTensors(part, by)) : x;

const write = (x: unknown): string =>
  x instanceof Tensor
    ? x.size === 0
      ? `zeros(${JSON.stringify(x.shape)})`
      : `tensor(${JSON.stringify(x.toArray())})`
    : Array.isArray(x)
      ? `[${x.map(write).join(", ")}]`
      : (JSON.stringify(x) ?? String(x));

const sizeOf = (shape: Shape): number => shape.reduce((n, length) => n * length, 1);

// ---- shapes

/** Every shape of `rank` axes with lengths from 1 to `longest` and at most `most` elements, the smallest first. */
function shapesOf(rank: number, longest = 4, most = 12): Shape[] {
  let found: Shape[] = [[]];
  for (let axis = 0; axis < rank; axis++)
    found = found.flatMap((shape) => Array.from({ length: longest }, (_, i) => [...shape, i + 1]));
  return found.filter((shape) => sizeOf(shape) <= most).sort((a, b) => sizeOf(a) - sizeOf(b));
}

const anyOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.nat(values.length - 1).map((i) => values[i]);

/** Shapes of up to three axes, sometimes of no elements. */
const shapes: fc.Arbitrary<Shape> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 6, arbitrary: anyOf(shapesOf(1)) },
  { weight: 6, arbitrary: anyOf(shapesOf(2)) },
  { weight: 4, arbitrary: anyOf(shapesOf(3)) },
  { weight: 1, arbitrary: anyOf([[0], [2, 0], [0, 3], [2, 0, 3]]) },
);

/** How an operand broadcasts: how many leading axes it lacks, and (as bits) which of the others have length 1. */
const narrowing = fc.tuple(
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
  fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
);

const narrowed = (shape: Shape, [lacking, ones]: readonly [number, number]): Shape =>
  shape.slice(lacking).map((length, axis) => ((ones >> axis) & 1 ? 1 : length));

/** Elementwise calls: operands that broadcast, a few of them plain numbers, though never all. */
const elementwise = (arity: number): fc.Arbitrary<Call> => {
  const seldom = fc.nat(6).map((n) => n === 6);
  const operands = fc.array(fc.tuple(narrowing, seldom), { minLength: arity, maxLength: arity });
  return fc.tuple(shapes, operands).map(([shape, drawn]) => {
    const numbers = drawn.map(([, isNumber]) => isNumber);
    if (numbers.every(Boolean)) numbers[0] = false;
    return {
      shapes: drawn.map(([narrow], i) => (numbers[i] ? null : arity === 1 ? shape : narrowed(shape, narrow))),
      list: (given) => given,
    };
  });
};

const listOf =
  ({ call, args = [] }: Sample) =>
  (inputs: readonly Operand[]): readonly unknown[] =>
    call ? call(...(inputs as Tensor[])) : [...inputs, ...args];

/** Lengths of named axes, and of the leading ones. */
const lengths = fc.oneof(
  { withCrossShrink: true },
  { weight: 24, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const leading = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constant<Shape>([]) },
  { weight: 1, arbitrary: anyOf([...shapesOf(1, 2), ...shapesOf(2, 2)]) },
);

/** Calls whose shapes a signature such as `"... m k, ... k n -> ... m n"` tells. */
function signed(signature: string, sample: Sample): fc.Arbitrary<Call> {
  const sides = signature
    .split("->")[0]
    .split(",")
    .map((side) => side.trim().split(/\s+/).filter(Boolean));
  const names = [...new Set(sides.flat())].filter((name) => name !== "...");
  return fc
    .tuple(fc.tuple(...names.map(() => lengths)), leading, fc.tuple(...sides.map(() => narrowing)))
    .map(([drawn, front, narrow]) => ({
      shapes: sides.map((side, i) =>
        side.flatMap((name) => (name === "..." ? narrowed(front, narrow[i]) : [drawn[names.indexOf(name)]])),
      ),
      list: listOf(sample),
    }));
}

function calls(op: Operation): fc.Arbitrary<Call> {
  const { word, arity, signature } = op;
  if (word) return elementwise(arity);
  const samples = op.samples ?? (signature ? [{ shapes: [] }] : []);
  if (samples.length === 0) throw new Error(`${op.name}: has no samples, so that no call of it can be made`);
  return anyOf(samples).chain((sample) =>
    signature && sample.shapes.length === 0
      ? signed(signature(sample.args?.[0] ?? {}), sample)
      : fc.constant({ shapes: sample.shapes, list: listOf(sample) }),
  );
}

// ---- values

/** Points lie 16 steps of 2^-13 apart, so that differences of up to two steps on either side reach no neighbour. */
const spacing = 2 ** -9;
/** So far apart that values often meet. */
const coarse = 2 ** -2;

/**
 * Where input `i` of `count` may lie: the points of a lattice in its domain, the simplest first. Away from kinks, or every
 * other one on a kink; of an op with ties each input has points of its own, or all have the same few.
 */
function pointsOf(op: Operation, i: number, count: number, smooth: boolean): readonly number[] {
  const key = `${op.name} ${i} ${count} ${smooth}`;
  const found = known.get(key) ?? findPoints(op, i, count, smooth);
  known.set(key, found);
  return found;
}

const known = new Map<string, readonly number[]>();

function findPoints(op: Operation, i: number, count: number, smooth: boolean): number[] {
  const kinks = op.kinks?.[i] ?? [];
  const all = lattice(op.domain?.[i] ?? [-2, 2], op.ties && !smooth ? coarse : spacing);
  const own = op.ties && smooth ? all.filter((x) => (((x / spacing) % count) + count) % count === i) : all;
  // An input without a slope, beside others that have one, is a choice between them: its jumps are no trouble, and needed.
  const chooses = op.differentiable.some(Boolean) && !op.composed && !op.differentiable[i];
  const clear = own.filter((x) => kinks.every((kink) => Math.abs(x - kink) >= spacing));
  return kinks.length > 0 && (chooses || !smooth) ? clear.flatMap((x, at) => [x, kinks[at % kinks.length]]) : clear;
}

/** The multiples of `step` in a domain: whole numbers, then halves, then quarters …; small before large, zero after its kind. */
function lattice([from, to]: Domain, step: number): number[] {
  const points = Array.from(
    { length: Math.floor((to - from) / step) + 2 },
    (_, k) => (Math.ceil(from / step) + k) * step,
  );
  const fineness = (x: number): number => {
    let bits = 0;
    while (!Number.isInteger(x * 2 ** bits)) bits++;
    return bits;
  };
  const rank = (x: number): number[] => [fineness(x), +(x === 0), Math.abs(x), +(x < 0)];
  return points
    .filter((x) => x >= from && x <= to)
    .map((x) => ({ x, rank: rank(x) }))
    .sort((a, b) => a.rank.map((r, k) => r - b.rank[k]).find(Boolean) ?? 0)
    .map(({ x }) => x + 0);
}
