/** Position: where in its run a trainer is, to the call of a callback, so that it can go on from there. */
import { tensor, zeros } from "../create.js";
import { Generator } from "../random.js";
import { wholeFrom } from "../range.js";
import { type Field, restore, type StateDict, type Stateful, snapshot } from "../state.js";
import type { Tensor } from "../tensor.js";
import { generatorState, setGenerator } from "../together.js";

/** An epoch begins, goes through its steps and their evaluation, and ends. */
const stages = ["begin", "steps", "end"] as const;

/** What is saved as numbers. */
const fields = (numbers: object): Field[] => [
  ["epoch", numbers, "epoch", wholeFrom(0)],
  ["step", numbers, "step", wholeFrom(0)],
  ["stage", numbers, "stage", { holds: (x) => x in stages, text: "0, 1 or 2" }],
  ["called", numbers, "called", { holds: (x) => x >= 0, text: "a number of at least 0" }],
];

/** Where a run is. */
export class Position implements Stateful {
  /** The epoch that is under way, or that ended last; 0 before the first. */
  epoch = 0;
  /** How many of its steps are done. */
  step = 0;
  stage: (typeof stages)[number] = "steps";
  /** How many callbacks were called of what happened last; more than there are when all were. */
  called = Infinity;
  /** The generator from which the epoch's order is drawn, as it was at the beginning. */
  order = new Generator(0);
  /** The `layout` of the epoch's data. */
  layout = [0, 0, 0, 0];

  /** Enters a stage, of which so many callbacks need not be called. */
  enter(stage: Position["stage"], called = 0): void {
    this.stage = stage;
    this.called = called;
  }

  stateDict(): StateDict {
    const layout = tensor(this.layout, { dtype: "float64" });
    const numbers = { ...this, stage: stages.indexOf(this.stage) };
    return snapshot(
      [
        ["layout", layout],
        ["order", generatorState(this.order)],
      ],
      fields(numbers),
    );
  }

  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    const numbers = { epoch: 0, step: 0, stage: 0, called: 0 };
    const [layout, order] = [4, 3].map((length) => zeros([length], { dtype: "float64" }));
    restore(
      "position",
      [
        ["layout", layout],
        ["order", order],
      ],
      state,
      {},
      fields(numbers),
    );
    setGenerator(this.order, order.data);
    Object.assign(this, { ...numbers, stage: stages[numbers.stage], layout: [...layout.data] });
  }
}
