/** Where batches come from: tensors that are cut into rows, or batches of one's own. */
import { batches } from "../data/batches.js";
import { call, ShapeError, ValueError } from "../error.js";
import { Generator } from "../random.js";
import { Tensor } from "../tensor.js";

/** Tensors of as many rows each: what goes into the model, and last what is wanted of it; a single one is both. */
export type Data = readonly Tensor[] | { readonly x: Tensor; readonly t: Tensor };

type Batches = Iterable<Data> | AsyncIterable<Data>;

/**
 * Data, or batches of one's own, which every epoch asks for anew: what can be walked again, or a function that makes it. The
 * function is given a generator for its order, so that it gives the same again when an epoch is resumed.
 */
export type Source = Data | Batches | ((generator: Generator) => Batches);

/** How data are cut into batches. */
export type Cut = { size: number; shuffle: boolean; dropLast: boolean };

const isData = (source: Source): source is Data =>
  Array.isArray(source) ? source.length === 0 || source[0] instanceof Tensor : "x" in source;

/** The tensors of data or of a batch, checked. */
export function tensorsOf(caller: string, data: Data): readonly Tensor[] {
  const tensors = data !== null && typeof data === "object" && "x" in data ? [data.x, data.t] : data;
  if (!Array.isArray(tensors) || tensors.length === 0 || !tensors.every((x) => x instanceof Tensor))
    throw new ValueError(`${caller}: data must be tensors, [x, t] or { x, t }, or an iterable of such batches`);
  const [rows] = tensors[0].shape;
  if (rows === undefined || tensors.some((x) => x.shape[0] !== rows))
    throw new ShapeError(`${call(caller, tensors)}: the first axes must have equal lengths`);
  return tensors;
}

/** The tensors of a source, checked, or undefined where it is batches of one's own. */
export function wholeOf(caller: string, source: Source): readonly Tensor[] | undefined {
  if (typeof source === "function") return undefined;
  if (typeof source !== "object" || source === null)
    throw new ValueError(`${caller}: data must be tensors, [x, t] or { x, t }, or an iterable of such batches`);
  if (isData(source)) return tensorsOf(caller, source);
  if (!(Symbol.iterator in source || Symbol.asyncIterator in source))
    throw new ValueError(`${caller}: batches must be an iterable, or a function that makes one`);
  if (Array.isArray(source)) tensorsOf(caller, source[0]);
  return undefined;
}

/** The batches of one epoch, whose order is drawn from `generator` at once or when the first is asked for. */
export function epochOf(
  caller: string,
  source: Source,
  { size, shuffle, dropLast }: Cut,
  generator: Generator,
): Batches {
  const whole = wholeOf(caller, source);
  if (whole) return batches(whole, { size, shuffle, dropLast, generator });
  return typeof source === "function"
    ? source(new Generator(generator.integer(2 ** 53 - 1)))
    : (source as Iterable<Data>);
}
