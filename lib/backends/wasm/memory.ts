/** The memory in which WebAssembly computes, float32 and int32. Values stay where they were computed until someone asks for them or the room is needed. */
import { arrays, type Data, type Dtype } from "../../dtype.js";
import { gone } from "../../error.js";
import { type Home, type Recipe, type Storage, withoutTemporaries } from "../../storage.js";
import type { Backend, Block } from "../backend.js";
import { assemble, Code } from "./assemble.js";

const page = 2 ** 16;
/** Most pages a memory can have: 4 GB. */
const most = 2 ** 16;
/** Where values begin; below, nothing: an address is never 0. */
const base = 64;

/** Bytes beyond which more room for large values costs more memory than it saves time. */
const much = 2 ** 26;

/** So many times its limit a memory may have before values are moved together: what was taken back serves only what has its size. */
const slack = 1.25;

/** How many bytes so many floats take: eight may be read, and four written, at the last of them. */
export const bytesOf = (floats: number): number => Math.ceil((floats * 4 + 28) / 64) * 64;

/** A function of a module, made anew for each memory that it works in. */
export class Kernel {
  private module: WebAssembly.Module | undefined;
  private memory: Memory | undefined;
  private function: ((...args: number[]) => void) | undefined;

  /** `write` is called when the kernel is first needed. */
  constructor(private readonly write: () => Code) {}

  /** The module that holds it. */
  bytes(shared: boolean): Uint8Array<ArrayBuffer> {
    return assemble(this.write(), shared);
  }

  /** The function as it works in a memory; compiled synchronously, so modules stay small. */
  in(memory: Memory): (...args: number[]) => void {
    if (this.memory !== memory || !this.function) {
      this.module ??= new WebAssembly.Module(this.bytes(memory.shared));
      const { exports } = new WebAssembly.Instance(this.module, { memory: { memory: memory.memory } });
      this.memory = memory;
      this.function = exports.kernel as (...args: number[]) => void;
    }
    return this.function;
  }
}

/** Blocks of memory, given out and taken back, and the storages that live in them. */
export class Memory implements Home {
  readonly memory: WebAssembly.Memory;
  /** All of it, as floats; another array after it grew. */
  floats: Float32Array;
  /** Where all blocks end. */
  top = base;
  /** How many bytes those in use have. */
  private taken = 0;
  /** Blocks taken back, by their size. */
  private readonly free = new Map<number, number[]>();
  residents = new Set<Storage>();
  private readonly moving = new Kernel(() => {
    const code = new Code();
    return code.do(...code.parameters(3), "memory.copy");
  });
  /** What the computation under way reads. */
  private operands: readonly (Block | number)[] = [];
  /** Copies of arrays that others hold, for one computation only. */
  private readonly borrowed: [address: number, floats: number][] = [];
  /** Counts what is read and written. */
  private uses = 0;
  /** How far it fills before values are dropped or copied out. */
  private limit = 0;

  /**
   * `room`: bytes to fill before values are copied out; `shared`: workers see it too; `max`: bytes it may grow to; `backend`
   * computes dropped values.
   */
  constructor(
    readonly shared: boolean,
    private readonly max: number,
    private readonly room: number,
    readonly backend: () => Backend,
  ) {
    const maximum = Math.min(most, Math.floor(max / page));
    this.memory = new WebAssembly.Memory({ initial: 1, maximum, shared });
    this.floats = new Float32Array(this.memory.buffer);
  }

  /**
   * Begins a computation: makes sure that its operands can be here, and blocks of so many floats be taken; `false` if there is
   * no more memory.
   */
  begin(operands: readonly (Block | number)[], results: readonly number[]): boolean {
    this.end(); // one that failed may not have come to it
    this.operands = operands;
    let bytes = 0;
    for (const floats of results) bytes += bytesOf(floats);
    let all = bytes;
    for (const x of operands) {
      if (typeof x === "number") continue;
      const size = bytesOf(x.storage.size);
      all += size;
      if (x.storage.home !== this) bytes += size;
    }
    if (base + all > this.max) return false; // the reference computes in arrays
    // Where one computation needs most of the room, the next ones will want what it made.
    this.limit = Math.min(this.max, Math.max(this.limit, this.room + all + Math.min(4 * all, much)));
    if (this.taken + bytes > this.limit) this.makeRoom(bytes);
    if (this.fits(bytes)) return true;
    // Blocks that were taken back serve again what has their size.
    let fresh = bytes;
    for (const size of new Set(results.map(bytesOf))) if (this.free.get(size)?.length) fresh -= size;
    if (this.fits(fresh)) return true;
    this.compact();
    if (this.fits(bytes)) return true;
    this.empty();
    return this.fits(all);
  }

