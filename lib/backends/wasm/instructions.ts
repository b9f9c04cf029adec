/** The instructions of WebAssembly that are used, as bytes. (WebAssembly 2.0, with SIMD; one of relaxed SIMD.) */

/** The value types used. */
export const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type Type = keyof typeof types;

/** Numbers in the format's variable length, unsigned (LEB128). */
export function unsigned(n: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push((n & 127) | (n > 127 ? 128 : 0));
    n >>>= 7;
  } while (n !== 0);
  return bytes;
}

/** … and signed. */
export function signed(n: number): number[] {
  const bytes: number[] = [];
  while (n < -64 || n > 63) {
    bytes.push((n & 127) | 128);
    n >>= 7;
  }
  return [...bytes, n & 127];
}

export const simd = (code: number): number[] => [0xfd, ...unsigned(code)];

/** Instructions that take all they need from the stack. */
export const plain = {
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

/** Ways to the memory. */
export const access = {
  "i32.load": [0x28],
  "i32.store": [0x36],
  "f32.load": [0x2a],
  "f32.store": [0x38],
  "v128.load": simd(0),
  "v128.load32_splat": simd(9),
  "v128.store": simd(11),
} as const;
export type Access = keyof typeof access;
