// apart, usual environment only: its processes are others
/** Chapter 4 of the book: slopes and gradients by differences beside those by tape, ways down, and a network that learns. */
import * as assert from "uvu/assert";
import { numbers, quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";
import { checkGraph, curves, tenths } from "../support/svg.js";

const test = suite("ch04");

test("gradient_1d prints the book's slopes beside the tape's, and draws the tangent", () => {
  const { lines, drawn } = quick("ch04/gradient_1d");
  assert.equal(lines.slice(0, 2), [
    "at 5: 0.1999999999990898 by differences, 0.2 by tape",
    "at 10: 0.2999999999986347 by differences, 0.30000000000000004 by tape",
  ]);
  const [curve, tangent] = curves(drawn());
  checkGraph(curve, tenths(0, 20), (x) => 0.01 * x ** 2 + 0.1 * x);
  checkGraph(tangent, tenths(0, 20), (x) => 0.2 * x - 0.25);
  const nearest = curve.y.map((y, i) => Math.abs(y - tangent.y[i]));
  assert.is(nearest.indexOf(Math.min(...nearest)), 50);
  const [, y, x] = /<circle [^>]*cy="([\d.]+)" cx="([\d.]+)"/.exec(drawn()) ?? [];
  assert.ok(Math.hypot(Number(x) - curve.x[50], Number(y) - curve.y[50]) < 0.01, "a dot where they touch");
});

test("gradient_2d draws 324 arrows to the lowest point, a tenth of the way there", () => {
  const { stdout, drawn } = quick("ch04/gradient_2d");
  const [points, difference] = numbers(
    stdout,
    /^(\d+) gradients, by differences and by tape, differ by at most (\S+)\n/g,
  );
  assert.is(points, 324);
  assert.ok(difference < 1e-8, `${difference}`);
  const arrows = [...drawn().matchAll(/<path d="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)M/g)].map(([, ...ends]) =>
    ends.map(Number),
  );
  assert.is(arrows.length, 323, "none at the lowest point itself");
  const [x, y] = [0, 1].map((axis) => {
    const [from, to] = [axis, axis + 2].map((end) => arrows.map((ends) => ends[end]));
    const goals = from.map((place, i) => place + 10 * (to[i] - place));
    assert.ok(Math.max(...goals) - Math.min(...goals) < 0.01, "all to one point");
    return { goal: goals[0], from };
  });
  // The points are from −2 to 2.25, so what they point at lies 8 / 17 of the way up from the first.
  for (const { goal, from } of [x, { goal: -y.goal, from: y.from.map((place) => -place) }]) {
    const [low, high] = [Math.min(...from), Math.max(...from)];
    assert.ok(Math.abs((goal - low) / (high - low) - 8 / 17) < 1e-4);
  }
});

test("gradient_method goes down from (-3, 4) in twenty steps, by either gradient", () => {
  const { lines, drawn } = quick("ch04/gradient_method");
  const end = [-3, 4].map((x) => (x * 0.8 ** 20).toFixed(12)).join(", ");
  assert.equal(lines.slice(0, 2), [`by differences: (${end})`, `by tape:        (${end})`]);
  assert.is(drawn().match(/<circle /g)?.length, 21);
  assert.is(drawn().match(/<g [^>]*stroke-dasharray="5 4"/g)?.length, 2);
});

test("gradient_simplenet prints the book's dW, twice", () => {
  const dW = ["  0.21924763  0.14356247 -0.36281009", "  0.32887144  0.21534370 -0.54421514"];
  assert.equal(quick("ch04/gradient_simplenet").lines, [
    "scores:",
    "  1.05414809  0.63071653  1.13280740",
    "loss: 0.9280685",
    "dW by differences:",
    ...dW,
    "dW by tape:",
    ...dW,
  ]);
});

test("two_layer_net finds the same gradient both ways, by tape in far less time", () => {
  const { lines } = quick("ch04/two_layer_net");
  const sizes = { W1: 784 * 4, b1: 4, W2: 4 * 10, b2: 10 };
  assert.is(lines.length, 6);
  Object.entries(sizes).forEach(([name, size], i) => {
    const [, apart] = new RegExp(`^${name}: ${size} slopes, on average (\\S+) apart$`).exec(lines[i]) ?? [];
    assert.ok(Number(apart) < 1e-9, lines[i]);
  });
  const slopes = Object.values(sizes).reduce((a, b) => a + b);
  assert.match(lines[4], new RegExp(`^by differences: ${2 * slopes} losses of 10 digits, \\d+\\.\\d s$`));
  const times = /^by tape: 1 loss, and once back, \d\.\d{3} s: (\d+) times as fast$/.exec(lines[5]);
  assert.ok(Number(times?.[1]) > 10, lines[5]);
});

test("train_neuralnet learns, tells how well, and draws it", () => {
  const { stdout, lines, drawn } = quick("ch04/train_neuralnet");
  const accuracies = numbers(stdout, /^train acc, test acc \| ([01]\.\d{4}), ([01]\.\d{4})$/gm);
  assert.equal([accuracies.length, lines.length], [8, 5]);
  const [before, after] = [accuracies[1], accuracies[7]];
  assert.ok(before < 0.2 && after > 0.8, `${accuracies}`);
  for (const text of ["accuracy", "epoch of 100 iterations", "train acc", "test acc"])
    assert.ok(drawn().includes(`>${text}<`), text);
});

test.run();
