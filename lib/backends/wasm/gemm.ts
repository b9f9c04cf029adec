/** The matrix product in SIMD: both operands packed in panels of four vectors, tiles of 4×8 sums in registers. */
import { Code, type Plain } from "./assemble.js";

const interleaveLow = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const interleaveHigh = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
const joinLow = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const upper = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const joinHigh = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/** How many vectors a panel holds. */
export const width = 4;
/** Rows and columns of the part of a product that is computed in one go. */
export const part = { rows: 32, columns: 8 };

/** The lesser of two numbers without sign, each given as what to push. */
const least = (code: Code, a: (Plain | number)[], b: (Plain | number)[]): Code =>
  code.do(...a, ...b, ...a, ...b, "i32.lt_u", "select");

/**
 * pack(first, last, from, to, count, k, across): `count` vectors of k values become panels of four, the four first values
 * first; of these, panels `first` to `last` are made. A vector is a column of [k, count] (`across`) or a row of [count, k].
 * What a panel has too many makes sums that nobody reads.
 */
export function pack(): Code {
  const code = new Code("i32", "i32", "i32", "i32", "i32", "i32", "i32");
  const [first, last, from, to, count, k, across] = [0, 1, 2, 3, 4, 5, 6];
  const [panel, out, p, at, row, whole, v, end] = Array.from({ length: 8 }, () => code.local("i32"));
  const starts = Array.from({ length: 4 }, () => code.local("i32"));
  const [a, b, c, d] = Array.from({ length: 4 }, () => code.local("v128"));
  const halves = Array.from({ length: 4 }, () => code.local("v128"));
  const advance = (local: number, bytes: number) => code.do(local).i32(bytes).do("i32.add").set(local);

  const columns = () => {
    code.do(from, panel).i32(4).do("i32.shl", "i32.add").set(at);
    code.for(p, k, 1, () => {
      code.do(out, at).memory("v128.load").memory("v128.store");
      code.do(at, row, "i32.add").set(at);
      advance(out, 16);
    });
  };
  const rows = () => {
    code.do(panel).i32(2).do("i32.shl").set(v);
    for (const start of starts) {
      least(code, [v], [end]).do(k, "i32.mul").i32(2).do("i32.shl", from, "i32.add").set(start);
      advance(v, 1);
    }
    code.for(p, whole, 4, () => {
      // Four values of four rows, transposed.
      [a, b, c, d].forEach((vector, i) => {
        code.do(starts[i]).memory("v128.load").set(vector);
        advance(starts[i], 16);
      });
      code.do(a, b).shuffle(interleaveLow).set(halves[0]).do(c, d).shuffle(interleaveLow).set(halves[1]);
      code.do(a, b).shuffle(interleaveHigh).set(halves[2]).do(c, d).shuffle(interleaveHigh).set(halves[3]);
      [joinLow, joinHigh, joinLow, joinHigh].forEach((places, i) => {
        const [left, right] = i < 2 ? [halves[0], halves[1]] : [halves[2], halves[3]];
        code
          .do(out, left, right)
          .shuffle(places)
          .memory("v128.store", 16 * i);
      });
      advance(out, 64);
    });
    code.while(p, k, 1, () => {
      starts.forEach((start, i) => {
        code
          .do(out, start)
          .memory("f32.load")
          .memory("f32.store", 4 * i);
        advance(start, 4);
      });
      advance(out, 16);
    });
  };

  code.do(count).i32(2).do("i32.shl").set(row).do(k).i32(-4).do("i32.and").set(whole);
  code.do(count).i32(1).do("i32.sub").set(end).do(first).set(panel);
  code.while(panel, last, 1, () => {
    code.do(to, panel, k, "i32.mul").i32(4).do("i32.shl", "i32.add").set(out);
    code.do(across).if(columns, rows);
  });
  return code;
}

/**
 * product(first, last, a, b, y, m, n, k, depth): y[m, n] from panels of a's rows and of b's columns, parts `first` to `last`
 * of it, counted along rows of parts. `depth` steps of k are summed by themselves: their panels stay in cache, and sums of
 * sums err less. With `fused`, products are added without being rounded first.
 */
