// usual environment only: its processes are others
/** Ctrl-C: the first ends a run and keeps what there is, the second ends the process, and later ones are nobody's business. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadCheckpoint, stopOnInterrupt } from "gradtape/node";
import * as assert from "uvu/assert";
import { fit, makeTrainer } from "./support/resumable.js";
import { suite } from "./support/suite.js";
import { toBytes } from "./support/training.js";

const test = suite("interrupt");

const root = fileURLToPath(new URL("..", import.meta.url));
const node = ["--conditions=gradtape-source", "--import", "tsx"];

/** Runs a script, and answers each of the first lines it prints with SIGINT; gives all lines, the exit code and the signal. */
async function runScript(
  script: readonly string[],
  interrupts: number,
): Promise<{ lines: string[]; code: number | null; signal: string | null }> {
  const child: ChildProcess = spawn(process.execPath, [...node, ...script], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (lines.push(line) <= interrupts) child.kill("SIGINT");
  });
  const [exitCode, signal] = await once(child, "close");
  return { lines, code: exitCode, signal };
}

const run = (code: string, interrupts: number) => runScript(["--input-type=module", "--eval", code], interrupts);

const training = `
  import { Affine, normal, saveCheckpoints, SGD, mse, Trainer } from "gradtape";
  import { loadCheckpoint, stopOnInterrupt } from "gradtape/node";
  const model = new Affine(2, 1);
  const x = normal([100, 2]);
  let saved = 0;
  const trainer = new Trainer({
    model,
    optimizer: new SGD(model.parameters(), { lr: 0.01 }),
    loss: (y, t) => mse(y, t),
    callbacks: [
      { onBatchEnd: ({ epoch, step }) => { if (epoch === 1 && step === 1) console.log("begun"); } },
      saveCheckpoints({ save: () => saved++, every: 1e9 }),
    ],
  });
  const { stopped, history } = await stopOnInterrupt((signal) =>
    trainer.fit([x, x.narrow(1, 0, 1)], { epochs: 1e9, batchSize: 10, signal }),
  );
  console.log(stopped, saved, history.steps.loss.length > 0, process.listenerCount("SIGINT"));
`;

test("one ends the run, with its history and a checkpoint, and the script goes on", async () => {
  assert.equal(await run(training, 1), { lines: ["begun", "aborted 1 true 0"], code: 0, signal: null });
});

test("what it leaves in a file is gone on from to the same bits", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gradtape-interrupt-"));
  try {
    const path = join(folder, "run.safetensors");
    const ran = await runScript(["spec/support/interrupted.ts", path], 1);
    assert.equal(ran, { lines: ["begun", "aborted"], code: 0, signal: null });
    assert.equal(readdirSync(folder), ["run.safetensors"]);
    const [trainer, whole] = [loadCheckpoint(path, makeTrainer(77)), makeTrainer(5)];
    assert.ok(trainer.epoch >= 2);
    const epochs = trainer.epoch + 2;
    await fit(trainer, epochs);
    await fit(whole, epochs);
    assert.equal(toBytes(trainer.stateDict()), toBytes(whole.stateDict()));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("two end the process", async () => {
  const deaf = `
    import { loadCheckpoint, stopOnInterrupt } from "gradtape/node";
    setInterval(() => {}, 1000);
    await stopOnInterrupt((signal) => new Promise(() => {
      signal.addEventListener("abort", () => console.log("once"));
      console.log("ready");
    }));
  `;
  assert.equal(await run(deaf, 2), { lines: ["ready", "once"], code: 130, signal: null });
});

test("afterwards Ctrl-C ends the process as ever", async () => {
  const after = `
    import { loadCheckpoint, stopOnInterrupt } from "gradtape/node";
    await stopOnInterrupt(() => Promise.reject(new Error("x"))).catch(() => {});
    setInterval(() => {}, 1000);
    console.log("ready");
  `;
  assert.equal(await run(after, 1), { lines: ["ready"], code: null, signal: "SIGINT" });
});

test("what the function gives or throws is passed on, and listeners are as before", async () => {
  const before = process.listeners("SIGINT");
  assert.is(await stopOnInterrupt((signal) => (signal.aborted ? 1 : 2)), 2);
  const error = new Error("no");
  const thrown = stopOnInterrupt(() => {
    throw error;
  });
  assert.is(await thrown.catch((error) => error), error);
  assert.equal(process.listeners("SIGINT"), before);
});

test.run();
