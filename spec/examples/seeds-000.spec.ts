// apart, usual environment only: its processes are others
/** NeuralNetwork.ipynb, in examples/seeds/: what it prints is printed digit by digit, and its classifier learns. */
import * as assert from "uvu/assert";
import { numbers, quick, script } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("seeds-000");

test("neural_network goes back by hand as the tape does, and learns", () => {
  const { stdout, drawn } = quick("seeds/neural_network");
  const [most, formulas, printed] = numbers(stdout, /(?:up to|at most) (\d\.\de-\d+)/g);
  assert.ok(most > 0.01 && formulas < 1e-12, stdout);
  assert.ok(printed > 1e-9 && printed < 1e-6, "the 1e-7 of the printed loss is seen");
  const losses = numbers(stdout, /^epoch \d of 3 \| train loss (\d\.\d{4}), validation loss (\d\.\d{4})$/gm);
  assert.is(losses.length, 6);
  for (let i = 2; i < 6; i++) assert.ok(losses[i] < losses[i - 2], `${losses}`);
  const accuracies = numbers(stdout, /^(?:train|test) accuracy (\d\.\d{4}) \(\d+ digits\)$/gm);
  assert.ok(accuracies[0] > 0.8 && accuracies[1] > 0.75, `${accuracies}`);
  for (const text of ["train (1000)", "validation (500)"]) assert.ok(drawn().includes(`>${text}<`), text);
});

test("neural_network_functions finds where formulas break, and prints the document's differences", () => {
  const { status, stderr, stdout } = script("examples/seeds/neural_network_functions.ts");
  assert.is(status, 0, stderr);
  const [functions, graph, differences] = stdout.trimEnd().split("\n\n");
  assert.equal(functions.split("\n"), [
    "identity: the same at all points",
    "step: the same at all points",
    "relu",
    "  slope at 0: 0.5 (ours: 0)",
    "softmax",
    "  value at -1000, 720, 1000: NaN, NaN, NaN (ours: 0.5, 0.5, 0.5)",
    "  slope at -1000, -720, 720, 1000: NaN, NaN, NaN, NaN (ours: 0.25, 0.25, 0.25, 0.25)",
    "sigmoid",
    "  value at -720: 0 (ours: 2.0322308024e-313)",
    "  slope at -1000, -720, 720: NaN, NaN, 2.0322308024e-313 (ours: 0, 2.0322308024e-313, 0)",
    "tanh",
    "  value at -1000, -720, 1e-9, 720, 1000: NaN, NaN, 1.0000000272292198e-9, NaN, NaN (ours: -1, -1, 1e-9, 1, 1)",
    "  slope at -1000, -720, 720, 1000: NaN, NaN, NaN, NaN (ours: 0, 0, 0, 0)",
    "e^x overflows above 709.78, in float32 above 88.72; ∞ ÷ ∞ and 0 · ∞ are NaN",
  ]);
  assert.equal(graph.split("\n").slice(1), [
    "  x = 3, dz/dx = 14",
    "  y = 4, dz/dy = 14",
    "  t = 7 by add, dz/dt = 14",
    "  z = 49 by square, dz/dz = 1",
  ]);
  assert.equal(differences.split("\n").slice(1), [
    "  0.01x² + 0.1x at 5: 0.20000099999917254, 0.2",
    "  0.01x² + 0.1x at 10: 0.3000009999976072, 0.30000000000000004",
    "  x0² + 4² at 3: 6.000099999994291, 6",
    "  3² + x1² at 4: 8.00009999998963, 8",
    "  x0² + x1² at (3, 4), both at once and to both sides: 6.00000000000378, 7.999999999999119",
  ]);
});

test.run();
