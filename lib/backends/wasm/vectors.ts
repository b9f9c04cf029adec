/** Products of a matrix and a vector in SIMD: each value of the matrix is used once, so nothing is packed. */
import { Code } from "./assemble.js";
import { folds, join } from "./reduce.js";

/** Steps that are summed by themselves: beside one large term each further step may err by half a unit of it. */
const depth = 16;

/** combine(first, last, x, w, y, n, k): y[n] = Σ w[p] · x[p, n], of whose columns four times four, from 16 · `first` to 16 · `last`, are one unit. */
export function combine(): Code {
  const code = new Code();
  const [first, last, x, w, y, n, k] = code.parameters(7);
  const [j, end, p, bound, start, at, weight, pitch] = code.locals("i32", 8);
  const sums = code.locals("v128", 4);
  const totals = code.locals("v128", 4);
  const factor = code.local("v128");

  const strip = (vectors: number) => {
    code.float(x, j).set(at).do(w).set(weight).i32(0).set(p);
    for (const total of totals.slice(0, vectors)) code.f32x4(-0).set(total);
    code.for(start, k, depth, () => {
      for (const sum of sums.slice(0, vectors)) code.f32x4(-0).set(sum);
      code.do(start).i32(depth).do("i32.add").set(bound).least(bound, k).set(bound);
      code.while(p, bound, 1, () => {
        code.do(weight).memory("v128.load32_splat").set(factor);
        for (let v = 0; v < vectors; v++)
          code
            .do(sums[v], factor, at)
            .memory("v128.load", 16 * v)
            .do("f32x4.mul", "f32x4.add")
            .set(sums[v]);
        code.advance(weight, 4).do(at, pitch, "i32.add").set(at);
      });
      for (let v = 0; v < vectors; v++) code.do(totals[v], sums[v], "f32x4.add").set(totals[v]);
    });
    for (let v = 0; v < vectors; v++)
      code
        .float(y, j)
        .do(totals[v])
        .memory("v128.store", 16 * v);
  };

  code.do(n).i32(2).do("i32.shl").set(pitch).do(first).i32(4).do("i32.shl").set(j);
  code.do(last).i32(4).do("i32.shl").set(end).least(end, n).set(end);
  // Whole strips, then what is left, a vector at a time.
  code.do(end, end, j, "i32.sub").i32(15).do("i32.and", "i32.sub").set(bound);
  code
    .do(bound)
    .set(last)
    .while(j, last, 16, () => strip(4))
    .while(j, end, 4, () => strip(1));
  return code;
}

/** dots(first, last, x, w, y, k): y[i] = Σ x[i, p] · w[p] for the rows i from `first` to `last`. */
export function dots(): Code {
  const code = new Code();
  const [first, last, x, w, y, k] = code.parameters(6);
  const [i, p, whole, at, weight] = code.locals("i32", 5);
  const sums = code.locals("v128", 4);
  const total = code.local("f32");

  code.do(k).i32(-16).do("i32.and").set(whole).do(first).set(i);
  code.while(i, last, 1, () => {
    code.do(x, i, k, "i32.mul").floatAt().set(at).do(w).set(weight);
    for (const sum of sums) code.f32x4(-0).set(sum);
    code.for(p, whole, 16, () => {
      sums.forEach((sum, v) => {
        code
          .do(sum, at)
          .memory("v128.load", 16 * v)
          .do(weight)
          .memory("v128.load", 16 * v);
        code.do("f32x4.mul", "f32x4.add").set(sum);
      });
      code.advance(at, 64).advance(weight, 64);
    });
    join(code, sums, folds.sum);
    code.set(total);
    code.while(p, k, 1, () => {
      code.do(total, at).memory("f32.load").do(weight).memory("f32.load").do("f32.mul", "f32.add").set(total);
      code.advance(at, 4).advance(weight, 4);
    });
    code.float(y, i).do(total).memory("f32.store");
  });
  return code;
}
