/** The trainer: that it is the plain loop, what it measures, tells and refuses, and how it can be stopped. */
import {
  Affine,
  accuracy,
  batches,
  type Callback,
  CheckpointError,
  type Clock,
  type Data,
  Generator,
  GradtapeError,
  Layer,
  Momentum,
  meanAbsoluteError,
  metric,
  mse,
  noGrad,
  normal,
  randomNoise,
  Sequential,
  SGD,
  SoftmaxWithLoss,
  type Source,
  type StateDict,
  type Tensor,
  Trainer,
  type TrainerOptions,
  tensor,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { clock as realClock } from "../lib/train/turns.js";
import { assertClose, assertSame } from "./support/close.js";
import { suite } from "./support/suite.js";
import { Halving, halvingNet, toBytes } from "./support/training.js";

const test = suite("train");

const rows = 10;
const x = normal([rows, 3], { generator: new Generator(1) });
const t = tensor(
  Array.from({ length: rows }, (_, i) => i % 2),
  { dtype: "int32" },
);

/** A trainer of a small network, and what it is made of, the same for the same seed. */
function make(options: Partial<TrainerOptions> = {}, seed = 0) {
  const generator = new Generator(seed);
  const model = options.model ?? halvingNet(generator, generator);
  const optimizer = options.optimizer ?? new Momentum(model.parameters(), { lr: 0.1 });
  const loss = new SoftmaxWithLoss();
  const trainer = new Trainer({ model, optimizer, loss, generator, ...options });
  return { trainer, model, optimizer, loss, generator };
}

/** Every hook as a line of a log. */
function logging(log: string[]): Callback {
  const note = (event: string) => (trainer: Trainer) => {
    log.push(`${event} ${trainer.epoch}.${trainer.step}${trainer.stopped ? `: ${trainer.stopped}` : ""}`);
  };
  const events = ["onTrainBegin", "onEpochBegin", "onBackward", "onBatchEnd", "onEpochEnd", "onTrainEnd"];
  return Object.fromEntries(events.map((event) => [event, note(event.slice(2))]));
}

async function rejects(promise: Promise<unknown>, message: RegExp | string, kind: new () => Error = GradtapeError) {
  const error = await promise.then(
    () => assert.unreachable("it resolved"),
    (error: unknown) => error,
  );
  assert.instance(error, kind);
  if (typeof message === "string") assert.is((error as Error).message, message);
  else assert.match((error as Error).message, message);
}
const refuses = (f: () => unknown, message: RegExp | string, kind = GradtapeError) =>
  rejects(new Promise((resolve) => resolve(f())), message, kind);

test("fit is the plain loop, to the bit, transforms and dropout included", async () => {
  const plain = make();
  const noise = randomNoise(0.1);
  const losses: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++)
    for (const [rows, labels] of batches([x, t], { size: 4, generator: plain.generator })) {
      const changed = noise(rows, plain.generator);
      const loss = plain.loss.forward(plain.model.forward(changed), labels);
      plain.optimizer.zeroGrad();
      loss.backward();
      plain.optimizer.step();
      losses.push(loss.item());
    }
  const fitted = make({ transform: noise });
  const { history, stopped } = await fitted.trainer.fit([x, t], { epochs: 3, batchSize: 4 });
  assert.is(stopped, null);
  assert.equal(history.steps.loss, losses);
  assert.equal(
    history.steps.lr,
    losses.map(() => 0.1),
  );
  assert.equal(toBytes(fitted.model.stateDict()), toBytes(plain.model.stateDict()));
  assert.equal(fitted.generator.state, plain.generator.state);
});

