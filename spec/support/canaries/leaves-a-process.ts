/** All tests pass, but a process that was started holds on to the output. */
import { spawn } from "node:child_process";
import { suite } from "../suite.js";

const test = suite("starts");
test("a process", () => {
  spawn(process.execPath, ["-e", "setTimeout(() => {}, 15_000)"], { stdio: "inherit", detached: true }).unref();
});
test.run();
