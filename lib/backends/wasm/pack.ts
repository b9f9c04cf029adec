/** Panels: vectors put side by side, as a matrix product reads them, some values of each at a time. */
import { Code } from "./assemble.js";
import { square, steps, walk } from "./movement.js";

/** Vectors of a panel. */
export const width = 4;
/** Bytes of one value of each of them. */
const bytes = 4 * width;

/**
 * pack(first, last, from, to, count, k, pitch, across): `count` vectors of k values become panels of four, their first values
 * first; then the next so many vectors. Of all these panels `first` to `last` are made. A vector is a column (`across`) or a
 * row of a matrix whose rows lie `pitch` values apart. What a panel has too many makes sums that nobody reads.
 */
export function pack(): Code {
  const code = new Code();
  const [first, last, allFrom, allTo, count, k, pitch, across] = code.parameters(8);
  const [unit, each, which, from, to, stop, panel, p, v, end, row] = code.locals("i32", 11);
  const [whole, size, value, step, next] = code.locals("i32", 5);
  const outs = code.locals("i32", 4);
  const vectors = code.locals("v128", 8);
  const at = walk(code);
  const [out] = outs;

  /** Packs columns to so many panels side by side: four read whole lines of the cache. */
  const columns = (panels: number) => {
    code.do(from, panel).i32(bytes).do("i32.mul", "i32.add").set(at.from);
    for (let i = 1; i < panels; i++) code.do(outs[i - 1], size, "i32.add").set(outs[i]);
    code.for(p, k, 1, () => {
      for (let i = 0; i < panels; i++) {
        code
          .do(outs[i], at.from)
          .memory("v128.load", i * bytes)
          .memory("v128.store");
        code.advance(outs[i], bytes);
      }
      code.do(at.from, row, "i32.add").set(at.from);
    });
  };

  /** Packs rows to a panel, by squares where there are four; the rest one by one. */
  const rows = () => {
    code.do(panel).i32(width).do("i32.mul").set(v).do(v).i32(width).do("i32.add").set(end).i32(0).set(p);
    code.do(from, v, row, "i32.mul", "i32.add").set(at.from).do(out).set(at.to);
    code.do(end, count, "i32.gt_u").if(
      () => code.do(count).set(end),
      () =>
        code.while(p, whole, 4, () => {
          square(code, at, [row, step], [next, vectors]);
          code.advance(at.from, 16).advance(at.to, 4 * bytes);
        }),
    );
    code.do(k, p, "i32.sub").set(at.count).do(at.to).set(out);
    code.while(v, end, 1, () => {
      code.do(from, v, row, "i32.mul", "i32.add", p).floatAt().set(at.from).do(out).set(at.to);
      steps(code, at, [value, step], false);
      code.advance(out, 4);
    });
  };

  /** Visits panels until `bound`, so many at a time. */
  const visit = (bound: number, panels: number, body: () => void) =>
    code.while(panel, bound, panels, () => {
      code.do(to, panel, size, "i32.mul", "i32.add").set(out);
      body();
    });

  code.do(pitch).i32(2).do("i32.shl").set(row).do(k).i32(-4).do("i32.and").set(whole);
  code.do(k).i32(bytes).do("i32.mul").set(size).i32(4).set(value).i32(bytes).set(step);
  code
    .do(count)
    .i32(width - 1)
    .do("i32.add")
    .i32(width)
    .do("i32.div_u")
    .set(each)
    .do(first)
    .set(unit);
  code.while(unit, last, 0, () => {
    code.do(unit, each, "i32.div_u").set(which).do(unit, each, "i32.rem_u").set(panel);
    code.do(allFrom, which, count, "i32.mul", k, "i32.mul").floatAt().set(from);
    code.do(allTo, which, each, "i32.mul", size, "i32.mul", "i32.add").set(to);
    code.do(panel, last, "i32.add", unit, "i32.sub").set(stop).least(stop, each).set(stop);
    code.do(unit, stop, "i32.add", panel, "i32.sub").set(unit);
    code.do(across).if(
      () => {
        code.do(stop, stop, panel, "i32.sub").i32(3).do("i32.and", "i32.sub").set(v);
        visit(v, 4, () => columns(4));
        visit(stop, 1, () => columns(1));
      },
      () => visit(stop, 1, rows),
    );
  });
  return code;
}
