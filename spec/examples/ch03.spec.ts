// apart, usual environment only: its processes are others
/** Chapter 3 of the book: activations as they are drawn, a digit, and a network that tells digits apart, one by one or in batches. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { loadDigits } from "gradtape/digits";
import * as assert from "uvu/assert";
import { quick, root } from "../support/scripts.js";
import { suite } from "../support/suite.js";
import { checkGraph, checkImage, curves, hundredths, tenths } from "../support/svg.js";

const test = suite("ch03");

const step = (x: number) => Number(x > 0);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const relu = (x: number) => Math.max(0, x);

const graphs = { step_function: [hundredths, step], sigmoid: [tenths, sigmoid], relu: [tenths, relu] } as const;
for (const [name, [parts, f]] of Object.entries(graphs))
  test(`${name} draws what it is called`, () => {
    const found = curves(quick(`ch03/${name}`).drawn());
    assert.is(found.length, 1);
    checkGraph(found[0], parts(-5, 5), f);
  });

test("sig_step_compare draws both, the step dashed and in the colour of text", () => {
  const svg = quick("ch03/sig_step_compare").drawn();
  const [smooth, jump] = curves(svg);
  checkGraph(smooth, hundredths(-5, 5), sigmoid);
  checkGraph(jump, hundredths(-5, 5), step);
  for (const text of ["sigmoid", "step function"]) assert.ok(svg.includes(`>${text}<`), text);
  assert.is(
    svg.match(/<g [^>]*stroke-dasharray="5 4"[^>]* stroke="currentColor"/g)?.length,
    2,
    "and a piece in the legend",
  );
});

test("mnist_show tells and draws the first digit", () => {
  const { train } = loadDigits({ train: 1, test: 0 });
  const { lines, drawn } = quick("ch03/mnist_show");
  assert.equal(lines.slice(0, 3), [`${train.t.item()}`, "(784,)", "(28, 28)"]);
  checkImage(drawn(), train.x);
});

test("neuralnet_mnist learns once, and then answers the same, one by one or in batches", () => {
  const file = "examples/.cache/ch03-network-quick.safetensors";
  rmSync(resolve(root, file), { force: true });
  const form = /^(.*)\n(Accuracy:0\.\d{4})\n500 images, (.*) at a time: \d+\.\d\d s\n$/;
  const [, first, accuracy, how] = form.exec(quick("ch03/neuralnet_mnist").stdout) ?? [];
  assert.equal([first, how], [`parameters: ${file}`, "one"]);
  assert.ok(Number(accuracy.slice(9)) > 0.8, accuracy);
  const batches = form.exec(quick("ch03/neuralnet_mnist_batch").stdout) ?? [];
  assert.equal(batches.slice(1), [`trained before: ${file}`, accuracy, "100"]);
});

test.run();
