/** The alphabet: the scalar functions that every elementwise operation is spelled in. */

export type Value = Scalar | number;

/** What formulas are written in: one method per letter. A `Word` is one to be read later, a `Tensor` one computed at once. */
export interface Scalar {
  add(b: Value): Scalar;
  sub(b: Value): Scalar;
  mul(b: Value): Scalar;
  div(b: Value): Scalar;
  pow(b: Value): Scalar;
  /** The angle of the point (b, a): of the tangent a ÷ b, in the quadrant of both. */
  atan2(b: Value): Scalar;
  /** The rest of a ÷ b, with the sign of a. */
  fmod(b: Value): Scalar;
  maximum(b: Value): Scalar;
  minimum(b: Value): Scalar;
  lt(b: Value): Scalar;
  le(b: Value): Scalar;
  gt(b: Value): Scalar;
  ge(b: Value): Scalar;
  eq(b: Value): Scalar;
  ne(b: Value): Scalar;
  /** `a` where this is not 0, else `b`. */
  where(a: Value, b: Value): Scalar;
  neg(): Scalar;
  reciprocal(): Scalar;
  abs(): Scalar;
  sign(): Scalar;
  floor(): Scalar;
  sqrt(): Scalar;
  exp(): Scalar;
  expm1(): Scalar;
  log(): Scalar;
  log1p(): Scalar;
  log2(): Scalar;
  log10(): Scalar;
  cbrt(): Scalar;
  sin(): Scalar;
  cos(): Scalar;
  tanh(): Scalar;
  erf(): Scalar;
  /** 1 − erf, without the loss of digits above 0. */
  erfc(): Scalar;
}

type Letter = {
  /** The letter's value. */
  run: (a: number, b: number, c: number) => number;
  /** How JavaScript spells it, of a, b, c; without it, as a call of `run`. */
  js?: string;
  /** Always a float32 when its arguments are: no rounding needed. */
  exact?: true;
};

/** Every letter. A backend knows how to compute these, and with them every elementwise op. */
export const letters: { readonly [L in keyof Scalar]: Letter } = {
  add: { run: (a, b) => a + b, js: "a + b" },
  sub: { run: (a, b) => a - b, js: "a - b" },
  mul: { run: (a, b) => a * b, js: "a * b" },
  div: { run: (a, b) => a / b, js: "a / b" },
  pow: { run: power },
  atan2: { run: Math.atan2, js: "Math.atan2(a, b)" },
  fmod: { run: (a, b) => a % b, js: "a % b", exact: true },
  maximum: { run: (a, b) => Math.max(a, b), js: "Math.max(a, b)", exact: true },
  minimum: { run: (a, b) => Math.min(a, b), js: "Math.min(a, b)", exact: true },
  lt: { run: (a, b) => +(a < b), js: "a < b ? 1 : 0", exact: true },
  le: { run: (a, b) => +(a <= b), js: "a <= b ? 1 : 0", exact: true },
  gt: { run: (a, b) => +(a > b), js: "a > b ? 1 : 0", exact: true },
  ge: { run: (a, b) => +(a >= b), js: "a >= b ? 1 : 0", exact: true },
  eq: { run: (a, b) => +(a === b), js: "a === b ? 1 : 0", exact: true },
  ne: { run: (a, b) => +(a !== b), js: "a !== b ? 1 : 0", exact: true },
  where: { run: (a, b, c) => (a !== 0 ? b : c), js: "a !== 0 ? b : c", exact: true },
  neg: { run: (a) => -a, js: "-a", exact: true },
  reciprocal: { run: (a) => 1 / a, js: "1 / a" },
  abs: { run: Math.abs, js: "Math.abs(a)", exact: true },
  sign: { run: Math.sign, js: "Math.sign(a)", exact: true },
  floor: { run: Math.floor, js: "Math.floor(a)", exact: true },
  sqrt: { run: Math.sqrt, js: "Math.sqrt(a)" },
  exp: { run: Math.exp, js: "Math.exp(a)" },
  expm1: { run: Math.expm1, js: "Math.expm1(a)" },
  log: { run: Math.log, js: "Math.log(a)" },
  log1p: { run: Math.log1p, js: "Math.log1p(a)" },
  log2: { run: Math.log2, js: "Math.log2(a)" },
  log10: { run: Math.log10, js: "Math.log10(a)" },
  cbrt: { run: Math.cbrt, js: "Math.cbrt(a)" },
  sin: { run: Math.sin, js: "Math.sin(a)" },
  cos: { run: Math.cos, js: "Math.cos(a)" },
  tanh: { run: Math.tanh, js: "Math.tanh(a)" },
  erf: { run: erf },
  erfc: { run: erfc },
};

/** a^b by IEEE 754, where `**` differs: 1^b is 1 even for NaN, (-1)^±∞ is 1. */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

/** The error function 2/√π ∫₀ˣ e^(-t²) dt, within 2 units in the last place. */
export function erf(x: number): number {
  return Math.abs(x) < near ? series(x) : Math.sign(x) * (1 - tail(Math.abs(x)));
}

/** 1 − erf x, within 16 units in the last place. */
export function erfc(x: number): number {
  return Math.abs(x) < near ? 1 - series(x) : x < 0 ? 2 - tail(-x) : tail(x);
}

/** Below, erf is taken from its power series, and above from what is left to 1. */
const near = 1.25;

/** erf near 0, by its power series (Abramowitz & Stegun 7.1.5), from the small terms to the large ones. */
function series(x: number): number {
  const square = x * x;
  let rest = 0;
  for (let n = 26; n > 0; n--) rest = 1 / (2 * n + 1) - (square / (n + 1)) * rest;
  return (2 / Math.sqrt(Math.PI)) * x * (1 - square * rest);
}

/** 1 − erf far from 0, by its continued fraction (Abramowitz & Stegun 7.1.14), from the inside. */
function tail(x: number): number {
  if (x > 28) return 0;
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (x + fraction);
  const short = Math.fround(x); // whose square is exact: e^(-x²) of a rounded square would be wrong by x² units
  const power = Math.exp(-short * short) * Math.exp((short - x) * (short + x));
  return power / (Math.sqrt(Math.PI) * (x + fraction));
}
