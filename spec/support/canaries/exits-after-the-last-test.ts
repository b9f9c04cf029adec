/** An exit that comes after the last test has passed, before its suite has ended, and that hides what uvu says of it. */
import { suite } from "../suite.js";

const test = suite("exits");
test("passes", () => {
  process.on("exit", () => {
    process.exitCode = 0;
  });
  // Two turns of the microtask queue: the test's end lies between them.
  Promise.resolve()
    .then(() => {})
    .then(() => process.exit(0));
});
test.run();
