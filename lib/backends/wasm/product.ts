/** The matrix product in SIMD: tiles of eight columns, whose sums stay in registers. */
import { Code } from "./assemble.js";
import { neighbours, walk } from "./movement.js";
import { panel } from "./pack.js";

/** Columns of a tile, and of a panel of b's. */
export const columns = 8;
/** Rows of a tile, so many that V8 can keep all sums in registers: products that are rounded first need some, too. */
export const heightOf = (fused: boolean): number => (fused ? 6 : 4);

/** As many tiles one below the other are computed in one go, at most: their rows stay in cache. */
export const rowsAtOnce = 8;

/** Bytes of a tile's row, and of a tile by itself. */
const pitch = 4 * columns;
const tileBytes = 6 * pitch;
/** Bytes aside for each column: there sums grow, for rows of y may lie where they drive each other from the cache. */
export const asideBytes = (rowsAtOnce * tileBytes) / columns;

/**
 * tile(row, stop, column, step, before, add, to, apart): a panel of a's rows, from `row` to `stop`, times four or eight of b's
 * columns, in rows `step` bytes apart, summed up; with the sums `before`, a tile by itself, if `add`, written to rows `apart`
 * bytes apart. More is not done here: then V8 keeps the sums in registers.
 */
function tile({ fused, vectors }: { fused: boolean; vectors: 1 | 2 }): Code {
  const code = new Code();
  const [row, stop, column, step, before, add, to, apart] = code.parameters(8);
  const rows = Array.from({ length: heightOf(fused) }, () => code.locals("v128", vectors));
  const factors = code.locals("v128", vectors);
  const value = code.local("v128");
  code.while(row, stop, 4 * rows.length, () => {
    factors.forEach((factor, c) => {
      code
        .do(column)
        .memory("v128.load", 16 * c)
        .set(factor);
    });
    rows.forEach((sums, r) => {
      code
        .do(row)
        .memory("v128.load32_splat", 4 * r)
        .set(value);
      sums.forEach((sum, c) => {
        if (fused) code.do(value, factors[c], sum, "f32x4.relaxed_madd").set(sum);
        else code.do(sum, value, factors[c], "f32x4.mul", "f32x4.add").set(sum);
      });
    });
    code.do(column, step, "i32.add").set(column);
  });
  const write = (adding: boolean) =>
    rows.forEach((sums, r) => {
      sums.forEach((sum, c) => {
        code.do(to, sum);
        if (adding)
          code
            .do(before)
            .memory("v128.load", pitch * r + 16 * c)
            .do("f32x4.add");
        code.memory("v128.store", 16 * c);
      });
      code.do(to, apart, "i32.add").set(to);
    });
  code.do(add).if(
    () => write(true),
    () => write(false),
  );
  return code;
}

/**
 * product(first, last, a, nextA, turned, b, nextB, nextColumn, nextStart, nextRow, y, m, n, k, depth, down, parts, across, own,
 * room, thread): y[m, n] from a[m, k], or a[k, m] if `turned`, and b[k, n]; then the next y, whose a and b lie so many bytes
 * further. It is cut into `parts` of a tile's rows (`down` of them) and `across` columns, a multiple of a tile's, counted down the
 * rows; of all these `first` to `last` are computed. The last tile of rows ends where y does: some of its rows another one, and
 * perhaps another thread, computes and writes as well, the same. `depth` steps of k are summed by themselves, so that sums of sums
 * err less. Each thread has `room` bytes of its own from `own` on, which stay in cache: tiles whose sums go on, then panels of a's
 * rows. What a tile reads of b begins `nextColumn` bytes further for each column to its left and `nextStart` for each step before,
 * in rows `nextRow` apart. With `fused`, products are added without being rounded first.
 */