test("evaluation is exact over batches of different sizes, in use, and recorded nowhere", async () => {
  const { trainer, model, loss } = make({ metrics: { accuracy: accuracy() } });
  const { history } = await trainer.fit([x, t], { epochs: 2, batchSize: 4, validation: [x, t], evaluateTrain: 7 });
  model.eval();
  const scores = model.forward(x);
  const share = accuracy()(scores, t);
  const expected = { loss: loss.forward(scores, t).item(), accuracy: share };
  model.train();
  assertClose([history.validation.loss[1], history.validation.accuracy[1]], [expected.loss, share], {
    tolerance: 1e-6,
  });
  assert.equal([history.train.loss.length, history.train.accuracy.length], [2, 2]);
  for (const batchSize of [1, 3, 100]) {
    const found = await trainer.evaluate({ x, t }, { batchSize });
    assert.equal(Object.keys(found), ["loss", "accuracy"]);
    assertClose(found.loss, expected.loss, { tolerance: 1e-6 });
    assert.is(found.accuracy, share);
  }
  const seven = await trainer.evaluate([x.narrow(0, 0, 7), t.narrow(0, 0, 7)], { batchSize: 4 });
  assert.equal([history.train.loss[1], history.train.accuracy[1]], [seven.loss, seven.accuracy]);
  assert.is(trainer.value("validation.loss"), history.validation.loss[1]);
  assert.is(trainer.value("steps.loss"), history.steps.loss[5]);
  await refuses(
    () => trainer.value("validation.f1"),
    /^value: the history has no "validation.f1"; it has steps.loss, steps.lr, train.loss,/,
  );
});

test("without an evaluation train.loss is the mean over the epoch's steps; a baseline is epoch 0", async () => {
  const { trainer } = make({ metrics: { accuracy: accuracy() } });
  const epochs: number[] = [];
  const watched = make({ callbacks: [({ epoch }) => epochs.push(epoch)] });
  const { history } = await trainer.fit([x, t], { epochs: 3, batchSize: 4 });
  const mean = (from: number) => history.steps.loss.slice(from, from + 3).reduce((a, b) => a + b) / 3;
  assert.equal(history.train.loss, [mean(0), mean(3), mean(6)]);
  assert.equal(history.validation, {});
  const before = await watched.trainer.evaluate([x, t], { batchSize: 4 });
  await watched.trainer.fit([x, t], { epochs: 2, batchSize: 4, validation: [x, t], baseline: true });
  assert.equal(epochs, [0, 1, 2]);
  assert.is(watched.trainer.history.validation.loss[0], before.loss);
  assert.equal([watched.trainer.history.validation.loss.length, watched.trainer.history.train.loss.length], [3, 2]);
});

test("predict gives what the model says in use, whatever the batches", async () => {
  const { trainer, model, generator } = make();
  const before = generator.state;
  const expected = noGrad(() => model.eval().forward(x));
  model.train();
  for (const batchSize of [1, 4, 100]) {
    const y = await trainer.predict(x, { batchSize });
    assertClose(y, expected, { tolerance: 1e-6 });
    assert.not.ok(y.tracked);
  }
  assert.equal((await trainer.predict(zeros([0, 3]))).shape, [0, 2]);
  assert.equal(generator.state, before);
  assert.ok(model.training);
  class Sum extends Layer {
    forward(a: Tensor, b: Tensor): Tensor {
      return a.add(b);
    }
  }
  const sum = new Trainer({ model: new Sum(), optimizer: new SGD([tensor(1, { requiresGrad: true })]), loss: mse });
  assertSame(await sum.predict([x, x], { batchSize: 3 }), x.mul(2));
});

