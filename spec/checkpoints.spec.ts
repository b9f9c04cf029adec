/** Checkpoints in files: a run goes on from one to the same bits, and from nothing else; and states of one's own, together. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  Affine,
  CheckpointError,
  Generator,
  normal,
  SGD,
  type Stateful,
  saveCheckpoints,
  type Trainer,
  tensor,
  together,
  ValueError,
  zeros,
} from "gradtape";
import { loadCheckpoint, loadSafetensors, saveCheckpoint, saveSafetensors } from "gradtape/node";
import * as assert from "uvu/assert";
import { fit, makeTrainer, steps } from "./support/resumable.js";
import { long, suite } from "./support/suite.js";
import { toBytes } from "./support/training.js";

const test = suite("checkpoints");
const folder = mkdtempSync(join(tmpdir(), "gradtape-checkpoints-"));
test.after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "run.safetensors");

/** Runs until so many steps are done, as Ctrl-C would end it, and saves. */
async function abortAfter(count: number, epochs: number, save: (trainer: Trainer) => unknown): Promise<void> {
  const controller = new AbortController();
  const stop = ({ history }: Trainer) => {
    if (history.steps.loss.length === count) controller.abort();
  };
  const saving = saveCheckpoints({ every: 1e9, save: (_, trainer) => save(trainer) });
  await fit(makeTrainer(5, undefined, [{ onBatchEnd: stop }, saving]), epochs, controller.signal);
}

test("a run aborted after any step, and saved, goes on from the file to the same bits", async () => {
  const epochs = 4;
  const whole = makeTrainer(5);
  await fit(whole, epochs);
  const expected = toBytes(whole.stateDict());
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: steps * epochs }), fc.boolean(), async (count, short) => {
      const other = makeTrainer(77);
      if (short) {
        await abortAfter(count, epochs, (trainer) => saveCheckpoint(path, trainer));
        assert.is(loadCheckpoint(path, other), other);
      } else {
        await abortAfter(count, epochs, (trainer) => saveSafetensors(path, trainer.stateDict()));
        other.loadStateDict(loadSafetensors(path).tensors);
      }
      assert.is(other.history.steps.loss.length, count);
      await fit(other, epochs);
      assert.equal(toBytes(other.stateDict()), expected);
    }),
    { numRuns: long ? 100 : 15 },
  );
  assert.equal(readdirSync(folder), ["run.safetensors"]);
});

test("a history keeps its NaNs, infinities and zeros, and its names", async () => {
  const trainer = makeTrainer(5);
  await fit(trainer, 1);
  const odd = [NaN, Infinity, -Infinity, -0, 0, 5e-324, 1e308];
  trainer.history.steps["a name, with é and \n"] = odd;
  trainer.history.validation.loss.push(...odd);
  trainer.history.train.empty = [];
  saveCheckpoint(path, trainer);
  const { history } = loadCheckpoint(path, makeTrainer(77));
  assert.equal(Object.keys(history.steps).sort(), ["a name, with é and \n", "loss", "lr"]);
  for (const group of ["steps", "train", "validation"] as const)
    for (const [name, values] of Object.entries(trainer.history[group])) {
      assert.is(history[group][name].length, values.length);
      for (const [i, value] of values.entries()) assert.ok(Object.is(history[group][name][i], value), `${name} ${i}`);
    }
});

/** What is told of a file that is loaded into a trainer, which is as before then. */
async function refused(trainer: Trainer): Promise<CheckpointError> {
  const before = toBytes(trainer.stateDict());
  const file = readFileSync(path);
  let told: unknown;
  try {
    loadCheckpoint(path, trainer);
  } catch (error) {
    told = error;
  }
  assert.instance(told, CheckpointError);
  assert.equal(toBytes(trainer.stateDict()), before);
  assert.equal(readFileSync(path), file);
  await fit(trainer, trainer.epoch + 1); // and goes on
  return told as CheckpointError;
}

