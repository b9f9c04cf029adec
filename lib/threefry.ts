/** Threefry-2x32-20, the cipher behind the random numbers: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011). */

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** One block into `out[at]` and `out[at + 1]`. */
export function encrypt(key0: number, key1: number, low: number, high: number, out: Uint32Array, at: number): void {
  let a = key0 | 0;
  let b = key1 | 0;
  let c = a ^ b ^ 0x1bd11bda;
  let x = (low + a) | 0;
  let y = (high + b) | 0;
  for (let group = 1; group <= 5; group++) {
    // Spelled out, since a rotation by a constant is one instruction and one by a table's entry several: twice the speed.
    const odd = group % 2 === 1;
    x = (x + y) | 0;
    y = (odd ? rotate(y, 13) : rotate(y, 17)) ^ x;
    x = (x + y) | 0;
    y = (odd ? rotate(y, 15) : rotate(y, 29)) ^ x;
    x = (x + y) | 0;
    y = (odd ? rotate(y, 26) : rotate(y, 16)) ^ x;
    x = (x + y) | 0;
    y = (odd ? rotate(y, 6) : rotate(y, 24)) ^ x;
    const first = a;
    a = b;
    b = c;
    c = first;
    x = (x + a) | 0;
    y = (y + b + group) | 0;
  }
  out[at] = x;
  out[at + 1] = y;
}

/** The cipher on one block, the counter, under `key`; each is two whole numbers of 32 bits. */
export function threefry2x32(key: [number, number], counter: [number, number]): [number, number] {
  const out = new Uint32Array(2);
  encrypt(...key, ...counter, out, 0);
  return [out[0], out[1]];
}