test("a model's own loss is used, with all of the batch; a single tensor is input and target", async () => {
  class Own extends Layer {
    readonly w = tensor([0.5], { requiresGrad: true });
    seen: number[] = [];
    forward(...inputs: Tensor[]): Tensor {
      return inputs[0].mul(this.w);
    }
    loss(...batch: Tensor[]): Tensor {
      this.seen.push(batch.length);
      return this.forward(batch[0])
        .sub(batch[batch.length - 1])
        .square()
        .mean();
    }
  }
  const run = async (data: Data, loss?: TrainerOptions["loss"]) => {
    const model = new Own();
    const trainer = new Trainer({
      model,
      optimizer: new SGD(model.parameters(), { lr: 0.1 }),
      loss,
      generator: new Generator(0),
    });
    await trainer.fit(data, { epochs: 2, batchSize: 5, validation: data });
    return { w: model.w.item(), seen: model.seen };
  };
  const y = x.mul(3);
  const own = await run([x, y]);
  assert.equal(own.seen, new Array(8).fill(2));
  class Squares extends Layer {
    forward(y: Tensor, t: Tensor): Tensor {
      return mse(y, t);
    }
  }
  for (const loss of [(y: Tensor, t: Tensor) => y.sub(t).square().mean(), new Squares()]) {
    const given = await run({ x, t: y }, loss);
    assert.equal([given.seen, given.w], [[], own.w]);
  }
  assert.equal((await run([x])).seen, new Array(8).fill(1));
  assert.equal((await run([x, x, y])).seen, new Array(8).fill(3));
  const same = await run([x], (y, t) => mse(y, t));
  assert.ok(same.w > 0.5 && same.w < 1, `${same.w}`);
});

test("batches of one's own: walked anew in every epoch, sync or async, cut by whoever makes them", async () => {
  const cut = [...batches([x, t], { size: 4, shuffle: false })];
  async function* later() {
    for (const batch of cut) yield await Promise.resolve({ x: batch[0], t: batch[1] });
  }
  const run = async (source: Source, options = {}) => {
    const { trainer, model } = make({ transform: (x) => x });
    await trainer.fit(source, { epochs: 2, ...options });
    return toBytes(model.stateDict());
  };
  assert.equal(await run(cut), await run([x, t], { batchSize: 4, shuffle: false }));
  assert.equal(await run(later), await run(() => cut));
  const { trainer } = make();
  const found = await trainer.evaluate(later);
  assert.is(found.loss, (await trainer.evaluate([x, t], { batchSize: 4 })).loss);

  const once = make().trainer;
  await rejects(
    once.fit(cut[Symbol.iterator](), { epochs: 2 }),
    "fit: there must be some batches in epoch 2 (given 0); an iterator can be walked once, so give a function that makes one",
  );
  assert.is(once.stopped, "failed");
  const short = make({ callbacks: [{ onBatchEnd: (trainer) => trainer.stop() }] }).trainer;
  await short.fit(cut, { epochs: 1 });
  await short.fit(cut, { epochs: 1 });
  assert.equal([short.epoch, short.step], [1, 2]);
  await rejects(short.fit([cut[0]], { epochs: 1 }), /^fit: there must be 2 batches in epoch 1 \(given 1\)/);
  await rejects(make().trainer.fit([[x, t.narrow(0, 0, 3)]], { epochs: 1 }), /^fit\(\[10,3\], \[3\]\): the first axes/);
});

test("a last batch of fewer rows is trained on, or left out", async () => {
  for (const [dropLast, steps] of [
    [false, 3],
    [true, 2],
  ] as const) {
    const { trainer } = make();
    await trainer.fit([x, t], { epochs: 1, batchSize: 4, dropLast });
    assert.equal([trainer.history.steps.loss.length, trainer.steps], [steps, steps]);
  }
});

test("callbacks are told in order, promises are waited for, plain functions are told of epochs", async () => {
  const log: string[] = [];
  const slow: Callback = {
    async onBatchEnd() {
      await new Promise((resolve) => setImmediate(resolve));
      log.push("slow");
    },
  };
  const { trainer } = make({ callbacks: [logging(log), slow, (trainer) => log.push(`function ${trainer.epoch}`)] });
  await trainer.fit([x, t], { epochs: 2, batchSize: 5 });
  assert.equal(log, [
    "TrainBegin 0.0",
    "EpochBegin 1.0",
    ...["Backward 1.0", "BatchEnd 1.1", "slow", "Backward 1.1", "BatchEnd 1.2", "slow"],
    ...["EpochEnd 1.2", "function 1"],
    "EpochBegin 2.0",
    ...["Backward 2.0", "BatchEnd 2.1", "slow", "Backward 2.1", "BatchEnd 2.2", "slow"],
    ...["EpochEnd 2.2", "function 2"],
    "TrainEnd 2.2",
  ]);
});

