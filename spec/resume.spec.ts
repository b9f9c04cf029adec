/** Resuming: a run that is stopped anywhere, saved as bytes, and gone on with by another trainer ends in the same bits as one that never was. */
import fc from "fast-check";
import {
  accuracy,
  type Callback,
  earlyStopping,
  Generator,
  Momentum,
  normal,
  type Outcome,
  randomNoise,
  SoftmaxWithLoss,
  type Source,
  type StateDict,
  stepSchedule,
  Trainer,
  tensor,
} from "gradtape";
import * as assert from "uvu/assert";
import { long, suite } from "./support/suite.js";
import { type Bytes, fromBytes, halvingNet, toBytes } from "./support/training.js";

const test = suite("resume");

const rows = 23;
const x = normal([rows, 3], { generator: new Generator(1) });
const t = tensor(
  Array.from({ length: rows }, (_, i) => i % 2),
  { dtype: "int32" },
);

/** Batches of one's own, each drawn when it is asked for. */
function* drawn(generator: Generator) {
  for (let i = 0; i < 4; i++) {
    const picks = generator.choice(rows, 5);
    yield [x.indexSelect(0, picks), t.indexSelect(0, picks)];
  }
}
async function* drawnLater(generator: Generator) {
  for (const batch of drawn(generator)) yield await Promise.resolve(batch);
}
const sources: Record<string, Source> = { tensors: [x, t], pair: { x, t }, drawn, drawnLater };

/** A callback that draws from the trainer's generator, notes what it drew, and counts its calls, which is its state. */
function counter(name: string): Callback {
  let calls = 0;
  const note = ({ generator, history }: Trainer) => {
    calls++;
    history.steps[name] ??= [];
    history.steps[name].push(generator.uniform());
  };
  return {
    name,
    onEpochBegin: note,
    onBatchEnd: note,
    onEpochEnd: note,
    stateDict: () => new Map([["calls", tensor(calls, { dtype: "float64" })]]),
    loadStateDict(state) {
      calls = state.get("calls")!.item();
    },
  };
}

/** A rate that shrinks by a tenth whenever it steps. */
function shrinking(optimizer: Momentum) {
  let steps = 0;
  return {
    step() {
      optimizer.lr = 0.3 * 0.9 ** ++steps;
    },
    stateDict: () => new Map([["steps", tensor(steps, { dtype: "float64" })]]),
    loadStateDict(state: ReadonlyMap<string, import("gradtape").Tensor>) {
      steps = state.get("steps")!.item();
    },
  };
}

/** What a run is. */
type Setting = {
  source: string;
  epochs: number;
  baseline: boolean;
  evaluateTrain: boolean | number;
  patience: number;
  per: "step" | "epoch";
  shuffle: boolean;
};
const settings: fc.Arbitrary<Setting> = fc
  .record({
    source: fc.constantFrom(...Object.keys(sources)),
    epochs: fc.integer({ min: 1, max: 4 }),
    baseline: fc.boolean(),
    evaluateTrain: fc.constantFrom(false, true, 7),
    patience: fc.integer({ min: 1, max: 2 }),
    per: fc.constantFrom("step" as const, "epoch" as const),
    shuffle: fc.boolean(),
  })
  .map((setting) => (setting.source.startsWith("drawn") ? { ...setting, evaluateTrain: false } : setting));

const events = ["onTrainBegin", "onEpochBegin", "onBatchEnd", "onEpochEnd", "onTrainEnd"] as const;

/** A trainer with all that a run can depend on, its weights from `seed`, and one callback more at a place among the others. */
function make({ patience, per }: Setting, seed: number, extra: Callback = {}, place = 0): Trainer {
  const generator = new Generator(100 + seed);
  const model = halvingNet(new Generator(seed), generator);
  const optimizer = new Momentum(model.parameters(), { lr: 0.3 });
  const callbacks = [
    counter("before"),
    earlyStopping({ patience, restoreBest: true }),
    stepSchedule(shrinking(optimizer), { per }),
    counter("after"),
  ];
  callbacks.splice(place, 0, extra);
  return new Trainer({
    model,
    optimizer,
    loss: new SoftmaxWithLoss(),
    metrics: { accuracy: accuracy() },
    callbacks,
    transform: randomNoise(0.1),
    generator,
  });
}

