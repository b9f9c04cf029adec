/** An assertion that does not hold. */
import * as assert from "uvu/assert";
import { suite } from "../suite.js";

const test = suite("fails");
test("passes", () => {});
test("plainly", () => assert.is(1, 2, "one is not two"));
test.run();
