/** `docs/ops.md`, made of the registry and of what stands above each entry. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Operation, ones, registry, type Tensor, tape, type Word } from "gradtape";
import { hasSlopes } from "./slopes.js";

const folder = fileURLToPath(new URL("../../lib/ops/", import.meta.url));

/** The function types that entries are declared with, by name, and what their parameter is called and by default. */
const aliases = new Map(
  [folder, `${folder}common/`]
    .flatMap((path) =>
      readdirSync(path).flatMap((file) => (file.endsWith(".ts") ? [readFileSync(path + file, "utf8")] : [])),
    )
    .flatMap((source) => [
      ...source.matchAll(/^(?:export )?type (\w+)(?:<(\w+)[^=;]*(?:= ([^=;]*))?>)? = (\(.*?\) => \w+);/gms),
    ])
    .map(([, name, parameter, usual, type]) => [name, { type, parameter, usual }] as const),
);

/** Where the page is. */
export const page = fileURLToPath(new URL("../../docs/ops.md", import.meta.url));

/** An entry as it stands in its file: the comment above, and the text up to the next. */
type Entry = { name: string; comment: string; text: string };

/** The entries of a file that declare ops. */
function entriesOf(source: string): Entry[] {
  const parts = [...source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\n(?:\/\/[^\n]*\n)*export (?:const|function) (\w+)/gs)];
  return parts.map((part, i) => ({
    name: part[2],
    comment: part[1].replace(/\s*\n \* ?/g, " ").trim(),
    text: source.slice(part.index + part[0].length, parts[i + 1]?.index),
  }));
}

/** The text between the bracket at `from` and the one that closes it. */
function bracketed(text: string, from: number): string {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if ("([{".includes(text[i])) depth++;
    if (")]}".includes(text[i]) && --depth === 0) return text.slice(from, i + 1);
  }
  return text.slice(from);
}

const oneLine = (text: string): string =>
  text
    .replace(/\/\/.*$/gm, "")
    .replace(/\s+/g, " ")
    .replace(/,? ([)\]])/g, "$1")
    .replace(/([([]) /g, "$1")
    .trim();

/** How a letter is written between or around its arguments, and how tightly it holds them. */
const infix: Record<string, [text: string, strength: number]> = {
  add: ["+", 1],
  sub: ["−", 1],
  mul: ["·", 2],
  div: ["/", 2],
  pow: ["^", 4],
  lt: ["<", 0],
  le: ["≤", 0],
  gt: [">", 0],
  ge: ["≥", 0],
  eq: ["=", 0],
  ne: ["≠", 0],
};

const known: [number, string][] = [
  [Math.PI, "π"],
  [Math.LN2, "ln 2"],
  [Math.LOG2E, "1/ln 2"],
  [Math.LOG10E, "1/ln 10"],
  [Math.SQRT1_2, "√½"],
  [2 / Math.sqrt(Math.PI), "2/√π"],
  [-2 / Math.sqrt(Math.PI), "−2/√π"],
  [1 / Math.sqrt(2 * Math.PI), "1/√(2π)"],
  [Math.PI / 180, "π/180"],
  [180 / Math.PI, "180/π"],
  [Infinity, "∞"],
];

const numeral = (value: number): string =>
  known.find(([number]) => number === value)?.[1] ?? `${value}`.replace("-", "−");

/** A formula as people write it. */
function written(word: Word, names: readonly string[]): string {
  const write = (word: Word): [text: string, strength: number] => {
    if (word.letter === "argument") return [names[word.value], 9];
    if (word.letter === "constant") return [numeral(word.value), word.value < 0 ? 2 : 9];
    const part = (i: number, least: number): string => {
      const [text, strength] = write(word.parts[i]);
      return strength < least ? `(${text})` : text;
    };
    const { letter } = word;
    if (letter in infix) {
      const [sign, strength] = infix[letter];
      const right = letter === "add" || letter === "mul" ? strength : strength + 1;
      return [
        `${part(0, letter === "pow" ? 5 : Math.max(1, strength))} ${sign} ${part(1, right)}`.replace(" ^ ", "^"),
        strength,
      ];
    }
    if (letter === "neg") return [`−${part(0, 2)}`, 1];
    if (letter === "reciprocal") return [`1 / ${part(0, 3)}`, 2];
    if (letter === "abs") return [`|${part(0, 0)}|`, 9];
    if (letter === "sqrt") return [`√${part(0, 9)}`, 8];
    if (letter === "exp") return [`e^${part(0, 9)}`, 4];
    if (letter === "floor") return [`⌊${part(0, 0)}⌋`, 9];
    if (letter === "where") return [`${part(0, 1)} ? ${part(1, 1)} : ${part(2, 1)}`, 0];
    return [`${letter}(${word.parts.map((_, i) => part(i, 0)).join(", ")})`, 9];
  };
  return write(word)[0];
}

/** The arguments of an elementwise op, as its formula names them. */
function argumentsOf(text: string, arity: number): string[] {
  const named = /\bf: \(([^)]*)\)/
    .exec(text)?.[1]
    .split(",")
    .map((name) => name.trim());
  return named?.length === arity ? named : [["x"], ["a", "b"], ["a", "b", "c"]][arity - 1];
}

/** The type that an entry is declared with: what stands between the name and the equals sign. */
function typeOf(text: string): string {
  if (text.startsWith("(")) return bracketed(text, 0);
  const declared = text.startsWith(":") ? text.slice(1) : "";
  let depth = 0;
  for (let i = 0; i < declared.length; i++) {
    if ("([{<".includes(declared[i])) depth++;
    if (")]}".includes(declared[i]) || (declared[i] === ">" && declared[i - 1] !== "=")) depth--;
    if (depth === 0 && declared[i] === "=" && declared[i + 1] !== ">") return declared.slice(0, i).trim();
  }
  return / as (\(.*?\)) =>/s.exec(text)?.[1] ?? "";
}

/** How it is called: the types of the entry, without those that go without saying. */
function signatureOf({ name, text }: Entry, op: Operation): string {
  const type = typeOf(text);
  if (!type) return `${name}(${argumentsOf(text, op.arity).join(", ")})`;
  const [, shape, given] = /^(\w+)(?:<(.*)>)?$/s.exec(type) ?? [];
  const alias = aliases.get(shape ?? "");
  const whole = alias?.type ?? type;
  const own = bracketed(whole, whole.indexOf("("));
  const parameter = alias?.parameter ? new RegExp(`\\b${alias.parameter}\\b`) : /$^/;
  return (
    name +
    oneLine(own)
      .replace(parameter, given ?? alias?.usual ?? "")
      .replace(/readonly |Readonly</g, "")
      .replace(/: (Operand|Tensor)(?=[,)])/g, "")
  );
}

