// apart, usual environment only: its processes are others
/** The study notes, in examples/seeds/: gates, activations, slopes, a descent step by step, graphs, and what is learnt of them. */
import * as assert from "uvu/assert";
import { numbers, quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("seeds-003");

test("gates answer as the notes' tables say, and no line parts XOR", () => {
  const { stdout, drawn } = quick("seeds/study_notes_gates");
  const table: [name: string, answers: number[], totals: number[]][] = [
    ["OR", [0, 1, 1, 1], [-0.2, 0.3, 0.3, 0.8]],
    ["AND", [0, 0, 0, 1], [-0.7, -0.2, -0.2, 0.3]],
    ["NAND", [1, 1, 1, 0], [0.7, 0.2, 0.2, -0.3]],
    ["XOR", [0, 1, 1, 0], []],
  ];
  for (const [name, answers, totals] of table) {
    const said = new RegExp(`^${name}\\([01], [01]\\) -> ([01])`, "gm");
    assert.equal(numbers(stdout, said), answers, name);
    assert.equal(numbers(stdout, new RegExp(`^${name}\\(.* -> [01] {2}\\( ?(-?0\\.\\d)\\)$`, "gm")), totals, name);
  }
  const [all, or, and, nand, xor] = numbers(stdout, /^(?:of|OR|AND|NAND|XOR) +(\d+)/gm);
  assert.is(all, 21 ** 3);
  assert.ok(or > 0 && and > 0 && nand > 0 && xor === 0, stdout);
  for (const name of ["OR", "AND", "NAND"]) assert.ok(drawn().includes(`>${name}<`), name);
});

test("activations, sums as products, and ten probabilities", () => {
  const { lines, stdout, drawn } = quick("seeds/study_notes_network");
  assert.equal(lines.slice(1, 7), [
    "step     [0. 0. 0. 1. 1.]",
    "sigmoid  [0.11920292 0.37754067 0.5        0.62245933 0.88079708]",
    "ReLU     [0.  0.  0.  0.5 2. ]",
    "tanh     [-0.96402758 -0.46211716  0.          0.46211716  0.96402758]",
    "identity [-2.  -0.5  0.   0.5  2. ]",
    "softmax  [0.01255471 0.0562663  0.09276745 0.15294766 0.68546388]",
  ]);
  assert.match(stdout, "one by one [0.3 0.7 1.1]\nXW + B     [0.3 0.7 1.1]\n");
  const shares = numbers(stdout, /^\d: +(\d+\.\d\d) %$/gm);
  assert.is(shares.length, 10);
  const total = shares.reduce((sum, share) => sum + share, 0);
  assert.ok(Math.abs(total - 100) < 0.06 && Math.min(...shares) > 0.5, stdout);
  const taken = /\na 5, taken for (\d)/.exec(stdout)?.[1];
  assert.is(Number(taken), shares.indexOf(Math.max(...shares)));
  for (const text of ["sigmoid", "ReLU", "A 5"]) assert.ok(drawn().includes(`>${text}<`), text);
});

test("losses and slopes are those of the notes", () => {
  const { lines, drawn } = quick("seeds/study_notes_slopes");
  assert.equal(lines.slice(0, -1), [
    "2 taken for 2: 0.09750000000000003, 0.510825457099338",
    "2 taken for 7: 0.8462500000000001, 2.302584092994546",
    "slope at -10: -0.0999999999995449, by tape -0.1",
    "slope at 5: 0.1999999999990898, by tape 0.2",
    "slope at 15: 0.4000000000026205, by tape 0.4",
    "∂f/∂x₀ at (3, 4): 6.00000000000378",
    "∂f/∂x₁ at (3, 4): 7.999999999999119",
    "by rows: [[6. 8.] [0. 4.]]",
    "by tape: [[6. 8.] [0. 4.]]",
  ]);
  assert.ok((drawn().match(/ stroke-width="0.8"/g) ?? []).length >= 50, "a wire frame");
});

/** What the notes print of their descent. */
const trace = `\
0:0, 0.0
10000:-1.648426583231277, -0.1376695563200923
20000:-2.753391126403293, -0.19952748569076534
30000:-3.4940650842766314, -0.22732160029605256
40000:-3.9905497138164314, -0.2398101011972391
120000:-4.958855214948994, -0.2499830710666311
130000:-4.972420046436861, -0.24999239346161456
140000:-4.981512752160442, -0.24999658221667317
150000:-4.987607726318238, -0.24999846431552997`;

test("the descent is that of the notes: to the last digit, and from step 130,000 on to 12 decimals of x", () => {
  const { stdout, drawn } = quick("seeds/study_notes_descent");
  for (const [, step, x, y] of trace.matchAll(/(\d+):(\S+), (\S+)/g)) {
    const [ownX, ownY] = numbers(stdout, new RegExp(`^ *${step}:(\\S+) *, (\\S+)$`, "gm"));
    assert.is(ownY, Number(y), step);
    if (Number(step) < 130_000) assert.is(ownX, Number(x), step);
    else assert.is(ownX.toFixed(12), Number(x).toFixed(12), step);
  }
  // By 0.8 twenty times.
  assert.match(stdout, "\n(-3, 4) -> (-0.03458765, 0.04611686)\n");
  assert.ok(drawn().includes(">… and from aside<"));
});

test("graphs have the values and gradients of the notes", () => {
  const { stdout, drawn } = quick("seeds/study_notes_graphs");
  const tables = new Map(
    stdout.split("\n\n").map((text): [title: string, table: string] => {
      const [title, ...table] = text.split("\n");
      return [title, table.join("\n")];
    }),
  );
  /** The last two columns of a row: value and gradient. */
  const row = (title: string, start: string) =>
    tables
      .get(title)
      ?.split("\n")
      .find((line) => line.startsWith(start))
      ?.split(/ {2,}/)
      .slice(-2);
  assert.equal(row("(2x₁ + 3x₂) · 4", "#1    x₁"), ["1", "8"]);
  assert.equal(row("(2x₁ + 3x₂) · 4", "#2    x₂"), ["2", "12"]);
  assert.equal(row("(2x₁ + 3x₂) · 4", "#6"), ["32", "1"]);
  assert.equal(row("2x₁ + 3x₂ + 4", "#1    x₁"), ["1", "2"]);
  assert.equal(row("2x₁ + 3x₂ + 4", "#2    x₂"), ["2", "3"]);
  assert.equal(row("2x₁ + 3x₂ + 4", "#6"), ["12", "1"]);
  for (const name of ["#1    x", "#2    y"]) assert.is(row("z = t² of t = x + y", name)?.[1], "10"); // 2 (x + y)
  const whole = "Sigmoid by its pieces, which is the same as …";
  assert.equal(row(whole, "#1    x"), ["0.5", "0.235"]); // y (1 − y)
  assert.equal(row(whole, "#1    x"), row("… Sigmoid", "#1    x"));
  assert.equal(row("ReLU", "#1"), ["[[1, -0.5], [-2, 3]]", "[[1, 0], [0, 1]]"]);
  assert.is(row("Affine", "#2    W")?.[1], "[[1, 1, 1], [0.5, 0.5, 0.5]]");
  const slope = "[[0.01821, -0.7548, 0.7366]]"; // of the scores 0.3, 2.9, 4, where the second is right
  assert.is(row("Softmax and cross-entropy: the gradient of x is y − t", "#1    x")?.[1], slope);
  assert.is(row("… by pieces", "#1    x")?.[1], slope);
  assert.equal(row("A network of three layers, and its loss L", "#17   L"), ["0.9008", "1"]);
  for (const text of ["2x₁ + 3x₂ + 4", "relu", "matmul", "crossEntropy"])
    assert.ok(drawn().includes(`>${text}<`), text);
});

test("layers hand back what the notes' formulas say", () => {
  const { lines } = quick("seeds/study_notes_layers");
  const said = lines.filter((line) => line === "as the formula says");
  assert.is(said.length, 6);
  assert.is(lines.filter((line) => line.includes("from what")).length, 0);
  const rows = (name: string, count: number) => {
    const at = lines.findIndex((line) => line.startsWith(name));
    return lines.slice(at + 1, at + 1 + count);
  };
  assert.equal(rows("ReLU", 2), ["[[1.  0.  0. ]", " [0.  0.5 2. ]]"]);
  assert.equal(rows("        dB", 1), ["[0.  2.5 5. ]"]);
  assert.equal(rows("SoftmaxWithLoss", 2), [
    "[[ 0.31426586  0.07012219 -0.38438805]",
    " [ 0.00314662 -0.03300087  0.02985426]]",
  ]);
});

test("the network learns by backpropagation", () => {
  const { lines, stdout, drawn } = quick("seeds/study_notes_training");
  assert.is(lines[0], "epoch | accuracy");
  const accuracies = numbers(stdout, /^ {4}\d \| (0\.\d+)$/gm);
  assert.is(accuracies.length, 3);
  assert.ok(accuracies[0] < 0.2 && accuracies[2] > 0.75, `${accuracies}`);
  assert.ok(drawn().includes(">test (500)<"));
});

test.run();
