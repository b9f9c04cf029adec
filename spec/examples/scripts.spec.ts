// apart, usual environment only: its processes are others
/** The examples, run as a reader runs them: what they print, what they write, and how they refuse what makes no sense. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseSafetensors } from "gradtape";
import { loadSafetensors } from "gradtape/node";
import * as assert from "uvu/assert";
import { positive, share, whole } from "../../examples/common/options.js";
import { SimpleConvNet } from "../../examples/common/simple_convnet.js";
import { flags, npm, root, run, script, wellFormed } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("examples");

const main = resolve(root, "examples/own/digits.ts");
const book = resolve(root, "examples/ch05/train_neuralnet.ts");
const runner = resolve(root, "examples/run.ts");

test("the check of SVG knows what is not well-formed", () => {
  assert.ok(wellFormed('<a b="c"><d/>text &amp; <e f="1" g-h="2">more</e></a>\n'));
  for (const xml of [
    "",
    "text",
    "<a>",
    "<a></b>",
    "<a><b></a></b>",
    "<a/><a/>",
    "<a b=c/>",
    "<a>&</a>",
    "<a>1 < 2</a>",
    "<a/>x",
  ])
    assert.not.ok(wellFormed(xml), xml);
});

/** A chart in examples/.out that scripts draw, which must be whole and hold these texts. */
function checkChart(name: string, texts: readonly string[]): void {
  const svg = readFileSync(resolve(root, `examples/.out/${name}.svg`), "utf8");
  assert.ok(wellFormed(svg));
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
  for (const text of ["Accuracy on handwritten digits", "epoch", "iteration", "loss", ...texts])
    assert.ok(svg.includes(`>${text}<`), text);
  assert.not.match(svg, /NaN|undefined/);
}

/** Lines of a script on digits, so many before the last ones: gives the accuracy that the last of all tells. */
function checkLines(lines: readonly string[], epochs: number, last: readonly string[], digits: number): number {
  assert.is(lines.length, epochs + 1 + last.length + 1, "one line before training, and one after each epoch");
  const accuracies = lines.slice(0, epochs + 1);
  for (const line of accuracies) assert.match(line, /^train acc, test acc \| [01]\.\d{4}, [01]\.\d{4}$/);
  assert.equal(lines.slice(epochs + 1, -1), last);
  const found = new RegExp(`^test accuracy ([01]\\.\\d{4}) \\(${digits} digits\\)$`).exec(lines.at(-1) as string);
  assert.ok(found, lines.at(-1));
  assert.ok(accuracies.at(-1)?.endsWith(found[1]));
  return Number(found[1]);
}

const removed = (...names: string[]) => {
  for (const name of names) rmSync(resolve(root, "examples/.out", name), { force: true });
};

test("npm start learns, tells how well, draws it, and saves what it learnt", () => {
  removed("digits.svg", "digits.safetensors");
  const { status, lines, stderr } = npm("start", "--", "--quick");
  assert.is(status, 0, stderr);
  const last = ["parameters: examples/.out/digits.safetensors", "picture: examples/.out/digits.svg"];
  assert.ok(checkLines(lines, 5, last, 500) > 0.8, lines.at(-1));
  checkChart("digits", ["train (1000)", "test (500)"]);
  const { tensors } = loadSafetensors(resolve(root, "examples/.out/digits.safetensors"));
  assert.equal(tensors.get("layers.0.W")?.shape, [16, 1, 5, 5]);
  assert.ok(tensors.has("layers.1.runningMean"));
});

test("ch05/train_neuralnet learns, tells how well, and draws it", () => {
  removed("ch05-train_neuralnet.svg");
  const { status, lines, stderr } = npm("run", "example", "ch05/train_neuralnet", "--", "--quick");
  assert.is(status, 0, stderr);
  assert.match(lines.splice(6, 1)[0], /^5 epochs: \d+\.\d\d s$/);
  assert.ok(checkLines(lines, 5, ["picture: examples/.out/ch05-train_neuralnet.svg"], 500) > 0.8, lines.at(-1));
  checkChart("ch05-train_neuralnet", ["train (1000)", "test (500)"]);
});

const small = ["--epochs", "1", "--train", "200", "--test", "50"];

