/** Storage: the values behind tensors, in an array, in a backend's memory, or in both; and how often they were written. */

import type { Backend, Block } from "./backends/backend.js";
import { arrays, type Data, type Dtype } from "./dtype.js";
import { gone, ShapeError, show } from "./error.js";
import { checkShape, type Shape, sizeOf } from "./shape.js";

/** A memory beside JavaScript's arrays, where a backend keeps values that nobody may ever ask for. */
export interface Home {
  /** What lives here. */
  residents: Set<Storage>;
  /** Copies the values of a storage that lives here into an array. */
  copy(storage: Storage, to: Data): void;
  /** Takes a storage's place back. */
  release(storage: Storage): void;
  /** Computes the values of a storage that had lived here again: with the same bits, unless there is no more memory for it. */
  again(storage: Storage, recipe: Recipe): void;
}

/** Values as they are now, whatever is written over them later. */
export type Source = { storage: Storage };

/** How values can be computed again, so that they may be dropped: the computation, and its operands with their shapes. */
export type Recipe = {
  readonly run: (by: Backend, operands: readonly (number | Block)[], y: Block) => void;
  readonly operands: readonly (number | { readonly source: Source; readonly shape: Shape })[];
  readonly shape: Shape;
  /** How many recipes one after the other it takes, and how many values they are computed from. */
  readonly depth: number;
  readonly weight: number;
  /** Whether it stays when the values are used: they take so much more room than what they are computed from. */
  readonly lasting: boolean;
};

/** From so many elements on an array is made at once, so that the error of one that cannot be names the operation. */
const large = 2 ** 24;

let most = Infinity;

/** Values with lasting recipes that an operation is about to read: until it has, they are not to be dropped. */
const read: Storage[] = [];
/** How many values are being computed again, one for another. */
let restoring = 0;

/** Sets how many bytes a storage may have. */
export function limitStorage(bytes: number): void {
  most = bytes;
}

/** An array that will be written whole: where there is a way, a larger one is not cleared before. */
function uncleared(dtype: Dtype, size: number): Data {
  const { Buffer } = globalThis as { Buffer?: { allocUnsafeSlow?(bytes: number): Uint8Array<ArrayBuffer> } };
  const bytes = size > 1024 && Buffer?.allocUnsafeSlow?.(size * arrays[dtype].BYTES_PER_ELEMENT);
  return bytes ? new arrays[dtype](bytes.buffer) : new arrays[dtype](size);
}

/** Where values lie; tensors that are reshapes of each other share one. `version` counts the assignments. */
export class Storage {
  version = 0;
  /** The memory that holds these values as well, or alone, and where in it. */
  home: Home | null = null;
  address = 0;
  /** Whether others hold the array and may read it, or even write to it, at any time: no other copy can be trusted then. */
  handedOut = false;
  /** Whether only the tape knows of it, which made it, so that it may be taken back. */
  owned = false;
  /** When its memory last read or wrote it, as a count; negative, once others needed its place there. */
  used = 0;
  /** All values are known to be whole numbers from 0 to below this one, as indices must be. */
  below = Infinity;
  /** Set while nobody has asked for the values since the tape that knew them was released: few are ever asked for; or lasting. */
  recipe: Recipe | null = null;

  /** A recipe that comes back when no operation reads the values any more. */
  private lasting: Recipe | null = null;
  private captured: Source | null = null;
  private discarded = false;
  private single = 0;

  constructor(
    readonly size: number,
    readonly dtype: Dtype,
    private array: Data | null = null,
  ) {}

  static of = (data: Data, dtype: Dtype): Storage => new Storage(data.length, dtype, data);

  /** Storage for a shape, checked before anything is allocated; all zeros. */
  static allocate(op: string, shape: Shape, dtype: Dtype): Storage {
    const size = sizeOf(checkShape(op, shape));
    const bytes = size * arrays[dtype].BYTES_PER_ELEMENT;
    if (bytes > most)
      throw new ShapeError(
        `${op}(${show(shape)}): ${bytes} bytes are asked for, and ${most} are allowed; use smaller batches, or configure({ maxMemory: ${bytes} })`,
      );
    if (size < large) return new Storage(size, dtype);
    try {
      return Storage.of(new arrays[dtype](size), dtype);
    } catch (error) {
      throw new ShapeError(`${op}(${show(shape)}): ${bytes} bytes cannot be allocated (${(error as Error).message})`);
    }
  }

