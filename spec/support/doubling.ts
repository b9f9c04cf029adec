/** What a process of `spread` can be asked: to double a number after a while, never to answer, or to fail; it tells who it is. */
import { setTimeout as wait } from "node:timers/promises";
import { work } from "../../examples/common/processes.js";

export type Question = { n: number; ms?: number };
export type Reply = { twice: number; pid: number };

work(async ({ n, ms = 0 }: Question): Promise<Reply> => {
  if (n < 0) throw new Error("on purpose");
  if (ms === Infinity || ms === null) await new Promise(() => {}); // JSON has no Infinity
  await wait(ms);
  return { twice: 2 * n, pid: process.pid };
});