test("gradients can be changed before they are used", async () => {
  const halve: Callback = {
    onBackward({ model }) {
      for (const p of model.parameters()) p.grad = p.grad!.mul(0.5);
    },
  };
  const run = async (lr: number, callbacks: Callback[]) => {
    const model = new Sequential(new Affine(3, 2, { generator: new Generator(2) }));
    await make({ model, optimizer: new SGD(model.parameters(), { lr }), callbacks }).trainer.fit([x, t], { epochs: 2 });
    return toBytes(model.stateDict());
  };
  assert.equal(await run(0.5, [halve]), await run(0.25, []));
});

test("epochs count in all: a second call does the rest, and a run is stopped with a reason", async () => {
  const log: string[] = [];
  const stop = (trainer: Trainer) => {
    if (trainer.epoch === 2) trainer.stop("enough");
    if (trainer.epoch === 2) trainer.stop("more than enough");
  };
  const { trainer } = make({ callbacks: [stop, logging(log)] });
  const first = await trainer.fit([x, t], { epochs: 3 });
  assert.equal([first.stopped, trainer.epoch], ["enough", 2]);
  assert.equal(log.slice(-2), ["EpochEnd 2.1: enough", "TrainEnd 2.1: enough"]);
  const second = await trainer.fit([x, t], { epochs: 3 });
  assert.equal([second.stopped, trainer.epoch, second.history.steps.loss.length], [null, 3, 3]);
  assert.is((await trainer.fit([x, t], { epochs: 3 })).history.steps.loss.length, 3, "nothing more to do");
  const straight = make();
  await straight.trainer.fit([x, t], { epochs: 3 });
  assert.equal(toBytes(straight.trainer.stateDict()), toBytes(trainer.stateDict()));
});

test("the signal ends a run after the step under way, keeps the history, and tells callbacks", async () => {
  const log: string[] = [];
  const controller = new AbortController();
  const abort: Callback = {
    onBatchEnd: ({ epoch, step }) => void (epoch === 2 && step === 1 && controller.abort()),
  };
  const { trainer, model } = make({ callbacks: [abort, logging(log)] });
  model.eval();
  const { stopped, history } = await trainer.fit([x, t], {
    epochs: 5,
    batchSize: 4,
    validation: [x, t],
    signal: controller.signal,
  });
  assert.equal([stopped, trainer.epoch, trainer.step, history.steps.loss.length], ["aborted", 2, 1, 4]);
  assert.equal(log.slice(-2), ["BatchEnd 2.1", "TrainEnd 2.1: aborted"]);
  assert.not.ok(model.training, "as it was before");
  const again = await trainer.fit([x, t], { epochs: 2, batchSize: 4, validation: [x, t], signal: controller.signal });
  assert.equal([again.stopped, again.history.steps.loss.length], ["aborted", 4], "aborted before it begins");
});

test("the signal in the last step of an epoch leaves its end to who goes on", async () => {
  const log: string[] = [];
  const controller = new AbortController();
  const abort: Callback = { onBatchEnd: ({ step }) => void (step === 3 && controller.abort()) };
  const { trainer } = make({ callbacks: [abort, logging(log)] });
  await trainer.fit([x, t], { epochs: 1, batchSize: 4, signal: controller.signal });
  assert.equal([log.splice(0).at(-2), trainer.history.train], ["BatchEnd 1.3", {}]);
  await trainer.fit([x, t], { epochs: 1, batchSize: 4 });
  assert.equal(log, ["TrainBegin 1.3", "EpochEnd 1.3", "TrainEnd 1.3"]);
});