  /** The value of one element, for which no array need be made. */
  get value(): number {
    return this.array === null && this.home === null ? this.single : this.data[0];
  }

  set value(value: number) {
    if (this.array === null && this.home === null) this.single = value;
    else this.change()[0] = value;
  }

  /** Whether it is all zeros because nothing was ever written to it. */
  get blank(): boolean {
    return this.array === null && this.home === null && this.size > 1 && !this.discarded;
  }

  /** Whether the values lie in a memory only. */
  get away(): boolean {
    return this.array === null && this.home !== null;
  }

  /** The values: to be read, or to be filled while nobody else has seen them. */
  get data(): Data {
    if (this.array === null) this.keep();
    if (this.array === null) {
      if (this.discarded) throw gone();
      this.array = this.home ? uncleared(this.dtype, this.size) : new arrays[this.dtype](this.size);
      if (this.home) this.home.copy(this, this.array);
      else if (this.size === 1) this.array[0] = this.single;
    }
    return this.array;
  }

  /** The values, to be changed: there is no other copy from now on. */
  change(): Data {
    this.preserve();
    this.below = Infinity;
    return this.evict();
  }

  /** The values in the array alone. */
  evict(): Data {
    const { data } = this;
    this.leave();
    return data;
  }

  /** The values are used after all: not to be dropped, and computed again if they were. */
  keep(): void {
    const { recipe, home } = this;
    this.recipe = null;
    if (recipe && home && this.address === 0) this.restore(home, recipe);
    if (!recipe?.lasting) return;
    this.lasting = recipe;
    read.push(this);
  }

  private restore(home: Home, recipe: Recipe): void {
    const { captured } = this;
    this.home = this.captured = null; // as if nothing had ever been written, nor would be written over
    restoring++;
    try {
      home.again(this, recipe);
    } catch (error) {
      this.leave();
      Object.assign(this, { array: null, home, address: 0, recipe }); // whoever asks next, tries again
      throw error;
    } finally {
      this.captured = captured;
      restoring--;
    }
  }

  /** An operation has read what it wanted to. */
  static letGo(): void {
    if (read.length === 0 || restoring > 0) return;
    for (const storage of read) storage.recipe = storage.lasting;
    read.length = 0;
  }

  /** Takes the values' place back, for they can be computed again. */
  drop(): void {
    if (this.array !== null) this.leave();
    this.home?.release(this);
    this.address = 0;
  }

  /** The values as they are now, for a recipe. */
  get source(): Source {
    this.captured ??= { storage: this };
    return this.captured;
  }

  /** Before the values are changed: recipes go on with a copy. */
  preserve(): void {
    if (!this.captured) return;
    this.captured.storage = Storage.of(this.data.slice(), this.dtype);
    this.captured = null;
  }

  /** The values for people, who may keep the array. */
  handOut(): Data {
    this.handedOut = true;
    return this.change();
  }

  /** The values were copied to a memory. */
  settle(home: Home, address: number): void {
    this.leave();
    this.home = home;
    this.address = address;
    home.residents.add(this);
  }

  /** New values were computed in a memory; those in the array are old. */
  compute(home: Home, address: number): void {
    this.settle(home, address);
    this.below = Infinity;
    if (this.handedOut) {
      home.copy(this, this.data);
      this.leave();
    } else {
      this.array = null;
      if (born) {
        born.push(this);
        this.owned = true;
      }
    }
  }

  /** Takes values back that nobody will read. */
  discard(): void {
    this.leave();
    this.discarded = this.array === null;
  }

  private leave(): void {
    this.home?.release(this);
    this.home = this.recipe = this.lasting = null;
  }
}

let born: Storage[] | null = null;

/**
 * Runs `f`. What a backend computed in its memory meanwhile is taken back, save what `kept` names of the result: nobody
 * else may hold any of it.
 */
export function withTemporaries<T>(f: () => T, kept: (result: T) => Iterable<Storage>): T {
  const before = born;
  const mine: Storage[] = [];
  born = mine;
  try {
    const result = f();
    const keep = new Set(kept(result));
    for (const storage of mine)
      if (keep.has(storage)) before?.push(storage);
      else if (storage.owned) storage.discard();
    return result;
  } finally {
    born = before;
  }
}

/** Runs users' code in between, who may keep what it computes. */
export function withoutTemporaries<T>(f: () => T): T {
  const before = born;
  born = null;
  try {
    return f();
  } finally {
    born = before;
  }
}