test("a file that is of something else, or damaged, is refused by its name, and nothing is changed", async () => {
  const trainer = makeTrainer(5);
  await fit(trainer, 2);
  saveCheckpoint(path, trainer);
  const wider = makeTrainer(5, 7);
  await fit(wider, 1);
  const told = await refused(wider);
  assert.is(told.code, "state");
  const text = `${path}: loadStateDict: the state must fit, and nothing was changed: model: layers.0.W must be [5,7] (given [5,6]); `;
  assert.is(told.message.slice(0, text.length), text);
  assert.match(told.message, /; optimizer: .*2\.vMax must be \[7\] \(given \[6\]\)/);
  assert.not.match(told.message, /generator|history|position/);

  saveCheckpoint(path, trainer.model);
  const { message } = await refused(trainer);
  assert.match(message, /changed: unexpected layers.0.W; .*; model: missing layers.0.W \[5,6\]; /);
  assert.match(message, /; position: missing layout \[4\]; .*; history: there must be steps.loss and steps.lr/);

  saveCheckpoint(path, trainer);
  const good = readFileSync(path);
  for (const at of [0, 9, good.length >> 1, good.length - 1]) {
    const bad = Uint8Array.from(good);
    bad[at] ^= 4;
    writeFileSync(path, bad);
    const told = await refused(trainer);
    assert.ok(told.message.startsWith(`${path}: `) && told.code !== "state", told.message);
  }
  writeFileSync(path, good.subarray(0, -1));
  assert.is((await refused(trainer)).code, "length");
  assert.throws(
    () => loadCheckpoint(join(folder, "none"), trainer),
    (error: unknown) =>
      error instanceof CheckpointError && error.code === "file" && /none: must be/.test(error.message),
  );
  assert.equal(readdirSync(folder), ["run.safetensors"]);
});

test("a model alone is saved, and its weights are loaded from a file without a checksum", () => {
  const [model, other] = [new Affine(2, 3), new Affine(2, 3)];
  saveSafetensors(path, model.stateDict());
  loadCheckpoint(path, other);
  assert.equal(toBytes(other.stateDict()), toBytes(model.stateDict()));
  const strange: Stateful = {
    stateDict: () => new Map(),
    loadStateDict() {
      throw new RangeError("of its own");
    },
  };
  assert.throws(
    () => loadCheckpoint(path, strange),
    (error: unknown) => error instanceof RangeError,
  );
});

test("several states are one, under their names, and go back whole or not at all", () => {
  const make = (seed: number) => {
    const generator = new Generator(seed);
    const model = new Affine(2, 3, { generator });
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    model
      .forward(normal([4, 2], { generator }))
      .square()
      .mean()
      .backward();
    optimizer.step();
    return { generator, model, optimizer };
  };
  const [parts, others] = [make(1), make(2)];
  const [state, all] = [together(parts).stateDict(), together(others)];
  assert.equal([...state.keys()].slice(0, 4), ["generator.state", "model.W", "model.b", "optimizer.0.velocity"]);
  const before = toBytes(all.stateDict());
  const refused = (change: (state: Map<string, unknown>) => void, message: RegExp) => {
    const changed = new Map(state);
    change(changed);
    assert.throws(
      () => all.loadStateDict(changed),
      (error: unknown) => error instanceof CheckpointError && error.code === "state" && message.test(error.message),
    );
    assert.equal(toBytes(all.stateDict()), before);
  };
  refused(
    (state) => state.set("optimizer.groups.0.lr", tensor(-1, { dtype: "float64" })),
    /^loadStateDict: the state must fit, and nothing was changed: optimizer: groups.0.lr must be .* \(given -1\)$/,
  );
  refused((state) => state.set("generator.state", zeros([3], { dtype: "float64" }).sub(1)), /generator: restore: each/);
  refused((state) => state.set("modeling.W", zeros([2, 3])), /changed: unexpected modeling.W$/);
  assert.throws(() => all.loadStateDict({} as never), /must be a Map of tensors by name/);
  all.loadStateDict(state);
  assert.equal(toBytes(all.stateDict()), toBytes(state));
  assert.is(others.generator.next(), parts.generator.next());

  const inner = together({ run: together(others) });
  assert.ok(inner.stateDict().has("run.model.W"));
  assert.throws(
    () => inner.loadStateDict(state),
    /unexpected model.W; .*; run: generator: missing state \[3\]; model: /,
  );
});

test("what has no state, or a name within another, is refused at once", () => {
  const refused = (parts: unknown, message: string) =>
    assert.throws(
      () => together(parts as Record<string, Stateful>),
      (error: unknown) => error instanceof ValueError && error.message === message,
    );
  const model = new Affine(1, 1);
  refused({ model, lr: 0.1 }, "together: lr must be a Generator, or have stateDict() and loadStateDict()");
  refused({ model: null }, "together: model must be a Generator, or have stateDict() and loadStateDict()");
  refused({ a: model, "a.b": model }, "together: no name may go on after another one and a dot (given a.b)");
});

test.run();
