/** Panels: vectors put side by side, as a matrix product reads them, some values of each at a time. */
import { Code } from "./assemble.js";
import { square, steps, walk } from "./movement.js";

/**
 * pack(first, last, from, to, count, each, k, pitch, across, depth, pieces): `count` vectors of k values, cut into `pieces` of
 * `depth` values or what is left, become panels of `width`, from 4 to 8: `each` panels of all their first pieces, then of their
 * next ones; then the next so many vectors. Of all these panels `first` to `last` are made. A vector is a column (`across`) or a
 * row of a matrix whose rows lie `pitch` values apart. What a panel has too many makes sums that nobody reads.
 */
export function pack(width: number): Code {
  const bytes = 4 * width;
  /** Where in a panel four vectors begin that are moved together: of six some are moved twice. */
  const fours = new Set([0, width - 4]);
  const code = new Code();
  const [first, last, allFrom, to, count, each, k, pitch, across, depth, pieces] = code.parameters(11);
  const [unit, from, p, v, end, row, start, whole, length] = code.locals("i32", 9);
  const [value, step, next, out] = code.locals("i32", 4);
  const vectors = code.locals("v128", 8);
  const at = walk(code);

  /** Packs columns to a panel. */
  const columns = () => {
    code.float(from, v).set(at.from);
    code.for(p, length, 1, () => {
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
    code.do(length, p, "i32.sub").set(at.count);
    code.while(v, end, 1, () => {
      code.do(from, v, row, "i32.mul", "i32.add", p).floatAt().set(at.from).do(out).set(at.to);
      steps(code, at, [value, step], false);
      code.advance(out, 4);
    });
  };

  code.do(pitch).i32(2).do("i32.shl").set(row).i32(4).set(value).i32(bytes).set(step).do(first).set(unit);
  code.while(unit, last, 1, () => {
    code.do(unit, each, "i32.div_u").set(next).do(next, pieces, "i32.rem_u", depth, "i32.mul").set(p);
    code.do(k, p, "i32.sub").set(length).least(length, depth).set(length).i32(-4).do(length, "i32.and").set(whole);
    code
      .do(allFrom, next, pieces, "i32.div_u", k, count, "i32.mul", "i32.mul", p, pitch)
      .i32(1)
      .do(across, "select", "i32.mul", "i32.add");
    code.floatAt().set(from);
    code.do(to, unit, depth, "i32.mul", step, "i32.mul", "i32.add").set(out);
    code.do(unit, each, "i32.rem_u").i32(width).do("i32.mul").set(v);
    code.do(across).if(columns, rows);
  });
  return code;
}
