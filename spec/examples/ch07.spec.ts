// apart, usual environment only: its processes are others
/** Chapter 7: what a convolutional network is made of, its gradients, and what its filters look like and see. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { decode } from "fast-png";
import { manualSeed } from "gradtape";
import { loadSafetensors, saveSafetensors } from "gradtape/node";
import * as assert from "uvu/assert";
import { picture } from "../../examples/common/picture.js";
import { SimpleConvNet } from "../../examples/common/simple_convnet.js";
import { numbers, quick, root, script } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("ch07");

/** The images of an SVG that a script drew, in order. */
const images = (svg: string) =>
  [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, png]) => decode(Buffer.from(png, "base64")));

test("simple_convnet tells its layers, convolves by a product, and comes back from a file", () => {
  const { stdout, lines } = quick("ch07/simple_convnet");
  for (const line of [
    /^conv +\[3, 30, 24, 24\] +780 +432,000$/, // 30 · 5 · 5 + 30; 30 · 5 · 5 at 24 · 24 places
    /^pool +\[3, 30, 12, 12\]$/,
    /^flatten +\[3, 4320\]$/,
    /^affine1 +\[3, 100\] +432,100 +432,000$/,
    /^affine2 +\[3, 10\] +1,010 +1,000$/,
    /^all +433,890 +865,000$/,
  ])
    assert.ok(
      lines.some((text) => line.test(text)),
      `${line}`,
    );
  assert.match(stdout, /\nloss before learning: 2\.30\d, and log 10 is 2\.303\n/);
  assert.match(stdout, /\nim2col: columns \[3, 25, 576\]; /);
  assert.ok(numbers(stdout, /off by (\S+)\n/g)[0] < 1e-14, stdout);
  assert.match(stdout, /a pixel in a corner comes back 1 time, one in the middle 25 times\n/);
  assert.match(stdout, /\nanother network says the same: false\nwith these parameters: true\n$/);
});

test("gradient_check finds the tape's gradients and the differences equal, of six parameters", () => {
  const { stdout } = quick("ch07/gradient_check");
  assert.equal(
    [...stdout.matchAll(/^(\w+) \d\.\d{3}e-\d+$/gm)].map(([, name]) => name),
    ["W1", "b1", "W2", "b2", "W3", "b3"],
  );
  for (const error of numbers(stdout, / (\S+)\n/g)) assert.ok(error > 0 && error < 1e-8, stdout);
});

const cache = resolve(root, "examples/.cache/ch07-convnet-quick.safetensors");
let filters: ReturnType<typeof images> = [];

test("visualize_filter draws filters before they learn, and after", () => {
  rmSync(cache, { force: true });
  const { stdout, drawn } = quick("ch07/visualize_filter");
  assert.match(stdout, /^epoch 1 of 2 .*\nepoch 2 of 2 .*\nparameters: examples\/\.cache\/ch07-convnet-quick\./);
  const [before, after] = numbers(stdout, /are alike by (\S+) before, (\S+) after\n/g);
  assert.ok(Math.abs(before) < 0.15 && after > before + 0.3, stdout);
  filters = images(drawn());
  assert.is(filters.length, 60);
  for (const { width, height } of filters) assert.equal([width, height], [5, 5]);
  assert.not.equal(filters[0].data, filters[30].data);
});

test("apply_filter draws what some of the same filters see, without training them again", () => {
  const { stdout, drawn } = quick("ch07/apply_filter");
  assert.match(stdout, /^trained before: examples\/\.cache\/ch07-convnet-quick\.safetensors\npicture: /);
  const [identity, ...others] = images(drawn());
  assert.equal(
    [...identity.data],
    Array.from({ length: 25 }, (_, i) => (i === 12 ? 0 : 255)),
  );
  assert.is(others.length, 4 + 5);
  // Two whose weights nearly cancel, and two whose weights nearly all have one sign.
  const learnt = loadSafetensors(cache).tensors.get("layers.conv.W")?.toArray<number[][][][]>() ?? [];
  const sum = (values: number[]) => values.reduce((a, b) => a + b);
  const share = learnt.map(([W]) => Math.abs(sum(W.flat())) / sum(W.flat().map(Math.abs)));
  const order = [...share.keys()].sort((a, b) => share[a] - share[b]);
  const chosen = [...order.slice(0, 2), ...order.slice(-2)];
  for (const [i, at] of chosen.entries()) {
    assert.equal(others[i].data, filters[30 + at].data);
    const text = `sum ${sum(learnt[at][0].flat()).toFixed(2).replace("-", "−")}`;
    assert.ok(drawn().includes(`>${text}<`), text);
  }

  // What the first filter and one of the others make of the picture, by sums over its windows.
  const pixels = picture().toArray<number[][]>();
  const middle = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => Number(i === 2 && j === 2)));
  for (const [W, { width, height, data }] of [
    [middle, others[4]],
    [learnt[chosen[2]][0], others[4 + 3]],
  ] as const) {
    const sums = Array.from({ length: 124 * 124 }, (_, at) => {
      const [row, column] = [Math.floor(at / 124), at % 124];
      return sum(W.flatMap((weights, i) => weights.map((w, j) => w * pixels[row + i][column + j])));
    });
    const [low, high] = [Math.min(...sums), Math.max(...sums)];
    assert.equal([width, height], [124, 124]);
    sums.forEach((sum, i) => {
      assert.ok(Math.abs(data[i] - 255 * (1 - (sum - low) / (high - low))) < 1, `pixel ${i}`);
    });
  }
});

test("parameters are taken from a file, if it is one", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradtape-"));
  try {
    // The parameters that visualize_filter begins with.
    const file = join(folder, "weights.safetensors");
    manualSeed(0);
    saveSafetensors(file, new SimpleConvNet().stateDict());
    const { stdout, drawn } = quick("ch07/visualize_filter", "--weights", file);
    const [before, after] = numbers(stdout, /^weights side by side are alike by (\S+) before, (\S+) after\n/g);
    assert.is(after, before);
    const filters = images(drawn());
    for (let i = 0; i < 30; i++) assert.equal(filters[i].data, filters[30 + i].data);

    const missing = script("examples/ch07/visualize_filter.ts", "--weights", join(folder, "other"));
    assert.equal([missing.status, missing.stdout], [1, ""]);
    assert.match(missing.stderr, /^error: .*other: must be a file.*\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
