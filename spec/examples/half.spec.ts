// apart
/** Halves of examples/common/half.ts: every one of them, what lies between each two, and what rounds to none. */
import { inspect } from "node:util";
import { tensor } from "gradtape";
import * as assert from "uvu/assert";
import { half } from "../../examples/common/half.js";
import { suite } from "../support/suite.js";

const test = suite("half");

/** All halves that are not negative, in order, and the ∞ that follows them. */
const halves = Array.from({ length: 0x7c01 }, (_, bits) => {
  const [exponent, fraction] = [bits >> 10, bits & 1023];
  return exponent === 31 ? Infinity : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
});

/** The halves around x from 0 on: the last at or below it, and the next, which to the last finite one is as if it were 2^16. */
function around(x: number): [bits: number, low: number, high: number] {
  let [from, to] = [0, 0x7c00];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (halves[middle] <= x) from = middle;
    else to = middle;
  }
  return [from, halves[from], Math.min(halves[to], 65536)];
}

/** The nearest half by looking at all of them. */
function nearest(x: number): number {
  const size = Math.abs(x);
  if (!(size < 65536)) return x;
  const [bits, low, high] = around(size);
  const up = size - low > high - size || (size - low === high - size && bits % 2 === 1);
  return (x < 0 || Object.is(x, -0) ? -1 : 1) * halves[bits + Number(up)];
}

/** The next number of the dtype, away from 0 or (steps < 0) towards it. */
function beside(x: number, steps: number, dtype: "float32" | "float64"): number {
  const view = new DataView(new ArrayBuffer(8));
  if (dtype === "float32") {
    view.setFloat32(0, x);
    view.setInt32(0, view.getInt32(0) + steps);
    return view.getFloat32(0);
  }
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(steps));
  return view.getFloat64(0);
}

for (const dtype of ["float32", "float64"] as const) {
  const check = (given: readonly number[], wanted: readonly number[]) => {
    for (const sign of [1, -1]) {
      const found = half(tensor(Float64Array.from(given, (x) => sign * x)).to(dtype)).data;
      const wrong = given.findIndex((_, i) => !Object.is(found[i], sign * wanted[i]));
      if (wrong >= 0)
        assert.unreachable(
          `half of, is and should be: ${inspect([sign * given[wrong], found[wrong], sign * wanted[wrong]])}`,
        );
    }
  };

  test(`every half is itself, and between two the nearer one or the even one is taken (${dtype})`, () => {
    const finite = halves.slice(0, -1);
    check(finite, finite);
    const middles = finite.map((low, bits) => (low + Math.min(halves[bits + 1], 65536)) / 2);
    const even = finite.map((_, bits) => halves[bits + (bits % 2)]);
    check(middles, even);
    const from = (step: number) => middles.map((x) => beside(x, step, dtype));
    check(from(-1), finite);
    check(from(1), halves.slice(1));
  });

  test(`near powers of 2, where the logarithm may tell one or the other, the half is right (${dtype})`, () => {
    const given: number[] = [];
    for (let exponent = -30; exponent <= 17; exponent++)
      for (let steps = -300; steps <= 300; steps++) given.push(beside(2 ** exponent, steps, dtype));
    check(
      given,
      given.map((x) => (x >= 65520 ? Infinity : nearest(x))),
    );
  });

  test(`what is beyond halves is 0, infinite or NaN (${dtype})`, () => {
    check([0, 2 ** -25, 1e-30, 65520, 1e30, Infinity, NaN], [0, 0, 0, Infinity, Infinity, Infinity, NaN]);
  });
}

test.run();
