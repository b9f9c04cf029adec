/** Plain uvu leaves out the remaining tests after a failing `after.each`, and exits with 0. */
import { suite } from "../suite.js";

const test = suite("hooked");
test.after.each(() => {
  throw new Error("left in disorder");
});
test("passes", () => {});
test("left out", () => {});
test.run();