test("the signal ends a run in the midst of an evaluation, which then is not in the history", async () => {
  const controller = new AbortController();
  const aborting = metric(() => ({ add: () => controller.abort("why not"), value: () => 1 }));
  const { trainer } = make({ metrics: { aborting } });
  const run = await trainer.fit([x, t], { epochs: 2, batchSize: 4, validation: [x, t], signal: controller.signal });
  assert.equal([run.stopped, trainer.epoch, trainer.step], ["aborted", 1, 3]);
  assert.equal([run.history.train, run.history.validation], [{}, {}]);
  await trainer.fit([x, t], { epochs: 1, batchSize: 4, validation: [x, t] });
  assert.equal([run.history.steps.loss.length, run.history.validation.aborting], [3, [1]]);
});

test("batches that wait can end with the signal's reason; evaluate and predict reject with it", async () => {
  const controller = new AbortController();
  async function* waiting() {
    yield [x, t];
    controller.abort();
    controller.signal.throwIfAborted();
  }
  const { trainer } = make();
  assert.is((await trainer.fit(waiting, { epochs: 1, signal: controller.signal })).stopped, "aborted");
  for (const promise of [
    trainer.evaluate([x, t], { signal: controller.signal }),
    trainer.predict(x, { signal: controller.signal }),
  ])
    assert.is(await promise.catch((error) => error), controller.signal.reason);
});

test("what anybody throws is told, after the end was; layers are as before, and training can go on", async () => {
  const bad = new Error("bad");
  const fail = () => {
    throw bad;
  };
  let broken = true;
  const places: Record<string, Partial<TrainerOptions>> = {
    loss: { loss: (y, t) => (broken ? fail() : new SoftmaxWithLoss().forward(y, t)) },
    transform: { transform: (x) => (broken ? fail() : x) },
    metric: { metrics: { bad: metric(() => ({ add: () => (broken ? fail() : undefined), value: () => 1 })) } },
  };
  for (const event of ["onTrainBegin", "onEpochBegin", "onBackward", "onBatchEnd", "onEpochEnd", "onTrainEnd"])
    places[event] = { callbacks: [{ [event]: async () => {} }, { [event]: () => (broken ? fail() : undefined) }] };
  for (const [place, options] of Object.entries(places)) {
    const ends: unknown[] = [];
    const watch: Callback = { onTrainEnd: ({ stopped }) => ends.push(stopped) };
    broken = true;
    const { trainer, model } = make({ ...options, callbacks: [watch, ...(options.callbacks ?? [])] });
    const [first, , last] = (model as Sequential).layers as Layer[];
    first.training = false;
    const run = () => trainer.fit([x, t], { epochs: 1, batchSize: 4, validation: [x, t] });
    assert.is(await run().catch((error) => error), bad, place);
    assert.equal(ends, [place === "onTrainEnd" ? null : "failed"], place);
    assert.equal([model.training, first.training, last.training], [true, false, true], place);
    broken = false;
    assert.is((await run()).stopped, null, place);
    assert.is(trainer.history.steps.loss.length, 3, place);
  }
  const twice = make({
    callbacks: [{ onBatchEnd: fail, onTrainEnd: () => Promise.reject(new Error("later")) }],
  }).trainer;
  assert.is(await twice.fit([x, t], { epochs: 1 }).catch((error) => error), bad);
});

