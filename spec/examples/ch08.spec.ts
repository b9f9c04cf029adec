// apart, usual environment only: its processes are others
/** Chapter 8: what a deep network is made of, what it takes for others, how few bits it needs, and a network of one's own. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { decode } from "fast-png";
import { loadDigits } from "gradtape/digits";
import * as assert from "uvu/assert";
import { numbers, quick, root } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("ch08");

test("deep_convnet tells its layers, what a value sees, and how weights start", () => {
  const { stdout, lines } = quick("ch08/deep_convnet");
  for (const line of [
    /^conv2 +\[1, 16, 28, 28\] +2,320 +1,806,336$/, // 16 · 16 · 3 · 3 + 16; 16 · 16 · 3 · 3 at 28 · 28 places
    /^conv4 +\[1, 32, 16, 16\] +9,248 +2,359,296$/,
    /^pool3 +\[1, 64, 4, 4\]$/,
    /^affine1 +\[1, 50\] +51,250 +51,200$/,
    /^all +123,552 +8,772,340$/,
    /^convolutions take 99\.4% of the products$/,
    /^a value of conv2 sees 5 × 5 pixels, /,
  ])
    assert.ok(
      lines.some((text) => line.test(text)),
      `${line}`,
    );
  const starts = [...stdout.matchAll(/(\d+) inputs, √\(2\/n\) (\S+), standard deviation (\S+)\n/g)];
  assert.equal(
    starts.map(([, inputs]) => Number(inputs)),
    [9, 144, 144, 288, 288, 576, 1024, 50],
  );
  for (const [text, , he, std] of starts) assert.ok(Math.abs(Number(std) / Number(he) - 1) < 0.15, text);
});

let accuracy = 0; // of a quick run

test("misclassified_mnist draws the first twenty errors, and tells what they were taken for", () => {
  rmSync(resolve(root, "examples/.cache/ch08-deepnet-quick.safetensors"), { force: true });
  const { stdout, drawn } = quick("ch08/misclassified_mnist");
  [accuracy] = numbers(stdout, /\ncalculating test accuracy \.\.\. \ntest accuracy:(0\.\d+)\n/g);
  assert.ok(accuracy > 0.5 && accuracy <= 0.9, stdout);
  const view = /\n=+ misclassified result =+\n\{view index: \(label, inference\), \.\.\.\}\n\{(.*)\}\n/.exec(
    stdout,
  )?.[1];
  const errors = [...(view ?? "").matchAll(/(\d+): \((\d), (\d)\)/g)].map(([, ...parts]) => parts);
  assert.equal(
    errors.map(([i]) => Number(i)),
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  for (const [, label, said] of errors) assert.is.not(label, said);
  const svg = drawn();
  const captions = [...svg.matchAll(/>(\d → \d)</g)].map(([, caption]) => caption);
  assert.equal(
    captions,
    errors.map(([, label, said]) => `${label} → ${said}`),
  );
  const pictures = [...svg.matchAll(/base64,([^"]+)"/g)].map(([, png]) => [...decode(Buffer.from(png, "base64")).data]);
  const { x, t } = loadDigits({ train: 8000, test: 200 }).test;
  const digits = x.toArray<number[][]>().map((pixels) => pixels.map((ink) => Math.round(255 * (1 - ink))).join());
  assert.equal(
    pictures.map((pixels) => t.data[digits.indexOf(pixels.join())]),
    errors.map(([, label]) => Number(label)),
  );
  assert.ok(svg.includes(`>${Math.round(200 * (1 - accuracy))} of 200 digits are taken for others, such as<`));
});

test("half_float_network knows as much with 16 bits as with 64, nearly", () => {
  const { stdout } = quick("ch08/half_float_network");
  assert.match(stdout, /^trained before: /);
  const found = [...stdout.matchAll(/accuracy \((\w+)\) \.\.\. \n(\S+) {2}\((\S+) MB of parameters\)\n/g)];
  assert.equal(
    found.map(([, dtype, , size]) => [dtype, size]),
    [
      ["float64", "0.14"],
      ["float32", "0.07"],
      ["float16", "0.04"], // a quarter of the filters: 17,916 parameters
    ],
  );
  const [float64, float32, float16] = found.map(([, , accuracy]) => Number(accuracy));
  assert.is(float32, accuracy);
  assert.ok(Math.abs(float64 - accuracy) < 0.01 && Math.abs(float16 - accuracy) < 0.03, stdout);
  // Sixteen bits have 3 digits: about 1/2000 of the scores, which are a few units, is lost in each of a dozen roundings.
  const [far, differ] = numbers(
    stdout,
    /\nscores in float16 are off by up to (\S+), answers are others (\d+) times\n$/g,
  );
  assert.ok(far > 1e-4 && far < 0.05, stdout);
  assert.ok(differ >= 200 * Math.abs(float16 - float64) - 1e-9 && differ <= 6, stdout);
});

test("awesome_net learns more than TwoLayerNet", () => {
  const { stdout, drawn } = quick("ch08/awesome_net");
  assert.match(stdout, /^AwesomeNet: 98298 parameters\n/);
  assert.match(stdout, /\nTwoLayerNet: 39760 parameters\n/);
  const [awesome, other] = numbers(stdout, /\ntest accuracy (0\.\d{4}) \(100 digits\)/g);
  assert.ok(awesome > 0.5 && awesome > other, stdout);
  assert.ok(drawn().includes(">Accuracy on handwritten digits<"));
});

test.run();
