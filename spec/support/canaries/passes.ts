/** The control: all is well here, hooks included, and the runner must say so. */
import fc from "fast-check";
import { long, seed, suite } from "../suite.js";

console.log(`seed ${seed}, long ${long}, global ${JSON.stringify(fc.readConfigureGlobal())}`);

const test = suite("passes");
const calls: string[] = [];
test.before(() => void calls.push("before"));
test.before.each(() => void calls.push("before.each"));
test.after.each(() => void calls.push("after.each"));
test.after(async () => {
  if (calls.join() !== "before,before.each,test,after.each,before.each,test,after.each") throw new Error(calls.join());
});
test("at once", () => void calls.push("test"));
test("later", async () => void calls.push("test"), { deadline: 5_000 });
test.run();

const other = suite("a second suite");
other("in the same file", () => {});
other.run();
