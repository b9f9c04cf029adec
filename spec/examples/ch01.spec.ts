// apart, usual environment only: its processes are others
/** Chapter 1 of the book: what its scripts print, the curves that they draw, and the picture that stands for a photograph. */
import * as assert from "uvu/assert";
import { picture } from "../../examples/common/picture.js";
import { numbers, quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";
import { checkGraph, checkImage, curves, tenths } from "../support/svg.js";

const test = suite("ch01");

test("hungry and man say what they say", () => {
  assert.equal(quick("ch01/hungry").lines, ["I'm hungry!"]);
  assert.equal(quick("ch01/man").lines, ["Initialized!", "Hello David!", "Good-bye David!"]);
});

for (const name of ["simple_graph", "sin_graph"])
  test(`${name} draws a sine`, () => {
    const found = curves(quick(`ch01/${name}`).drawn());
    assert.is(found.length, 1);
    checkGraph(found[0], tenths(0, 6), Math.sin);
  });

test("sin_cos_graph draws a cosine too, dashed, which is the slope", () => {
  const { stdout, drawn } = quick("ch01/sin_cos_graph");
  const [sin, cos] = curves(drawn());
  checkGraph(sin, tenths(0, 6), Math.sin);
  checkGraph(cos, tenths(0, 6), Math.cos);
  for (const text of ["sin &amp; cos", "x", "y", "sin", "cos"]) assert.ok(drawn().includes(`>${text}<`), text);
  assert.is(drawn().match(/<g [^>]*stroke-dasharray="5 4"/g)?.length, 2, "the line, and a piece of it in the legend");
  assert.ok(numbers(stdout, /differ by at most (\S+)\n/g)[0] < 1e-6, stdout);
});

test("img_show draws the picture, as dark as it is", () => {
  const { lines, drawn } = quick("ch01/img_show");
  assert.is(lines[0], "(128, 128)");
  checkImage(drawn(), picture());
});

test("the picture has what filters look for: edges of all directions, gradients, and no more than from 0 to 1", () => {
  const image = picture();
  assert.equal([image.shape, image.dtype, image.tracked], [[128, 128], "float32", false]);
  assert.ok(image.min().item() >= 0 && image.max().item() <= 1);
  assert.ok(image.min().item() < 0.05 && image.max().item() > 0.9);
  const across = image.slice(null, [1]).sub(image.slice(null, [0, -1]));
  const down = image.slice([1]).sub(image.slice([0, -1]));
  for (const steps of [across, down])
    for (const sign of [1, -1]) {
      const sharp = steps.mul(sign).gt(0.2).mean().item();
      assert.ok(sharp > 0.005 && sharp < 0.1, `${sharp} of all steps are edges`);
    }
  const gentle = down.abs().gt(0.002).mul(down.abs().lt(0.05)).mean().item();
  assert.ok(gentle > 0.4, `${gentle} of all steps are gradients`);
  assert.equal(picture(20).shape, [20, 20]);
});

test.run();
