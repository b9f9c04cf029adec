/** Random numbers from an explicit seed: a cipher run over a counter, so that the state is a key and a position. */
import { ValueError } from "./error.js";
import { encrypt } from "./threefry.js";

function whole(op: string, name: string, value: number, least: number, bits: number): number {
  if (!Number.isSafeInteger(value) || value < least || value >= 2 ** bits)
    throw new ValueError(`${op}: ${name} must be a whole number from ${least} to 2^${bits} - 1 (given ${value})`);
  return value;
}

/** All there is to save of a generator, safe in JSON: its key, and how many words of 32 bits were drawn. */
export type GeneratorState = { key: [number, number]; position: number };

/** How many words are made at a time. */
const batch = 64;

/**
 * A stream of random numbers. Word i is word i % 2 of the block whose counter is floor(i / 2); that and the seed enter
 * the cipher as [low, high] 32 bits. The words are promised for ever; normals as far as engines agree on log, sin, cos.
 */
export class Generator {
  private key: [number, number];
  private readonly words = new Uint32Array(batch);
  private start = 0;
  private used = 0;

  /** `seed` is a whole number from 0 to 2^53 - 1. */
  constructor(seed: number) {
    whole("Generator", "seed", seed, 0, 53);
    this.key = [seed >>> 0, Math.floor(seed / 2 ** 32)];
    this.moveTo(0);
  }

  private moveTo(position: number): void {
    this.used = position % batch;
    this.start = position - this.used;
    for (let i = 0; i < batch; i += 2) {
      const block = (this.start + i) / 2;
      encrypt(this.key[0], this.key[1], block, Math.floor(block / 2 ** 32), this.words, i);
    }
  }

  /** What `restore` needs to go on from here. */
  get state(): GeneratorState {
    return { key: [...this.key], position: this.start + this.used };
  }

  /** Goes on from where `state` was taken; a ValueError, before anything changes, says what is wrong with it. */
  restore(state: GeneratorState): void {
    if (!Array.isArray(state?.key) || state.key.length !== 2)
      throw new ValueError(`restore: key must be two whole numbers (given ${JSON.stringify(state?.key)})`);
    for (const word of state.key) whole("restore", "each word of key", word, 0, 32);
    const position = whole("restore", "position", state.position, 0, 53);
    this.key = [...state.key];
    this.moveTo(position);
  }

  /** A second generator that goes on from here by itself. */
  clone(): Generator {
    const other = new Generator(0);
    other.restore(this.state);
    return other;
  }

  /** The next word: a whole number from 0 to 2^32 - 1. */
  next(): number {
    if (this.used === batch) this.moveTo(this.start + batch);
    return this.words[this.used++];
  }

  /** A multiple of 2^-53 in [0, 1), from two words. */
  uniform(): number {
    return ((this.next() >>> 5) * 2 ** 26 + (this.next() >>> 6)) * 2 ** -53;
  }

  /** A standard normal number by Box and Muller, from four words; the other of the pair is dropped, `fillNormal` keeps it. */
  normal(): number {
    return this.radius() * Math.cos(2 * Math.PI * this.uniform());
  }

  private radius(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform()));
  }

  /** A whole number in [0, n), each as likely as any other; n is from 1 to 2^53 - 1. */
  integer(n: number): number {
    return this.below(whole("integer", "n", n, 1, 53));
  }

  private below(n: number): number {
    const range = n <= 2 ** 32 ? 2 ** 32 : 2 ** 53;
    while (true) {
      const drawn = n <= 2 ** 32 ? this.next() : this.uniform() * 2 ** 53;
      const rest = drawn % n;
      // What lies beyond the last whole multiple of n would favour small numbers: drawn again.
      if (drawn - rest + n <= range) return rest;
    }
  }

  /** The whole numbers in [0, n) in random order. */
  permutation(n: number): Int32Array {
    const out = new Int32Array(whole("permutation", "n", n, 0, 31));
    for (let i = 1; i < n; i++) {
      const j = this.below(i + 1);
      out[i] = out[j];
      out[j] = i;
    }
    return out;
  }

  /** `size` whole numbers in [0, n) in random order, distinct unless `replace` (NumPy's is true unless said); costs O(size). */
  choice(n: number, size: number, { replace = false } = {}): Int32Array {
    whole("choice", "n", n, replace ? 1 : 0, 31);
    whole("choice", "size", size, 0, 31);
    if (!replace && size > n)
      throw new ValueError(`choice(${n}, ${size}): size must be at most n, unless replace is true`);
    // Fisher and Yates over 0 … n - 1, of which only what was moved is kept.
    const moved = new Map<number, number>();
    return new Int32Array(size).map((_, i) => {
      if (replace) return this.below(n);
      const j = i + this.below(n - i);
      const drawn = moved.get(j) ?? j;
      moved.set(j, moved.get(i) ?? i);
      return drawn;
    });
  }

  /** Fills `out` from [low, high), rounded to its type: float32 takes a word each (24 bits), float64 two (53 bits). */
  fillUniform<T extends Float32Array | Float64Array>(out: T, low = 0, high = 1): T {
    const narrow = out instanceof Float32Array;
    const round = narrow ? Math.fround : (x: number): number => x;
    const [from, to] = [round(low), round(high)];
    const span = to - from;
    if (!(span >= 0 && span < Infinity))
      throw new ValueError(
        `fillUniform(${low}, ${high}): low must be at most high, and high - low finite in ${narrow ? "float32" : "float64"}`,
      );
    // from + span * u may round up to `to`, so it is held at the value just beneath, found by ever longer steps down.
    let lid = to;
    for (let step = Math.abs(to) * 2 ** -54 || 2 ** -1074; lid === to && span > 0; step *= 2) lid = round(to - step);
    for (let i = 0; i < out.length; i++)
      out[i] = Math.min(from + span * (narrow ? (this.next() >>> 8) * 2 ** -24 : this.uniform()), lid);
    return out;
  }

  /** Fills `out` with normal numbers, two from every four words (an odd length drops the last); std may be 0. */
  fillNormal<T extends Float32Array | Float64Array>(out: T, mean = 0, std = 1): T {
    if (!Number.isFinite(mean) || !(std >= 0 && std < Infinity))
      throw new ValueError(`fillNormal(${mean}, ${std}): mean must be finite, std finite and not negative`);
    for (let i = 0; i < out.length; i += 2) {
      const radius = std * this.radius();
      const angle = 2 * Math.PI * this.uniform();
      out[i] = mean + radius * Math.cos(angle);
      if (i + 1 < out.length) out[i + 1] = mean + radius * Math.sin(angle);
    }
    return out;
  }
}

const shared = /* @__PURE__ */ new Generator(0);

/** The generator used where none is given; its seed at start is 0, so that a program draws the same in every run. */
export const defaultGenerator = (): Generator => shared;

/** Starts the default generator again from `seed`, for all who hold it. */
export function manualSeed(seed: number): void {
  whole("manualSeed", "seed", seed, 0, 53);
  shared.restore(new Generator(seed).state);
}
