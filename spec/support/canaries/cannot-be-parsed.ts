/** A module it imports is no JavaScript. */
import { suite } from "../suite.js";

// @ts-expect-error
await import("data:text/javascript,const = 1");

const test = suite("imports");
test("nonsense", () => {});
test.run();
