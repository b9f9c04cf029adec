/** Numbers to draw from: multiples of a power of two, so that x ± h is exact, the simplest first, so that tests shrink to them. */
import { type Dtype, DtypeError, ValueError } from "../index.js";

/** What the numbers of a tensor must be. */
export type Range = {
  /** The least number (default −2). */
  min?: number;
  /** The greatest number (default 2). */
  max?: number;
  /** The dtype (default float64, which gradient checks need). */
  dtype?: Dtype;
  /** No two elements are equal: for functions with ties, such as `max` and `sort` (default false). */
  distinct?: boolean;
  /** Numbers to keep away from, at which the function has a kink or no value. */
  awayFrom?: readonly number[];
};

/** Sixteen steps of gradcheck's 2^-13: numbers so far from kinks and from each other stay there while differences are taken. */
const spacing = 2 ** -9;
/** How many numbers to choose from, at least, where they exist; more where they must be distinct. */
const choices = { any: 1024, distinct: 4096 };
/** The least number that needs care: a range within ±2^-900 has 0 in it, and nothing else. */
const tiny = 2 ** -900;
/** How many binary places a number of the dtype has behind its first. */
const bits: Record<Dtype, number> = { float64: 52, float32: 23, int32: 31 };

/** Multiples of a step, the simplest first. */
export type Lattice = { readonly points: readonly number[]; readonly step: number };

/** The numbers of a range, the simplest first: whole ones before halves before quarters, 1 before 2, 2 before −2, and 0 after other whole ones. */
export function lattice({ min = -2, max = 2, dtype = "float64", distinct = false, awayFrom = [] }: Range): Lattice {
  if (!Object.hasOwn(bits, dtype))
    throw new DtypeError(`tensors: dtype must be "float64", "float32" or "int32" (given ${dtype})`);
  if (!(min <= max) || !Number.isFinite(max - min))
    throw new ValueError(`tensors: min and max must be finite, and min not above max (given ${min}, ${max})`);
  const wanted = 2 ** Math.floor(Math.log2((max - min) / choices[distinct ? "distinct" : "any"]));
  const finest = 2 ** (Math.ceil(Math.log2(Math.max(-min, max, tiny))) - bits[dtype]);
  const step = Math.max(wanted, finest, dtype === "int32" ? 1 : 0, distinct ? spacing : 0);
  const first = Math.ceil(min / step);
  const count = Math.floor(max / step) - first + 1;
  const points = Array.from({ length: count }, (_, i) => (first + i) * step).filter((x) =>
    awayFrom.every((kink) => Math.abs(x - kink) >= spacing),
  );
  if (points.length === 0)
    throw new ValueError(
      `tensors: between ${min} and ${max} there must be a number of ${dtype}` +
        `${awayFrom.length > 0 ? `, 2^-9 away from ${awayFrom.join(", ")}` : ""} (there is none)`,
    );
  const sorted = points
    .map((x) => ({ x, rank: [fineness(x), +(x === 0), Math.abs(x), +(x < 0)] }))
    .sort((a, b) => a.rank.map((r, i) => r - b.rank[i]).find(Boolean) ?? 0)
    .map(({ x }) => x);
  return { points: sorted, step };
}

/** How many binary places x has behind the point. */
function fineness(x: number): number {
  let places = 0;
  while (places < 1023 && !Number.isInteger(x * 2 ** places)) places++;
  return places;
}

/** Numbers of fewer digits near x, and numbers between it and 0: what to try in its place. Not all of them are in the lattice. */
export function simpler(x: number, step: number): number[] {
  const n = x / step;
  const found = [Math.abs(n)];
  for (let k = 2; k <= 2 * Math.abs(n); k *= 2) {
    const part = Math.trunc(n / k);
    found.push(part * k, (part + Math.sign(n)) * k, n - part);
  }
  return found.map((multiple) => multiple * step);
}

/** Places in the lattice made distinct: one that is taken gives way to the next that is free. */
export function apart(places: readonly number[], count: number): number[] {
  const taken = new Set<number>();
  for (const place of places) {
    let free = place;
    while (taken.has(free)) free = (free + 1) % count;
    taken.add(free);
  }
  return [...taken];
}
