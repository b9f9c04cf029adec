// apart, usual environment only: its processes are others
/** The review of chapter 4, in examples/seeds/: every number that it prints, and a training that goes as it says. */
import * as assert from "uvu/assert";
import { numbers, quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("seeds-002");

test("losses are those of the review, of rows and of batches", () => {
  const { lines, drawn } = quick("seeds/chapter4_losses");
  assert.equal(lines.slice(0, 7), [
    "sum of squares error 0.09750000000000003",
    "sum of squares error 0.5975",
    "cross entropy error  0.510825457099338",
    "cross entropy error  2.302584092994546",
    "of both, by rows     1.406704775046942", // the mean of the two above
    "of both, by indices  1.406704775046942",
    "y[arange(5), t]      [ 2. 17. 20. 39. 44.]",
  ]);
  const [moves, still, lossStill] = numbers(lines[7], /(\d+)/g);
  assert.ok(still > moves / 2 && lossStill === 0, lines[7]);
  assert.match(drawn(), ">Accuracy<");
});

test("gradients, descents and the net of six weights are those of the review", () => {
  const { lines, drawn } = quick("seeds/chapter4_gradients");
  assert.equal(lines.slice(0, -1), [
    "∂f/∂x₀ at (3, 4)   6.00000000000378",
    "gradient at (3, 4) [6. 8.]",
    "from (-3, 4), lr 0.1:   [-6.11110793e-10  8.14814391e-10]",
    "from (-3, 4), lr 10:    [-2.58983747e+13 -1.29524862e+12]",
    "from (-3, 4), lr 1e-10: [-2.99999994  3.99999992]",
    "lr 10 by tape:          [-2.25154873e+128  3.00206497e+128]", // -3 · 19^100 and 4 · 19^100
    "",
    "p [ 0.82263473 -0.13474468 -1.80975762], argmax 0",
    "loss 3.007948544456691",
    "by differences",
    "[[ 0.4121426   0.15822056 -0.57036316]",
    " [ 0.61821391  0.23733084 -0.85554475]]",
    "by tape",
    "[[ 0.4121426   0.15822056 -0.57036316]",
    " [ 0.61821391  0.23733084 -0.85554475]]",
  ]);
  assert.ok(drawn().includes(">A plateau, and two valleys<"));
});

test("the network learns, by a gradient that differences confirm", () => {
  const { lines, stdout, drawn } = quick("seeds/chapter4_training");
  assert.is(lines[0], "x [1000,784], t [1000,10]");
  const apart = numbers(stdout, /tape are (\d\.\de-\d+) apart\n/g);
  assert.is(apart.length, 3);
  assert.ok(Math.max(...apart) < 1e-9, `${apart}`);
  const [first, , last] = numbers(stdout, /train acc, test acc \| 0\.\d+, (0\.\d+)\n/g);
  assert.ok(first < 0.2 && last > 0.75, `${first}, ${last}`);
  for (const text of ["train (1000)", "test (500)"]) assert.ok(drawn().includes(`>${text}<`), text);
});

test.run();
