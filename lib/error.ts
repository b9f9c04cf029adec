/** Errors, all of one form: `op(shapes): what must hold (what was given)`. */

/** The base of every error the library throws on purpose. */
export class GradtapeError extends Error {
  override name = "GradtapeError";
}

/** Shapes, axes or sizes that do not fit the operation. */
export class ShapeError extends GradtapeError {
  override name = "ShapeError";
}

/** A dtype the operation cannot work with. */
export class DtypeError extends GradtapeError {
  override name = "DtypeError";
}

/** A gradient that cannot be had: nothing recorded, already released, or changed since it was recorded. */
export class GradError extends GradtapeError {
  override name = "GradError";
}

/** A value outside what the operation accepts: an index out of range, a bad option. */
export class ValueError extends GradtapeError {
  override name = "ValueError";
}

/** A file or data set that is missing, malformed or truncated. */
export class DataError extends GradtapeError {
  override name = "DataError";
}

/**
 * What a CheckpointError is about: a `file` that cannot be read or written, one of a wrong `length`, a `header` that is not what it
 * must be, a tensor's `name`, `dtype`, `shape`, `offsets` or `values`, a `checksum`, or a `state` that does not fit its receiver.
 */
export type CheckpointCode =
  | "file"
  | "length"
  | "header"
  | "name"
  | "dtype"
  | "shape"
  | "offsets"
  | "values"
  | "checksum"
  | "state";

/** What a program can read of a CheckpointError. */
export type CheckpointDetails = { code?: CheckpointCode; tensor?: string; offset?: number } & ErrorOptions;

/** A saved state, or the file it is in, that is malformed or does not fit; whoever was to receive it is as before. */
export class CheckpointError extends DataError {
  override name = "CheckpointError";
  readonly code?: CheckpointCode;
  /** The tensor at hand. */
  readonly tensor?: string;
  /** Where in the file it is, in bytes. */
  readonly offset?: number;

  constructor(message: string, { code, tensor, offset, ...options }: CheckpointDetails = {}) {
    super(message, options);
    this.code = code;
    this.tensor = tensor;
    this.offset = offset;
  }
}

/** A shape as messages show it: `[100,784]`. */
export const show = (shape: readonly number[]): string => `[${shape.join(",")}]`;

/** What a value is, for messages about values of a wrong kind. */
export const kindOf = (x: unknown): string =>
  Array.isArray(x) ? "an array; wrap it in tensor()" : x === null ? "null" : typeof x;

/** A call as messages show it: `matmul([100,784], [50,10])`; numbers stand for themselves. */
export const call = (op: string, operands: readonly (number | { shape: readonly number[] })[]): string =>
  `${op}(${operands.map((x) => (typeof x === "number" ? x : show(x.shape))).join(", ")})`;

/** A mistake of the library's own: a value that it gave up is asked for. */
export const gone = (): Error => new Error("gradtape: a value is gone that is still used; please report this");
