/** All tests pass, but the process says that something is wrong. */
import { suite } from "../suite.js";

const test = suite("exits");
test("passes", () => {
  process.on("exit", () => {
    process.exitCode = 7;
  });
});
test.run();
