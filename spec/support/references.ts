/** What every op should give, spelled a second time in loops over plain numbers, without the library's formulas or kernels. */
import { type Case, replaceTensors } from "./cases.js";
import type { Grid, Reference } from "./grids.js";
import { elementwise } from "./references/elementwise.js";
import { linear } from "./references/linear.js";
import { losses } from "./references/losses.js";
import { movement } from "./references/movement.js";
import { networks } from "./references/networks.js";
import { reductions } from "./references/reductions.js";
import { windows } from "./references/windows.js";

/** One reference for each op of the registry. */
export const references: Readonly<Record<string, Reference>> = {
  ...elementwise,
  ...linear,
  ...losses,
  ...movement,
  ...networks,
  ...reductions,
  ...windows,
};

/** What the op of a case should give; float64. */
export function expected({ op, list }: Case): Grid {
  const found = references[op.name];
  if (!found) throw new Error(`${op.name}: has no reference in spec/support/references.ts`);
  return found(...list().map((x) => replaceTensors(x, ({ shape, data }): Grid => ({ shape, data: Array.from(data) }))));
}
