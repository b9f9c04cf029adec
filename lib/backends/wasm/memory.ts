/** Scratch: the memory in which WebAssembly computes. Values are copied in, results out; nothing lives here between calls. */
import { assemble, type Code } from "./assemble.js";

const page = 2 ** 16;
/** Vectors may be read, never used, past the end of an array. */
const padding = 64;

/** Functions of a module, as JavaScript calls them. */
export type Functions = Readonly<Record<string, (...args: number[]) => void>>;

/** A memory that grows, handed out from its start anew for each computation. */
export class Scratch {
  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  private used = 0;
  /** All of it, as floats; another array after it grew. */
  floats = new Float32Array(this.memory.buffer);

  /** Begins a computation that needs arrays of so many floats; gives their addresses, or `null` where there is no more memory. */
  take(...lengths: readonly number[]): number[] | null {
    this.used = 0;
    const places = lengths.map((length) => {
      const place = this.used;
      this.used += Math.ceil((length * 4 + padding) / padding) * padding;
      return place;
    });
    const missing = this.used - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / page));
      } catch {
        return null;
      }
      this.floats = new Float32Array(this.memory.buffer);
    }
    return places;
  }

  /** Copies values to an address. */
  write(place: number, values: ArrayLike<number>): void {
    this.floats.set(values, place / 4);
  }

  /** Copies `length` values from an address to an index of an array. */
  read(place: number, to: Float32Array, index: number, length: number): void {
    to.set(this.floats.subarray(place / 4, place / 4 + length), index);
  }

  /** Makes functions that work in this memory; synchronously, so modules stay small. */
  functions(codes: Readonly<Record<string, Code>>): Functions {
    const module = new WebAssembly.Module(assemble(codes));
    return new WebAssembly.Instance(module, { memory: { memory: this.memory } }).exports as Functions;
  }
}
