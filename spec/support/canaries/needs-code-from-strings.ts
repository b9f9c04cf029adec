/** Passes save where code from strings is forbidden: so the runner shows that it makes a file's environment, and hears of it. */
import { suite } from "../suite.js";

const test = suite("environment");
test("makes code from a string", () => void new Function("return 1")());
test.run();
