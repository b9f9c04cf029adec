/** Panels: vectors put side by side, as a matrix product reads them, some values of each at a time. */
import { Code } from "./assemble.js";
import { square, steps, walk } from "./movement.js";

/**
 * panel(from, to, v, count, length, pitch, across): from the v-th vector on as many as a panel is wide, from 4 to 8, of `count`,
 * side by side: `length` values of each. A vector is a column (`across`) or a row of a matrix whose rows lie `pitch` values apart.
 * What a panel has too many makes sums that nobody reads.
 */
export function panel(width: number): Code {
  const bytes = 4 * width;
  /** Where in a panel four vectors begin that are moved together: of six some are moved twice. */
  const fours = new Set([0, width - 4]);
  const code = new Code();
  const [from, to, v, count, length, pitch, across] = code.parameters(7);
  const [p, end, row, start, whole, value, step, next] = code.locals("i32", 8);
  const vectors = code.locals("v128", 8);
  const at = walk(code);

  /** Packs columns. */
  const columns = () => {
    code.float(from, v).set(at.from);
    code.for(p, length, 1, () => {
      for (const four of fours)
        code
          .do(to, at.from)
          .memory("v128.load", 4 * four)
          .memory("v128.store", 4 * four);
      code.advance(to, bytes);
      code.do(at.from, row, "i32.add").set(at.from);
    });
  };

  /** Packs rows, by squares of four by four where the panel is full; the rest row by row. */
  const rows = () => {
    code.do(from, v, row, "i32.mul", "i32.add").set(start).do(v).i32(width).do("i32.add").set(end);
    code.do(end, count, "i32.gt_u").if(
      () => code.do(count).set(end),
      () => {
        code.do(length).i32(-4).do("i32.and").set(whole);
        code.while(p, whole, 4, () => {
          for (const four of fours) {
            code
              .do(start, row)
              .i32(four)
              .do("i32.mul", "i32.add")
              .set(at.from)
              .do(to)
              .i32(4 * four)
              .do("i32.add")
              .set(at.to);
            square(code, at, [row, step], [next, vectors]);
          }
          code.advance(start, 16).advance(to, 4 * bytes);
        });
      },
    );
    code.do(length, p, "i32.sub").set(at.count);
    code.while(v, end, 1, () => {
      code.do(from, v, row, "i32.mul", "i32.add", p).floatAt().set(at.from).do(to).set(at.to);
      steps(code, at, [value, step], false);
      code.advance(to, 4);
    });
  };

  code.do(pitch).i32(2).do("i32.shl").set(row).i32(4).set(value).i32(bytes).set(step);
  return code.do(across).if(columns, rows);
}

/**
 * pack(first, last, from, to, count, each, k, pitch, across, depth, pieces): `count` vectors of k values, cut into `pieces` of
 * `depth` values or what is left, become `each` panels of all their first pieces, then of their next ones; then the next so many
 * vectors. Of all these panels `first` to `last` are made.
 */
export function pack(width: number): Code {
  const code = new Code();
  const [unit, last, from, to, count, each, k, pitch, across, depth, pieces] = code.parameters(11);
  const [p, piece, length] = code.locals("i32", 3);
  const one = panel(width);
  return code.while(unit, last, 1, () => {
    code.do(unit, each, "i32.div_u").set(piece).do(piece, pieces, "i32.rem_u", depth, "i32.mul").set(p);
    code.do(k, p, "i32.sub").set(length).least(length, depth).set(length);
    code.do(from, piece, pieces, "i32.div_u", k, count, "i32.mul", "i32.mul", p, pitch).i32(1).do(across, "select");
    code.do("i32.mul", "i32.add").floatAt().do(to, unit, depth, "i32.mul").i32(width).do("i32.mul").floatAt();
    code.do(unit, each, "i32.rem_u").i32(width).do("i32.mul", count, length, pitch, across).call(one);
  });
}
