/** Plain uvu stumbles over an Error without a stack while it prints it, and exits with 0. */
import { suite } from "../suite.js";

const test = suite("throws");
test("a strange error", () => {
  throw Object.assign(new Error("strange"), { name: undefined, stack: undefined });
});
test.run();
