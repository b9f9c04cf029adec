/** A promise that nothing will ever resolve: Node exits as soon as it has nothing else to do. */
import { suite } from "../suite.js";

const test = suite("waits");
test("for ever", () => new Promise<void>(() => {}));
test.run();
