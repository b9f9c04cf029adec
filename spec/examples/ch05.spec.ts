// apart, usual environment only: its processes are others
/** The scripts of chapter 5: gradients by hand, by differences and by the tape, which are the same. */
import * as assert from "uvu/assert";
import { numbers, quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("chapter 5");

test("layer_naive: both nodes go forward and back", () => {
  const { lines } = quick("ch05/layer_naive");
  assert.equal(lines, [
    "MulLayer: forward(3, 4) = 12, backward(2) = 8, 6",
    "    tape: forward(3, 4) = 12, backward(2) = 8, 6",
    "AddLayer: forward(3, 4) = 7, backward(2) = 2, 2",
    "    tape: forward(3, 4) = 7, backward(2) = 2, 2",
    "the slope of x · x at 3: 3 + 3 = 6, tape: 6",
  ]);
});

const same = "the same numbers, to the last bit";
/** The book's lines, and beside them the same numbers. */
const shopping = (numbers: Record<string, number>) =>
  Object.entries(numbers).map(([name, number]) => `${name}: ${number} tape: ${number}`);

test("buy_apple: the book's numbers, twice", () => {
  const { lines } = quick("ch05/buy_apple");
  assert.equal(
    lines.map((line) => line.replace(/ {2,}/, " ")),
    [...shopping({ price: 220, dApple: 2.2, dApple_num: 110, dTax: 200 }), same],
  );
});

test("buy_apple_orange: the book's numbers, twice", () => {
  const { lines } = quick("ch05/buy_apple_orange");
  const expected = { price: 715, dApple: 2.2, dApple_num: 110, dOrange: 3.3, dOrange_num: 165, dTax: 650 };
  assert.equal(
    lines.map((line) => line.replace(/ {2,}/, " ")),
    [...shopping(expected), same],
  );
});

test("two_layer_net: layers by hand find the tape's gradients, and learn", () => {
  const { stdout, lines } = quick("ch05/two_layer_net");
  const [byHand, byTape] = numbers(stdout, /^loss by hand (\S+), by the tape (\S+)\n/g);
  assert.ok(Math.abs(byHand - byTape) < 1e-11 && Math.abs(byHand - Math.log(10)) < 0.02, lines[0]);
  const found = [...stdout.matchAll(/\n(\w\d): gradients up to (\S+), which differ by (\S+)(?=\n)/g)];
  assert.equal(
    found.map(([, name]) => name),
    ["W1", "b1", "W2", "b2"],
  );
  for (const [line, , size, error] of found) assert.ok(Number(size) > 1e-3 && Number(error) < 1e-16, line);
  assert.match(lines.slice(-3).join("\n"), /^(train acc, test acc \| 0\.\d{4}, 0\.\d{4}\n?){3}$/);
  const [train, other] = numbers(lines.at(-1) as string, /(0\.\d{4}), (0\.\d{4})/g);
  assert.ok(train > 0.7 && other > 0.65, lines.at(-1));
});

test("gradient_check: differences agree with the tape", () => {
  const { stdout, lines } = quick("ch05/gradient_check");
  assert.match(stdout, /^W1:\S+\nb1:\S+\nW2:\S+\nb2:\S+\n$/);
  // Rounding alone makes them differ by about 1e-16 / 1e-4.
  for (const error of lines.map((line) => Number(line.split(":")[1]))) assert.ok(error > 0 && error < 1e-8, stdout);
});

test.run();
