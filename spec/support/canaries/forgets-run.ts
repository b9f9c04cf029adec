/** Without `.run()`, uvu runs nothing and exits with 0. */
import { suite } from "../suite.js";

const test = suite("forgotten");
test("never run", () => {});

const other = suite("remembered");
other("passes", () => {});
other.run();
