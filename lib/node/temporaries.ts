/** Temporary files: names that tell whose they are, and the removal of those that nobody will ever rename. */
import { createHash, randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** After so long a temporary of another machine is one that was left. */
const day = 24 * 60 * 60 * 1000;

/** Where process ids mean something, in 8 digits: this machine and, in a container, its own count of processes. */
function realm(): string {
  let processes = "";
  quietly(() => {
    processes = readlinkSync("/proc/self/ns/pid");
  });
  return createHash("sha256").update(`${hostname()} ${processes}`).digest("hex").slice(0, 8);
}

const pattern = /^\..*\.tmp-(\d+)-([\da-f]{8})[\da-f]{16}$/s;

/** A name that no other file has: `.NAME.tmp-PID-RANDOM`, the first 8 digits of the last part for the realm. */
export const temporaryName = (name: string): string =>
  `.${name.slice(0, 40)}.tmp-${process.pid}-${realm()}${randomBytes(8).toString("hex")}`;

/** Removes from a folder the temporaries of processes that are gone; never that of one that is alive. What fails is left to the next. */
export function sweep(folder: string): void {
  const here = realm();
  const remove = (name: string): void => {
    const [, pid, where] = pattern.exec(name) ?? [];
    if (pid === undefined) return;
    const path = join(folder, name);
    const written = lstatSync(path).mtimeMs;
    if (where === here ? gone(Number(pid), written) : written < Date.now() - day) unlinkSync(path);
  };
  quietly(() => {
    for (const name of readdirSync(folder)) quietly(() => remove(name));
  });
}

/** Does what may fail, where that is no matter, or something that matters more has failed before. */
export function quietly(f: () => void): void {
  try {
    f();
  } catch {}
}

/** Whether the process of this id that wrote a file at a time is no more. */
function gone(pid: number, written: number): boolean {
  // In a container processes often have the same id: of ours, what is older than we are is another's. A second for clocks.
  if (pid === process.pid) return written < Date.now() - 1000 * process.uptime() - 1000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
