/** The callbacks that come along: stopping early, saving, stepping schedules, printing lines. */
import {
  accuracy,
  bookLine,
  type Callback,
  type EarlyStoppingOptions,
  earlyStopping,
  type FitOptions,
  Generator,
  GradtapeError,
  Momentum,
  metric,
  normal,
  printEpochs,
  type SaveOptions,
  SoftmaxWithLoss,
  type StateDict,
  type Stepping,
  saveCheckpoints,
  stepSchedule,
  Trainer,
  type TrainerOptions,
  tensor,
} from "gradtape";
import * as assert from "uvu/assert";
import { suite } from "./support/suite.js";
import { halvingNet, toBytes } from "./support/training.js";

const test = suite("callbacks");

const x = normal([10, 3], { generator: new Generator(1) });
const t = tensor(
  Array.from({ length: 10 }, (_, i) => i % 2),
  { dtype: "int32" },
);

function make(callbacks: TrainerOptions["callbacks"], metrics: TrainerOptions["metrics"] = {}, seed = 0): Trainer {
  const generator = new Generator(seed);
  const model = halvingNet(generator, generator);
  const optimizer = new Momentum(model.parameters(), { lr: 0.1 });
  return new Trainer({ model, optimizer, loss: new SoftmaxWithLoss(), metrics, callbacks, generator });
}
/** Two steps an epoch. */
const fit = (trainer: Trainer, options: Partial<FitOptions> = {}) =>
  trainer.fit([x, t], { epochs: 20, batchSize: 5, validation: [x, t], ...options });

/** A metric of a script: its value in the first epoch, the second, and so on. */
const scripted = (values: readonly number[], better?: "high" | "low") => {
  let next = 0;
  return metric(() => ({ add() {}, value: () => values[next++] }), better);
};
const fails = (f: () => unknown, message: RegExp) =>
  assert.throws(f, (error: Error) => error instanceof GradtapeError && message.test(error.message));
async function rejects(promise: Promise<unknown>, message: RegExp) {
  const error: unknown = await promise.catch((error) => error);
  assert.instance(error, GradtapeError);
  assert.match((error as Error).message, message);
}

test("early stopping waits as long as it was told for something better", async () => {
  const table: [
    values: number[],
    options: Partial<EarlyStoppingOptions>,
    better: "high" | "low" | undefined,
    stops: number,
  ][] = [
    [[1, 2, 3, 3, 3, 9], { patience: 2 }, "high", 5],
    [[1, 2, 3, 3, 4, 4, 4, 9], { patience: 2 }, "high", 7],
    [[3, 2, 1, 1, 9], { patience: 1 }, "low", 4],
    [[3, 2, 1, 1, 9], { patience: 1 }, "high", 2],
    [[3, 2, 1, 1, 9], { patience: 1, mode: "min" }, "high", 4],
    [[3, 2, 1, 1, 9], { patience: 1, mode: "min" }, undefined, 4],
    [[5, 4.6, 4.1, 3.9, 3.8, 3.7], { patience: 2, minDelta: 0.5 }, "low", 5],
    [[5, 4, NaN, NaN, 3], { patience: 2 }, "low", 4],
    [[NaN, NaN, 3], { patience: 2 }, "low", 2],
    [[NaN, 5, 6, 6], { patience: 2 }, "low", 4],
    [[1, 1, 1], { patience: 5 }, "low", 3],
  ];
  for (const [values, options, better, stops] of table) {
    const stopping = earlyStopping({ monitor: "validation.script", patience: 1, ...options });
    const trainer = make([stopping], { script: scripted(values, better) });
    const { stopped } = await fit(trainer, { epochs: values.length });
    assert.is(trainer.epoch, stops, JSON.stringify([values, options]));
    assert.is(stopped !== null, stops < values.length || options.patience === 2, `${stopped}`);
    if (stopped !== null)
      assert.match(stopped, /^early stopping: validation.script has not been better than \S+ for (1 epoch|\d epochs)$/);
  }
});

test("the best weights are put back at the end, but not when the run is to go on", async () => {
  const run = async (values: number[], restoreBest: boolean, epochs: number, extra: Callback = {}) => {
    const kept: StateDict[] = [];
    const keep = (trainer: Trainer) => kept.push(trainer.model.stateDict());
    const stopping = earlyStopping({ monitor: "validation.script", patience: 2, restoreBest });
    const trainer = make([keep, stopping, extra], { script: scripted(values, "high") });
    const controller = new AbortController();
    if (extra.name === "abort") extra.onEpochEnd = ({ epoch }) => void (epoch === 3 && controller.abort());
    await fit(trainer, { epochs, signal: controller.signal });
    const now = toBytes(trainer.model.stateDict());
    return { epoch: trainer.epoch, as: kept.map((state) => JSON.stringify(toBytes(state)) === JSON.stringify(now)) };
  };
  assert.equal(await run([1, 5, 3, 2], true, 9), { epoch: 4, as: [false, true, false, false] });
  assert.equal(await run([1, 5, 3, 2], false, 9), { epoch: 4, as: [false, false, false, true] });
  assert.equal(await run([1, 5, 3, 7], true, 3), { epoch: 3, as: [false, true, false] });
  assert.equal(await run([1, 5, 3, 7], true, 9, { name: "abort" }), { epoch: 3, as: [false, false, true] });
});

