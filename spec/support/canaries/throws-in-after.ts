/** All tests pass, and then the tidying up fails. */
import { suite } from "../suite.js";

const test = suite("hooked");
test.after(() => {
  throw new Error("cannot tidy up");
});
test("passes", () => {});
test.run();
