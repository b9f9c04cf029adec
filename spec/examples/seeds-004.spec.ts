// apart, usual environment only: its processes are others
/** The article on forward propagation, in examples/seeds/: what it prints, in its order, and the overlaid activations. */
import * as assert from "uvu/assert";
import { quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("seeds-004");

test("AND at two thresholds, one layer and all three are those of the article", () => {
  const { lines, drawn } = quick("seeds/forward_propagation");
  const answers = (...each: number[]) => ["0,0", "1,0", "0,1", "1,1"].map((pair, i) => `AND(${pair}) = ${each[i]}`);
  assert.equal(lines.slice(0, 10), [
    "threshold 0.4:",
    ...answers(0, 1, 1, 1),
    "threshold 0.7:",
    ...answers(0, 0, 0, 1),
  ]);
  assert.equal(lines.slice(11), [
    "first layer:   [0.62245933 0.76852478 0.86989153]", // sigmoid of 0.5, 1.2 and 1.9
    "three layers:  [0.40442364 0.59557636]",
    "large scores:  [9.99954600e-01 4.53978686e-05 2.06106005e-09]",
  ]);
  for (const text of ["step", "sigmoid", "ReLU"]) assert.ok(drawn().includes(`>${text}<`), text);
});

test.run();
