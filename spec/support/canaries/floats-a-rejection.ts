/** The test passes before the promise that it did not wait for rejects. */
import { suite } from "../suite.js";

const test = suite("floats");
test("a rejection", () => {
  setTimeout(() => Promise.reject(new Error("too late to be seen")), 50);
});
test.run();
