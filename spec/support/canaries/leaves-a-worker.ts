/** All tests pass, but a worker that nobody stopped keeps the process alive. */
import { Worker } from "node:worker_threads";
import { suite } from "../suite.js";

const test = suite("starts");
test("a worker", () => {
  new Worker("setTimeout(() => {}, 60_000)", { eval: true });
});
test.run();
