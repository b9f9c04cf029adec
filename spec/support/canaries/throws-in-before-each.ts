/** A failing `before.each` fails the test that it comes before. */
import { suite } from "../suite.js";

const test = suite("hooked");
test.before.each(() => {
  throw new Error("not even once");
});
test("never reached", () => {});
test.run();
