/** A writer of WebAssembly: functions as bytes, instruction by instruction, and modules of them. (WebAssembly 2.0, with SIMD.) */

/** The value types used. */
export const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type Type = keyof typeof types;

/** Numbers in the format's variable length, unsigned (LEB128). */
function unsigned(n: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push((n & 127) | (n > 127 ? 128 : 0));
    n >>>= 7;
  } while (n !== 0);
  return bytes;
}

/** … and signed. */
function signed(n: number): number[] {
  const bytes: number[] = [];
  while (n < -64 || n > 63) {
    bytes.push((n & 127) | 128);
    n >>= 7;
  }
  return [...bytes, n & 127];
}

const simd = (code: number): number[] => [0xfd, ...unsigned(code)];

/** Instructions that take all they need from the stack. */
const plain = {
  end: [0x0b],
  else: [0x05],
  "i32.eqz": [0x45],
  "i32.ne": [0x47],
  "i32.lt_u": [0x49],
  "i32.gt_s": [0x4a],
  "i32.gt_u": [0x4b],
  "i32.ge_u": [0x4f],
  drop: [0x1a],
  select: [0x1b],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "i32.mul": [0x6c],
  "i32.div_u": [0x6e],
  "i32.rem_u": [0x70],
  "i32.and": [0x71],
  "i32.or": [0x72],
  "i32.shl": [0x74],
  "i32.shr_u": [0x76],
  "f32.eq": [0x5b],
  "f32.le": [0x5f],
  "f32.add": [0x92],
  "f32.mul": [0x94],
  "f32.min": [0x96],
  "f32.max": [0x97],
  "memory.copy": [0xfc, 10, 0, 0],
  "memory.fill": [0xfc, 11, 0],
  "f32x4.splat": simd(19),
  "f32x4.eq": simd(65),
  "f32x4.ne": simd(66),
  "f32x4.lt": simd(67),
  "f32x4.gt": simd(68),
  "f32x4.le": simd(69),
  "f32x4.ge": simd(70),
  "v128.and": simd(78),
  "v128.andnot": simd(79),
  "v128.or": simd(80),
  "v128.xor": simd(81),
  "v128.bitselect": simd(82),
  "v128.any_true": simd(83),
  "f32x4.floor": simd(104),
  "f32x4.abs": simd(224),
  "f32x4.neg": simd(225),
  "f32x4.sqrt": simd(227),
  "f32x4.add": simd(228),
  "f32x4.sub": simd(229),
  "f32x4.mul": simd(230),
  "f32x4.div": simd(231),
  "f32x4.min": simd(232),
  "f32x4.max": simd(233),
  "f32x4.pmin": simd(234),
  "f32x4.pmax": simd(235),
  "i32x4.splat": simd(17),
  "i32x4.lt_s": simd(57),
  "i32x4.add": simd(174),
  "i32x4.sub": simd(177),
  "f32x4.convert_i32x4_s": simd(250),
  "f32x4.relaxed_madd": simd(261), // of the relaxed SIMD proposal: not everywhere
  "f32x4.demote_f64x2_zero": simd(94),
  "f64x2.promote_low_f32x4": simd(95),
  "f64x2.eq": simd(71),
  "f64x2.ne": simd(72),
  "f64x2.lt": simd(73),
  "f64x2.nearest": simd(148),
  "f64x2.add": simd(240),
  "f64x2.sub": simd(241),
  "f64x2.mul": simd(242),
  "f64x2.div": simd(243),
  "f64x2.pmin": simd(246),
  "f64x2.pmax": simd(247),
  "i64x2.add": simd(206),
  "i64x2.sub": simd(209),
} as const;
export type Plain = keyof typeof plain;

/** Ways to the memory; of a vector one lane, or all. */
const access = {
  "i32.load": [0x28],
  "i32.store": [0x36],
  "f32.load": [0x2a],
  "f32.store": [0x38],
  "v128.load": simd(0),
  "v128.load32_splat": simd(9),
  "v128.store": simd(11),
  "v128.load64_zero": simd(93),
  "v128.store32_lane": simd(90),
  "v128.store64_lane": simd(91),
} as const;

/** A function being written: `new Code("i32", "i32")` has two parameters, then its locals. */
export class Code {
  private readonly bytes: number[] = [];
  private readonly own: Type[] = [];
  private readonly parameters: readonly Type[];

  constructor(...parameters: Type[]) {
    this.parameters = parameters;
  }

  /** A new local variable. */
  local(type: Type): number {
    return this.parameters.length + this.own.push(type) - 1;
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
    const all = values.length === 1 ? new Int32Array(4).fill(values[0]) : Int32Array.from(values);
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
  memory(what: keyof typeof access, offset = 0, lane = 0): this {
    return this.emit(...access[what], 0, ...unsigned(offset), ...(what.endsWith("_lane") ? [lane] : []));
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
    return [0x60, ...list(this.parameters.map((type) => [types[type]])), 0];
  }

  get body(): number[] {
    const body = [...list(this.own.map((type) => [1, types[type]])), ...this.bytes, ...plain.end];
    return [...unsigned(body.length), ...body];
  }
}

const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (name: string): number[] => list([...name].map((letter) => [letter.charCodeAt(0)]));

/** A module that works in a memory imported as `memory.memory`, perhaps shared, and exports the functions by name. */
export function assemble(functions: Readonly<Record<string, Code>>, shared = false): Uint8Array<ArrayBuffer> {
  const codes = Object.values(functions);
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
    ...section(
      7,
      Object.keys(functions).map((name, i) => [...text(name), 0, ...unsigned(i)]),
    ),
    ...section(
      10,
      codes.map((code) => code.body),
    ),
  ]);
}
