/** Panels: vectors put side by side, as a matrix product reads them, some values of each at a time. */
import { Code } from "./assemble.js";
import { square, steps, walk } from "./movement.js";

/**
 * pack(first, last, from, to, count, each, k, pitch, across): `count` vectors of k values become `each` panels of `width`, from 4 to 8,
 * their first values first; then the next so many vectors. Of all these panels `first` to `last` are made. A vector is a column
 * (`across`) or a row of a matrix whose rows lie `pitch` values apart. What a panel has too many makes sums that nobody reads.
 */
export function pack(width: number): Code {
  const bytes = 4 * width;
  /** Where in a panel four vectors begin that are moved together: of six some are moved twice. */
  const fours = new Set([0, width - 4]);
  const code = new Code();
  const [first, last, allFrom, to, count, each, k, pitch, across] = code.parameters(9);
  const [unit, from, p, v, end, row, start, whole] = code.locals("i32", 8);
  const [value, step, next, out] = code.locals("i32", 4);
  const vectors = code.locals("v128", 8);
  const at = walk(code);

  /** Packs columns to a panel. */
  const columns = () => {
    code.float(from, v).set(at.from);
    code.for(p, k, 1, () => {
      for (const four of fours)
        code
          .do(out, at.from)
          .memory("v128.load", 4 * four)
          .memory("v128.store", 4 * four);
      code.advance(out, bytes);
      code.do(at.from, row, "i32.add").set(at.from);
    });
  };

  /** Packs rows to a panel, by squares of four by four where it is full; the rest row by row. */
  const rows = () => {
    code.do(from, v, row, "i32.mul", "i32.add").set(start).do(v).i32(width).do("i32.add").set(end).i32(0).set(p);
    code.do(end, count, "i32.gt_u").if(
      () => code.do(count).set(end),
      () =>
        code.while(p, whole, 4, () => {
          for (const four of fours) {
            code
              .do(start, row)
              .i32(four)
              .do("i32.mul", "i32.add")
              .set(at.from)
              .do(out)
              .i32(4 * four)
              .do("i32.add")
              .set(at.to);
            square(code, at, [row, step], [next, vectors]);
          }
          code.advance(start, 16).advance(out, 4 * bytes);
        }),
    );
    code.do(k, p, "i32.sub").set(at.count);
    code.while(v, end, 1, () => {
      code.do(from, v, row, "i32.mul", "i32.add", p).floatAt().set(at.from).do(out).set(at.to);
      steps(code, at, [value, step], false);
      code.advance(out, 4);
    });
  };

  code.do(pitch).i32(2).do("i32.shl").set(row).do(k).i32(-4).do("i32.and").set(whole);
  code.i32(4).set(value).i32(bytes).set(step).do(first).set(unit);
  code.while(unit, last, 1, () => {
    code.do(allFrom, unit, each, "i32.div_u", count, "i32.mul", k, "i32.mul").floatAt().set(from);
    code.do(unit, each, "i32.rem_u").i32(width).do("i32.mul").set(v);
    code.do(to, unit, k, "i32.mul", step, "i32.mul", "i32.add").set(out);
    code.do(across).if(columns, rows);
  });
  return code;
}
