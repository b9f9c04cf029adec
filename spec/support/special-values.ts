/** Which calls are pinned at special values, and how what they give is written down: short numbers, NaN, infinities and −0 as words. */
import { type Dtype, gradient, type Operand, type Operation, registry, Tensor, tensor } from "gradtape";

export type Float = "float32" | "float64";
export const floats: readonly Float[] = ["float32", "float64"];

/** A number below the smallest normal one, which is written as a word, since it differs between dtypes. */
export const tiny: Readonly<Record<Float, number>> = { float32: Math.fround(1e-40), float64: 1e-310 };

/** What every op is asked about. */
export const specials = (dtype: Float): number[] => [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  2 ** 100, // sums of a few of it are exact
  tiny[dtype],
  -2.5,
];

/** What second and third operands of three are. */
const few = [NaN, -Infinity, -0, 0.5];

/** The operands of an elementwise op, one column for each: all tuples of special values, the first slowest; of three only a few. */
export function columns(arity: number, dtype: Float): number[][] {
  let tuples: number[][] = [[]];
  for (let i = 0; i < arity; i++) {
    const values = arity === 3 && i > 0 ? few : specials(dtype);
    tuples = tuples.flatMap((tuple) => values.map((value) => [...tuple, value]));
  }
  return Array.from({ length: arity }, (_, i) => tuples.map((tuple) => tuple[i]));
}

/** The ops whose formula is a word. */
export const elementwise = [...registry.values()].filter((op) => op.word);

/** The value, then the slope of each input that has one: the gradient of a cotangent of ones. */
export function orders(op: Operation, operands: readonly Operand[]): Record<string, Tensor> {
  const y = op.apply(...(operands as never[]));
  return { value: y, ...slopes(y, operands) };
}

function slopes(y: Tensor, operands: readonly Operand[], seed?: Tensor): Record<string, Tensor> {
  if (!y.tracked) return {};
  const places = operands.flatMap((x, i) =>
    x instanceof Tensor && !(y.origin?.inputs[i] === x && !y.origin.op.differentiable[i]) ? [i] : [],
  );
  const found = gradient(
    y,
    places.map((i) => operands[i] as Tensor),
    { seed: seed ?? ones(y) },
  );
  return Object.fromEntries(found.map((g, k) => [`slope${places[k] + 1}`, g]));
}

const ones = (y: Tensor): Tensor =>
  tensor(new Float64Array(y.size).fill(1), { shape: y.shape, dtype: y.dtype as "float64" });

/** A leaf, whose gradient is asked for. */
export const leaf = (values: readonly number[], dtype: Dtype, shape: readonly number[] = [values.length]): Tensor =>
  tensor(Float64Array.from(values), { dtype, shape, requiresGrad: true });

// ---- rows

/** Short rows: one special value between ordinary ones, three of a kind, and two that meet. */
export function rows(dtype: Float): number[][] {
  const all = specials(dtype);
  const [nan, top, bottom, zero, minus, , , big, least] = all;
  const meetings = [
    [nan, top],
    [top, bottom],
    [bottom, top],
    [top, top],
    [bottom, bottom],
    [zero, minus],
    [minus, zero],
    [big, big],
    [big, -big],
    [least, -least],
  ];
  return [
    ...all.map((value) => [0.5, value, -1.5]),
    ...all.map((value) => [value, value, value]),
    ...meetings.map(([a, b]) => [a, 0.25, b]),
  ];
}

/** Functions that see a whole row: reductions, scans, orders, the softmax family; along an axis. */
export const alongRows: Readonly<Record<string, (x: Tensor, axis: number) => Tensor>> = {
  sum: (x, axis) => x.sum(axis),
  mean: (x, axis) => x.mean(axis),
  prod: (x, axis) => x.prod(axis),
  max: (x, axis) => x.max(axis),
  min: (x, axis) => x.min(axis),
  argmax: (x, axis) => x.argmax(axis),
  argmin: (x, axis) => x.argmin(axis),
  any: (x, axis) => x.any(axis),
  all: (x, axis) => x.all(axis),
  countNonzero: (x, axis) => x.countNonzero(axis),
  variance: (x, axis) => x.variance(axis),
  std: (x, axis) => x.std(axis),
  norm: (x, axis) => x.norm(2, axis),
  "norm of 1": (x, axis) => x.norm(1, axis),
  "norm of 3": (x, axis) => x.norm(3, axis),
  "norm of infinity": (x, axis) => x.norm(Infinity, axis),
  "norm of -infinity": (x, axis) => x.norm(-Infinity, axis),
  median: (x, axis) => x.median(axis),
  quantile: (x, axis) => x.quantile(0.25, axis),
  logSumExp: (x, axis) => x.logSumExp(axis),
  softmax: (x, axis) => x.softmax(axis),
  logSoftmax: (x, axis) => x.logSoftmax(axis),
  softmin: (x, axis) => x.softmin(axis),
  cumsum: (x, axis) => x.cumsum(axis),
  cumprod: (x, axis) => x.cumprod(axis),
  cummax: (x, axis) => x.cummax(axis),
  cummin: (x, axis) => x.cummin(axis),
  logCumSumExp: (x, axis) => x.logCumSumExp(axis),
  sort: (x, axis) => x.sort(axis),
  argsort: (x, axis) => x.argsort(axis),
  topk: (x, axis) => x.topk(2, axis),
  argTopk: (x, axis) => x.argTopk(2, axis),
};

