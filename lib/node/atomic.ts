/** Files written whole or not at all: a crash, a full disk or a killed process leaves the old file, or the new one. */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DataError, ValueError } from "../index.js";
import { most } from "./read.js";
import { quietly, sweep, temporaryName } from "./temporaries.js";

/**
 * Writes a file so that whoever opens `path`, at any time, finds what was there before or all of `bytes`. They go to a temporary
 * file beside it, to the disk (fsync), and under its name by one rename, which is put on the disk too where the system can. A file
 * that was there keeps its mode, and a symbolic link to one stays. Temporaries that dead processes left in the folder are removed.
 * Throws a DataError that names the path and the cause.
 *
 * It is synchronous, as all that saves through it is: nothing can change the tensors meanwhile, and it works where nothing can
 * be waited for, such as a handler of `exit`.
 */
export function writeAtomically(path: string, bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) throw new ValueError("writeAtomically: bytes must be a Uint8Array");
  let wrong = "must be a file that can be written; what was there is as before";
  try {
    const target = existing(path);
    const folder = dirname(target.path);
    sweep(folder);
    const temporary = join(folder, temporaryName(basename(target.path)));
    try {
      write(temporary, bytes, target.mode);
      renameSync(temporary, target.path);
    } catch (error) {
      quietly(() => unlinkSync(temporary));
      throw error;
    }
    wrong = "must be put on the disk; it was written, but after a crash of the system the old one may be there";
    flush(folder);
  } catch (error) {
    throw new DataError(`${path}: ${wrong} (${(error as Error).message})`, { cause: error });
  }
}

/** Where a path leads, and the mode of the file that is there. */
function existing(path: string): { path: string; mode?: number } {
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { path };
    throw error;
  }
  const file = statSync(real);
  if (!file.isFile()) throw new Error(`it is a ${file.isDirectory() ? "folder" : "device"}`);
  accessSync(real, constants.W_OK); // a rename would not ask
  return { path: real, mode: file.mode & 0o7777 };
}

/** A new file, on the disk when this returns. */
function write(path: string, bytes: Uint8Array, mode?: number): void {
  // With its mode from the start, so that nobody can read in between what only the owner may.
  const fd = openSync(path, "wx", mode ?? 0o666);
  try {
    if (mode !== undefined) fchmodSync(fd, mode);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, Math.min(most, bytes.length - at));
    fsyncSync(fd);
  } catch (error) {
    quietly(() => closeSync(fd));
    throw error;
  }
  closeSync(fd);
}

/** What systems say that cannot flush a folder. */
const cannot = ["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "EPERM"];

function flush(folder: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(folder, "r");
    fsyncSync(fd);
  } catch (error) {
    if (!cannot.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
