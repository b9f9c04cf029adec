/** Functions that `Math` lacks, or gets differently from IEEE 754. */

/** a^b by IEEE 754, where `**` differs: 1^b is 1 even for NaN, (-1)^±∞ is 1. */
export const power = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);

/**
 * The error function 2/√π ∫₀ˣ e^(-t²) dt, to a few units in the last place: below 1 the power series (Abramowitz & Stegun
 * 7.1.5), below 2 the series of positive terms (7.1.6), above the continued fraction of 1 - erf (7.1.14).
 */
export function erf(x: number): number {
  if (x === 0) return x; // and so keeps -0
  const z = Math.abs(x);
  if (z < 1) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 22; n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  if (z < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 40; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  if (z > 6) return Math.sign(x);
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (z + fraction)));
}