export function product({ fused }: { fused: boolean }): Code {
  const code = new Code("i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32");
  const [first, last, a, b, y, m, n, k, depth] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [unit, across, i, end, j, p, start, length] = Array.from({ length: 8 }, () => code.local("i32"));
  const [row, left, right, to, pitch, panel, columns, at] = Array.from({ length: 8 }, () => code.local("i32"));
  const sums = Array.from({ length: 8 }, () => code.local("v128"));
  const [low, high, value] = Array.from({ length: 3 }, () => code.local("v128"));
  const advance = (local: number, bytes: number) => code.do(local).i32(bytes).do("i32.add").set(local);
  /** The panel of vector v, from `start` on: base + v / 4 · panel + 16 · start. */
  const panelOf = (base: number, v: number) =>
    code.do(base, v).i32(2).do("i32.shr_u", panel, "i32.mul", "i32.add", start).i32(4).do("i32.shl", "i32.add");

  const sumUp = () =>
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
          if (fused) code.do(value, factor, sum, "f32x4.relaxed_madd").set(sum);
          else code.do(sum, value, factor, "f32x4.mul", "f32x4.add").set(sum);
      }
      for (const pointer of [row, left, right]) advance(pointer, 16);
    });

  /** Writes the tile's row r, or as many of its columns as y has. */
  const write = (r: number) => {
    code
      .do(to)
      .set(at)
      .do(sums[2 * r])
      .set(low)
      .do(sums[2 * r + 1])
      .set(high);
    code.do(start).if(() => {
      code.do(at).memory("v128.load").do(low, "f32x4.add").set(low);
      code.do(at).memory("v128.load", 16).do(high, "f32x4.add").set(high);
    });
    code
      .do(columns)
      .i32(8)
      .do("i32.ge_u")
      .if(
        () => code.do(at, low).memory("v128.store").do(at, high).memory("v128.store", 16),
        () => {
          code
            .do(columns)
            .i32(4)
            .do("i32.and")
            .if(() => {
              code.do(at, low).memory("v128.store").do(high).set(low);
              advance(at, 16);
            });
          code
            .do(columns)
            .i32(2)
            .do("i32.and")
            .if(() => {
              code.do(at, low).memory("v128.store64_lane").do(low, low).shuffle(upper).set(low);
              advance(at, 8);
            });
          code
            .do(columns)
            .i32(1)
            .do("i32.and")
            .if(() => code.do(at, low).memory("v128.store32_lane"));
        },
      );
    code.do(to, pitch, "i32.add").set(to);
  };

  code.do(n).i32(2).do("i32.shl").set(pitch).do(k).i32(4).do("i32.shl").set(panel);
  code
    .do(n)
    .i32(part.columns - 1)
    .do("i32.add")
    .i32(3)
    .do("i32.shr_u")
    .set(across)
    .do(first)
    .set(unit);
  code.while(unit, last, 1, () => {
    code.do(unit, across, "i32.rem_u").i32(3).do("i32.shl").set(j).do(n, j, "i32.sub").set(columns);
    code.for(start, k, 0, () => {
      code.do(k, start, "i32.sub").set(length);
      least(code, [length], [depth]).set(length);
      code
        .do(unit, across, "i32.div_u")
        .i32(part.rows)
        .do("i32.mul")
        .set(i)
        .do(i)
        .i32(part.rows)
        .do("i32.add")
        .set(end);
      least(code, [end], [m]).set(end);
      code.while(i, end, 4, () => {
        panelOf(a, i).set(row);
        panelOf(b, j).set(left).do(left, panel, "i32.add").set(right);
        for (const sum of sums) code.f32x4(0).set(sum);
        sumUp();
        code.do(y, i, pitch, "i32.mul", "i32.add", j).i32(2).do("i32.shl", "i32.add").set(to);
        write(0);
        for (let r = 1; r < 4; r++)
          code
            .do(m, i, "i32.sub")
            .i32(r)
            .do("i32.gt_u")
            .if(() => write(r));
      });
      code.do(start, depth, "i32.add").set(start);
    });
  });
  return code;
}
