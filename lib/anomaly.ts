/** Where a NaN or an infinity was born: the op, and the line of the user's that called it. */
import { call, GradError, GradtapeError, show } from "./error.js";
import { type Observer, observed } from "./op.js";
import { indexOf } from "./shape.js";
import type { Operand, Tensor } from "./tensor.js";

/** A NaN or an infinity that came of finite numbers, found by `detectAnomaly`. */
export class AnomalyError extends GradtapeError {
  override name = "AnomalyError";
}

/** The first line on the stack that is not this library's, as `file:line:column`. */
function place(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = limit;
  const lines = [...stack.matchAll(/(?:\(|@|at )((?:async )?[^\s()]+:\d+:\d+)\)?$/gm)].map(([, line]) => line);
  const own = lines[0]?.replace(/[^/\\]*$/, "");
  return lines.find((line) => !line.startsWith(own) && !line.startsWith("node:")) ?? lines.join(", ");
}

/** The flat place of the first value that is not finite, or −1. */
function bad(x: Operand): number {
  return typeof x === "number"
    ? Number.isFinite(x)
      ? -1
      : 0
    : x.storage.data.findIndex((value) => !Number.isFinite(value));
}

const at = (x: Tensor, i: number): string =>
  `${x.storage.data[i]}${x.rank > 0 ? ` at ${show(indexOf(i, x.shape))}` : ""}`;

/** Where each result was computed. */
type Places = WeakMap<Tensor, string>;

const observer = (places: Places): Observer => ({
  computed(op, y, inputs) {
    const here = place();
    places.set(y, here);
    const i = bad(y);
    if (i < 0 || inputs.some((x) => bad(x) >= 0)) return;
    throw new AnomalyError(
      `${call(op, inputs)}: its result is ${at(y, i)}, of inputs that are all finite; called at ${here}`,
    );
  },
  pulled(pulled, i, g, y, origin) {
    const found = bad(pulled);
    if (found < 0 || bad(g) >= 0) return;
    const x = origin.inputs[i] as Tensor;
    const value = pulled.size === x.size ? `, where the input is ${x.storage.data[found]}` : "";
    throw new AnomalyError(
      `backward through ${call(origin.name, origin.inputs)}: the gradient of its input ${i + 1} is ${at(pulled, found)}${value}, ` +
        `of an arriving gradient that is all finite; called at ${places.get(y) ?? "a place outside of detectAnomaly"}`,
    );
  },
});

/**
 * Runs `f`, and throws an AnomalyError where an op makes a NaN or an infinity of finite numbers, forward or backward: it
 * names the op, the element, and the file and line that called the op. Slow; outside of it nothing is looked at. Both
 * the forward and the backward pass belong into `f`.
 */
export function detectAnomaly<T>(f: () => T): T {
  const result = observed(observer(new WeakMap()), f);
  if (result instanceof Promise) {
    result.catch(() => {}); // what it may reject with matters less than this
    throw new GradError(
      "detectAnomaly(async function): nothing is looked at after the first await; make the function synchronous",
    );
  }
  return result;
}