  /** Moves all values to the front, one behind the other, unless they can be computed again. */
  compact(): void {
    this.drop();
    this.clear();
    for (const storage of [...this.residents].sort((a, b) => a.address - b.address)) {
      const to = this.take(storage.size);
      if (to < storage.address) this.moving.in(this)(to, storage.address, bytesOf(storage.size));
      storage.address = to;
    }
  }

  /** Takes places back until a quarter of the room is free: of what can be computed again, then of the rest, what was used last at the end. */
  private makeRoom(bytes: number): void {
    this.drop();
    // Into another set: in V8 a table that a set outgrew holds the next one, and so on, as long as one of them is not collected.
    this.residents = new Set([...this.residents].sort((a, b) => a.used - b.used));
    for (const storage of this.residents) {
      if (this.taken + bytes <= 0.75 * this.limit) return;
      if (this.operands.some((x) => (x as Block).storage === storage)) continue;
      storage.evict();
      storage.used = -1;
    }
  }

  /** Drops what can be computed again. */
  private drop(): void {
    for (const storage of this.residents) if (storage.recipe) storage.drop();
  }

  /** Whether new blocks of so many bytes find place behind all others; the memory grows, if it may. */
  private fits(bytes: number): boolean {
    const end = this.top + bytes;
    const length = this.floats.length * 4;
    if (end <= length) return true;
    if (end > Math.min(this.max, slack * this.limit)) return false;
    try {
      this.memory.grow(Math.ceil((Math.max(end, Math.min(this.limit, 2 * length)) - length) / page));
    } catch {
      return false;
    }
    this.floats = new Float32Array(this.memory.buffer);
    return true;
  }

  /** A block for so many floats. */
  take(floats: number): number {
    const bytes = bytesOf(floats);
    this.taken += bytes;
    const again = this.free.get(bytes)?.pop();
    if (again !== undefined) return again;
    const address = this.top;
    this.top += bytes;
    return address;
  }

  /** Takes a block back. */
  give(address: number, floats: number): void {
    const bytes = bytesOf(floats);
    this.taken -= bytes;
    const places = this.free.get(bytes);
    if (places) places.push(address);
    else this.free.set(bytes, [address]);
  }

  /** Where the values of a storage lie, copied here if they were not. */
  address(storage: Storage): number {
    // What comes back left too early: with more room it would have stayed.
    if (storage.used < 0 && this.limit < 2 * much) this.limit += bytesOf(storage.size);
    storage.used = this.uses++;
    if (storage.home === this) {
      if (storage.address === 0) throw gone();
      return storage.address;
    }
    const data = storage.blank ? null : storage.data;
    const address = this.take(storage.size);
    const place = this.place(storage.dtype, address, storage.size);
    if (data) place.set(data);
    else place.fill(0);
    if (storage.handedOut) this.borrowed.push([address, storage.size]);
    else storage.settle(this, address);
    return address;
  }

  /** The values of a storage were computed into a block. */
  keep(storage: Storage, address: number): void {
    storage.compute(this, address);
    storage.used = this.uses++;
  }

  /** Ends a computation. */
  end(): void {
    for (const [address, floats] of this.borrowed) this.give(address, floats);
    this.borrowed.length = 0;
    this.operands = [];
  }

  copy({ dtype, address, size }: Storage, to: Data): void {
    to.set(this.place(dtype, address, size));
  }

  /** A place as values of a type. */
  private place(dtype: Dtype, address: number, size: number): Data {
    return new arrays[dtype](this.floats.buffer as ArrayBuffer, address, size); // or a shared one
  }

  release(storage: Storage): void {
    if (this.residents.delete(storage)) this.give(storage.address, storage.size);
  }

  again(storage: Storage, { run, operands, shape }: Recipe): void {
    const given = operands.map((x) => (typeof x === "number" ? x : { storage: x.source.storage, shape: x.shape }));
    for (const x of given) if (typeof x !== "number") x.storage.keep();
    withoutTemporaries(() => run(this.backend(), given, { storage, shape }));
  }

  /** Copies out what only lies here and cannot be computed again, and begins anew. */
  empty(): void {
    this.drop();
    for (const storage of this.residents) storage.evict();
    this.clear();
  }

  /** Begins anew, as if nothing lay here. */
  private clear(): void {
    this.free.clear();
    this.top = base;
    this.taken = 0;
  }
}
