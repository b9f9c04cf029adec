/** Position: where in its run a trainer is, to the call of a callback, so that it can go on from there. */
import { tensor } from "../create.js";
import { CheckpointError } from "../error.js";
import { Generator } from "../random.js";
import { restore, type StateDict, type Stateful } from "../state.js";
import type { Tensor } from "../tensor.js";

/** An epoch begins, goes through its steps and their evaluation, and ends. */
const stages = ["begin", "steps", "end"] as const;

/** The state of a generator as a tensor of its key and position. */
const stateOf = ({ state: { key, position } }: Generator) => tensor([...key, position], { dtype: "float64" });

/** Sets a generator to what `stateOf` gave. */
function setState(generator: Generator, [low, high, position]: Iterable<number>): void {
  try {
    generator.restore({ key: [low, high], position });
  } catch (error) {
    throw new CheckpointError(`generator: its state must be sound: ${(error as Error).message}`);
  }
}

/** A generator, to be saved with others. */
export const savedGenerator = (generator: Generator): Stateful => ({
  stateDict: () => new Map([["state", stateOf(generator)]]),
  loadStateDict(state) {
    const own = stateOf(generator);
    restore("generator", [["state", own]], state);
    setState(generator, own.data);
  },
});

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
    const { epoch, step, called, order, layout } = this;
    const numbers = { epoch, step, stage: stages.indexOf(this.stage), called, layout };
    const named = Object.entries(numbers).map(([name, value]) => [name, tensor(value, { dtype: "float64" })] as const);
    return new Map([...named, ["order", stateOf(order)]]);
  }

  loadStateDict(state: ReadonlyMap<string, Tensor>): void {
    const own = this.stateDict();
    restore("position", own, state);
    const [[epoch], [step], [stage], [called], layout, order] = [...own.values()].map((x) => [...x.data]);
    if (![epoch, step].every((count) => Number.isSafeInteger(count) && count >= 0) || !stages[stage] || !(called >= 0))
      throw new CheckpointError(
        `position: epoch and step must be whole numbers, stage one of 0 to 2, called at least 0 (given ${[epoch, step, stage, called]})`,
      );
    setState(this.order, order);
    Object.assign(this, { epoch, step, stage: stages[stage], called, layout });
  }
}
