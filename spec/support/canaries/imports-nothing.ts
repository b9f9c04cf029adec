/** The file it imports does not exist. */
import { suite } from "../suite.js";
// @ts-expect-error
import { missing } from "./no-such-file.js";

const test = suite("imports");
test("what does not exist", missing);
test.run();
