/** A file that blocks before it has a suite. */
import { suite } from "../suite.js";

Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);

const test = suite("blocks");
test("never reached", () => {});
test.run();
