/** What reductions should give. */
import { exponentials, largest, normalized, type Reference, reduction, smallest, total } from "../grids.js";

export const reductions: Readonly<Record<string, Reference>> = {
  sum: reduction(total),
  mean: reduction((values) => total(values) / values.length),
  max: reduction(largest),
  min: reduction(smallest),
  argmax: reduction((values) => values.indexOf(largest(values))),
  argmin: reduction((values) => values.indexOf(smallest(values))),
  logSumExp: reduction((values) => Math.log(exponentials(values))),
  softmax: normalized((value, values) => Math.exp(value) / exponentials(values)),
  logSoftmax: normalized((value, values) => value - Math.log(exponentials(values))),
};
