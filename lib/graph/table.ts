/** The tape as a table, for terminals. */
import { show } from "../error.js";
import type { Tensor } from "../tensor.js";
import { checkedOptions, type GraphOptions, type Step, stepsOf } from "./steps.js";
import { attributesOf, numeral, oneLine, written } from "./text.js";

const label = ({ number, name }: Step): string => name || `#${number}`;

function operation({ x: { origin, requiresGrad } }: Step): string {
  if (!origin) return requiresGrad ? "leaf" : "constant";
  const [op, name] = [oneLine(origin.op.name), oneLine(origin.name)];
  return op === name ? op : `${op}, end of ${name}`;
}

/**
 * The tape of `y` as a table, a step in each line: its number and name, the operation, its inputs by name or number, shape, value, and
 * the gradient of `y` with respect to it. Of large tensors the range is shown, of long tapes the beginning and the end. Throws where
 * `gradient()` does; keeps the tape, and leaves `.grad` alone.
 */
export function graphTable(y: Tensor, given: GraphOptions = {}): string {
  const options = checkedOptions("graphTable", given);
  const { maxValues, maxSteps } = options;
  const steps = stepsOf("graphTable", y, options);
  const head = Math.ceil(maxSteps / 2);
  const left = steps.length > maxSteps ? steps.length - maxSteps : 0;
  const shown = left > 0 ? [...steps.slice(0, head), ...steps.slice(head + left)] : steps;
  const rows = shown.map((step) => {
    const { number, x, name = "", inputs, gradient } = step;
    const given = inputs.map((input) => (typeof input === "number" ? numeral(input) : label(input)));
    return [
      `#${number}`,
      name,
      operation(step),
      [...given, ...(x.origin ? attributesOf(x.origin) : [])].join(", "),
      show(x.shape),
      written(x, maxValues),
      gradient ? written(gradient, maxValues) : "",
    ];
  });
  const columns = ["step", "name", "op", "inputs", "shape", "value", "gradient"];
  const used = columns.map((column, i) => rows.some((row) => row[i] !== "") || column === "value");
  const all = [columns, ...rows].map((row) => row.filter((_, i) => used[i]));
  const widths = all[0].map((_, i) => all.reduce((most, row) => Math.max(most, row[i].length), 0));
  const lines = all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd(),
  );
  if (left > 0) lines.splice(1 + head, 0, `… ${left} steps more`);
  return lines.join("\n");
}
