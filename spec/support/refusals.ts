/** What each op refuses, word for word: a table by op, of calls and the errors they throw. */
import { linear } from "./refusals/linear.js";
import { losses } from "./refusals/losses.js";
import { movement } from "./refusals/movement.js";
import { networks } from "./refusals/networks.js";
import { reductions } from "./refusals/reductions.js";
import { windows } from "./refusals/windows.js";

/** Calls that an op refuses, and the error as text: `ShapeError: op([2,3]): what must hold (what was given)`. */
export type Refusals = Readonly<Record<string, readonly (readonly [call: () => unknown, error: string])[]>>;

export const refusals: Refusals = {
  ...linear,
  ...losses,
  ...movement,
  ...networks,
  ...reductions,
  ...windows,
};
