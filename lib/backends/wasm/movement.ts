/** Values moved in WebAssembly: along steps of their own, by index, and added back by index. */
import { Code } from "./assemble.js";

/** What the loops below use: counters, and addresses that move on. */
export type Walk = Record<"from" | "to" | "count" | "i" | "many", number>;

/** Such variables. */
export const walk = (code: Code): Walk => ({
  from: code.local("i32"),
  to: code.local("i32"),
  count: code.local("i32"),
  i: code.local("i32"),
  many: code.local("i32"),
});

/** Copies `count` neighbours, or adds them, and exactly these; moves both addresses on. */
export function neighbours(code: Code, { from, to, count, i, many }: Walk, add: boolean): void {
  const piece = (bytes: number, load: "v128.load" | "f32.load", how: "f32x4.add" | "f32.add") => {
    code.do(to);
    if (add) code.do(to).memory(load);
    code.do(from).memory(load);
    if (add) code.do(how);
    code.memory(load === "v128.load" ? "v128.store" : "f32.store");
    code.advance(from, bytes);
    code.advance(to, bytes);
  };
  code.do(count).i32(-4).do("i32.and").set(many);
  code.for(i, many, 4, () => piece(16, "v128.load", "f32x4.add"));
  code.while(i, count, 1, () => piece(4, "f32.load", "f32.add"));
}

/** The same of values that lie steps of so many bytes apart. */
export function steps(code: Code, { from, to, count, i }: Walk, [step, stepTo]: Steps, add: boolean): void {
  code.for(i, count, 1, () => {
    code.do(to);
    if (add) code.do(to).memory("f32.load");
    code.do(from).memory("f32.load");
    if (add) code.do("f32.add");
    code.memory("f32.store");
    code.do(from, step, "i32.add").set(from);
    code.do(to, stepTo, "i32.add").set(to);
  });
}

/** How the first two of four rows are joined to columns, and how these are: the values of two vectors by number, of eight. */
const halves = [
  [0, 4, 1, 5],
  [2, 6, 3, 7],
];
const quarters = [
  [0, 1, 4, 5],
  [2, 3, 6, 7],
];
const bytes = (values: readonly number[]): number[] =>
  values.flatMap((value) => [0, 1, 2, 3].map((byte) => 4 * value + byte));

/** Copies a square of four by four values, of rows so many bytes apart, rows becoming columns. */
export function square(
  code: Code,
  { from, to }: Walk,
  [step, stepTo]: Steps,
  [at, v]: readonly [at: number, v: number[]],
): void {
  code.do(from).set(at);
  for (const row of v.slice(0, 4)) {
    code.do(at).memory("v128.load").set(row);
    code.do(at, step, "i32.add").set(at);
  }
  for (const pair of [0, 2])
    halves.forEach((half, k) => {
      code
        .do(v[pair], v[pair + 1])
        .shuffle(bytes(half))
        .set(v[4 + pair + k]);
    });
  code.do(to).set(at);
  for (const half of [0, 1])
    for (const quarter of quarters) {
      code
        .do(at, v[4 + half], v[6 + half])
        .shuffle(bytes(quarter))
        .memory("v128.store");
      code.do(at, stepTo, "i32.add").set(at);
    }
}

type Steps = readonly [from: number, to: number];

/** How many loops `move` has. */
export const depth = 4;

/**
 * move(first, last, x, y, n1, n2, n3, s0, …, s3, t0, …, t3): four loops, in which x moves by bytes s and y by bytes t; a unit
 * is a turn of the two outer ones, the second of which has n1 turns.
 */
export function move(): Code {
  const code = new Code();
  const [first, last, x, y, n1, n2, n3, s0, s1, s2, s3, t0, t1, t2, t3] = code.parameters(15);
  const [unit, j, start, startTo, near, squares, next] = code.locals("i32", 7);
  const vectors = code.locals("v128", 8);
  const at = walk(code);
  const place = (base: number, outer: number, inner: number) => {
    code.do(base, unit, n1, "i32.div_u", outer, "i32.mul", "i32.add");
    return code.do(unit, n1, "i32.rem_u", inner, "i32.mul", "i32.add");
  };
  const both = (a: number, b: number) => code.do(a).i32(4).do("i32.ne", b).i32(4).do("i32.ne", "i32.or", "i32.eqz");
  both(s3, t3).set(near);
  // Where rows become columns, by squares: else each value would cost a line of the cache.
  both(s2, t3).if(() => {
    code.do(n2).i32(-4).do("i32.and").set(squares);
  });
  code.do(n3).set(at.count).do(first).set(unit);
  code.while(unit, last, 1, () => {
    place(x, s0, s1).set(start);
    place(y, t0, t1).set(startTo);
    code.for(j, squares, 4, () => {
      code.do(start).set(at.from).do(startTo).set(at.to);
      code.do(n3).i32(-4).do("i32.and").set(at.many);
      code.for(at.i, at.many, 4, () => {
        square(code, at, [s3, t2], [next, vectors]);
        code.do(at.from, s3).floatAt().set(at.from);
        code.advance(at.to, 16);
      });
      code.while(at.i, n3, 1, () => {
        code.do(at.to).set(next);
        for (const offset of [0, 4, 8, 12]) {
          code.do(next, at.from).memory("f32.load", offset).memory("f32.store");
          code.do(next, t2, "i32.add").set(next);
        }
        code.do(at.from, s3, "i32.add").set(at.from);
        code.advance(at.to, 4);
      });
      code.advance(start, 16);
      code.float(startTo, t2).set(startTo);
    });
    code.while(j, n2, 1, () => {
      code.do(start).set(at.from).do(startTo).set(at.to);
      code.do(near).if(
        () => neighbours(code, at, false),
        () => steps(code, at, [s3, t3], false),
      );
      code.do(start, s2, "i32.add").set(start);
      code.do(startTo, t2, "i32.add").set(startTo);
    });
  });
  return code;
}

