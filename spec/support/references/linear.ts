/** What products of matrices should give. */
import { at, build, type Grid, joined, type Reference } from "../grids.js";

export const linear: Readonly<Record<string, Reference>> = {
  matmul: (a: Grid, b: Grid, { ta = false, tb = false } = {}) => {
    const [m, k] = ta ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
    const n = b.shape.at(tb ? -2 : -1) as number;
    return build([...joined([a.shape.slice(0, -2), b.shape.slice(0, -2)]), m, n], (index) => {
      const [batch, [i, j]] = [index.slice(0, -2), index.slice(-2)];
      let sum = 0;
      for (let p = 0; p < k; p++)
        sum += at(a, [...batch, ...(ta ? [p, i] : [i, p])]) * at(b, [...batch, ...(tb ? [j, p] : [p, j])]);
      return sum;
    });
  },
};