export function product({ fused }: { fused: boolean }): Code {
  const code = new Code();
  const [first, last, firstA, nextA, turned, firstB, nextB, nextColumn, nextStart, nextRow, firstY] =
    code.parameters(11);
  const [m, n, k, depth, down, parts, across, own, room, thread] = code.parameters(10);
  const [a, b, y, which, part] = code.locals("i32", 5);
  const [unit, top, end, firstJ, endJ, i, j, panels, count] = code.locals("i32", 9);
  const [start, length, from, row, stop, column, to, apart] = code.locals("i32", 8);
  const [high, here, tall, wide, lowest, rows, aside, sums, r] = code.locals("i32", 9);
  const at = walk(code);
  const rest = at.count;
  const height = heightOf(fused);
  const packing = panel(height);
  const whole = tile({ fused, vectors: 2 });
  const half = tile({ fused, vectors: 1 });

  const multiply = () => {
    code.do(row, high, "i32.add").set(stop).do(y).least(i, lowest).do(n, "i32.mul", j, "i32.add").floatAt().set(to);
    code.do(here, tall, "i32.ge_u", rest, wide, "i32.ge_u", "i32.and").if(
      () => code.do(row, stop, column, nextRow, sums, start, to, apart).call(whole),
      () => {
        // A tile whose sums go on, or with more columns than y has left, or more rows than y has, is computed aside.
        const compute = (by: Code) => code.do(row, stop, column, nextRow, sums, start, sums).i32(pitch).call(by);
        code
          .do(rest)
          .i32(columns / 2)
          .do("i32.gt_u")
          .if(
            () => compute(whole),
            () => compute(half),
          );
        code.for(r, here, 1, () => {
          code.do(sums, r).i32(pitch).do("i32.mul", "i32.add").set(at.from);
          code.do(to, r, apart, "i32.mul", "i32.add").set(at.to);
          neighbours(code, at, false);
        });
      },
    );
    code.do(stop).set(row).advance(sums, tileBytes);
  };

  code.do(n).i32(2).do("i32.shl").set(apart).i32(height).set(tall).i32(columns).set(wide).do(first).set(unit);
  code.do(m, tall, "i32.sub").set(lowest).least(m, tall).set(rows);
  code.do(own, room, thread, "i32.mul", "i32.add").set(aside);
  code.do(aside, across).i32(asideBytes).do("i32.mul", "i32.add").set(panels);
  code.while(unit, last, 0, () => {
    code.do(unit, parts, "i32.div_u").set(which).do(unit, parts, "i32.rem_u").set(part);
    code.do(firstA, which, nextA, "i32.mul", "i32.add").set(a);
    code.do(firstB, which, nextB, "i32.mul", "i32.add").set(b);
    code.do(part, down, "i32.div_u", across, "i32.mul").set(firstJ).do(firstJ, across, "i32.add").set(endJ);
    code.least(endJ, n).set(endJ);
    // As many panels of rows as come one after the other.
    code.do(part, down, "i32.rem_u").set(top).do(down, top, "i32.sub").set(count).do(last, unit, "i32.sub").set(end);
    code.least(count, end).set(end).i32(rowsAtOnce).set(count).least(count, end).set(end);
    code.do(unit, end, "i32.add").set(unit).do(top, end, "i32.add", tall, "i32.mul").set(end);
    code.do(top, tall, "i32.mul").set(top);
    code.do(firstY, which, m, "i32.mul", apart, "i32.mul", "i32.add").set(y);
    code.for(start, k, 0, () => {
      code.do(k, start, "i32.sub").set(length).least(length, depth).set(length);
      code.do(length, tall, "i32.mul").i32(2).do("i32.shl").set(high).do(panels).set(row).do(top).set(i);
      code.do(rows).i32(0).do(start, length, "i32.add", k, "i32.ge_u", "select").set(here);
      code.do(a, start, m).i32(1).do(turned, "select", "i32.mul").floatAt().set(from);
      code.while(i, end, height, () => {
        code.do(from, row).least(i, lowest).do(m, length, m, k, turned, "select", turned).call(packing);
        code.do(row, high, "i32.add").set(row);
      });
      code.do(aside).set(sums).do(firstJ).set(j);
      code.while(j, endJ, columns, () => {
        // Where the panel of b's columns is.
        code.do(b, j, nextColumn, "i32.mul", "i32.add", start, nextStart, "i32.mul", "i32.add").set(column);
        code.do(n, j, "i32.sub").set(rest).least(rest, wide).set(rest);
        code.do(panels).set(row).do(top).set(i);
        code.while(i, end, height, multiply);
      });
      code.do(start, depth, "i32.add").set(start);
    });
  });
  return code;
}