test("layers are in training in steps and in use in evaluations; what was set by hand in between is kept", async () => {
  const modes: string[] = [];
  class Watching extends Layer {
    readonly w = tensor([1], { requiresGrad: true });
    forward(x: Tensor): Tensor {
      modes.push(this.training ? "training" : "use");
      return x.mul(this.w);
    }
  }
  const inner = new Watching();
  const model = new Sequential(inner, new Halving(new Generator(0)));
  model.eval();
  const freeze: Callback = { onEpochBegin: ({ epoch }) => void (epoch === 2 && inner.eval()) };
  const { trainer } = make({ model, loss: mse, callbacks: [freeze] });
  await trainer.fit([x, x], { epochs: 3, validation: [x, x] });
  assert.equal(modes, ["training", "use", "use", "use", "use", "use"]);
  assert.not.ok(model.training || inner.training);
});

test("one run at a time; a state is whole, so not to be had in the midst of a step, nor put back during a run", async () => {
  const { trainer } = make({ callbacks: [{ onBackward: (trainer) => void trainer.stateDict() }] });
  await rejects(
    trainer.fit([x, t], { epochs: 1 }),
    "stateDict: a step is under way; save in onBatchEnd, onEpochEnd or after fit",
  );
  const other = make().trainer;
  const state = other.stateDict();
  const run = other.fit([x, t], { epochs: 1 });
  await rejects(other.fit([x, t], { epochs: 1 }), /^fit: this trainer is training; wait until it is done/);
  await refuses(() => other.loadStateDict(state), /^loadStateDict: this trainer is training; stop it first$/);
  assert.is((await run).stopped, null);
});

/** A clock that each look moves on by some milliseconds, and that counts the turns taken. */
function fakeClock(step: number): Clock & { turns: number } {
  let time = 0;
  return {
    turns: 0,
    now() {
      time += step;
      return time;
    },
    async turn() {
      this.turns++;
    },
  };
}

test("the event loop gets a turn when its time has come, in training, evaluation and prediction", async () => {
  const turns = async (step: number, yieldEvery: number | undefined, run: (trainer: Trainer) => Promise<unknown>) => {
    const clock = fakeClock(step);
    await run(make({ clock, yieldEvery }).trainer);
    return clock.turns;
  };
  const fit = (trainer: Trainer) => trainer.fit([x, t], { epochs: 4, batchSize: 1 });
  assert.is(await turns(1, 1e9, fit), 0);
  assert.is(await turns(20, undefined, fit), 40);
  // One look at the clock a step, and one after each turn.
  assert.is(await turns(4, undefined, fit), 10);
  assert.is(await turns(0, 0, fit), 40);
  assert.is(await turns(20, 16, (trainer) => trainer.evaluate([x, t], { batchSize: 2 })), 5);
  assert.is(await turns(20, 16, (trainer) => trainer.predict(x, { batchSize: 2 })), 5);
});

test("nothing goes on before others had their turn", async () => {
  const log: string[] = [];
  const clock: Clock = {
    now: () => log.length,
    async turn() {
      log.push("begun");
      await new Promise((resolve) => setImmediate(resolve));
      log.push("over");
    },
  };
  const { trainer } = make({ clock, yieldEvery: 0, callbacks: [{ onBackward: () => void log.push("step") }] });
  await trainer.fit([x, t], { epochs: 1, batchSize: 4, validation: [x, t] });
  assert.equal(log, [
    ...["step", "begun", "over"],
    ...["step", "begun", "over"],
    ...["step", "begun", "over"],
    ...new Array(3).fill(["begun", "over"]).flat(),
  ]);
});

test("a turn lets timers and others run, in Node and where there is no setImmediate", async () => {
  const { setImmediate } = globalThis;
  for (const there of [true, false]) {
    const done: string[] = [];
    if (!there) Reflect.deleteProperty(globalThis, "setImmediate");
    try {
      setImmediate(() => done.push("other"));
      for (let turn = 0; turn < 100 && done.length === 0; turn++) await realClock.turn();
    } finally {
      globalThis.setImmediate = setImmediate;
    }
    assert.equal(done, ["other"]);
  }
  assert.ok(realClock.now() >= 0);
});