test("a run that was stopped early stays so, when resumed or called again", async () => {
  const stopping = () =>
    make([earlyStopping({ monitor: "validation.script", patience: 1 })], { script: scripted([2, 3, 1], "low") });
  const trainer = stopping();
  const first = await fit(trainer);
  const again = await fit(trainer);
  const resumed = await fit(stopping().loadStateDict(trainer.stateDict()));
  assert.ok(first.stopped !== null);
  assert.equal([again.stopped, resumed.stopped], [first.stopped, first.stopped]);
  assert.is(resumed.history.steps.loss.length, 4);
});

test("what a run does not measure is refused before the first step, and options when they are given", async () => {
  for (const monitor of ["validation.f1", "train.accuracy", "loss", "constructor.name", "validation.toString"]) {
    const trainer = make([earlyStopping({ monitor, patience: 1 })], { accuracy: accuracy() });
    await rejects(
      fit(trainer),
      /^earlyStopping: monitor must be what this run measures, train.loss, validation.loss, validation.accuracy; the options/,
    );
    assert.is(trainer.epoch, 0);
  }
  await rejects(
    fit(make([earlyStopping({ patience: 1 })]), { validation: undefined }),
    /measures, train.loss; the options/,
  );
  await rejects(
    fit(make([earlyStopping({ monitor: "validation.script", patience: 1 })], { script: scripted([1]) })),
    /^earlyStopping: mode must be given, as validation.script does not tell what is better$/,
  );
  await rejects(
    fit(make([saveCheckpoints({ save() {}, best: { monitor: "x.y" } })])),
    /^saveCheckpoints: monitor must be/,
  );
  await rejects(fit(make([stepSchedule({ step() {} }, { monitor: "x.y" })])), /^stepSchedule: monitor must be/);

  fails(
    () => earlyStopping({} as EarlyStoppingOptions),
    /^earlyStopping: patience must be a whole number of at least 1/,
  );
  fails(() => earlyStopping({ patience: 0 }), /^earlyStopping: patience/);
  fails(
    () => earlyStopping({ patience: 1, mode: "up" as "max" }),
    /^earlyStopping: mode must be "min" or "max" \(given "up"\)$/,
  );
  for (const minDelta of [-1, NaN, Infinity]) fails(() => earlyStopping({ patience: 1, minDelta }), /minDelta must be/);
  fails(() => earlyStopping({ patience: 1, monitor: 5 as unknown as string }), /monitor must be a name/);
  fails(() => saveCheckpoints({} as SaveOptions), /^saveCheckpoints: save must be a function/);
  fails(() => saveCheckpoints({ save() {}, every: 0 }), /^saveCheckpoints: every must be/);
  fails(() => saveCheckpoints({ save() {}, everySteps: 1.5 }), /^saveCheckpoints: everySteps must be/);
  fails(() => stepSchedule({} as Stepping), /^stepSchedule: a schedule must have step\(\)$/);
  fails(() => stepSchedule({ step() {} }, { per: "day" as "step" }), /^stepSchedule: per must be "epoch" or "step"/);
  fails(
    () => stepSchedule({ step() {} }, { per: "step", monitor: "train.loss" }),
    /^stepSchedule: a monitor must go with epochs/,
  );
});

test("checkpoints are saved as often as was asked, and at the end if there is more", async () => {
  const run = async (options: Partial<SaveOptions>, extra: Callback = {}, fitting: Partial<FitOptions> = {}) => {
    const places: string[] = [];
    const save = async (state: StateDict, { epoch, step }: Trainer) => {
      assert.is(state.get("position.step")!.item(), step);
      await Promise.resolve();
      places.push(`${epoch}.${step}`);
    };
    const trainer = make([saveCheckpoints({ save, ...options }), extra], { script: scripted([3, 2, 4, 1, 5], "low") });
    await fit(trainer, { epochs: 4, ...fitting }).catch(() => {});
    return places.join(" ");
  };
  const controller = new AbortController();
  const abort: Callback = { onBatchEnd: ({ epoch, step }) => void (epoch === 3 && step === 1 && controller.abort()) };
  const fail: Callback = {
    onBatchEnd({ epoch }) {
      if (epoch === 3) throw new Error("failed");
    },
  };
  assert.is(await run({}), "1.2 2.2 3.2 4.2");
  assert.is(await run({ every: 2 }), "2.2 4.2");
  assert.is(await run({ every: 3 }), "3.2 4.2", "and at the end");
  assert.is(await run({ every: 9, everySteps: 3 }), "2.1 3.2 4.2");
  assert.is(await run({}, {}, { baseline: true }), "0.0 1.2 2.2 3.2 4.2");
  assert.is(await run({ best: { monitor: "validation.script" } }), "1.2 2.2 4.2");
  assert.is(await run({}, abort, { signal: controller.signal }), "1.2 2.2 3.1", "the signal ends it");
  assert.is(await run({}, fail), "1.2 2.2", "a failure is not saved");
  const unsaved = saveCheckpoints({ save: () => Promise.reject(new Error("full")) });
  assert.is((await fit(make([unsaved])).catch((error) => error)).message, "full");
});

