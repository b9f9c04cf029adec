// usual environment only: its backends are its own
/** Every op at NaN, infinities, zeros of both signs, large and subnormal numbers gives what is pinned, on both backends, in every lane. */
import { readFileSync } from "node:fs";
import { configure, type Tensor } from "gradtape";
import * as assert from "uvu/assert";
import { claimEverything } from "./support/calls.js";
import {
  alongRows,
  columns,
  compare,
  elementwise,
  type Float,
  floats,
  leaf,
  list,
  ofRows,
  orders,
  parse,
  pinned,
  rows,
  specials,
  written,
} from "./support/special-values.js";
import { suite } from "./support/suite.js";

const test = suite("special values");

const golden = parse(readFileSync(new URL("golden/special-values.txt", import.meta.url), "utf8"));

/** What is pinned. */
function pin(name: string, order: string, dtype: Float): number[] {
  const found = golden.get(`${name}, ${order}, ${dtype}`);
  if (!found)
    throw new Error(`${name}, ${order}: is not pinned; run spec/golden/special-values.ts and read what it adds`);
  return found;
}

/** Sums in another order, and letters of 2 ulp, leave something where the reference has 0; cotangents are as large as the row is long. */
const slackOf = (width: number): number => 1e-6 * width;

test("the reference gives what is pinned, and nothing else is pinned", () => {
  configure({ wasm: false });
  try {
    const names = new Set<string>();
    for (const { name, order, dtype, values } of pinned()) {
      names.add(`${name}, ${order}, ${dtype}`);
      const at = (i: number) => `${name}, ${order}, number ${i}`;
      compare(values.data, pin(name, order, dtype), { dtype, at });
    }
    assert.equal([...golden.keys()].sort(), [...names].sort());
  } finally {
    configure();
  }
});

// ---- element by element

/** Numbers that are nothing special, one for each operand. */
const ordinary = [0.75, 1.25, 0.625];
const length = 11; // two vectors of four lanes, and a tail

for (const op of elementwise)
  test(`${op.name}: in every lane, beside special and ordinary numbers`, () => {
    for (const dtype of floats) {
      const given = columns(op.arity, dtype);
      const count = given[0].length;
      configure({ wasm: false });
      const plain = orders(
        op,
        ordinary.slice(0, op.arity).map((x) => leaf([x], dtype)),
      );
      configure();
      const wanted = Object.entries(plain).map(([order, { data }]) => [...pin(op.name, order, dtype), data[0]]);
      const back = claimEverything();
      try {
        for (let shift = 0; shift < 2 * count; shift++) {
          // Every other place is ordinary: the number after the special ones stands for it.
          const places = Array.from({ length }, (_, p) => (p % 2 === shift % 2 ? ((shift >> 1) + p) % count : count));
          const operands = given.map((column, i) =>
            leaf(
              places.map((k) => column[k] ?? ordinary[i]),
              dtype,
            ),
          );
          Object.entries(orders(op, operands)).forEach(([order, { data }], n) => {
            compare(
              data,
              places.map((k) => wanted[n][k]),
              {
                dtype,
                at: (p) =>
                  `${order} of ${list(
                    operands.map((x) => x.data[p]),
                    dtype,
                  )}`,
              },
            );
          });
        }
      } finally {
        back();
      }
    }
  });

for (const op of elementwise.filter(({ arity }) => arity > 1))
  test(`${op.name}: with numbers after the first operand`, () => {
    for (const dtype of floats) {
      const given = columns(op.arity, dtype);
      const firsts = specials(dtype);
      const others = given[0].length / firsts.length;
      const back = claimEverything();
      try {
        for (let other = 0; other < others; other++) {
          const numbers = given.slice(1).map((column) => column[other]);
          for (const [order, { data }] of Object.entries(orders(op, [leaf(firsts, dtype), ...numbers]))) {
            const all = pin(op.name, order, dtype);
            compare(
              data,
              firsts.map((_, i) => all[i * others + other]),
              {
                dtype,
                at: (i) => `${order} of ${list([firsts[i], ...numbers], dtype)}`,
              },
            );
          }
        }
      } finally {
        back();
      }
    }
  });

// ---- rows

/** A function along the last axis, and the same along the first of what lies across. */
const ways = (f: (x: Tensor, axis: number) => Tensor): ((x: Tensor) => Tensor)[] => [
  (x) => f(x, 1),
  (x) => {
    const y = f(x.transpose(), 0);
    return y.rank > 1 ? y.transpose() : y;
  },
];

for (const [name, f] of Object.entries(alongRows))
  test(`${name}: of rows, along either axis, with each special value in each place of a longer one`, () => {
    for (const dtype of floats) {
      const short = rows(dtype);
      const long = specials(dtype).flatMap((value) =>
        Array.from({ length }, (_, p) => Array.from({ length }, (_, i) => (i === p ? value : 0.25 * i - 1.125))),
      );
      configure({ wasm: false });
      const wanted = ofRows((x) => f(x, 1), leaf(long.flat(), dtype, [long.length, length]));
      configure();
      const back = claimEverything();
      try {
        for (const way of ways(f)) {
          for (const [order, { data }] of Object.entries(ofRows(way, leaf(short.flat(), dtype, [short.length, 3])))) {
            const values = pin(`row ${name}`, order, dtype);
            const width = values.length / short.length;
            const at = (i: number) => `${order} of ${list(short[Math.floor(i / width)], dtype)}`;
            compare(data, values, { dtype, slack: slackOf(3), at });
          }
          for (const [order, { data }] of Object.entries(
            ofRows(way, leaf(long.flat(), dtype, [long.length, length])),
          )) {
            const width = data.length / long.length;
            const at = (i: number) => `${order} of ${list(long[Math.floor(i / width)], dtype)}`;
            compare(data, Array.from(wanted[order].data), { dtype, slack: slackOf(length), at });
          }
        }
      } finally {
        back();
      }
    }
  });

