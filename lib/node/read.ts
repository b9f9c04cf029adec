/** Files read whole, by their path: what goes wrong names it. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { CheckpointError, DataError } from "../index.js";

/** The most that one call of the system reads or writes. */
export const most = 2 ** 30;

/** The bytes of a file of at most `maxBytes`; anything else is a DataError. */
export function readBytes(path: string, maxBytes = Infinity): Uint8Array {
  let fd: number | undefined;
  try {
    const file = statSync(path); // before it is opened: a pipe would wait for a writer
    if (!file.isFile()) throw new Error(`it is a ${file.isDirectory() ? "folder" : "device"}`);
    if (file.size > maxBytes) throw tooLarge(path, maxBytes, `${file.size}`);
    const bytes = new Uint8Array(file.size);
    fd = openSync(path, "r");
    let at = 0;
    while (at < bytes.length) {
      const count = readSync(fd, bytes, at, Math.min(most, bytes.length - at), null);
      if (count === 0) throw new Error(`it was cut to ${at} bytes meanwhile`);
      at += count;
    }
    return bytes;
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: must be a file that can be read (${(error as Error).message})`, { cause: error });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The error of a file that has, or inflates to, more bytes than it may. */
export const tooLarge = (path: string, maxBytes: number, given: string): DataError =>
  new DataError(`${path}: must have at most ${maxBytes} bytes, or a larger maxBytes be given (it has ${given})`);

/** What goes wrong with the file itself becomes a CheckpointError, as what is wrong in it is one. */
export function asCheckpoint<T>(f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof DataError) || error instanceof CheckpointError) throw error;
    throw new CheckpointError(error.message, { code: "file", cause: error.cause });
  }
}
