/** The memory in which WebAssembly computes, float32 and int32. Values stay where they were computed until someone asks for them or the room is needed. */
import type { Data, Dtype } from "../../dtype.js";
import { gone } from "../../error.js";
import { type Home, type Recipe, type Storage, withoutTemporaries } from "../../storage.js";
import type { Backend } from "../backend.js";
import { assemble, type Code } from "./assemble.js";

const page = 2 ** 16;
/** Most pages a memory can have: 4 GB. */
const most = 2 ** 16;
/** Where values begin; below, nothing: an address is never 0. */
const base = 64;

/** Bytes beyond which more room for large values costs more memory than it saves time. */
const much = 2 ** 26;

/** So many times its limit a memory may have, since blocks that were taken back serve only what has their size. */
const slack = 1.25;

/** How many bytes so many floats take: whole vectors, the last of which may be read and written as one. */
export const bytesOf = (floats: number): number => (floats * 4 + 16 + 63) & -64;

/** Whether this place has the instructions of a function. */
export const supported = (code: Code): boolean => WebAssembly.validate(assemble({ kernel: code }));

/** A function of a module, made anew for each memory that it works in. */
export class Kernel {
  private module: WebAssembly.Module | undefined;
  private memory: Memory | undefined;
  private function: ((...args: number[]) => void) | undefined;

  /** `write` is called when the kernel is first needed. */
  constructor(private readonly write: () => Code) {}

  /** The module that holds it. */
  bytes(shared: boolean): Uint8Array<ArrayBuffer> {
    return assemble({ kernel: this.write() }, shared);
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
  private top = base;
  /** Blocks taken back, by their size, and how many bytes they have together. */
  private readonly free = new Map<number, number[]>();
  private idle = 0;
  private readonly residents = new Set<Storage>();
  /** Copies of arrays that others hold, for one computation only. */
  private readonly borrowed: [address: number, floats: number][] = [];
  /** How far it fills before values are dropped or copied out. */
  private limit: number;

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
    this.limit = Math.min(room, max);
    const maximum = Math.min(most, Math.floor(max / page));
    this.memory = new WebAssembly.Memory({ initial: 1, maximum, shared });
    this.floats = new Float32Array(this.memory.buffer);
  }

  /** How many bytes are in use, or were. */
  get used(): number {
    return this.top;
  }

  /** Makes sure that so many bytes can be taken for one computation; `false` if there is no more memory. */
  begin(bytes: number): boolean {
    if (base + bytes > this.max) return false; // the reference computes in arrays
    // Where one computation needs most of the room, the next ones will want what it made.
    this.limit = Math.min(this.max, Math.max(this.limit, this.room + bytes + Math.min(4 * bytes, much)));
    if (this.top - this.idle + bytes > this.limit) this.makeRoom(bytes);
    if (this.top + bytes > slack * this.limit) this.empty();
    if (this.reaches(this.top + bytes)) return true;
    this.empty();
    return this.reaches(base + bytes);
  }

  /** Takes places back: of what can be computed again, then of what is oldest, until a quarter of the room is free. */
  private makeRoom(bytes: number): void {
    for (const storage of this.residents) if (storage.recipe) storage.drop();
    for (const storage of this.residents) {
      if (this.top - this.idle + bytes <= 0.75 * this.limit) break;
      storage.evict();
    }
  }

  /** Whether the memory has so many bytes, or can grow to them. */
  private reaches(bytes: number): boolean {
    const length = this.floats.length * 4;
    if (bytes <= length) return true;
    try {
      this.memory.grow(Math.ceil((Math.max(bytes, Math.min(this.limit, 2 * length)) - length) / page));
    } catch {
      return false;
    }
    this.floats = new Float32Array(this.memory.buffer);
    return true;
  }

  /** A block for so many floats. */
  take(floats: number): number {
    const bytes = bytesOf(floats);
    const address = this.free.get(bytes)?.pop();
    if (address !== undefined) {
      this.idle -= bytes;
      return address;
    }
    this.top += bytes;
    return this.top - bytes;
  }

  /** Takes a block back. */
  give(address: number, floats: number): void {
    const bytes = bytesOf(floats);
    this.idle += bytes;
    const list = this.free.get(bytes);
    if (list) list.push(address);
    else this.free.set(bytes, [address]);
  }

  /** Where the values of a storage lie, copied here if they were not. */
  address(storage: Storage): number {
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
    else {
      storage.settle(this, address);
      this.residents.add(storage);
    }
    return address;
  }

  /** The values of a storage were computed into a block. */
  keep(storage: Storage, address: number): void {
    storage.compute(this, address);
    if (storage.home === this) this.residents.add(storage);
  }

  /** Ends a computation. */
  end(): void {
    for (const [address, floats] of this.borrowed) this.give(address, floats);
    this.borrowed.length = 0;
  }

  copy({ dtype, address, size }: Storage, to: Data): void {
    to.set(this.place(dtype, address, size));
  }

  /** A place as values of a type. */
  private place(dtype: Dtype, address: number, size: number): Float32Array | Int32Array {
    const { buffer } = this.floats;
    return dtype === "int32" ? new Int32Array(buffer, address, size) : new Float32Array(buffer, address, size);
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
    for (const storage of this.residents)
      if (storage.recipe) storage.drop();
      else storage.evict();
    this.free.clear();
    this.idle = 0;
    this.top = base;
  }
}
