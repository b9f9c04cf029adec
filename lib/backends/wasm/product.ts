/** The matrix product in SIMD, of packed panels: tiles of eight columns, whose sums stay in registers. */
import { Code } from "./assemble.js";
import { neighbours, walk } from "./movement.js";
import { pack } from "./pack.js";

/** Columns of b's panels. */
export const width = 4;
/** Columns of a tile: two panels. */
export const columns = 2 * width;
/** Rows of a tile, so many that V8 can keep all sums in registers: products that are rounded first need some, too. */
export const heightOf = (fused: boolean): number => (fused ? 6 : 4);

/** As many tiles one below the other are computed in one go, at most: their rows stay in cache. */
export const rowsAtOnce = 8;

/** Bytes of a tile's row, and of a tile by itself. */
const pitch = 4 * columns;
export const tileBytes = 6 * pitch;

/**
 * tile(row, left, right, stop, to): a panel of a's rows times one or two of b's columns, which begin at `left` (one ends at `stop`)
 * and `right`, summed up. Nothing else is done here: then V8 keeps the sums in registers.
 */
function tile({ fused, panels }: { fused: boolean; panels: 1 | 2 }): Code {
  const code = new Code();
  const [row, left, right, stop, to] = code.parameters(5);
  const rows = Array.from({ length: heightOf(fused) }, () => code.locals("v128", panels));
  const factors = code.locals("v128", panels);
  const value = code.local("v128");
  code.while(left, stop, 16, () => {
    factors.forEach((factor, c) => {
      code.do([left, right][c]).memory("v128.load").set(factor);
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
    code.advance(row, 4 * rows.length).advance(right, 16);
  });
  rows.forEach((sums, r) => {
    sums.forEach((sum, c) => {
      code.do(to, sum).memory("v128.store", r * pitch + 16 * c);
    });
  });
  return code;
}

/** deliver(from, to, step, rows, count, add): so many rows and columns of a tile are written where they belong, or added. */
function deliver(): Code {
  const code = new Code();
  const [from, to, step, rows, count, add] = code.parameters(6);
  const row = code.local("i32");
  const at = walk(code);
  const deliverRow = (adding: boolean) => {
    code.do(count).i32(columns).do("i32.lt_u");
    code.if(
      () => {
        code.do(from).set(at.from).do(to).set(at.to);
        neighbours(code, at, adding);
      },
      () => {
        for (const half of [0, 16]) {
          code.do(to, from).memory("v128.load", half);
          if (adding) code.do(to).memory("v128.load", half).do("f32x4.add");
          code.memory("v128.store", half);
        }
      },
    );
  };
  code.do(count).set(at.count);
  code.for(row, rows, 1, () => {
    code.do(add).if(
      () => deliverRow(true),
      () => deliverRow(false),
    );
    code.do(to, step, "i32.add").set(to).advance(from, pitch);
  });
  return code;
}

/**
 * product(first, last, a, b, y, m, n, k, depth, nextA, nextB, turned, down, parts, across, panels, size, thread): y[m, n] from
 * a[m, k], or a[k, m] if `turned`, and from panels of b's columns; then the next y, whose a and panels lie so many bytes
 * further. It is cut into `parts` of a tile's rows (`down` of them) and `across` columns, a multiple of a tile's, counted down
 * the rows; of all these `first` to `last` are computed. `depth` steps of k are summed by themselves: a's rows, as panels in
 * `size` bytes of this thread's own, stay in cache, and sums of sums err less. With `fused`, products are added without being
 * rounded first.
 */
export function product({ fused }: { fused: boolean }): Code {
  const code = new Code();
  const [first, last, firstA, firstB, firstY, m, n, k, depth] = code.parameters(9);
  const [nextA, nextB, turned, down, parts, across, allPanels, room, thread] = code.parameters(9);
  const [a, b, y, which, part] = code.locals("i32", 5);
  const [unit, top, end, firstJ, endJ, i, j, panels, count] = code.locals("i32", 9);
  const [start, length, left, step, size] = code.locals("i32", 5);
  const [row, right, stop, to, rest, here, tall, aside] = code.locals("i32", 8);
  const height = heightOf(fused);
  const packing = pack(height);
  const delivering = deliver();
  const two = tile({ fused, panels: 2 });
  const one = tile({ fused, panels: 1 });

  const multiply = () => {
    // Where the panels are: a's of this row; b's of this column and the next, from `start` on.
    code.do(panels, i, top, "i32.sub", length, "i32.mul").floatAt().set(row);
    code.do(b, j, k, "i32.mul").floatAt().do(start).i32(16).do("i32.mul", "i32.add").set(left);
    code.do(left, size, "i32.add").set(right).do(left, length).i32(4).do("i32.shl", "i32.add").set(stop);
    code.do(y, i, n, "i32.mul", j, "i32.add").floatAt().set(to).do(n, j, "i32.sub").set(rest);
    code.do(end, i, "i32.sub").set(here).least(here, tall).set(here);
    const multiplied = (by: Code) => code.do(row, left, right, stop, aside).call(by);
    code
      .do(rest)
      .i32(width)
      .do("i32.gt_u")
      .if(
        () => multiplied(two),
        () => multiplied(one),
      );
    code.do(aside, to, step, here, rest, start).call(delivering);
  };

  code.do(n).i32(2).do("i32.shl").set(step).do(k).i32(4).do("i32.shl").set(size);
  code.do(allPanels, room, thread, "i32.mul", "i32.add").set(panels).do(first).set(unit);
  code.i32(height).set(tall);
  code.do(panels, room, "i32.add").i32(tileBytes).do("i32.sub").set(aside);
  code.while(unit, last, 0, () => {
    code.do(unit, parts, "i32.div_u").set(which).do(unit, parts, "i32.rem_u").set(part);
    code.do(firstA, which, nextA, "i32.mul", "i32.add").set(a);
    code.do(firstB, which, nextB, "i32.mul", "i32.add").set(b);
    code.do(firstY, which, m, "i32.mul", step, "i32.mul", "i32.add").set(y);
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
