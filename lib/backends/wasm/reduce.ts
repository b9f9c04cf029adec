/** Many values become one in SIMD: sums and extremes of rows, and of columns. */
import { Code } from "./assemble.js";
import type { Plain } from "./instructions.js";

/** A way to join two values, and what leaves others as they are. */
export type Fold = { vector: Plain; scalar: Plain; start: number };

export const folds = {
  sum: { vector: "f32x4.add", scalar: "f32.add", start: -0 },
  max: { vector: "f32x4.max", scalar: "f32.max", start: -Infinity },
  min: { vector: "f32x4.min", scalar: "f32.min", start: Infinity },
} as const satisfies Record<string, Fold>;

/** How many values of a column, or of a row, are folded by themselves, so that the error of a sum grows with the number of blocks only. */
export const block = { columns: 32, rows: 512 };

/**
 * columns(first, last, x, y, n, inner, blocks): of x[outer, n, inner] blocks of columns are folded to y[outer, blocks, inner];
 * of the outer · blocks of them those from `first` to `last`. A few floats behind them are written too.
 */
export function columns({ vector, start }: Fold): Code {
  const code = new Code();
  const [first, last, x, y, n, inner, blocks] = code.parameters(7);
  const [unit, from, count, to, j, p, at, row, many] = code.locals("i32", 9);
  const sums = code.locals("v128", 4);

  /** Folds columns j, j + 1, … of so many vectors. */
  const strip = (vectors: number) => {
    code.float(from, j).set(at);
    for (const sum of sums.slice(0, vectors)) code.f32x4(start).set(sum);
    code.for(p, count, 1, () => {
      for (let v = 0; v < vectors; v++)
        code
          .do(sums[v], at)
          .memory("v128.load", 16 * v)
          .do(vector)
          .set(sums[v]);
      code.do(at, row, "i32.add").set(at);
    });
    code.float(to, j).set(at);
    for (let v = 0; v < vectors; v++) code.do(at, sums[v]).memory("v128.store", 16 * v);
  };

  code.do(inner).i32(2).do("i32.shl").set(row).do(inner).i32(-16).do("i32.and").set(many).do(first).set(unit);
  code.while(unit, last, 1, () => {
    blockOf(code, { unit, x, n, blocks, from, count, size: block.columns, row });
    code.do(y, unit, row, "i32.mul", "i32.add").set(to).i32(0).set(j);
    code.while(j, many, 16, () => strip(4));
    code.while(j, inner, 4, () => strip(1));
  });
  return code;
}

/** rows(first, last, x, y, n, blocks): of x[outer, n] blocks of rows are folded to y[outer, blocks], from `first` to `last`. */
export function rows({ vector, scalar, start }: Fold): Code {
  const code = new Code();
  const [first, last, x, y, n, blocks] = code.parameters(6);
  const [unit, from, count, p, many, row] = code.locals("i32", 6);
  const sums = code.locals("v128", 4);
  const total = code.local("f32");

  code.i32(4).set(row).do(first).set(unit);
  code.while(unit, last, 1, () => {
    blockOf(code, { unit, x, n, blocks, from, count, size: block.rows, row });
    for (const sum of sums) code.f32x4(start).set(sum);
    code.do(count).i32(-16).do("i32.and").set(many);
    code.for(p, many, 16, () => {
      sums.forEach((sum, v) => {
        code
          .do(sum, from)
          .memory("v128.load", 16 * v)
          .do(vector)
          .set(sum);
      });
      code.advance(from, 64);
    });
    join(code, sums, { vector, scalar });
    code.set(total);
    code.while(p, count, 1, () => {
      code.do(total, from).memory("f32.load").do(scalar).set(total);
      code.advance(from, 4);
    });
    code.float(y, unit).do(total).memory("f32.store");
  });
  return code;
}

/** Pushes what four vectors are together. */
export function join(code: Code, sums: readonly number[], { vector, scalar }: Omit<Fold, "start">): void {
  const [a, b, c, d] = sums;
  code.do(a, b, vector, c, d, vector, vector).set(a);
  code.do(a).lane(0).do(a).lane(1).do(scalar).do(a).lane(2).do(a).lane(3).do(scalar, scalar);
}

type Places = Record<"unit" | "x" | "n" | "blocks" | "from" | "count" | "size" | "row", number>;

/** Where the unit's block begins, `from`, and how many values of a column it has, `count`; a value is `row` bytes behind another. */
function blockOf(code: Code, { unit, x, n, blocks, from, count, size, row }: Places): void {
  code.do(unit, blocks, "i32.rem_u").i32(size).do("i32.mul").set(count); // where in its column
  code.do(unit, blocks, "i32.div_u", n, "i32.mul", count, "i32.add", row, "i32.mul", x, "i32.add").set(from);
  code.do(n, count, "i32.sub").set(count);
  code.do(count).i32(size).do(count).i32(size).do("i32.lt_u", "select").set(count);
}
