/** Panels: vectors put side by side, as a matrix product reads them, some values of each at a time. */
import { Code } from "./assemble.js";

const interleaveLow = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23];
const interleaveHigh = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31];
const joinLow = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
const joinHigh = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];

/** Vectors of a panel. */
export const width = 4;
/** Bytes of one value of each of them. */
const step = 4 * width;

/**
 * pack(first, last, from, to, count, k, across): `count` vectors of k values become panels of four, their first values first;
 * then the next so many vectors. Of all these panels `first` to `last` are made. A vector is a column of [k, count]
 * (`across`) or a row of [count, k]. What a panel has too many makes sums that nobody reads.
 */
export function pack(): Code {
  const code = new Code("i32", "i32", "i32", "i32", "i32", "i32", "i32");
  const [first, last, allFrom, allTo, count, k, across] = [0, 1, 2, 3, 4, 5, 6];
  const [unit, each, which, from, to, stop] = code.locals("i32", 6);
  const [panel, p, at, row, whole, v, end, size] = code.locals("i32", 8);
  const outs = code.locals("i32", 4);
  const starts = code.locals("i32", width);
  const vectors = code.locals("v128", width);
  const halves = code.locals("v128", 4);
  const [out] = outs;

  /** Packs columns to so many panels side by side: four read whole lines of the cache. */
  const columns = (panels: number) => {
    code.do(from, panel).i32(step).do("i32.mul", "i32.add").set(at);
    for (let i = 1; i < panels; i++) code.do(outs[i - 1], size, "i32.add").set(outs[i]);
    code.for(p, k, 1, () => {
      for (let i = 0; i < panels; i++) {
        const place = i * step;
        code.do(outs[i], at).memory("v128.load", place).memory("v128.store");
        code.advance(outs[i], step);
      }
      code.do(at, row, "i32.add").set(at);
    });
  };

  const rows = () => {
    code.do(panel).i32(width).do("i32.mul").set(v);
    for (const start of starts) {
      code.least(v, end).do(k, "i32.mul").i32(2).do("i32.shl", from, "i32.add").set(start);
      code.advance(v, 1);
    }
    code.for(p, whole, 4, () => {
      // Four values of each row, transposed.
      vectors.forEach((vector, i) => {
        code.do(starts[i]).memory("v128.load").set(vector);
        code.advance(starts[i], 16);
      });
      const [a, b, c, d] = vectors;
      code.do(a, b).shuffle(interleaveLow).set(halves[0]).do(c, d).shuffle(interleaveLow).set(halves[1]);
      code.do(a, b).shuffle(interleaveHigh).set(halves[2]).do(c, d).shuffle(interleaveHigh).set(halves[3]);
      for (let i = 0; i < 4; i++) {
        const [left, right] = i < 2 ? [halves[0], halves[1]] : [halves[2], halves[3]];
        code
          .do(out, left, right)
          .shuffle(i % 2 === 0 ? joinLow : joinHigh)
          .memory("v128.store", step * i);
      }
      code.advance(out, 4 * step);
    });
    code.while(p, k, 1, () => {
      starts.forEach((start, i) => {
        code
          .do(out, start)
          .memory("f32.load")
          .memory("f32.store", 4 * i);
        code.advance(start, 4);
      });
      code.advance(out, step);
    });
  };

  /** Visits panels until `bound`, so many at a time. */
  const visit = (bound: number, panels: number, body: () => void) =>
    code.while(panel, bound, panels, () => {
      code.do(to, panel, size, "i32.mul", "i32.add").set(out);
      body();
    });

  code.do(count).i32(2).do("i32.shl").set(row).do(k).i32(-4).do("i32.and").set(whole);
  code.do(count).i32(1).do("i32.sub").set(end).do(k).i32(step).do("i32.mul").set(size).do(first).set(unit);
  code.pieces(count, width).set(each);
  code.while(unit, last, 0, () => {
    code.do(unit, each, "i32.div_u").set(which).do(unit, each, "i32.rem_u").set(panel);
    code.do(allFrom, which, row, "i32.mul", k, "i32.mul", "i32.add").set(from);
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
