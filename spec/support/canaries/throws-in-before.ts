/** Plain uvu leaves out all tests after a failing `before`, and exits with 0. */
import { suite } from "../suite.js";

const test = suite("hooked");
test.before(() => {
  throw new Error("no ground to stand on");
});
test("never reached", () => {});
test.run();
