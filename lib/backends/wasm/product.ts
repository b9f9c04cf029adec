/** The matrix product in SIMD, of packed panels: tiles of eight columns, whose sums stay in registers. */
import { Code } from "./assemble.js";
import { width } from "./pack.js";

/** Rows of a tile: the sums of six V8 12 keeps in memory, which takes twice as long. */
const height = width;
/** Columns of a tile: two panels. */
export const columns = 2 * width;
/** Rows of the part of a product that is computed in one go: a multiple of a tile's rows. */
export const rows = 36;

const upper = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * product(first, last, a, b, y, m, n, k, depth, nextA, nextB): y[m, n] from panels of four of a's rows, and of four of b's
 * columns, then the next y, whose panels lie so many bytes further; parts `first` to `last` of it all, counted along rows of
 * parts. `depth` steps of k are summed by themselves: their panels stay in cache, and sums of sums err less. With `fused`,
 * products are added without being rounded first.
 */
export function product({ fused }: { fused: boolean }): Code {
  const code = new Code(...new Array(11).fill("i32"));
  const [first, last, firstA, firstB, firstY, m, n, k, depth, nextA, nextB] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const [a, b, y, parts, which, part] = code.locals("i32", 6);
  const [unit, across, i, end, j, stop, start, length] = code.locals("i32", 8);
  const [row, left, right, to, pitch, size, rest, at] = code.locals("i32", 8);
  const sums = Array.from({ length: height }, () => [code.local("v128"), code.local("v128")]);
  const [low, high, value] = code.locals("v128", 3);

  const sumUp = () => {
    code.do(left, length).i32(4).do("i32.shl", "i32.add").set(stop);
    code.while(left, stop, 16, () => {
      code.do(left).memory("v128.load").set(low).do(right).memory("v128.load").set(high);
      // The last row first: V8 adds up in that order, and else would load all rows' values before it begins.
      for (let r = height - 1; r >= 0; r--) {
        code
          .do(row)
          .memory("v128.load32_splat", 4 * r)
          .set(value);
        for (const [sum, factor] of [
          [sums[r][0], low],
          [sums[r][1], high],
        ])
          if (fused) code.do(value, factor, sum, "f32x4.relaxed_madd").set(sum);
          else code.do(sum, value, factor, "f32x4.mul", "f32x4.add").set(sum);
      }
      code.advance(row, 4 * height).advance(right, 16);
    });
  };

  /** If as many of the tile's columns are left as the bit says. */
  const some = (bit: number, then: () => unknown) => code.do(rest).i32(bit).do("i32.and").if(then);
  /** Writes a row of the tile, or as much of it as y has. */
  const write = ([one, two]: number[]) => {
    code.do(to).set(at).do(one).set(low).do(two).set(high);
    code.do(start).if(() => {
      code.do(at).memory("v128.load").do(low, "f32x4.add").set(low);
      code.do(at).memory("v128.load", 16).do(high, "f32x4.add").set(high);
    });
    code.do(rest).i32(columns).do("i32.ge_u");
    code.if(
      () => code.do(at, low).memory("v128.store").do(at, high).memory("v128.store", 16),
      () => {
        some(4, () => code.do(at, low).memory("v128.store").do(high).set(low).advance(at, 16));
        some(2, () => {
          code.do(at, low).memory("v128.store64_lane").do(low, low).shuffle(upper).set(low).advance(at, 8);
        });
        some(1, () => code.do(at, low).memory("v128.store32_lane"));
      },
    );
    code.do(to, pitch, "i32.add").set(to);
  };

  const tile = () => {
    // Where the panels are, from `start` on: a's of this row, b's of this column and the next.
    code
      .do(a, i, k, "i32.mul")
      .floatAt()
      .do(start)
      .i32(4 * height)
      .do("i32.mul", "i32.add")
      .set(row);
    code.do(b, j, k, "i32.mul").floatAt().do(start).i32(16).do("i32.mul", "i32.add").set(left);
    code.do(left, size, "i32.add").set(right);
    for (const sum of sums.flat()) code.f32x4(0).set(sum);
    sumUp();
    code.do(y, i, n, "i32.mul", j, "i32.add").floatAt().set(to);
    sums.forEach((pair, r) => {
      code
        .do(m, i, "i32.sub")
        .i32(r)
        .do("i32.gt_u")
        .if(() => write(pair));
    });
  };

  code.do(n).i32(2).do("i32.shl").set(pitch).do(k).i32(4).do("i32.shl").set(size);
  code.pieces(n, columns).set(across).pieces(m, rows).do(across, "i32.mul").set(parts).do(first).set(unit);
  code.while(unit, last, 1, () => {
    code.do(unit, parts, "i32.div_u").set(which).do(unit, parts, "i32.rem_u").set(part);
    code.do(firstA, which, nextA, "i32.mul", "i32.add").set(a).do(firstB, which, nextB, "i32.mul", "i32.add").set(b);
    code.do(firstY, which, m, "i32.mul", pitch, "i32.mul", "i32.add").set(y);
    code.do(part, across, "i32.rem_u").i32(columns).do("i32.mul").set(j).do(n, j, "i32.sub").set(rest);
    code.for(start, k, 0, () => {
      code.do(k, start, "i32.sub").set(length).least(length, depth).set(length);
      code.do(part, across, "i32.div_u").i32(rows).do("i32.mul").set(i).do(i).i32(rows).do("i32.add").set(end);
      code.least(end, m).set(end);
      code.while(i, end, height, tile);
      code.do(start, depth, "i32.add").set(start);
    });
  });
  return code;
}