test("a state has everything by name, and goes back whole or not at all", async () => {
  const { trainer, optimizer } = make({ metrics: { accuracy: accuracy() } });
  await trainer.fit([x, t], { epochs: 1, batchSize: 4, validation: [x, t] });
  const state = trainer.stateDict();
  assert.equal(
    [...state.keys()],
    [
      ...["W", "b"].map((name) => `model.layers.0.${name}`),
      ...["W", "b"].map((name) => `model.layers.3.${name}`),
      ...[...optimizer.stateDict().keys()].map((name) => `optimizer.${name}`),
      "generator.state",
      ...["layout", "order", "epoch", "step", "stage", "called"].map((name) => `position.${name}`),
      ...["steps.loss", "steps.lr", "train.loss", "validation.loss", "validation.accuracy"].map(
        (name) => `history.${name}`,
      ),
    ],
  );
  const other = make({}, 3).trainer;
  await other.fit([x, t], { epochs: 2, batchSize: 4 });
  const before = toBytes(other.stateDict());
  const wrong = (change: (state: StateDict) => void, message: RegExp) => {
    const changed = new Map(state);
    change(changed);
    assert.throws(
      () => other.loadStateDict(changed),
      (error: Error) => error instanceof CheckpointError && message.test(error.message),
    );
    assert.equal(toBytes(other.stateDict()), before);
  };
  const number = (value: number) => tensor(value, { dtype: "float64" });
  const list = (...values: number[]) => tensor(values, { dtype: "float64" });
  wrong((state) => {
    state.delete("model.layers.0.W");
    state
      .set("model.layers.0.b", zeros([7]))
      .set("extra", number(1))
      .delete("generator.state");
  }, /^loadStateDict: the state must fit, and nothing was changed: unexpected extra; model: missing layers.0.W \[3,6\]; layers.0.b must be \[6\] \(given \[7\]\); generator: missing state \[3\]$/);
  wrong(
    (state) => state.set("position.epoch", number(1.5)),
    /changed: position: epoch must be a whole number of at least 0 \(given 1.5\)$/,
  );
  wrong((state) => state.set("position.step", number(-1)), /changed: position: step must be a whole number/);
  wrong((state) => state.set("position.stage", number(3)), /changed: position: stage must be 0, 1 or 2 \(given 3\)$/);
  wrong((state) => state.set("position.called", number(NaN)), /position: called must be a number of at least 0/);
  wrong(
    (state) => state.set("position.order", list(1, 2, 0.5)),
    /changed: position: restore: position must be a whole number/,
  );
  wrong((state) => state.set("generator.state", list(-1, 2, 3)), /changed: generator: restore: each word of key/);
  wrong((state) => state.set("history.steps.loss", number(1)), /changed: history: there must be lists of numbers/);
  wrong((state) => state.set("history.tests.loss", list(1)), /given tests.loss/);
  wrong((state) => state.delete("history.steps.lr"), /history: there must be steps.loss and steps.lr/);
  assert.throws(() => other.loadStateDict({} as StateDict), /the state must be a Map of tensors by name/);

  const polluted = new Map(state).set("history.train.__proto__", list(1, 2));
  assert.equal(Object.keys(other.loadStateDict(polluted).history.train), ["loss", "__proto__"]);
  assert.is(({} as { 0?: number })[0], undefined);
});

test("an epoch that was stopped goes on with the same data, cut the same way, or not at all", async () => {
  const { trainer, model, optimizer, loss } = make({ callbacks: [{ onBatchEnd: (trainer) => trainer.stop() }] });
  await trainer.fit([x, t], { epochs: 1, batchSize: 4 });
  for (const options of [{ batchSize: 5 }, { batchSize: 4, shuffle: false }, { batchSize: 4, dropLast: true }])
    await rejects(
      trainer.fit([x, t], { epochs: 1, ...options }),
      /^fit: epoch 1, stopped after step 1, goes on with the same rows/,
    );
  await rejects(
    trainer.fit([x.narrow(0, 0, 9), t.narrow(0, 0, 9)], { epochs: 1, batchSize: 4 }),
    /10,4,1,0 \(given 9,4,1,0\)/,
  );
  await new Trainer({ model, optimizer, loss }).fit([x, t], { epochs: 1, batchSize: 5 });
  await trainer.fit([x, t], { epochs: 1, batchSize: 4 });
  assert.is(trainer.step, 2);
});

