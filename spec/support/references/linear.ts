/** What products of matrices, sums over named axes, and linear algebra should give: loops over indices, and determinants by minors. */
import { at, build, each, fromFront, type Grid, type Index, joined, type Reference, reduced, total } from "../grids.js";

/** A product of matrices, or of vectors as NumPy takes them. */
const product: Reference = (a: Grid, b: Grid, { ta = false, tb = false } = {}) => {
  const [row, column] = [a.shape.length === 1, b.shape.length === 1];
  const first: Grid = row ? { ...a, shape: [1, ...a.shape] } : a;
  const second: Grid = column ? { ...b, shape: [...b.shape, 1] } : b;
  const [left, right] = [ta && !row, tb && !column];
  const [m, k] = left ? first.shape.slice(-2).reverse() : first.shape.slice(-2);
  const n = second.shape.at(right ? -2 : -1) as number;
  const y = build([...joined([first.shape.slice(0, -2), second.shape.slice(0, -2)]), m, n], (index) => {
    const [batch, [i, j]] = [index.slice(0, -2), index.slice(-2)];
    let sum = 0;
    for (let p = 0; p < k; p++)
      sum += at(first, [...batch, ...(left ? [p, i] : [i, p])]) * at(second, [...batch, ...(right ? [j, p] : [p, j])]);
    return sum;
  });
  const ends = [...(row ? [] : [m]), ...(column ? [] : [n])];
  return { ...y, shape: [...y.shape.slice(0, -2), ...ends] };
};

/** A sum of products over every axis, by name, that the result lacks; axes of length 1 broadcast. */
function contraction(parts: readonly (readonly string[])[], result: readonly string[], grids: readonly Grid[]): Grid {
  const lengths = new Map<string, number>();
  parts.forEach((names, i) => {
    for (const [axis, name] of names.entries())
      if ((lengths.get(name) ?? 1) === 1) lengths.set(name, grids[i].shape[axis]);
  });
  const inner = [...lengths.keys()].filter((name) => !result.includes(name));
  const sizes = (names: readonly string[]) => names.map((name) => lengths.get(name) as number);
  return build(sizes(result), (outside) => {
    const terms = build(sizes(inner), (inside) => {
      const place = (name: string) => [...outside, ...inside][[...result, ...inner].indexOf(name)];
      return grids.reduce((value, grid, i) => value * at(grid, parts[i].map(place)), 1);
    });
    return total(Array.from(terms.data));
  });
}

const einsum: Reference = (equation: string, ...grids: Grid[]) => {
  const [given, result] = equation.replaceAll(" ", "").split("->");
  const parts = given.split(",");
  // The axes of "..." are digits, 9 the last.
  const counts = parts.map((part, i) => (part.includes("...") ? grids[i].shape.length - part.length + 3 : 0));
  const dots = (count: number) => "0123456789".slice(10 - count);
  const names = parts.map((part, i) => [...part.replace("...", dots(counts[i]))]);
  const most = dots(Math.max(...counts));
  const once = names.flat().filter((name, _, all) => /[a-z]/i.test(name) && all.filter((x) => x === name).length === 1);
  return contraction(names, [...(result?.replace("...", most) ?? most + once.sort().join(""))], grids);
};

const tensordot: Reference = (a: Grid, b: Grid, axes: number | (number | number[])[] = 2) => {
  const count = (from: number) => Array.from({ length: axes as number }, (_, i) => from + i);
  const [firsts, seconds] = (typeof axes === "number" ? [count(a.shape.length - axes), count(0)] : axes).map((own, i) =>
    [own].flat().map((axis) => fromFront(axis, [a, b][i].shape.length)),
  );
  const left = a.shape.map((_, axis) => `a${axis}`);
  const right = b.shape.map((_, axis) => (seconds.includes(axis) ? left[firsts[seconds.indexOf(axis)]] : `b${axis}`));
  const both = left.filter((name) => right.includes(name));
  const rest = [...left, ...right].filter((name) => !both.includes(name));
  return contraction([left, right], rest, [a, b]);
};

// ---- matrices

type Rows = number[][];

/** Each matrix of the last two axes. */
function rowsOf(x: Grid): Rows[] {
  const [m, n] = x.shape.slice(-2);
  return Array.from({ length: x.data.length / (m * n) }, (_, i) =>
    Array.from({ length: m }, (_, r) => Array.from({ length: n }, (_, c) => x.data[(i * m + r) * n + c])),
  );
}

const turned = (a: Rows): Rows => a[0].map((_, c) => a.map((row) => row[c]));
const without = (a: Rows, row: number, column: number): Rows =>
  a.filter((_, r) => r !== row).map((values) => values.filter((_, c) => c !== column));

/** The determinant, expanded along the first row. */
const determinant = (a: Rows): number =>
  a.length === 0 ? 1 : total(a[0].map((x, c) => (c % 2 ? -x : x) * determinant(without(a, 0, c))));

/** The solution of a·x = b by Cramer's rule: determinants with b in place of a column. */
const cramer = (a: Rows, b: readonly number[]): number[] =>
  a.map((_, c) => determinant(a.map((row, r) => row.map((x, at) => (at === c ? b[r] : x)))) / determinant(a));

const solved = (a: Rows, b: Rows): Rows => turned(turned(b).map((column) => cramer(a, column)));

