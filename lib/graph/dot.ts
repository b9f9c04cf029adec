/** The tape as a drawing, in the language of Graphviz: gates between wires, the values above a wire, the gradients below. */
import { show, ValueError } from "../error.js";
import type { Origin, Tensor } from "../tensor.js";
import { checkedOptions, type GraphOptions, type Step, stepsOf } from "./steps.js";
import { attributesOf, numeral, oneLine, written } from "./text.js";

/** The colour of gradients. */
export const gradientColor = "#c2410c";

const signs = new Map([
  ["add", "+"],
  ["sub", "−"],
  ["mul", "×"],
  ["div", "÷"],
]);

/** What has a meaning in HTML-like labels. A backslash and a letter, such as \N, have one as well, unless something lies between. */
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\\": "\\\u2060",
  "\n": "<br/>",
};

const html = (text: string): string => text.replace(/[&<>"\\\n]/g, (sign) => escapes[sign]);

const minus = (text: string): string => text.replace(/-/g, "−");

/** A shape as the book writes it: `(100, 784)`, `(10,)`. */
const shapeText = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;

/** The values; of a large tensor the shape. */
const valueText = (x: Tensor, most: number): string =>
  x.size > most ? shapeText(x.shape) : minus(written(x, most, ",\n"));

/** A piece of wire with text above and below, of as many lines, so that it lies in the middle; to its left a name. */
function wire(above: string, below: string, name = ""): string {
  const blank = above.replace(/.+/g, "&#160;").replace(/\n/g, "<br/>");
  const label = name && `<td rowspan="3" cellpadding="3">${html(name)}</td>`;
  return (
    `<<table border="0" cellborder="0" cellspacing="0" cellpadding="2"><tr>${label}<td width="36">${html(above)}</td></tr>` +
    '<tr><td height="1" cellpadding="0" bgcolor="black"></td></tr>' +
    `<tr><td><font color="${gradientColor}">${below ? html(below) : blank}</font></td></tr></table>>`
  );
}

/** An op: in a circle, if it is a sign or a short name alone, else in a box with what it was told. */
function gate(origin: Origin): string {
  const [op, name] = [oneLine(origin.op.name), oneLine(origin.name)];
  const sign = signs.get(op) ?? op;
  const more = [...attributesOf(origin), ...(name === op ? [] : [`end of ${name}`])];
  if (more.length === 0 && sign.length <= 4) return `shape=circle, fixedsize=true, width=0.5, label=<${html(sign)}>`;
  const small = more.map((text) => `<br/><font point-size="10">${html(text)}</font>`);
  return `shape=box, style=rounded, height=0.5, margin="0.12,0.05", label=<${html(sign)}${small.join("")}>`;
}

/** The wires into a gate; those of numbers begin at the number. Several from one place need room, not to lie on each other. */
const connected = ({ number, inputs }: Step): string[] =>
  inputs.flatMap((input, i) => {
    if (typeof input === "number") {
      const constant = `c${number}_${i}`;
      return [`${constant} [label=${wire(minus(numeral(input)), "")}];`, `${constant}:e -> g${number};`];
    }
    const room = inputs.indexOf(input) === inputs.lastIndexOf(input) ? "" : " [minlen=2]";
    return [`v${input.number}:e -> g${number}${room};`];
  });

/**
 * The computation graph of `y` in the language of Graphviz, drawn as the book draws it, from left to right: operations in circles, on
 * the wires between them the value above and, in another colour, the gradient below. Gradients are of `y` with respect to each tensor
 * of the tape, which is kept; `.grad` is left alone. `drawGraph` of `gradtape/graph` makes an SVG of it. Throws a GradError where
 * `gradient()` does, and a ValueError on a tape of more than `maxSteps`.
 */
export const toDot = (y: Tensor, options: GraphOptions = {}): string => dotFor("toDot", y, options);

/** What `toDot` gives, for any function of that name. */
export function dotFor(caller: string, y: Tensor, given: GraphOptions): string {
  const options = checkedOptions(caller, given);
  const { maxValues, maxSteps } = options;
  const steps = stepsOf(caller, y, options, (length) => {
    throw new ValueError(
      `${caller}(${show(y.shape)}): a drawing may have ${maxSteps} steps (the tape has ${length}); draw a tensor that comes earlier, see graphTable(), or give { maxSteps: ${length} }`,
    );
  });
  const parts = steps.flatMap((step) => {
    const { number, x, name = "", gradient } = step;
    const value = valueText(x, maxValues);
    const above = !x.origin || !name || x === y ? value : `${name} ${x.size > maxValues ? "" : "= "}${value}`;
    const below = gradient ? minus(written(gradient, maxValues, ",\n")) : "";
    const own = `v${number} [label=${wire(above, below, x.origin ? "" : name)}];`;
    if (!x.origin) return [own];
    return [
      `g${number} [${gate(x.origin)}];`,
      ...connected(step),
      own,
      `g${number} -> v${number}:w [arrowhead=none, weight=4];`,
    ];
  });
  const { number, name } = steps[steps.length - 1];
  const effort = steps.length > 50 ? " nslimit=1;" : ""; // else Graphviz seeks the best place of each node for minutes
  return [
    "digraph {",
    `rankdir=LR; ordering=in; ranksep=0.12; nodesep=0.15; bgcolor=white;${effort}`,
    'node [shape=plain, fontname="Verdana", fontsize=14];',
    "edge [arrowsize=0.7];",
    ...parts,
    `end [shape=none, width=0, height=0, margin="0.05,0", label=${y.origin && name ? `<${html(name)}>` : '""'}];`,
    `v${number}:e -> end [weight=4];`,
    "}",
    "",
  ].join("\n");
}
