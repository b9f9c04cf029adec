/** Tensors in files: safetensors for checkpoints, .npy and .npz for NumPy. Written whole or not at all, and read strictly. */
import { encodeWith, type NpzLoadOptions, type NpzSaveOptions, parseWith } from "../files/npz.js";
import {
  CheckpointError,
  encodeNpy,
  encodeSafetensors,
  parseNpy,
  parseSafetensors,
  type Safetensors,
  type SafetensorsLoadOptions,
  type SafetensorsSaveOptions,
  type StateDict,
  type Stateful,
  type Tensor,
} from "../index.js";
import { writeAtomically } from "./atomic.js";
import { asCheckpoint, readBytes } from "./read.js";
import { zlib } from "./zlib.js";

export type { NpzLoadOptions, NpzSaveOptions };

/**
 * Saves tensors by name, such as `model.stateDict()`, as `encodeSafetensors` has it, by `writeAtomically`. Throws a CheckpointError
 * that names the path when the file cannot be written.
 */
export const saveSafetensors = (
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  options?: SafetensorsSaveOptions,
): void => asCheckpoint(() => writeAtomically(path, encodeSafetensors(tensors, options)));

/** Loads what `saveSafetensors`, or another program, saved, as `parseSafetensors` has it. Throws a CheckpointError that names the path. */
export const loadSafetensors = (path: string, options?: SafetensorsLoadOptions): Safetensors =>
  asCheckpoint(() => parseSafetensors(readBytes(path), path, options));

/**
 * Saves what has a state, a model, a trainer or what `together` makes, as `saveSafetensors` does, with a checksum. Throws a
 * CheckpointError that names the path when the file cannot be written.
 */
export const saveCheckpoint = (path: string, from: Stateful): void =>
  saveSafetensors(path, from.stateDict(), { checksum: true });

/**
 * Loads what `saveCheckpoint` saved, or the weights that another program did, and gives what was loaded into. Throws a
 * CheckpointError that names the path, and changes nothing, when the file is not sound, or does not fit.
 */
export function loadCheckpoint<T extends Stateful>(path: string, into: T): T {
  const { tensors } = loadSafetensors(path);
  try {
    into.loadStateDict(tensors);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(`${path}: ${error.message}`, { code: error.code, cause: error });
  }
  return into;
}

/** Saves a tensor for `np.load`. Throws a DataError that names the path when the file cannot be written. */
export const saveNpy = (path: string, x: Tensor): void => writeAtomically(path, encodeNpy(x));

/** Loads what `np.save` saved, as `parseNpy` has it. Throws a DataError that names the path. */
export const loadNpy = (path: string): Tensor => parseNpy(readBytes(path), path);

/** Saves tensors by name for `np.load`. Throws a DataError that names the path when the file cannot be written. */
export const saveNpz = (path: string, tensors: ReadonlyMap<string, Tensor>, { compress }: NpzSaveOptions = {}): void =>
  writeAtomically(path, encodeWith(zlib, tensors, compress));

/** Loads what `np.savez` or `np.savez_compressed` saved, as `parseNpz` (of gradtape/npz) has it. Throws a DataError that names the path. */
export const loadNpz = (path: string, options?: NpzLoadOptions): StateDict =>
  parseWith(zlib, readBytes(path), path, options);
