/** An exit with 0 leaves out the rest of the test, and all the tests that follow. */
import { suite } from "../suite.js";

const test = suite("exits");
test("passes", () => {});
test("in the middle", () => process.exit(0));
test("never reached", () => {});
test.run();
