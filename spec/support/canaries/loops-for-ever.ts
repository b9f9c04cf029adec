/** A loop that blocks the process, so that no timer of its own could end it (bounded, lest it outlive a killed runner). */
import { suite } from "../suite.js";

const test = suite("loops");
test(
  "for ever",
  () => {
    for (const end = Date.now() + 60_000; Date.now() < end; );
  },
  { deadline: 500 },
);
test("after that", () => {});
test.run();
