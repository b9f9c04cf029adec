/** A writer of WebAssembly: functions as bytes, instruction by instruction, and modules of them. */
import { type Access, access, type Plain, plain, signed, simd, type Type, types, unsigned } from "./instructions.js";

/** A function being written: first its parameters, then its local variables, all known by number. */
export class Code {
  private readonly bytes: number[] = [];
  private readonly variables: Type[] = [];
  private arity = 0;
  /** Functions that it calls. */
  readonly helpers: Code[] = [];

  /** Several parameters; declared before all else. */
  parameters(count: number, type: Type = "i32"): number[] {
    this.arity += count;
    return this.locals(type, count);
  }

  /** A new local variable. */
  local(type: Type): number {
    return this.variables.push(type) - 1;
  }

  /** Several new ones. */
  locals(type: Type, count: number): number[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  private emit(...bytes: number[]): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  /** Instructions, and variables to push, in order. */
  do(...steps: (Plain | number)[]): this {
    for (const step of steps)
      if (typeof step === "number") this.emit(0x20, ...unsigned(step));
      else this.emit(...plain[step]);
    return this;
  }

  set(local: number): this {
    return this.emit(0x21, ...unsigned(local));
  }

  i32(value: number): this {
    return this.emit(0x41, ...signed(value));
  }

  /** Four equal floats; bits are kept, of NaN too. */
  f32x4(value: number): this {
    return this.emit(...simd(12), ...new Uint8Array(new Float32Array(4).fill(value).buffer));
  }

  /** Two equal doubles. */
  f64x2(value: number): this {
    return this.emit(0x44, ...new Uint8Array(Float64Array.of(value).buffer), ...simd(20)); // shorter than a constant of 16 bytes
  }

  /** Four integers: one for all, or one each. */
  i32x4(...values: number[]): this {
    const all = Int32Array.from({ length: 4 }, (_, i) => values[i % values.length]);
    return this.emit(...simd(12), ...new Uint8Array(all.buffer));
  }

  /** Bytes of two vectors, by number. */
  shuffle(places: readonly number[]): this {
    return this.emit(...simd(13), ...places);
  }

  /** Shifts four integers, or two, by a constant. */
  shift(how: "shl" | "shr_s" | "shr_u", bits: number, lanes: "i32x4" | "i64x2" = "i32x4"): this {
    return this.i32(bits).emit(...simd({ shl: 171, shr_s: 172, shr_u: 173 }[how] + (lanes === "i64x2" ? 32 : 0)));
  }

  /** Loads and stores at the address on the stack plus `offset`; no alignment is promised. */
  memory(what: Access, offset = 0): this {
    return this.emit(...access[what], 0, ...unsigned(offset));
  }

  /** Makes a base and an index on the stack the address of a float: base + 4 · index. */
  floatAt(): this {
    return this.i32(2).do("i32.shl", "i32.add");
  }

  /** Pushes the address of a float. */
  float(base: number, index: number): this {
    return this.do(base, index).floatAt();
  }

  /** Adds a constant to a variable. */
  advance(local: number, by: number): this {
    return this.do(local).i32(by).do("i32.add").set(local);
  }

  /** Pushes the lesser of two variables without sign. */
  least(a: number, b: number): this {
    return this.do(a, b, a, b, "i32.lt_u", "select");
  }

  /** One of four floats. */
  lane(index: number): this {
    return this.emit(...simd(31), index);
  }

  /** Calls another function with what is on the stack: one of the same module, that calls none itself. */
  call(helper: Code): this {
    const known = this.helpers.indexOf(helper);
    return this.emit(0x10, ...unsigned(known < 0 ? this.helpers.push(helper) : known + 1));
  }

  /** `if` the number on the stack is not 0, `then`, `otherwise`. */
  if(then: () => void, otherwise?: () => void): this {
    this.emit(0x04, 0x40);
    then();
    if (otherwise) {
      this.do("else");
      otherwise();
    }
    return this.do("end");
  }

  /** for (i = i; i < n; i += step), i and n unsigned variables. */
  while(i: number, n: number, step: number, body: () => void): this {
    this.emit(0x02, 0x40).do(i, n, "i32.ge_u").emit(0x0d, 0).emit(0x03, 0x40);
    body();
    this.do(i).i32(step).do("i32.add").set(i);
    return this.do(i, n, "i32.lt_u").emit(0x0d, 0).do("end", "end");
  }

  /** The same from 0. */
  for(i: number, n: number, step: number, body: () => void): this {
    return this.i32(0).set(i).while(i, n, step, body);
  }

  get signature(): number[] {
    return [0x60, ...list(this.variables.slice(0, this.arity).map((type) => [types[type]])), 0];
  }

  get body(): number[] {
    const body = [
      ...list(this.variables.slice(this.arity).map((type) => [1, types[type]])),
      ...this.bytes,
      ...plain.end,
    ];
    return [...unsigned(body.length), ...body];
  }
}

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (name: string): number[] => list([...name].map((letter) => [letter.charCodeAt(0)]));

/** A module that works in a memory imported as `memory.memory`, perhaps shared, and exports a function, `kernel`. */
export function assemble(kernel: Code, shared = false): Uint8Array<ArrayBuffer> {
  const codes = [kernel, ...kernel.helpers];
  const section = (id: number, items: number[][]): number[] => {
    const bytes = list(items);
    return [id, ...unsigned(bytes.length), ...bytes];
  };
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      codes.map((code) => code.signature),
    ),
    ...section(2, [[...text("memory"), ...text("memory"), 2, ...(shared ? [3, 1, ...unsigned(2 ** 16)] : [0, 1])]]),
    ...section(
      3,
      codes.map((_, i) => unsigned(i)),
    ),
    ...section(7, [[...text("kernel"), 0, 0]]),
    ...section(
      10,
      codes.map((code) => code.body),
    ),
  ]);
}

/** Whether this place has the instructions of a function. */
export const supported = (code: Code): boolean => WebAssembly.validate(assemble(code));
