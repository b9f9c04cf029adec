// apart, usual environment only: its processes are others
/** The scripts of chapter 6: what they compute where that is known, what must come out in any case, and what they draw. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as assert from "uvu/assert";
import { spread } from "../../examples/common/processes.js";
import type { Question, Reply } from "../support/doubling.js";
import { flags, numbers, quick, root, wellFormed } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("chapter 6");

/** The place after 30 steps from (−7, 2), by the book's formulas, on both slopes, x / 10 and 2y. */
function walk(step: (at: number[], slope: number[], t: number) => number[]): string {
  let at = [-7, 2];
  for (let t = 1; t <= 30; t++) at = step(at, [at[0] / 10, 2 * at[1]], t);
  return at.map((value) => value.toFixed(4)).join(", ");
}

test("optimizer_compare_naive: the paths end where the book's formulas lead", () => {
  const [v, h, m, w] = [0, 0, 0, 0].map(() => [0, 0]);
  const places = {
    SGD: walk((at, slope) => at.map((x, i) => x - 0.95 * slope[i])),
    Momentum: walk((at, slope) => {
      for (const i of [0, 1]) v[i] = 0.9 * v[i] - 0.1 * slope[i];
      return at.map((x, i) => x + v[i]);
    }),
    AdaGrad: walk((at, slope) => {
      for (const i of [0, 1]) h[i] += slope[i] ** 2;
      return at.map((x, i) => x - (1.5 * slope[i]) / (Math.sqrt(h[i]) + 1e-7));
    }),
    Adam: walk((at, slope, t) => {
      const rate = (0.3 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
      for (const i of [0, 1]) {
        m[i] += 0.1 * (slope[i] - m[i]);
        w[i] += 0.001 * (slope[i] ** 2 - w[i]);
      }
      return at.map((x, i) => x - (rate * m[i]) / (Math.sqrt(w[i]) + 1e-7));
    }),
  };
  const { stdout, drawn } = quick("ch06/optimizer_compare_naive");
  for (const [name, place] of Object.entries(places)) {
    assert.ok(stdout.includes(`${name}: after 30 steps at (${place}), `), `${name} at ${place}`);
    assert.ok(drawn().includes(`>${name}<`), name);
  }
});

/** The losses of each name, in lines `name:loss` under `=iteration:0=`, `20`, `40` and `60`. */
function losses(lines: readonly string[], names: readonly string[]): Record<string, number[]> {
  const blocks = [0, 20, 40, 60].flatMap((i) => [`===========iteration:${i}===========`, ...names]);
  assert.equal(
    lines.slice(0, -1).map((line) => line.replace(/:\d\.\d{4}$/, "")),
    blocks,
  );
  const of = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => Number(line.split(":")[1]));
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

test("optimizer_compare_mnist: all start from the same loss, and those after SGD are faster", () => {
  const { lines, drawn } = quick("ch06/optimizer_compare_mnist");
  const names = ["SGD", "Momentum", "AdaGrad", "Adam"];
  const { SGD, ...others } = losses(lines, names);
  for (const [name, found] of Object.entries(others)) {
    assert.is(found[0], SGD[0], name);
    assert.ok(found[3] < SGD[3] / 2, `${name}: ${found}; SGD: ${SGD}`);
  }
  for (const name of names) assert.ok(drawn().includes(`>${name}<`), name);
});

test("weight_init_compare: small weights do not learn, He's learn fastest", () => {
  const { lines, drawn } = quick("ch06/weight_init_compare");
  const { "std=0.01": small, Xavier, He } = losses(lines, ["std=0.01", "Xavier", "He"]);
  for (const loss of small) assert.ok(Math.abs(loss - Math.log(10)) < 0.005, `${small}`);
  assert.ok(small[3] > Xavier[3] + 0.02 && Xavier[3] > He[3] + 0.1, `${small}; ${Xavier}; ${He}`);
  assert.ok(drawn().includes(">std=0.01<"));
});

test("weight_init_activation_histogram: values spread, vanish, or stay as they are", () => {
  const { stdout, lines } = quick("ch06/weight_init_activation_histogram");
  const of = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.split(": ")[2]
      .split(", ")
      .map(Number) as number[];
  for (const std of of("sigmoid, std=1")) assert.ok(std > 0.4 && std < 0.5, stdout);
  // ReLU is homogeneous: with weights a hundredth as large, layer i has values 100^i times as small.
  const [large, small] = [of("relu, std=1"), of("relu, std=0.01")];
  for (const [i, std] of small.entries()) assert.ok(Math.abs((std * 100 ** (i + 1)) / large[i] - 1) < 0.01, stdout);
  assert.ok(large[4] > 1000, stdout);
  for (const std of of("relu, He")) assert.ok(std > 0.4 && std < 1.6, stdout);
  const tanh = of("tanh, Xavier");
  assert.ok(tanh[0] > 0.55 && tanh[4] > 0.2 && of("tanh, std=0.01")[4] < 1e-4, stdout);
  for (const activation of ["sigmoid", "relu", "tanh"]) {
    const name = `examples/.out/ch06-weight_init_activation_histogram-${activation}.svg`;
    assert.ok(stdout.includes(`picture: ${name}\n`), name);
    const svg = readFileSync(resolve(root, name), "utf8");
    assert.ok(wellFormed(svg));
    for (const init of ["std=1", "std=0.01", "Xavier", "He"])
      for (let i = 1; i <= 5; i++) assert.ok(svg.includes(`>${init}, layer ${i}<`));
  }
});

test("batch_norm_gradient_check: one image proves nothing, five do", () => {
  const { stdout } = quick("ch06/batch_norm_gradient_check");
  const [one, five] = stdout.split("\n\n").map((text) =>
    [...text.matchAll(/^(\w+):(\S+) +of gradients of (\S+)$/gm)].map(([, name, error, size]) => {
      return { name, error: Number(error), size: Number(size) };
    }),
  );
  const names = ["W1", "b1", "gamma1", "beta1", "W2", "b2", "gamma2", "beta2", "W3", "b3"];
  for (const block of [one, five])
    assert.equal(
      block.map(({ name }) => name),
      names,
    );
  for (const { name, error, size } of one) {
    assert.is(size > 0, name === "b3", name);
    if (name !== "b3") assert.is(error > 0.01, name === "beta2", name);
  }
  assert.match(stdout, /\nour layer refuses it: BatchNormalization\(\[1,2\]\): a variance needs at least 2 values/);
  for (const { name, error, size } of five) {
    assert.ok(error < 1e-7, `${name}: ${error}`);
    assert.ok(["b1", "b2"].includes(name) ? size < 1e-12 : size > 1e-3, `${name}: ${size}`);
  }
});

test("batch_norm_test: a network with it learns where another does not", () => {
  const { stdout, drawn } = quick("ch06/batch_norm_test");
  const blocks = stdout.split(/=+ \d\/3 =+\n/).slice(1);
  assert.is(blocks.length, 3);
  for (const block of blocks) assert.match(block, /^(epoch:\d \| [01]\.\d{3} - [01]\.\d{3}\n){6}/);
  const [plain, normalized] = numbers(blocks[1], /epoch:5 \| (\S+) - (\S+)\n/g);
  assert.ok(plain < 0.3 && normalized > 0.4, blocks[1]);
  for (const text of ["std=1", "std=0.01", "std=0.0001", "epochs", "accuracy", "with BatchNorm"])
    assert.ok(drawn().includes(`>${text}<`), text);
});

test("overfit_weight_decay: weights become smaller", () => {
  const { stdout, drawn } = quick("ch06/overfit_weight_decay");
  const blocks = stdout.split(/=== weight decay \S+ ===\n/).slice(1);
  const [free, decayed] = blocks.map((block) => {
    assert.match(
      block,
      /^(epoch:\d+, train acc:0\.\d{4}, test acc:0\.\d{4}\n){16}the squares of all weights add up to \d+\n/,
    );
    const [squares] = numbers(block, / add up to (\d+)\n/g);
    return { accuracies: numbers(block, /train acc:(\S+),/g), squares };
  });
  assert.is(free.accuracies[0], decayed.accuracies[0]);
  assert.ok(free.accuracies[15] > free.accuracies[0] + 0.2, `${free.accuracies}`);
  // 45 steps at a rate of 0.01 take away about 1 − (1 − 0.01 · 0.1)^90 of the squares.
  const share = decayed.squares / free.squares;
  assert.ok(share > 0.89 && share < 0.93, `${share}`);
  assert.ok(drawn().includes(">With weight decay, λ = 0.1<"));
});

test("overfit_dropout: a network learns more slowly where values are left out", () => {
  const { stdout, drawn } = quick("ch06/overfit_dropout");
  const blocks = stdout.split(/^dropout .+\n/m).slice(1);
  assert.is(blocks.length, 4);
  const [whole, left, wide, wideLeft] = blocks.map((block) => {
    assert.match(
      block,
      /^(=== epoch:\d+, train acc:[01]\.\d{4}, test acc:0\.\d{4} ===\n){16}=+ Final Test Accuracy =+\ntest acc:0\.\d{4}\n/,
    );
    const [last, final] = numbers(block, /test acc:([\d.]+)/g).slice(-2);
    assert.is(final, last);
    return numbers(block, /train acc:([\d.]+)/g)[15];
  });
  assert.ok(whole > 0.35 && left < whole - 0.1, `${whole}, ${left}`);
  assert.ok(wide === 1 && wideLeft < 1 && wideLeft > whole, `${wide}, ${wideLeft}`);
  for (const text of ["With dropout of 0.2", "with dropout of 0.5", "Wide layers, by Adam: test (100)"])
    assert.ok(drawn().includes(`>${text}<`), text);
});

const search = "ch06/hyperparameter_optimization";

test(
  "hyperparameter_optimization: as many processes as one likes find the same, best first",
  () => {
    const sizes = ["--trials", "3", "--epochs", "1"];
    const [alone, two] = ["1", "2"].map((processes) => quick(search, ...sizes, "--processes", processes));
    assert.is(two.stdout, alone.stdout);
    assert.match(
      alone.stdout,
      /^(val acc:0\S* \| lr:\S+e-\d, weight decay:\S+e-\d\n){3}=+ Hyper-Parameter Optimization Result =+\n(Best-\d\(val acc:0\S*\) \| lr:\S+, weight decay:\S+\n){3}/,
    );
    const pairs = (pattern: RegExp) =>
      [...alone.stdout.matchAll(pattern)].map(([, accuracy, pair]) => `${accuracy} ${pair}`);
    const [tried, best] = [pairs(/^val acc:(\S+) \| (.*)$/gm), pairs(/^Best-\d\(val acc:(\S+)\) \| (.*)$/gm)];
    assert.equal(
      best,
      tried.sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a)),
    );
    const titles = [...two.drawn().matchAll(/>(Best-\d): lr (\S+), λ ([^<]+)</g)].map(([, ...parts]) => parts);
    const printed = [...alone.stdout.matchAll(/^(Best-\d)\(.*lr:(\S+), weight decay:(\S+)$/gm)];
    assert.equal(
      titles.map(([name, lr, decay]) => [name, Number(lr), Number(decay)]),
      printed.map(([, name, lr, decay]) => [
        name,
        Number(Number(lr).toPrecision(2)),
        Number(Number(decay).toPrecision(1)),
      ]),
    );
    for (const text of ["epochs", "accuracy", "validation"]) assert.ok(two.drawn().includes(`>${text}<`), text);
  },
  { deadline: 120_000 },
);