/** The derivative as the entry has it. */
function derivativeOf(op: Operation, { text }: Entry): string {
  if (!hasSlopes(op)) return "none";
  if (op.slopes) {
    const names = ["g", "y", ...argumentsOf(text, op.arity)];
    return op.slopes
      .map((slope, i) => (slope.is(0) ? "" : `\`∂${names[i + 2]} = ${written(slope, names)}\``))
      .filter(Boolean)
      .join("; ");
  }
  if (op.composed) {
    const [sample] = op.samples ?? [];
    if (!sample) return "that of what it is made of";
    const inputs = sample.shapes.map((shape) => ones(shape, { dtype: "float64", requiresGrad: true }));
    const given = sample.call ? sample.call(...inputs) : [...inputs, ...(sample.args ?? [])];
    const y = op.apply(...(given as never[])) as Tensor;
    const parts = new Set(tape(y).flatMap(({ origin }) => (origin ? [origin.op.name] : [])));
    return `that of ${[...parts].join(", ")}`;
  }
  const start = text.search(/\bvjp: /);
  return start < 0
    ? ""
    : `\`${oneLine(bracketed(text, start + 5))
        .replace(/^\[/, "")
        .replace(/,?\]$/, "")}\``;
}

const domainOf = (op: Operation): string =>
  (op.domain ?? [[-2, 2] as const]).map(([from, to]) => `${numeral(from)} … ${numeral(to)}`).join(", ");

/** Characters that a table would take for its own. */
const cell = (text: string): string => text.replace(/\|/g, "\\|");

/** The page as it must be. */
export function render(): string {
  const sections = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(folder + file, "utf8");
      const rows = entriesOf(source).flatMap((entry) => {
        const op = registry.get(entry.name);
        if (!op) return [];
        const orders = hasSlopes(op) ? "1, 2" : "–";
        return [
          `| [\`${op.name}\`](../lib/ops/${file}) | \`${cell(signatureOf(entry, op))}\` | ${cell(entry.comment).replace(/</g, "&lt;")} | ${cell(derivativeOf(op, entry))} | ${domainOf(op)} | ${orders} |`,
        ];
      });
      const [, head] = /^\/\*\*(.*?)\*\//s.exec(source) ?? [];
      return rows.length === 0 ? [] : [{ head: (head ?? file).replace(/\s*\n \* ?/g, " ").trim(), rows }];
    });
  const count = sections.reduce((sum, { rows }) => sum + rows.length, 0);
  return [
    "# Operations",
    "",
    `${count} operations, made of the registry by \`npm run docs\`. In a derivative \`g\` is the gradient that arrives, \`y\` the result; element by`,
    "element it is the slope, by which `g` is multiplied; of other operations the rule of each input; of compositions the operations on their",
    "tape. The domain is where tests draw inputs from, and the orders are those for which gradients are proven against central differences at",
    "random points there. What begins with a tensor `x` and is not marked otherwise is a method, too: `sin(x)` is `x.sin()`.",
    ...sections.flatMap(({ head, rows }) => [
      "",
      `## ${head.replace(/[.:]$/, "")}`,
      "",
      "| operation | call | what it is | derivative | domain | orders |",
      "|---|---|---|---|---|---|",
      ...rows,
    ]),
    "",
  ].join("\n");
}