/** The value and the slope of a function of rows [count, n]; cotangents count 1, 2, 3 … along what a row gives, where that is a row. */
export function ofRows(f: (x: Tensor) => Tensor, x: Tensor): Record<string, Tensor> {
  const y = f(x);
  const long = y.rank > 1 ? y.shape[1] : 1;
  const seed = tensor(
    Float64Array.from({ length: y.size }, (_, i) => 1 + (i % long)),
    { shape: y.shape, dtype: y.dtype as "float64" },
  );
  return { value: y, ...slopes(y, [x], seed) };
}

// ---- text

/** A number in six digits at most. */
export function written(x: number, dtype: Float): string {
  if (Object.is(x, -0)) return "-0";
  if (Math.abs(x) === tiny[dtype]) return x < 0 ? "-tiny" : "tiny";
  return Number.isFinite(x) ? String(Number(x.toPrecision(6))) : String(x).replace("Infinity", "Inf");
}

const word = /^(-?)(Inf|tiny)$/;

/** The number that was written. */
export function read(text: string, dtype: Float): number {
  const [, sign, name] = word.exec(text) ?? [];
  if (!name) return Number(text);
  const size = name === "Inf" ? Infinity : tiny[dtype];
  return sign ? -size : size;
}

/** What is pinned of the backend in use: by name, order and dtype. */
export function* pinned(): Generator<{ name: string; order: string; dtype: Float; values: Tensor }> {
  for (const dtype of floats) {
    for (const op of elementwise) {
      const operands = columns(op.arity, dtype).map((column) => leaf(column, dtype));
      for (const [order, values] of Object.entries(orders(op, operands))) yield { name: op.name, order, dtype, values };
    }
    const given = rows(dtype);
    for (const [name, f] of Object.entries(alongRows)) {
      const found = ofRows((x) => f(x, 1), leaf(given.flat(), dtype, [given.length, 3]));
      for (const [order, values] of Object.entries(found)) yield { name: `row ${name}`, order, dtype, values };
    }
  }
}

/** The numbers of a file of lines "name, order[, dtype]: numbers"; a line without a dtype is for both. */
export function parse(text: string): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const line of text.split("\n").filter((line) => line && !line.startsWith("#"))) {
    const [title, numbers] = line.split(": ");
    const [name, order, ...only] = title.split(", ");
    for (const dtype of only.length > 0 ? (only as Float[]) : floats)
      found.set(
        `${name}, ${order}, ${dtype}`,
        numbers.split(" ").flatMap((text) => {
          const [number, times = 1] = text.split("*");
          return new Array<number>(Number(times)).fill(read(number, dtype));
        }),
      );
  }
  return found;
}

/** Numbers in a line, `x*3` for three times x. */
export function line(values: readonly string[]): string {
  const runs: [string, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.[0] === value) last[1]++;
    else runs.push([value, 1]);
  }
  return runs.map(([value, times]) => (times > 1 ? `${value}*${times}` : value)).join(" ");
}

// ---- comparison

/** The smallest number above 0. */
const least = { float32: 2 ** -149, float64: 2 ** -1074 };

/** Whether a number is the one that is wanted: of its kind, and to the five digits that are surely pinned, or `slack`. */
function agrees(found: number, wanted: number, dtype: Float, slack = 0): boolean {
  if (slack > 0 && Math.abs(found - wanted) <= slack) return true;
  if (!Number.isFinite(wanted) || wanted === 0) return Object.is(found, wanted);
  return found * wanted > 0 || Math.abs(wanted) < 1e-30
    ? Math.abs(found - wanted) <= 1e-5 * Math.abs(wanted) + 4 * least[dtype]
    : false;
}

/** What is compared, how far zeros and others may be off, and what to say of a place. */
type Comparison = { dtype: Float; slack?: number; at: (i: number) => unknown };

/** Throws unless all numbers agree with those that are wanted. */
export function compare(found: ArrayLike<number>, wanted: readonly number[], { dtype, slack, at }: Comparison): void {
  if (found.length !== wanted.length) throw new Error(`must be ${wanted.length} numbers (given ${found.length})`);
  for (let i = 0; i < found.length; i++)
    if (!agrees(found[i], wanted[i], dtype, slack))
      throw new Error(
        `${dtype} at (${at(i)}), place ${i}: must be ${written(wanted[i], dtype)} (given ${written(found[i], dtype)})`,
      );
}

/** Numbers as they are written. */
export const list = (numbers: readonly number[], dtype: Float): string =>
  numbers.map((x) => written(x, dtype)).join(", ");
