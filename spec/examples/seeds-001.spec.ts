// apart, usual environment only: its processes are others
/** ScratchDeepNeuralNetwork.ipynb, in examples/seeds/: its layers go back as the tape does, and its regressions end at least squares. */
import * as assert from "uvu/assert";
import { numbers, quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("seeds-001");

test("scratch_deep_neural_network goes back as the tape does, loses no weight with ε, and learns", () => {
  const { lines, stdout, drawn } = quick("seeds/scratch_deep_neural_network");
  const apart = numbers(lines[0], /(\d\.\de-\d+)/g);
  assert.is(apart.length, 5);
  for (const distance of apart) assert.ok(distance > 0 && distance < 1e-12, lines[0]);
  const [printed, ours] = numbers(stdout, /a step makes 0 ÷ 0 of (\d+) weights in 7840$/gm);
  assert.ok(printed > 3000 && ours === 0, stdout);
  assert.ok(numbers(stdout, /at most (\S+) from gradtape's/g)[0] < 1e-8, stdout);
  const rows = [
    "784-10 Simple SGD",
    "784-50-40-10 Tanh Simple SGD",
    "784-50-40-10 Tanh Xavier SGD",
    "784-50-40-10 ReLU He SGD",
    "784-50-40-30-10 ReLU He AdaGrad",
  ];
  assert.equal(
    lines.slice(3, 8).map((line) => line.split(" train acc, test acc | ")[0].trim()),
    rows,
  );
  const [shallow, small, ...others] = numbers(stdout, /train acc, test acc \| \d\.\d{4}, (\d\.\d{4})$/gm);
  for (const accuracy of [shallow, ...others]) assert.ok(accuracy > 0.55, stdout);
  assert.ok(small < Math.min(...others), "weights as small as 0.02 are slow to begin");
  assert.ok(drawn().includes(">4 × FC, ReLU He AdaGrad<"));
});

/** Of the document's own code in NumPy, from the same data and first weights: losses, then MAE, RMSE and R². */
const numpy = {
  "2 layers": {
    losses: [
      0.6920845169006931, 0.649726218752642, 0.6450556835923534, 0.6245314409936845, 0.5658039286660402,
      0.522946938541986, 0.510516114624721, 0.5015751614620615, 0.49141711033277036, 0.4806027760688652,
    ],
    metrics: [0.5544980778718952, 0.6868216543685101, 0.2784758236344315],
  },
  "1 layer": {
    losses: [
      0.6926794944196214, 0.5011107649662933, 0.4771030323547988, 0.4689466504073532, 0.46498007236823224,
      0.462685666950394, 0.4612531389651739, 0.46032932183574443, 0.45972536085258636, 0.4593282080488038,
    ],
    metrics: [0.549530453436153, 0.6775443886227002, 0.30118481834799987],
  },
  leastSquares: 0.4585577371608029,
};

const near = (found: readonly number[], wanted: readonly number[], tolerance: number) => {
  assert.is(found.length, wanted.length);
  for (const [i, x] of wanted.entries()) assert.ok(Math.abs(found[i] - x) < tolerance, `${found[i]}, not ${x}`);
};

test("scratch_regression prints what the document's code does, and ends at least squares", () => {
  const { stdout, drawn } = quick("seeds/scratch_regression");
  const [two, one] = stdout.split("\n\n")[0].split("1 layer:\n");
  for (const [text, { losses, metrics }] of [
    [two, numpy["2 layers"]],
    [one, numpy["1 layer"]],
  ] as const) {
    near(
      numbers(text, /^Epoch \d00, Loss: (\S+)$|^Epoch 0, Loss: (\S+)$/gm).filter((x) => !Number.isNaN(x)),
      losses,
      1e-12,
    );
    near(numbers(text, /^(?:Mean Absolute Error|Root Mean Squared Error|R-squared): (\S+)$/gm), metrics, 1e-12);
  }
  near(numbers(stdout, /^dA is (\S+) to (\S+) times/gm), [3, 3], 1e-14);
  near(numbers(stdout, /^least squares: Loss: (\S+)$/gm), [numpy.leastSquares], 1e-14);
  const ends = numbers(stdout, /^\d layers?: Epoch 4000, Loss: (\S+), at most (\S+) from its map$/gm);
  near([ends[0], ends[2]], [numpy.leastSquares, numpy.leastSquares], 1e-5);
  assert.ok(ends[1] < 1e-2 && ends[3] < 1e-3, stdout);
  assert.match(stdout, /\nExample predictions:\ntensor\(\[\[-0\.3263, +0\.4908, +0\.5504\],\n/);
  assert.match(
    stdout,
    /\nWeight matrix \(W\):\n.*\n.*\n.*\n.*shape=\[4, 3\].*\n\nBias matrix \(B\):\n.*shape=\[1, 3\]/,
  );
  for (const text of ["2 layers", "1 layer", "least squares"]) assert.ok(drawn().includes(`>${text}<`), text);
});

test.run();