const go = (trainer: Trainer, { source, patience, per, ...options }: Setting, signal?: AbortSignal): Promise<Outcome> =>
  trainer.fit(sources[source], { ...options, batchSize: 5, validation: [x, t], signal });

/** Another trainer, of other weights, with the state that the bytes stand for. */
function resumed(setting: Setting, bytes: Bytes, extra?: Callback, place?: number): Trainer {
  return make(setting, 77, extra, place).loadStateDict(fromBytes(bytes));
}

/** Runs `setting` without a stop. */
async function straight(setting: Setting) {
  const trainer = make(setting, 5);
  const { stopped } = await go(trainer, setting);
  return { stopped, bytes: toBytes(trainer.stateDict()), steps: trainer.history.steps.loss.length };
}

const numRuns = long ? 300 : 25;

test("a run aborted after any steps ends in the same bits", async () => {
  let stops = 0;
  await fc.assert(
    fc.asyncProperty(settings, fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }), async (setting, at) => {
      const whole = await straight(setting);
      const controller = { now: new AbortController() };
      const abort: Callback = {
        onBatchEnd({ history }) {
          if (at.includes(history.steps.loss.length)) controller.now.abort();
        },
      };
      let trainer = make(setting, 5, abort);
      let outcome = await go(trainer, setting, controller.now.signal);
      while (outcome.stopped === "aborted") {
        stops++;
        controller.now = new AbortController();
        trainer = resumed(setting, toBytes(trainer.stateDict()), abort);
        outcome = await go(trainer, setting, controller.now.signal);
      }
      assert.is(outcome.stopped, whole.stopped);
      assert.equal(toBytes(trainer.stateDict()), whole.bytes);
    }),
    { numRuns },
  );
  assert.ok(stops > numRuns / 2, `${stops} stops`);
});

test("a state that any callback saves at any time is one to go on from to the same bits", async () => {
  let saved = 0;
  await fc.assert(
    fc.asyncProperty(settings, fc.integer({ min: 0, max: 4 }), fc.nat(), async (setting, place, which) => {
      const whole = await straight(setting);
      const states: StateDict[] = [];
      const save = (trainer: Trainer) => void states.push(trainer.stateDict());
      await go(make(setting, 5, Object.fromEntries(events.map((event) => [event, save])), place), setting);
      saved += states.length;
      const state = states[which % states.length];
      const trainer = resumed(setting, toBytes(state), {}, place);
      const { stopped } = await go(trainer, setting);
      assert.equal(toBytes(trainer.stateDict()), whole.bytes);
      assert.is(stopped, whole.stopped);
    }),
    { numRuns },
  );
  assert.ok(saved > 5 * numRuns, `${saved} states`);
});

test("from every state of one run", async () => {
  const setting: Setting = {
    source: "tensors",
    epochs: 3,
    baseline: true,
    evaluateTrain: true,
    patience: 2,
    per: "step",
    shuffle: true,
  };
  const whole = await straight(setting);
  assert.is(whole.steps, 15);
  for (const place of [0, 2, 4]) {
    const states: StateDict[] = [];
    const save = async (trainer: Trainer) => {
      states.push(trainer.stateDict());
      await Promise.resolve();
    };
    await go(make(setting, 5, Object.fromEntries(events.map((event) => [event, save])), place), setting);
    assert.is(states.length, 1 + 3 + 15 + 4 + 1);
    for (const state of states) {
      const trainer = resumed(setting, toBytes(state), {}, place);
      await go(trainer, setting);
      assert.equal(toBytes(trainer.stateDict()), whole.bytes);
    }
  }
});

test.run();
