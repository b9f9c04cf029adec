/** The matrix product in SIMD: both operands packed in panels of four vectors, tiles of 4×8 sums in registers. */
import { Code } from "./assemble.js";

const interleaveLow = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const interleaveHigh = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
const joinLow = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const joinHigh = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/**
 * pack(from, to, count, k, across): `count` vectors of k values become panels of four, the four first values first. A
 * vector is a column of [k, count] (`across`) or a row of [count, k]. What lies past the last vector is packed too: it
 * makes sums that nobody reads.
 */
export function pack(): Code {
  const code = new Code("i32", "i32", "i32", "i32", "i32");
  const [from, to, count, k, across] = [0, 1, 2, 3, 4];
  const [v, p, at, row, whole] = Array.from({ length: 5 }, () => code.local("i32"));
  const starts = Array.from({ length: 4 }, () => code.local("i32"));
  const [a, b, c, d] = Array.from({ length: 4 }, () => code.local("v128"));
  const halves = Array.from({ length: 4 }, () => code.local("v128"));
  const advance = (local: number, bytes: number) => code.do(local).i32(bytes).do("i32.add").set(local);

  const columns = () => {
    code.do(from, v).i32(2).do("i32.shl", "i32.add").set(at);
    code.for(p, k, 1, () => {
      code.do(to, at).memory("v128.load").memory("v128.store");
      code.do(at, row, "i32.add").set(at);
      advance(to, 16);
    });
  };
  const rows = () => {
    code.do(from, v, k, "i32.mul").i32(2).do("i32.shl", "i32.add").set(starts[0]);
    for (let i = 1; i < 4; i++)
      code
        .do(starts[i - 1], k)
        .i32(2)
        .do("i32.shl", "i32.add")
        .set(starts[i]);
    code.for(p, whole, 4, () => {
      // Four values of four rows, transposed.
      [a, b, c, d].forEach((vector, i) => {
        code.do(starts[i]).memory("v128.load").set(vector);
        advance(starts[i], 16);
      });
      code.do(a, b).shuffle(interleaveLow).set(halves[0]).do(c, d).shuffle(interleaveLow).set(halves[1]);
      code.do(a, b).shuffle(interleaveHigh).set(halves[2]).do(c, d).shuffle(interleaveHigh).set(halves[3]);
      [joinLow, joinHigh, joinLow, joinHigh].forEach((places, i) => {
        const [first, second] = i < 2 ? [halves[0], halves[1]] : [halves[2], halves[3]];
        code
          .do(to, first, second)
          .shuffle(places)
          .memory("v128.store", 16 * i);
      });
      advance(to, 64);
    });
    code.while(p, k, 1, () => {
      starts.forEach((start, i) => {
        code
          .do(to, start)
          .memory("f32.load")
          .memory("f32.store", 4 * i);
        advance(start, 4);
      });
      advance(to, 16);
    });
  };

  code.do(count).i32(2).do("i32.shl").set(row).do(k).i32(-4).do("i32.and").set(whole);
  code.for(v, count, 4, () => code.do(across).if(columns, rows));
  return code;
}

/**
 * product(a, b, y, m, n, k, start, length): adds the products of panels of a and b over `length` of their k values from
 * `start` on to y, whose rows are `(n + 7) & -8` floats apart; from start 0 on, y is written anew.
 */
export function product(): Code {
  const code = new Code("i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32");
  const [a, b, y, m, n, k, start, length] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [i, j, p, row, left, right, first, to, pitch, panel] = Array.from({ length: 10 }, () => code.local("i32"));
  const sums = Array.from({ length: 8 }, () => code.local("v128"));
  const [low, high, value] = Array.from({ length: 3 }, () => code.local("v128"));
  const advance = (local: number, bytes: number) => code.do(local).i32(bytes).do("i32.add").set(local);
  /** The panel of vector v, from `start` on: base + v / 4 · panel + 16 · start. */
  const panelOf = (base: number, v: number) =>
    code.do(base, v).i32(2).do("i32.shr_u", panel, "i32.mul", "i32.add", start).i32(4).do("i32.shl", "i32.add");
  /** Visits the two vectors of each of the tile's four rows in y. */
  const tile = (visit: (sum: number, offset: number) => void) => {
    code.do(to).set(p);
    for (let r = 0; r < 4; r++) {
      visit(sums[2 * r], 0);
      visit(sums[2 * r + 1], 16);
      if (r < 3) code.do(p, pitch, "i32.add").set(p);
    }
  };

  code.do(n).i32(7).do("i32.add").i32(-8).do("i32.and").i32(2).do("i32.shl").set(pitch);
  code.do(k).i32(4).do("i32.shl").set(panel);
  code.for(j, n, 8, () => {
    panelOf(b, j).set(first);
    code.for(i, m, 4, () => {
      panelOf(a, i).set(row);
      code.do(first).set(left).do(first, panel, "i32.add").set(right);
      code.do(y, i, pitch, "i32.mul", "i32.add", j).i32(2).do("i32.shl", "i32.add").set(to);
      for (const sum of sums) code.f32x4(0).set(sum);
      code.for(p, length, 1, () => {
        code.do(left).memory("v128.load").set(low).do(right).memory("v128.load").set(high);
        for (let r = 0; r < 4; r++) {
          code
            .do(row)
            .memory("v128.load32_splat", 4 * r)
            .set(value);
          for (const [sum, factor] of [
            [sums[2 * r], low],
            [sums[2 * r + 1], high],
          ])
            code.do(sum, value, factor, "f32x4.mul", "f32x4.add").set(sum);
        }
        for (const pointer of [row, left, right]) advance(pointer, 16);
      });
      code.do(start).if(
        () =>
          tile((sum, offset) =>
            code.do(p, p).memory("v128.load", offset).do(sum, "f32x4.add").memory("v128.store", offset),
          ),
        () => tile((sum, offset) => code.do(p, sum).memory("v128.store", offset)),
      );
    });
  });
  return code;
}
