/** SHA-256 (FIPS 180-4), at once and everywhere: what browsers offer answers later, and only on secure pages. */

/** The first 32 bits of the fractional parts of f(p), for the first primes p. */
const fractions = (count: number, f: (p: number) => number): Int32Array => {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p > 0)) primes.push(n);
  return Int32Array.from(primes, (p) => Math.floor((f(p) % 1) * 2 ** 32) | 0);
};

const constants = /* @__PURE__ */ fractions(64, Math.cbrt);
const start = /* @__PURE__ */ fractions(8, Math.sqrt);

/** A digest of bytes that are given piece by piece. */
export class Sha256 {
  private readonly state = start.slice();
  private readonly words = new Int32Array(64);
  private readonly rest = new Uint8Array(64);
  private length = 0;

  /** Takes more bytes in. */
  update(bytes: Uint8Array): this {
    const held = this.length % 64;
    const first = Math.min((64 - held) % 64, bytes.length);
    this.length += bytes.length;
    this.rest.set(bytes.subarray(0, first), held);
    if (held > 0 && held + first === 64) this.blocks(this.rest, 0, 64);
    const last = bytes.length - ((bytes.length - first) % 64);
    this.blocks(bytes, first, last);
    if (last < bytes.length) this.rest.set(bytes.subarray(last));
    return this;
  }

  /** The digest, as 64 hexadecimal digits; nothing can be taken in after it. */
  hex(): string {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setUint32(0, Math.floor(this.length / 2 ** 29));
    bits.setUint32(4, this.length * 8);
    const padding = new Uint8Array(1 + ((119 - (this.length % 64)) % 64));
    padding[0] = 0x80;
    this.update(padding).update(new Uint8Array(bits.buffer));
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** Eight variables, not taken out by destructuring, and |0 after every sum: thrice as fast as without. */
  private blocks(bytes: Uint8Array, from: number, to: number): void {
    const { words: w, state } = this;
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let at = from; at < to; at += 64) {
      for (let i = 0, p = at; i < 16; i++, p += 4)
        w[i] = (bytes[p] << 24) | (bytes[p + 1] << 16) | (bytes[p + 2] << 8) | bytes[p + 3];
      for (let i = 0; i < 64; i++) {
        if (i >= 16) {
          const x = w[i - 15];
          const y = w[i - 2];
          const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
          const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
          w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
        }
        const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const first = (h + high + (g ^ (e & (f ^ g))) + constants[i] + w[i]) | 0;
        const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const second = (low + ((a & b) | (c & (a | b)))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + first) | 0;
        d = c;
        c = b;
        b = a;
        a = (first + second) | 0;
      }
      a = state[0] = (state[0] + a) | 0;
      b = state[1] = (state[1] + b) | 0;
      c = state[2] = (state[2] + c) | 0;
      d = state[3] = (state[3] + d) | 0;
      e = state[4] = (state[4] + e) | 0;
      f = state[5] = (state[5] + f) | 0;
      g = state[6] = (state[6] + g) | 0;
      h = state[7] = (state[7] + h) | 0;
    }
  }
}