test("the same seed prints the same, by path, by name and on a terminal, where a bar is seen too; another seed does not", () => {
  const direct = script(main, ...small);
  assert.is(direct.status, 0, direct.stderr);
  const named = run(process.execPath, [...flags, runner, "own/digits", ...small], resolve(root, "examples"));
  assert.is(named.stdout, direct.stdout.replaceAll(": examples/", ": "));
  assert.is.not(script(main, ...small, "--seed", "1").lines[0], direct.lines[0]);

  const terminal = "data:text/javascript,process.stdout.isTTY = true; process.stdout.columns = 80";
  const { stdout } = run(process.execPath, ["--import", terminal, ...flags, main, ...small]);
  assert.match(stdout, /█*░+ +\d+% {2}epoch 1 of 1, loss \d\.\d{3} {2}\d+ s left\n/);
  for (const line of direct.lines) assert.ok(stdout.includes(`${line}\n`), line);
  assert.ok(stdout.endsWith(`${direct.lines.slice(2).join("\n")}\n`));
});

test("a run of two epochs is that of one, resumed, whatever the seed is by then", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradtape-"));
  try {
    const convnet = resolve(root, "examples/ch07/train_convnet.ts");
    const sizes = ["--train", "200", "--test", "50", "--out", folder];
    const twice = script(convnet, "--epochs", "2", ...sizes);
    assert.is(twice.status, 0, twice.stderr);
    const saved = readFileSync(join(folder, "ch07-train_convnet.safetensors"));
    script(convnet, "--epochs", "1", ...sizes);
    const resumed = script(convnet, "--epochs", "2", ...sizes, "--resume", "--seed", "7");
    assert.equal(resumed.lines, twice.lines.slice(2));
    assert.ok(saved.equals(readFileSync(join(folder, "ch07-train_convnet.safetensors"))));
    const network = new SimpleConvNet();
    network.loadStateDict(parseSafetensors(saved).tensors);

    const missing = script(convnet, "--resume", "--out", join(folder, "other"));
    assert.equal([missing.status, missing.stdout], [1, ""]);
    assert.match(missing.stderr, /^error: .*other.ch07-train_convnet-checkpoint\.safetensors.*\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("ch08/train_deepnet learns from digits as they are, or moved about", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradtape-"));
  try {
    const deepnet = resolve(root, "examples/ch08/train_deepnet.ts");
    const [plain, moved] = [[], ["--augment"]].map((options) =>
      script(deepnet, "--epochs", "1", "--train", "50", "--test", "20", "--batch", "25", "--out", folder, ...options),
    );
    for (const { status, stderr, lines } of [plain, moved]) {
      assert.is(status, 0, stderr);
      const files = ["safetensors", "svg"].map((kind) => join(folder, `ch08-train_deepnet.${kind}`));
      checkLines(lines, 1, [`parameters: ${files[0]}`, `picture: ${files[1]}`], 20);
    }
    assert.is(plain.lines[0], moved.lines[0]);
    assert.is.not(plain.stdout, moved.stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("options are numbers that make sense", () => {
  for (const text of ["", " ", "x", "1x", "1.5", "-1", "0", "NaN", "Infinity", "1e20"])
    assert.throws(() => whole(1)(text), /^It must be a whole number of at least 1\.$/);
  for (const text of ["", " ", "x", "0.1x", "-1", "0", "NaN", "Infinity", "1e400"])
    assert.throws(() => positive(text), /^It must be a number above 0\.$/);
  for (const text of ["", " ", "x", "0.1x", "-1", "1", "NaN", "Infinity"])
    assert.throws(() => share(text), /^It must be a number from 0 to below 1\.$/);
  assert.equal(["0", "0.5", ".99"].map(share), [0, 0.5, 0.99]);
  assert.equal(["1", "1e3", "17"].map(whole(1)), [1, 1000, 17]);
  assert.equal(["1", "1e-3", ".5"].map(positive), [1, 0.001, 0.5]);
});

test("bad options are refused in one line", () => {
  const table: [options: string[], message: string][] = [
    [["--epochs", "x"], "option '--epochs <n>' argument 'x' is invalid. It must be a whole number of at least 1."],
    [["--lr", "-1"], "option '--lr <x>' argument '-1' is invalid. It must be a number above 0."],
    [
      ["--out", "/dev/null/x"],
      "option '--out <folder>' argument '/dev/null/x' is invalid. It must be a folder to write in (ENOTDIR: not a directory, mkdir '/dev/null/x').",
    ],
    [["--nonsense"], "unknown option '--nonsense'"],
    [["--train", "9000"], "loadDigits: train + test must be at most 10000 (given 9000 + 2000)"],
  ];
  for (const [options, message] of table) {
    const { status, stdout, stderr } = script(main, ...options);
    assert.equal([status, stdout, stderr], [1, "", `error: ${message}\n`]);
  }
});

test("--help tells the options", () => {
  for (const [file, own] of [
    [main, ["--out", "--resume"]],
    [book, ["--hidden"]],
  ] as const) {
    const { status, stdout } = script(file, "--help");
    assert.is(status, 0);
    for (const option of ["--epochs", "--train", "--test", "--batch", "--lr", "--seed", "--quick", ...own])
      assert.match(stdout, `  ${option}`);
  }
});

test("the list names every example with a line each", () => {
  const { status, lines } = npm("run", "example");
  assert.is(status, 0);
  for (const line of lines) assert.match(line, /^(ch\d\d|own|seeds)\/\w+ +\S.*[^.]$/);
  const names = lines.map((line) => line.split(" ")[0]);
  for (const name of [
    "ch05/train_neuralnet",
    "ch07/train_convnet",
    "ch08/train_deepnet",
    "own/digits",
    "own/model",
    "own/newton",
    "own/trainer",
  ])
    assert.ok(names.includes(name), name);
});

test("an unknown example is refused, with the nearest names", () => {
  for (const name of ["ch05/train_neuralnets", "train_neuralnett", "neuralnet"]) {
    const { status, stdout, stderr } = script(runner, name);
    assert.equal([status, stdout], [1, ""]);
    assert.match(stderr, new RegExp(`^error: there is no example "${name}"; near it are .*ch05/train_neuralnet.*\n$`));
  }
});

test("the runner passes on the exit code, and takes a path for a name", () => {
  const { status, stderr } = script(runner, "examples/ch05/train_neuralnet.ts", "--epoch", "3");
  assert.equal([status, stderr], [1, "error: unknown option '--epoch' (Did you mean --epochs?)\n"]);
});

test("a model of one's own learns, and its gradient is right", () => {
  const { status, lines, stderr } = npm("run", "example", "own/model");
  assert.is(status, 0, stderr);
  const losses = lines.slice(0, 6).map((line) => Number(/^step +\d+, loss (\d\.\d{5})$/.exec(line)?.[1]));
  assert.ok(
    losses.every((loss, i) => i === 0 || loss < losses[i - 1]),
    `falls: ${losses}`,
  );
  assert.ok(losses[5] < losses[0] / 50, `far: ${losses}`);
  assert.is(lines[6], "parameters: first.W, first.b, second.W, second.b, weights");
  assert.match(lines[7], /^gradcheck passed on both sides of the if: \d{3} and \d{3} comparisons$/);
});

test("own/trainer learns, stops early, and shows a bar on a terminal", () => {
  const terminal = "data:text/javascript,process.stdout.isTTY = true; process.stdout.columns = 200";
  const small = ["--epochs", "9", "--train", "400", "--test", "100", "--patience", "1"];
  const file = resolve(root, "examples/own/trainer.ts");
  const { status, stdout, stderr } = run(process.execPath, ["--import", terminal, ...flags, file, ...small]);
  assert.is(status, 0, stderr);
  assert.match(stdout, /█*░+ +\d+% {2}epoch 1 of 9, loss \d\.\d{3} {2}\d+ s left\n/);
  const form = /epoch \d of 9 \| train loss \S+ \| validation loss \S+, accuracy (\S+), top 3 \S+\n/g;
  const accuracies = [...stdout.matchAll(form)].map(([, accuracy]) => Number(accuracy));
  assert.ok(accuracies.length > 1 && accuracies.length < 9, stdout);
  const best = Math.max(...accuracies).toFixed(4); // whose weights are put back
  const end =
    "stopped in epoch \\d, after step 8: early stopping: validation.accuracy has not been better than \\S+ for 1 epoch\n" +
    `[^\n]*most often, \\d+ times, a \\d was taken for a \\d\ntest accuracy ${best} \\(100 digits\\)\n$`;
  assert.match(stdout, new RegExp(end));
});

test("own/newton doubles its digits, and finds the valley", () => {
  const { status, lines, stderr } = npm("run", "example", "own/newton");
  assert.is(status, 0, stderr);
  assert.is(lines.length, 7);
  const slopes = lines.slice(0, 6).map((line) => Math.abs(Number(/slope +(\S+?),?( |$)/.exec(line)?.[1])));
  for (let step = 2; slopes[step] > 1e-12; step++) assert.ok(slopes[step] < 3 * slopes[step - 1] ** 2, `${slopes}`);
  assert.ok(slopes[5] < 1e-14, `${slopes}`);
  assert.match(lines[6], /^a valley at 0\.83756543528332/);
});

test.run();