test("hyperparameter_optimization: Ctrl-C ends it with what was found", async () => {
  const file = resolve(root, `examples/${search}.ts`);
  const child = spawn(process.execPath, [...flags, file, "--trials", "500", "--epochs", "2"], { cwd: root });
  let stdout = "";
  child.stdout.on("data", (data) => {
    if (stdout === "") child.kill("SIGINT");
    stdout += data;
  });
  // Once its processes have ended, too: they print to the same pipe.
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.is(code, 0);
  const found = stdout.match(/^val acc:/gm)?.length;
  assert.ok(stdout.includes(`\nstopped after ${found} of 500 trials\n`), stdout);
  assert.is(stdout.match(/^Best-/gm)?.length, Math.min(20, Number(found)));
});

const doubling = new URL("../support/doubling.ts", import.meta.url);
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("work that is spread is answered in order, by processes that end with it", async () => {
  const told: number[] = [];
  const jobs = [{ n: 1, ms: 3000 }, { n: 2 }, { n: 3 }, { n: 4 }];
  const each = ({ twice }: Reply, i: number) => {
    told.push(i, twice);
  };
  const replies = await spread<Question, Reply>(doubling, jobs, { processes: 2, each });
  assert.equal(
    replies.map(({ twice }) => twice),
    [2, 4, 6, 8],
  );
  assert.equal(told, [0, 2, 1, 4, 2, 6, 3, 8]);
  const pids = new Set(replies.map(({ pid }) => pid));
  assert.is(pids.size, 2);
  for (const pid of pids) assert.not.ok(alive(pid));
});

test("work that is spread is given up at a signal, and where it fails", async () => {
  const controller = new AbortController();
  const [first] = await spread<Question, Reply>(doubling, [{ n: 1 }, { n: 2, ms: Infinity }, { n: 3 }], {
    processes: 1,
    each: () => controller.abort(),
    signal: controller.signal,
  });
  assert.is(first.twice, 2);
  assert.not.ok(alive(first.pid));

  const endless = { n: 1, ms: Infinity };
  const failing = spread<Question, Reply>(doubling, [endless, { n: -1 }], { processes: 2 });
  const message = await failing.then(String, (error: Error) => error.message);
  assert.is(message, "the process that had job 1 ended with 1");
});

test.run();
