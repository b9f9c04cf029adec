/** The matrix product in SIMD: tiles of eight columns, whose sums stay in registers. */
import { Code } from "./assemble.js";
import { neighbours, walk } from "./movement.js";
import { pack } from "./pack.js";

/** Columns of a tile, and of a panel of b's. */
export const columns = 8;
/** Rows of a tile, so many that V8 can keep all sums in registers: products that are rounded first need some, too. */
export const heightOf = (fused: boolean): number => (fused ? 6 : 4);

/** As many tiles one below the other are computed in one go, at most: their rows stay in cache. */
export const rowsAtOnce = 8;

/** Bytes of a tile's row, and of a tile by itself. */
const pitch = 4 * columns;
export const tileBytes = 6 * pitch;

/**
 * tile(row, stop, column, step, to, apart, add): a panel of a's rows, from `row` to `stop`, times four or eight of b's columns,
 * in rows `step` bytes apart, summed up; then written, or added, to rows `apart` bytes apart. More is not done here: then V8
 * keeps the sums in registers.
 */
function tile({ fused, vectors }: { fused: boolean; vectors: 1 | 2 }): Code {
  const code = new Code();
  const [row, stop, column, step, to, apart, add] = code.parameters(7);
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
  const write = (adding: boolean) => {
    for (const sums of rows) {
      sums.forEach((sum, c) => {
        code.do(to, sum);
        if (adding)
          code
            .do(to)
            .memory("v128.load", 16 * c)
            .do("f32x4.add");
        code.memory("v128.store", 16 * c);
      });
      code.do(to, apart, "i32.add").set(to);
    }
  };
  code.do(add).if(
    () => write(true),
    () => write(false),
  );
  return code;
}

/** deliver(from, to, apart, rows, count, add): so many rows and columns of a tile are written where they belong, or added. */
function deliver(): Code {
  const code = new Code();
  const [from, to, apart, rows, count, add] = code.parameters(6);
  const row = code.local("i32");
  const at = walk(code);
  code.do(count).set(at.count);
  code.for(row, rows, 1, () => {
    code.do(from).set(at.from).do(to).set(at.to);
    code.do(add).if(
      () => neighbours(code, at, true),
      () => neighbours(code, at, false),
    );
    code.do(to, apart, "i32.add").set(to).advance(from, pitch);
  });
  return code;
}

/**
 * product(first, last, a, nextA, turned, b, nextB, nextColumn, nextRow, y, m, n, k, depth, down, parts, across, panels, size,
 * thread): y[m, n] from a[m, k], or a[k, m] if `turned`, and b[k, n], whose columns (the first ones of tiles) and rows lie so
 * many bytes apart; then the next y, whose a and b lie so many bytes further. It is cut into `parts` of a tile's rows (`down` of them) and `across`
 * columns, a multiple of a tile's, counted down the rows; of all these `first` to `last` are computed. `depth` steps of k are
 * summed by themselves: a's rows, as panels in `size` bytes of this thread's own, stay in cache, and sums of sums err less.
 * With `fused`, products are added without being rounded first.
 */
export function product({ fused }: { fused: boolean }): Code {
  const code = new Code();
  const [first, last, firstA, nextA, turned, firstB, nextB, nextColumn, nextRow, firstY] = code.parameters(10);
  const [m, n, k, depth, down, parts, across, allPanels, size, thread] = code.parameters(10);
  const [a, b, y, which, part] = code.locals("i32", 5);
  const [unit, top, end, firstJ, endJ, i, j, panels, count] = code.locals("i32", 9);
  const [start, length, row, stop, column, to, apart] = code.locals("i32", 7);
  const [here, tall, rest, wide, aside] = code.locals("i32", 5);
  const height = heightOf(fused);
  const packing = pack(height);
  const delivering = deliver();
  const whole = tile({ fused, vectors: 2 });
  const half = tile({ fused, vectors: 1 });

  const multiply = () => {
    // Where the panels are: a's of this row, b's of this column, from `start` on.
    code.do(panels, i, top, "i32.sub", length, "i32.mul").floatAt().set(row);
    code.do(row, length, tall, "i32.mul").floatAt().set(stop);
    code.do(b, j, nextColumn, "i32.mul", "i32.add", start, nextRow, "i32.mul", "i32.add").set(column);
    code.do(y, i, n, "i32.mul", j, "i32.add").floatAt().set(to);
    code.do(end, i, "i32.sub").set(here).least(here, tall).set(here);
    code.do(n, j, "i32.sub").set(rest).least(rest, wide).set(rest);
    code.do(here, tall, "i32.ge_u", rest, wide, "i32.ge_u", "i32.and").if(
      () => code.do(row, stop, column, nextRow, to, apart, start).call(whole),
      () => {
        // A tile with more rows or columns than y has left is computed aside.
        const compute = (by: Code) => code.do(row, stop, column, nextRow, aside).i32(pitch).i32(0).call(by);
        code
          .do(rest)
          .i32(columns / 2)
          .do("i32.gt_u")
          .if(
            () => compute(whole),
            () => compute(half),
          );
        code.do(aside, to, apart, here, rest, start).call(delivering);
      },
    );
  };

  code.do(n).i32(2).do("i32.shl").set(apart).i32(height).set(tall).i32(columns).set(wide).do(first).set(unit);
  code.do(allPanels, size, thread, "i32.mul", "i32.add").set(panels);
  code.do(panels, size, "i32.add").i32(tileBytes).do("i32.sub").set(aside);
  code.while(unit, last, 0, () => {
    code.do(unit, parts, "i32.div_u").set(which).do(unit, parts, "i32.rem_u").set(part);
    code.do(firstA, which, nextA, "i32.mul", "i32.add").set(a);
    code.do(firstB, which, nextB, "i32.mul", "i32.add").set(b);
    code.do(firstY, which, m, "i32.mul", apart, "i32.mul", "i32.add").set(y);
    code.do(part, down, "i32.div_u", across, "i32.mul").set(firstJ).do(firstJ, across, "i32.add").set(endJ);
    code.least(endJ, n).set(endJ);
    // As many panels of rows as come one after the other.
    code.do(part, down, "i32.rem_u").set(top).do(down, top, "i32.sub").set(count).do(last, unit, "i32.sub").set(end);
    code.least(count, end).set(count).i32(rowsAtOnce).set(end).least(count, end).set(count);
    code.do(unit, count, "i32.add").set(unit).do(top, tall, "i32.mul").set(top);
    code.do(count, tall, "i32.mul", top, "i32.add").set(end).least(end, m).set(end);
    code.for(start, k, 0, () => {
      code.do(k, start, "i32.sub").set(length).least(length, depth).set(length);
      code.i32(0).do(count, a);
      code.do(start, m, "i32.mul", top, "i32.add", top, k, "i32.mul", start, "i32.add", turned, "select").floatAt();
      code.do(panels, end, top, "i32.sub", count, length, m, k, turned, "select", turned).call(packing);
      code.do(firstJ).set(j);
      code.while(j, endJ, columns, () => {
        code.do(top).set(i);
        code.while(i, end, height, multiply);
      });
      code.do(start, depth, "i32.add").set(start);
    });
  });
  return code;
}
