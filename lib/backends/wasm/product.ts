/** The matrix product in SIMD, of packed panels: tiles of eight columns, whose sums stay in registers. */
import { Code } from "./assemble.js";
import { pack, width } from "./pack.js";

/** Rows of a tile: the sums of six V8 12 keeps in memory, which takes twice as long. */
export const height = width;
/** Columns of a tile: two panels. */
export const columns = 2 * width;

/** As many tiles one below the other are computed in one go, at most: their rows stay in cache. */
export const rowsAtOnce = 8;

/**
 * product(first, last, a, b, y, m, n, k, depth, nextA, nextB, turned, down, parts, across, panels, size, thread): y[m, n] from a[m, k], or
 * a[k, m] if `turned`, and from panels of four of b's columns; then the next y, whose a and panels lie so many bytes further.
 * It is cut into parts of four rows and `across` columns, a multiple of a tile's, of which `first` to `last` are computed,
 * counted down the rows. `depth` steps of k are summed by themselves: a's rows, as panels in `size` bytes of this thread's own,
 * stay in cache, and sums of sums err less. With `fused`, products are added without being rounded first.
 */
export function product({ fused }: { fused: boolean }): Code {
  const code = new Code();
  const [first, last, firstA, firstB, firstY, m, n, k, depth] = code.parameters(9);
  const [nextA, nextB, turned, down, parts, across, allPanels, room, thread] = code.parameters(9);
  const [a, b, y, which, part] = code.locals("i32", 5);
  const [unit, top, end, firstJ, endJ, i, j, panels, count] = code.locals("i32", 9);
  const [stop, start, length, row, left, right, to] = code.locals("i32", 7);
  const [pitch, size, rest] = code.locals("i32", 3);
  const packing = pack();
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

  /** Writes as many values of a row of the tile as y has, from one on. */
  const some = (c: number): unknown =>
    c < columns &&
    code
      .do(rest)
      .i32(c)
      .do("i32.gt_u")
      .if(() => {
        code.do(to, c < width ? low : high).memory("v128.store32_lane", 4 * c, c % width);
        some(c + 1);
      });
  const write = ([one, two]: number[]) => {
    code.do(one).set(low).do(two).set(high);
    code.do(start).if(() => {
      code.do(to).memory("v128.load").do(low, "f32x4.add").set(low);
      code.do(to).memory("v128.load", 16).do(high, "f32x4.add").set(high);
    });
    code.do(rest).i32(columns).do("i32.ge_u");
    code.if(
      () => code.do(to, low).memory("v128.store").do(to, high).memory("v128.store", 16),
      () => some(0),
    );
    code.do(to, pitch, "i32.add").set(to);
  };

  const tile = () => {
    // Where the panels are: a's of this row; b's of this column and the next, from `start` on.
    code.do(panels, i, top, "i32.sub", length, "i32.mul").floatAt().set(row);
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
  code.do(allPanels, room, thread, "i32.mul", "i32.add").set(panels).do(first).set(unit);
  code.while(unit, last, 0, () => {
    code.do(unit, parts, "i32.div_u").set(which).do(unit, parts, "i32.rem_u").set(part);
    code.do(firstA, which, nextA, "i32.mul", "i32.add").set(a).do(firstB, which, nextB, "i32.mul", "i32.add").set(b);
    code.do(firstY, which, m, "i32.mul", pitch, "i32.mul", "i32.add").set(y);
    code.do(part, down, "i32.div_u", across, "i32.mul").set(firstJ).do(firstJ, across, "i32.add").set(endJ);
    code.least(endJ, n).set(endJ);
    // As many panels of rows as come one after the other.
    code
      .do(part, down, "i32.rem_u")
      .set(top)
      .do(down, top, "i32.sub")
      .set(count)
      .i32(rowsAtOnce)
      .set(end)
      .least(count, end)
      .set(count);
    code.do(last, unit, "i32.sub").set(end).least(count, end).set(count).do(unit, count, "i32.add").set(unit);
    code.do(top).i32(height).do("i32.mul").set(top).do(count).i32(height).do("i32.mul", top, "i32.add").set(end);
    code.least(end, m).set(end);
    code.for(start, k, 0, () => {
      code.do(k, start, "i32.sub").set(length).least(length, depth).set(length);
      code.i32(0).do(count, a);
      code.do(start, m, "i32.mul", top, "i32.add", top, k, "i32.mul", start, "i32.add", turned, "select").floatAt();
      code.do(panels, end, top, "i32.sub", length, m, k, turned, "select", turned).call(packing);
      code.do(firstJ).set(j);
      code.while(j, endJ, columns, () => {
        code.do(n, j, "i32.sub").set(rest).do(top).set(i);
        code.while(i, end, height, tile);
      });
      code.do(start, depth, "i32.add").set(start);
    });
  });
  return code;
}
