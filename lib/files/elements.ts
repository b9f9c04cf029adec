/** Elements: how values of the types of other programs are read as ours, bit for bit where there is the same type. */
import { zeros } from "../create.js";
import type { Data, Dtype } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** One type of element in files. */
export type Element = {
  bytes: number;
  /** What its values become. */
  dtype: Dtype;
  /** The 32 bits of the value at a place; without it, the value's own bytes are kept. */
  bits?: (view: DataView, at: number, little: boolean) => number;
  /** For types whose values do not all have a place in the dtype: whether this one has, and what it is. */
  fits?: (view: DataView, at: number, little: boolean) => boolean;
  value?: (view: DataView, at: number, little: boolean) => number | bigint;
};

/** The float32 of a float16: the exponent moves from bias 15 to 127; what is subnormal there is normal here. */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** The lower and the upper half of 64 bits. */
const low = (view: DataView, at: number, little: boolean): number => view.getInt32(at + (little ? 0 : 4), little);
const high = (view: DataView, at: number, little: boolean): number => view.getInt32(at + (little ? 4 : 0), little);

/** The types that can be read: floats become floats, whole numbers int32 if all of them fit. */
export const elements = {
  float64: { bytes: 8, dtype: "float64" },
  float32: { bytes: 4, dtype: "float32" },
  float16: { bytes: 2, dtype: "float32", bits: (view, at, little) => halfBits(view.getUint16(at, little)) },
  bfloat16: { bytes: 2, dtype: "float32", bits: (view, at, little) => view.getUint16(at, little) << 16 },
  int8: { bytes: 1, dtype: "int32", bits: (view, at) => view.getInt8(at) },
  uint8: { bytes: 1, dtype: "int32", bits: (view, at) => view.getUint8(at) },
  int16: { bytes: 2, dtype: "int32", bits: (view, at, little) => view.getInt16(at, little) },
  uint16: { bytes: 2, dtype: "int32", bits: (view, at, little) => view.getUint16(at, little) },
  int32: { bytes: 4, dtype: "int32" },
  uint32: {
    bytes: 4,
    dtype: "int32",
    bits: (view, at, little) => view.getInt32(at, little),
    value: (view, at, little) => view.getUint32(at, little),
    fits: (view, at, little) => view.getInt32(at, little) >= 0,
  },
  int64: {
    bytes: 8,
    dtype: "int32",
    bits: low,
    value: (view, at, little) => view.getBigInt64(at, little),
    fits: (view, at, little) => low(view, at, little) >> 31 === high(view, at, little),
  },
  uint64: {
    bytes: 8,
    dtype: "int32",
    bits: low,
    value: (view, at, little) => view.getBigUint64(at, little),
    fits: (view, at, little) => high(view, at, little) === 0 && low(view, at, little) >= 0,
  },
  bool: {
    bytes: 1,
    dtype: "int32",
    bits: (view, at) => view.getUint8(at),
    value: (view, at) => view.getUint8(at),
    fits: (view, at) => view.getUint8(at) <= 1,
  },
} satisfies Record<string, Element>;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The first value that has no place in the dtype: what it must be, what it is, and at which byte; undefined if all have one. */
export function misfit(
  element: Element,
  bytes: Uint8Array,
  little = true,
): { must: string; given: string; at: number } | undefined {
  const { fits, value } = element;
  if (!fits || !value) return undefined;
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; at += element.bytes)
    if (!fits(view, at, little)) {
      const must = element.bytes === 1 ? "must hold 0 and 1" : "must hold values that int32 holds, -2^31 to 2^31 - 1";
      return { must, given: `${value(view, at, little)} as element ${at / element.bytes}`, at };
    }
  return undefined;
}

/** Whether this machine puts the low byte first. */
const littleHost = (): boolean => new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of values, little-endian, where they lie if the machine has them so. */
export function bytesOf(data: Data): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return littleHost() ? bytes : swap(bytes.slice(), data.BYTES_PER_ELEMENT);
}

/** How many bytes a shape takes; Infinity if the product passes 2^53 − 1 anywhere, even before an axis of length 0. */
export function bytesFor(shape: Shape, element: Element): number {
  let size = element.bytes;
  for (const length of shape) {
    size *= length;
    // Of doubles above 2^53 a product may be rounded, but never to below it.
    if (size > Number.MAX_SAFE_INTEGER) return Infinity;
  }
  return size;
}

/** A tensor of values that were found to fit. */
export function tensorOf(shape: Shape, element: Element, bytes: Uint8Array, little = true): Tensor {
  const y = zeros(shape, { dtype: element.dtype });
  const { data } = y.storage;
  const { bits } = element;
  if (bits) {
    const view = viewOf(bytes);
    const words = new Int32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < words.length; i++) words[i] = bits(view, i * element.bytes, little);
  } else {
    const own = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    own.set(bytes);
    if (little !== littleHost()) swap(own, element.bytes);
  }
  return y;
}

/** Turns the order of bytes in each element, in place. */
function swap(bytes: Uint8Array, size: number): Uint8Array {
  for (let at = 0; at < bytes.length; at += size)
    for (let i = at, k = at + size - 1; i < k; i++, k--) {
      const byte = bytes[i];
      bytes[i] = bytes[k];
      bytes[k] = byte;
    }
  return bytes;
}
