/** Plain uvu takes a rejection with undefined for success, and leaves out the tests that follow. */
import { suite } from "../suite.js";

const test = suite("rejects");
test("with undefined", () => Promise.reject());
test("later test", () => {
  throw new Error("the later test ran");
});
test.run();