/** Pushes the address of x[unit, …], of so many rows of `width` values each. */
const pieceOf = (code: Code, x: number, unit: number, length: number, width: number): Code =>
  code.do(x, unit, length, "i32.mul", width, "i32.mul").floatAt();

type Beginning = Record<"base" | "to" | "unit" | "length" | "width", number>;

/** Fills a piece of the result with what lies there in `base`, or with zeros. */
function begin(code: Code, { base, to, unit, length, width }: Beginning): void {
  const bytes = () => code.do(length, width, "i32.mul").i32(2).do("i32.shl");
  code.do(base).if(
    () => {
      code.do(to);
      pieceOf(code, base, unit, length, width);
      bytes().do("memory.copy");
    },
    () => {
      code.do(to).i32(0);
      bytes().do("memory.fill");
    },
  );
}

/**
 * gather(first, last, x, index, y, length, m, width): y[unit, i, j] = x[unit, index[unit, i, j], j], of x [units, length, width]
 * and y [units, m, width]. With `add` the other way round, scatterAdd(first, last, source, index, y, length, m, width, base):
 * y is [units, length, width], `base` (if it is 0, zeros) with the source [units, m, width] added.
 */
export function pick({ add }: { add: boolean }): Code {
  const code = new Code();
  const [first, last, x, index, y, length, m, width, base] = code.parameters(add ? 9 : 8);
  const [unit, bytes, indices, few, many, i, j, at] = code.locals("i32", 8);
  code.do(m, width, "i32.mul").i32(2).do("i32.shl").set(bytes);
  code.do(first).set(unit);
  code.while(unit, last, 1, () => {
    pieceOf(code, index, unit, m, width).set(indices);
    pieceOf(code, add ? x : y, unit, m, width).set(few);
    pieceOf(code, add ? y : x, unit, length, width).set(many);
    if (add) begin(code, { base, to: many, unit, length, width });
    code.i32(0).set(j);
    code.for(i, bytes, 4, () => {
      code.do(many, indices, i, "i32.add").memory("i32.load").do(width, "i32.mul", j, "i32.add");
      code.floatAt().set(at);
      if (add) code.do(at, at).memory("f32.load").do(few, i, "i32.add").memory("f32.load").do("f32.add");
      else code.do(few, i, "i32.add", at).memory("f32.load");
      code.memory("f32.store");
      code.advance(j, 1);
      code.i32(0).do(j, j, width, "i32.ge_u", "select").set(j);
    });
  });
  return code;
}

/**
 * indexSelect(first, last, x, index, y, length, m, width): row i of y[piece, m, width] is row index[i] of x[piece, length, width]; a
 * unit is a row of y. With `add` the other way round, indexAdd(first, last, source, index, y, length, m, width, base), whose
 * units are pieces.
 */
export function pickRows({ add }: { add: boolean }): Code {
  const code = new Code();
  const [first, last, x, index, y, length, m, width, base] = code.parameters(add ? 9 : 8);
  const [unit, row, start, entry] = code.locals("i32", 4);
  const at = walk(code);
  /** Pushes the address of the row that the index names at `i`, of the piece that begins at `start`. */
  const named = (i: number): Code => {
    code.do(start, index, i).floatAt().memory("i32.load");
    return code.do(width, "i32.mul").floatAt();
  };
  code.do(width).set(at.count).do(first).set(unit);
  code.while(unit, last, 1, () => {
    if (add) {
      pieceOf(code, y, unit, length, width).set(start);
      begin(code, { base, to: start, unit, length, width });
      pieceOf(code, x, unit, m, width).set(at.from);
      code.for(row, m, 1, () => {
        named(row).set(at.to);
        neighbours(code, at, true);
      });
    } else {
      code.do(unit, m, "i32.div_u").set(row);
      pieceOf(code, x, row, length, width).set(start);
      code.do(unit, m, "i32.rem_u").set(entry);
      named(entry).set(at.from);
      code.do(y, unit, width, "i32.mul").floatAt().set(at.to);
      neighbours(code, at, false);
    }
  });
  return code;
}
