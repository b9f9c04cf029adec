/** Plain uvu takes a thrown string for success. */
import { suite } from "../suite.js";

const test = suite("throws");
test("a string", () => {
  throw "boom";
});
test.run();
