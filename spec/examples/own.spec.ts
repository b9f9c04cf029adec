// apart, usual environment only: its processes are others
/** The models of one's own, in examples/own/: in a quick run each learns what it is to learn, and draws what it draws. */
import { decode } from "fast-png";
import * as assert from "uvu/assert";
import { numbers, quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("own");

test("xor learns from most seeds, and says why another is stuck", () => {
  const { stdout, lines } = quick("own/xor", "--seed", "12");
  assert.match(
    stdout,
    /^seed 12: stuck at loss 0\.3\d\d, with answers 0\.50, 0\.50 to 1 xor 0 and 1 xor 1,\n.*\(0\.00, 0\.00\) and \(0\.00, 0\.00\)\n/,
  );
  assert.match(stdout, /\n3 of 4 seeds learnt it\n/);
  const answers = numbers(stdout, /\d xor \d = (0\.\d{3})/g);
  assert.equal(
    answers.map((answer) => (answer > 0.95 ? 1 : answer < 0.05 ? 0 : answer)),
    [0, 1, 1, 0],
  );
  // Of the square's corners two are dark.
  const square = lines.slice(-12);
  assert.equal([square[0][2], square[0].at(-1), square[11][2], square[11].at(-1)], ["█", " ", " ", "█"]);
});

test("pendulum comes near the solution of its equation, of which it is not told", () => {
  const { stdout, drawn } = quick("own/pendulum");
  const errors = numbers(stdout, /at most (\d\.\d{5}) from the solution/g);
  assert.is(errors.length, 5);
  assert.ok(errors[0] > 1 && errors[4] < 0.05, `${errors}`);
  for (const text of ["solution", "network after 20 steps", "network after 200 steps"])
    assert.ok(drawn().includes(`>${text}<`), text);
});

test("spaced_repetition finds the parameters, as near as it says", () => {
  const { stdout } = quick("own/spaced_repetition");
  const found = /\n(\d+) of 19 are off by less than twice that, and recall by (\d\.\d{4}), not (\d\.\d{4})\n$/.exec(
    stdout,
  );
  const [, near, after, before] = Array.from(found ?? [], Number);
  assert.ok(near >= 16, `${near} of 19 within two standard deviations`);
  assert.ok(after < before / 2, `${before}, ${after}`);
});

test("char_rnn learns letters, and writes", () => {
  const { stdout } = quick("own/char_rnn");
  const bits = numbers(stdout, /(\d\.\d{3}) bits a letter\. /g);
  assert.ok(bits[0] > 4 && bits[1] < 2.5, `${bits}`);
  assert.match(
    stdout,
    /\nat temperature 0\.5:\n[^:]{100}\n\nat temperature 1:\n[^:]{100}\n\nat temperature 1\.5:\n[^:]{100}\n$/,
  );
});

test("vae learns, and draws digits in two pictures", () => {
  const { stdout, drawn } = quick("own/vae");
  const [first, , last, test] = numbers(stdout, /ELBO (-\d+\.\d\d), of other digits (-\d+\.\d\d)\n/g);
  assert.ok(last > first + 50 && test > -220, stdout);
  const pictures = [...drawn().matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, png]) =>
    decode(Buffer.from(png, "base64")),
  );
  assert.is(pictures.length, 320);
  for (const { width, height, channels } of pictures) assert.equal([width, height, channels], [28, 28, 1]);
  // Digits are ink on paper.
  const pixels = pictures.flatMap(({ data }) => [...data]);
  const dark = pixels.filter((value) => value < 128).length / pixels.length;
  assert.ok(dark > 0.05 && dark < 0.25, `${dark} is ink`);
});

test("model learns, and its gradient is right on both sides of the if", () => {
  const { stdout, lines } = quick("own/model");
  const losses = numbers(stdout, /, loss (\d\.\d{5})/g);
  assert.is(losses.length, 6);
  assert.ok(losses[0] > 0.1 && losses[5] < 0.005, `${losses}`);
  assert.is(lines.at(-1), "gradcheck passed on both sides of the if: 228 and 228 comparisons");
});

test("newton comes to where the slope is 0, with twice the digits in each step", () => {
  const { stdout } = quick("own/newton");
  const slopes = numbers(stdout, /slope +(-?\d\.\de[+-]\d+)/g).map(Math.abs);
  assert.ok(slopes.length >= 5 && (slopes.at(-1) as number) < 1e-14, `${slopes}`);
  assert.ok(numbers(stdout, /digits × (\d\.\d\d)/g).every((times) => times > 1.7));
  assert.match(stdout, /\na valley at 0\.83756543528332\d, where the curvature is 4\.4182\n$/);
});

test("trainer tells of each epoch, and how well it did", () => {
  const { stdout, lines } = quick("own/trainer");
  assert.is(numbers(stdout, /^epoch (\d) of 3 \| train loss \d\.\d+ \| validation loss/gm).length, 3);
  const [accuracy] = numbers(lines.at(-1) as string, /^test accuracy (0\.\d{4}) \(200 digits\)$/g);
  assert.ok(accuracy > 0.65, lines.at(-1));
});

test.run();
