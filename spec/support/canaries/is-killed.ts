/** A process that is killed, as by want of memory, in the middle of a test. */
import { suite } from "../suite.js";

const test = suite("dies");
test("by a signal", async () => {
  process.kill(process.pid, "SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 1000));
});
test.run();
