/** Softmax of rows in SIMD, and its logarithm: the largest value, then e^(x − max) and its sum, then the quotient. */
import { Code } from "./assemble.js";
import { functionWork } from "./engine.js";
import { exp } from "./functions/exponential.js";
import { log1p } from "./functions/power.js";

const halves = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
const pairs = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];
const first32 = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3];

/** The work of so many values in rows of n: none to divide where rows end within a vector, and the next must overwrite it. */
export const softmaxWork = (size: number, n: number): number => (n % 4 === 0 ? size * 2 * functionWork : 0);

/** softmax(first, last, x, y, n): of rows of n values each those from `first` to `last`; a few floats behind them are written too. */
export function softmax({ log }: { log: boolean }): Code {
  const code = new Code();
  const [first, last, x, y, n] = code.parameters(5);
  const [row, i, start, to] = code.locals("i32", 4);
  const [most, sum, value, inside] = code.locals("v128", 4);
  /** Visits a row, four values at a time; with x − max, and which of them are the row's, in variables. */
  const visit = (body: () => void) => {
    code.for(i, n, 4, () => {
      code.do(i, "i32x4.splat").i32x4(0, 1, 2, 3).do("i32x4.add", n, "i32x4.splat", "i32x4.lt_s").set(inside);
      code.float(start, i).memory("v128.load").do(most, "f32x4.sub").set(value);
      body();
    });
  };
  const store = (push: () => Code) => {
    code.float(to, i);
    push().memory("v128.store");
  };

  code.do(first).set(row);
  code.while(row, last, 1, () => {
    code.do(x, row, n, "i32.mul").floatAt().set(start);
    code.do(y, row, n, "i32.mul").floatAt().set(to);
    code.f32x4(0).set(most).f32x4(-Infinity).set(sum);
    visit(() => code.do(sum, value).f32x4(-Infinity).do(inside, "v128.bitselect", "f32x4.max").set(sum));
    for (const places of [halves, pairs]) code.do(sum, sum, sum).shuffle(places).do("f32x4.max").set(sum);
    code.do(sum).set(most).f64x2(0).set(sum);
    visit(() => {
      exp(code, value).set(value);
      if (!log) store(() => code.do(value));
      // In doubles: of a thousand values floats would lose more than the quotient may be off.
      code.do(value, inside, "v128.and").set(value);
      code.do(sum, value, "f64x2.promote_low_f32x4", "f64x2.add").set(sum);
      code.do(sum, value, value).shuffle(halves).do("f64x2.promote_low_f32x4", "f64x2.add").set(sum);
    });
    code.do(sum, sum, sum).shuffle(halves).do("f64x2.add");
    // One of the terms is 1: without it the rest keeps the digits that it has beside 1 in doubles.
    if (log) code.f64x2(1).do("f64x2.sub");
    code.do("f32x4.demote_f64x2_zero").set(sum).do(sum, sum).shuffle(first32).set(sum);
    if (log) {
      log1p(code, sum);
      code.set(sum);
    }
    visit(() => {
      if (log) store(() => code.do(value, sum, "f32x4.sub"));
      else store(() => code.float(to, i).memory("v128.load").do(sum, "f32x4.div"));
    });
  });
  return code;
}