test("bad options are refused before anything changes", async () => {
  const { trainer, model, optimizer, loss } = make();
  const before = toBytes(trainer.stateDict());
  const fit = (data: unknown, options: object = {}, message: RegExp) =>
    rejects(trainer.fit(data as Data, { epochs: 1, ...options }), message);
  for (const epochs of [-1, 0.5, NaN, undefined])
    await fit([x, t], { epochs }, /^fit: epochs must be a whole number of at least 0/);
  for (const batchSize of [0, 2.5, NaN])
    await fit([x, t], { batchSize }, /^fit: batchSize must be a whole number of at least 1/);
  for (const data of [[], [1, 2], { x, t: 3 }, null, 5, {}, [x, zeros([])], "xt"]) await fit(data, {}, /^fit/);
  await fit([x, t.narrow(0, 0, 9)], {}, /^fit\(\[10,3\], \[9\]\): the first axes must have equal lengths$/);
  await fit([x, t], { validation: [x, zeros([3])] }, /^fit: validation\(\[10,3\], \[3\]\)/);
  await fit([zeros([0, 3]), zeros([0])], {}, /^fit: there must be at least one batch \(given 0 rows, batchSize 100\)$/);
  await fit([x, t], { dropLast: true }, /^fit: there must be at least one batch \(given 10 rows, batchSize 100\)$/);
  await fit(() => [[x, t]], { evaluateTrain: true }, /^fit: evaluateTrain needs tensors/);
  await fit([x, t], { evaluateTrain: 0 }, /^fit: evaluateTrain must be a whole number/);
  await rejects(trainer.fit([x, t], undefined as never), /^fit: epochs/);
  await rejects(trainer.evaluate([]), /^evaluate/);
  await rejects(
    trainer.evaluate(() => []),
    /^evaluate: there must be data/,
  );
  await rejects(trainer.evaluate([x, t], { batchSize: 0 }), /^evaluate: batchSize must be/);
  await rejects(trainer.predict(5 as unknown as Tensor), /^predict: data must be tensors/);
  assert.equal(toBytes(trainer.stateDict()), before);

  const construct = (options: object, message: RegExp) =>
    refuses(() => new Trainer({ model, optimizer, loss, ...options } as TrainerOptions), message);
  await construct({ model: (x: Tensor) => x }, /^Trainer: model must be a Layer/);
  await construct({ loss: undefined }, /^Trainer: loss must be a Layer or a function/);
  await construct({ loss: "mse" }, /^Trainer: loss must be/);
  await construct(
    { optimizer: { step() {}, zeroGrad() {}, lr: 1 } },
    /^Trainer: optimizer must have step\(\), zeroGrad\(\), stateDict\(\), loadStateDict\(\) and a rate lr$/,
  );
  await construct({ metrics: { accuracy } }, /^Trainer: metrics.accuracy must be a metric, such as accuracy\(\)/);
  await construct({ metrics: { loss: meanAbsoluteError() } }, /^Trainer: metrics.loss must be .* not be called loss/);
  await construct({ yieldEvery: -1 }, /^Trainer: yieldEvery must be/);
  await construct({ callbacks: [5] }, /^Trainer: callbacks must be/);
  await rejects(
    make({ loss: () => 3 as unknown as Tensor }).trainer.fit([x, t], { epochs: 1 }),
    /^Trainer: what the loss gives: a tensor/,
  );
});

test.run();
