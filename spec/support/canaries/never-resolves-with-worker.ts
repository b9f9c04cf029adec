/** A promise that nothing will ever resolve, in a process that a worker keeps alive: plain uvu hangs. */
import { Worker } from "node:worker_threads";
import { suite } from "../suite.js";

const test = suite("waits");
test(
  "for ever",
  () => {
    new Worker("setTimeout(() => {}, 60_000)", { eval: true });
    return new Promise<void>(() => {});
  },
  { deadline: 500 },
);
test.run();