// ---- what was read over

/** Where PyTorch 1.13 gives something else in float64, and why what is pinned is meant: one point for each kind of difference. */
const differences = `
  sign, value | NaN | NaN | 0 | NumPy's
  sign, value | -0 | -0 | 0 | zeros keep their sign
  abs, slope1 | NaN | NaN | 0 | the sign of NaN
  pow, slope1 | NaN, 0 | NaN | 0 | a slope is multiplied, not selected
  copysign, slope1 | Inf, 1 | 1 | NaN | PyTorch divides the result by a
  maximum, value | 0, -0 | 0 | -0 | IEEE 754: -0 lies below 0; minimum and both clamps likewise
  maximum, slope1 | 1, 1 | 0 | 0.5 | a tie gives all to the second; minimum likewise
  maximum, slope1 | NaN, 1 | 0 | 1 | what is not larger gets nothing; minimum, relu and clamps likewise
  clampMin, slope1 | 1, 1 | 0 | 1 | the slope at a bound is 0; clampMax, clamp and hardTanh likewise
  lerp, value | Inf, 0.5, -0 | Inf | NaN | each by its share, so that ends are what they are
  relu, value | -0 | 0 | -0 | maximum(-0, 0); relu6 likewise
  relu, slope1 | NaN | 0 | 1 | x > 0; relu6 in float32 likewise
  elu, value | -0, 1 | -0 | 0 | expm1 keeps the sign; selu and celu likewise
  elu, slope1 | NaN, 1 | NaN | 1 | e^NaN; selu and hardSwish (in float32 there) and celu likewise
  celu, value | -1, BIG | -1 | 0 | expm1(x / alpha), where PyTorch loses the digits of e^x - 1
  gelu, value | -Inf | -0 | NaN | the limit; geluTanh, silu, mish and hardSwish likewise
  gelu, slope1 | Inf | 1 | NaN | the limit; geluTanh, silu and mish likewise, and 0 at -Inf
  softsign, slope1 | Inf | 0 | NaN | the limit
  softshrink, value | NaN, 1 | NaN | 0 | NaN is not lost
  softshrink, value | Inf, Inf | NaN | 0 | infinity less infinity
  softshrink, value | 1, -1 | 2 | an error | the formula goes on below 0
  rsqrt, slope1 | -0 | -Inf | Inf | -y / 2x
  hypot, slope1 | 0, 0 | 0 | NaN | the shortest slope there is
  logit, slope1 | -1 | -0.5 | NaN | like log's, that of the formula where the value is NaN
  xlogy, slope2 | 0, 0 | 0 | NaN | 0 where both are
  logAddExp, slope1 | Inf, Inf | 0.5 | NaN | equals share; logAddExp2 likewise
  sinc, value | 1 | -0 | 4e-17 | exactly 0 at whole numbers
  acosh, slope1 | -2.5 | NaN | 0.436 | NaN where the value is
  row sum, value | -0, -0, -0 | -0 | 0 | IEEE 754's sum; mean and cumsum likewise
  row norm, value | tiny, tiny, tiny | 1.73205e-310 | 0 | powers do not vanish, nor do slopes; nor, in float32, do those of BIG overflow
  row norm of 1, slope1 | NaN, NaN, NaN | NaN | 0 | the sign of NaN; norms of infinity likewise
  row median, slope1 | NaN, NaN, NaN | 0 | 1 | of equals one gets the gradient: the middle one
  row quantile, value | Inf, Inf, Inf | Inf | NaN | equals are what they are, and the first has the whole slope (PyTorch shares it)
  row logSumExp, slope1 | -Inf, -Inf, -Inf | 0 | NaN | of nothing, nothing
  row logSumExp, slope1 | BIG, BIG, BIG | 0.333333 | 1 | shares, not e^(x - y), whose y is rounded; logCumSumExp likewise
  row cumprod, slope1 | Inf, Inf, Inf | Inf | NaN | nothing is divided
  row cummax, slope1 | 1, 1, 1 | 6 | 1 | the first of ties gets the gradient; cummin likewise
`;

test("where PyTorch differs, what is pinned is what is meant", () => {
  const big = String(written(2 ** 100, "float64"));
  for (const difference of differences.trim().split("\n")) {
    const [title, at, ours, theirs, why] = difference
      .replaceAll("BIG", big)
      .split("|")
      .map((part) => part.trim());
    const [name, order] = title.split(", ");
    const tuples = name.startsWith("row ")
      ? rows("float64")
      : columns(at.split(", ").length, "float64").reduce<number[][]>(
          (all, column) => column.map((value, i) => [...(all[i] ?? []), value]),
          [],
        );
    const values = pin(name, order, "float64");
    const place = tuples.findIndex((tuple) => list(tuple, "float64") === at);
    assert.ok(place >= 0 && why, difference);
    const found = written(values[(place * values.length) / tuples.length], "float64");
    assert.is(found, ours, difference);
    assert.is.not(found, theirs, difference);
  }
});

test.run();
