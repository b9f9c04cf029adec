/** What losses should give. */
import { at, build, exponentials, type Grid, type Reference } from "../grids.js";

export const losses: Readonly<Record<string, Reference>> = {
  crossEntropy: (x: Grid, t: Grid) => {
    const [rows, classes] = x.shape;
    const losses = Array.from({ length: rows }, (_, row) => {
      const scores = Array.from({ length: classes }, (_, i) => at(x, [row, i]));
      const wanted = (i: number) => (t.shape.length === 1 ? +(at(t, [row]) === i) : at(t, [row, i]));
      return scores.reduce((sum, score, i) => sum - wanted(i) * (score - Math.log(exponentials(scores))), 0);
    });
    return build([], () => losses.reduce((a, b) => a + b, 0) / rows);
  },
};