/** A function of each matrix, to a matrix or a number. */
const ofMatrices =
  (f: (a: Rows, setting: number) => Rows | number): Reference =>
  (a: Grid, setting: number) => {
    const made = rowsOf(a).map((rows) => f(rows, setting));
    const own = typeof made[0] === "number" ? [] : [made[0].length, made[0][0].length];
    return { shape: [...a.shape.slice(0, -2), ...own], data: made.flat(2) };
  };

/** The solutions of systems, whose matrices `read` makes of those given. */
function systems(a: Grid, b: Grid, read: (a: Rows) => Rows = (a) => a): Grid {
  const vector = b.shape.length === 1 || `${b.shape}` === `${a.shape.slice(0, -1)}`;
  const right: Grid = vector ? { ...b, shape: [...b.shape, 1] } : b;
  const [n, k] = right.shape.slice(-2);
  const batch = joined([a.shape.slice(0, -2), right.shape.slice(0, -2)]);
  const matrix = (x: Grid, index: Index, columns: number): Rows => {
    const flat = build([n, columns], (place) => at(x, [...index, ...place]));
    return rowsOf(flat)[0];
  };
  const all: Index[] = [];
  build(batch, (index) => all.push(index));
  const data = all.flatMap((index) => solved(read(matrix(a, index, n)), matrix(right, index, k)).flat());
  return { shape: [...batch, n, ...(vector ? [] : [k])], data };
}

/** Gram and Schmidt's columns, against their sign where LAPACK turns them: all but a square one's last, of the matrices of samples. */
function orthogonal(a: Rows): Rows {
  const found: number[][] = [];
  turned(a).forEach((column, c) => {
    let rest = column;
    for (const q of [...found, ...found]) {
      const part = total(q.map((x, i) => x * rest[i]));
      rest = rest.map((x, i) => x - part * q[i]);
    }
    const length = Math.hypot(...rest) * (c < a.length - 1 ? -1 : 1);
    found.push(rest.map((x) => x / length));
  });
  return turned(found);
}

const size = (a: Rows, n: number): number => determinant(a.slice(0, n).map((row) => row.slice(0, n)));

export const linear: Readonly<Record<string, Reference>> = {
  matmul: product,
  dot: product,
  outer: (a: Grid, b: Grid) => build([a.shape[0], b.shape[0]], ([i, j]) => a.data[i] * b.data[j]),
  einsum,
  tensordot,
  vecdot: (a: Grid, b: Grid, axis = -1) => reduced(each((x, y) => x * y)(a, b), axis, false, total),
  cross: (a: Grid, b: Grid, axis = -1) => {
    const place = fromFront(axis, a.shape.length);
    // The determinant with e in place of the first row, e a unit vector.
    return build(joined([a.shape, b.shape]), (index) => {
      const [x, y] = [a, b].map((of) =>
        [0, 1, 2].map((i) =>
          at(
            of,
            index.map((own, k) => (k === place ? i : own)),
          ),
        ),
      );
      return determinant([[0, 1, 2].map((i) => +(i === index[place])), x, y]);
    });
  },
  kron: (a: Grid, b: Grid) =>
    build(
      a.shape.map((n, axis) => n * b.shape[axis]),
      (index) =>
        at(
          a,
          index.map((i, axis) => Math.floor(i / b.shape[axis])),
        ) *
        at(
          b,
          index.map((i, axis) => i % b.shape[axis]),
        ),
    ),
  matrixPower: ofMatrices((a, power: number) => {
    const identity = a.map((row, r) => row.map((_, c) => +(r === c)));
    const step = power < 0 ? solved(a, identity) : a;
    const multiplied = (x: Rows): Rows =>
      x.map((row) => turned(step).map((column) => total(row.map((v, i) => v * column[i]))));
    return Array.from({ length: Math.abs(power) }).reduce<Rows>(multiplied, identity);
  }),
  solve: (a: Grid, b: Grid) => systems(a, b),
  solveTriangular: (a: Grid, b: Grid, { upper = false, ta = false, unitriangular = false } = {}) =>
    systems(a, b, (rows) => {
      const triangle = rows.map((row, r) =>
        row.map((x, c) => (r === c ? (unitriangular ? 1 : x) : r < c === upper ? x : 0)),
      );
      return ta ? turned(triangle) : triangle;
    }),
  inverse: ofMatrices((a) =>
    solved(
      a,
      a.map((row, r) => row.map((_, c) => +(r === c))),
    ),
  ),
  det: ofMatrices(determinant),
  logAbsDet: ofMatrices((a) => Math.log(Math.abs(determinant(a)))),
  signDet: ofMatrices((a) => Math.sign(determinant(a))),
  // Each number of the factor is a minor over the leading ones (Gantmacher, The Theory of Matrices, II.4).
  cholesky: ofMatrices((a) =>
    a.map((_, r) =>
      a.map((_, c) => {
        if (r < c) return 0;
        const rows = [...a.slice(0, c), a[r]].map((row) => row.slice(0, c + 1));
        return determinant(rows) / Math.sqrt(size(a, c) * size(a, c + 1));
      }),
    ),
  ),
  orthogonalFactor: ofMatrices((a) => orthogonal(a.map((row) => row.slice(0, a.length)))),
  triangularFactor: ofMatrices((a) =>
    turned(orthogonal(a.map((row) => row.slice(0, a.length)))).map((q, r) =>
      turned(a).map((column, c) => (r > c ? 0 : total(column.map((x, i) => x * q[i])))),
    ),
  ),
};