test("the best so far is part of the state that is saved", async () => {
  const states: StateDict[] = [];
  const saving = () => saveCheckpoints({ save: (state) => states.push(state), best: { monitor: "validation.script" } });
  await fit(make([saving()], { script: scripted([3, 2, 4], "low") }), { epochs: 2 });
  assert.is(states[1].get("callbacks.saveBest.best")!.item(), 2);
  const trainer = make([saving()], { script: scripted([2.5, 1.5], "low") }).loadStateDict(states[1]);
  await fit(trainer, { epochs: 4 });
  assert.equal(
    states.map((state) => state.get("callbacks.saveBest.best")!.item()),
    [3, 2, 1.5],
  );
});

test("schedules step after steps or epochs, told a value where they go by one, and keep their state", async () => {
  const run = async (options: Parameters<typeof stepSchedule>[1], fitting: Partial<FitOptions> = {}) => {
    const told: unknown[] = [];
    const schedule = { step: (...given: unknown[]) => told.push(given[0]) };
    await fit(make([stepSchedule(schedule, options)], { script: scripted([3, 2, 4, 1]) }), { epochs: 3, ...fitting });
    return told;
  };
  assert.equal(await run({}), new Array(3).fill(undefined));
  assert.equal(await run({ per: "step" }), new Array(6).fill(undefined));
  assert.equal(await run({ monitor: "validation.script" }), [3, 2, 4]);
  assert.equal(await run({ monitor: "validation.script" }, { baseline: true }), [2, 4, 1], "epoch 0 is none");

  class Counting {
    steps = 0;
    step(): void {
      this.steps++;
    }
    stateDict(): StateDict {
      return new Map([["steps", tensor(this.steps, { dtype: "float64" })]]);
    }
    loadStateDict(state: ReadonlyMap<string, import("gradtape").Tensor>): void {
      this.steps = state.get("steps")!.item();
    }
  }
  const [schedule, other] = [new Counting(), new Counting()];
  const trainer = make([stepSchedule(schedule), stepSchedule(new Counting(), { per: "step" })]);
  await fit(trainer, { epochs: 2 });
  const state = trainer.stateDict();
  assert.equal([state.get("callbacks.schedule.steps")!.item(), state.get("callbacks.schedule2.steps")!.item()], [2, 4]);
  make([stepSchedule(other), stepSchedule(new Counting())]).loadStateDict(state);
  assert.is(other.steps, 2);
});

test("lines tell what was measured, in the library's form, the book's or one's own", async () => {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const script = () => ({ accuracy: scripted([0.5, 0.25, 0.9, 0.75], "high") });
  await fit(make([printEpochs({ print })], script()), { epochs: 2, evaluateTrain: true });
  assert.match(
    lines[0],
    /^epoch 1 of 2 \| train loss \d\.\d+, accuracy 0.5000 \| validation loss \d\.\d+, accuracy 0.2500$/,
  );
  assert.match(lines[1], /^epoch 2 of 2 \| train loss .*, accuracy 0.9000 \| validation loss .*, accuracy 0.7500$/);
  assert.is(lines.splice(0).length, 2);
  await fit(make([printEpochs({ print })]), { epochs: 1, validation: undefined, baseline: true });
  assert.is(lines[0], "epoch 0 of 1");
  assert.match(lines[1], /^epoch 1 of 1 \| train loss [^|]*$/);
  assert.is(lines.splice(0).length, 2);
  await fit(make([printEpochs({ print, line: bookLine })], script()), { epochs: 2, evaluateTrain: true });
  assert.equal(lines.splice(0), ["train acc, test acc | 0.5000, 0.2500", "train acc, test acc | 0.9000, 0.7500"]);
  const stop = (trainer: Trainer) => trainer.stop("enough");
  await fit(make([printEpochs({ print, line: ({ epoch }) => `${epoch}` }), stop]));
  assert.equal(lines, ["1", "stopped in epoch 1, after step 2: enough"]);
});

test.run();
