/** A test added after `.run()` is never run. */
import { suite } from "../suite.js";

const test = suite("closed");
test("in time", () => {});
test.run();
test("too late", () => {});
