/** Study notes, perceptrons: OR, AND and NAND by one straight line each, XOR by none, and XOR by three of them. */
import { arange, meshgrid, setDefaultDtype, stack, type Tensor, tensor } from "gradtape";
import { type Chart, draw, type Line, type Mark } from "../common/plot.js";

setDefaultDtype("float64");

const inputs = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const gates = {
  OR: { w: tensor([0.5, 0.5]), b: -0.2 },
  AND: { w: tensor([0.5, 0.5]), b: -0.7 },
  NAND: { w: tensor([-0.5, -0.5]), b: 0.7 },
};
type Name = keyof typeof gates;

/** What is compared with 0, for rows of two signals. */
const total = (name: Name, x: Tensor) => x.matmul(gates[name].w).add(gates[name].b);
const gate = (name: Name, x: Tensor) => total(name, x).gt(0);
const xor = (x: Tensor) => gate("AND", stack([gate("NAND", x), gate("OR", x)], 1));

const answers: Record<string, Tensor> = { XOR: xor(inputs) };
for (const name of ["OR", "AND", "NAND"] as const) {
  answers[name] = gate(name, inputs);
  const totals = total(name, inputs).toArray<number[]>();
  for (const [i, [a, b]] of inputs.toArray<number[][]>().entries())
    console.log(`${name}(${a}, ${b}) -> ${answers[name].data[i]}  (${totals[i].toFixed(1).padStart(4)})`);
}
for (const [i, [a, b]] of inputs.toArray<number[][]>().entries())
  console.log(`XOR(${a}, ${b}) -> ${answers.XOR.data[i]}`);

// Whole numbers, so that no rounding puts a point on the wrong side of a line.
const [w1, w2, b] = meshgrid([-10, -10, -10].map((from) => arange(from, 11))).map((all) => all.flatten());
const said = inputs
  .matmul(stack([w1, w2]))
  .add(b)
  .gt(0);
console.log(`\nof ${b.size} perceptrons with weights and bias from -10 to 10 there are so many`);
for (const name of ["OR", "AND", "NAND", "XOR"])
  console.log(
    `${name.padEnd(4)} ${said
      .eq(answers[name].reshape([4, 1]))
      .all(0)
      .sum()
      .item()}`,
  );
console.log("XOR asks for w1 + b > 0 and w2 + b > 0, which makes w1 + w2 + 2b > 0,");
console.log("and for b <= 0 and w1 + w2 + b <= 0, which makes w1 + w2 + 2b <= 0");

/** Where a gate's total is 0. */
function border(name: Name): Line {
  const [v, w] = gates[name].w.data;
  const x = [-0.5, 1.5];
  return { color: 2, marker: "none", x, y: x.map((x) => -(v * x + gates[name].b) / w) };
}

/** The four points, filled and marked 1 where that is the answer, and the lines that part them. */
function panel(name: string, title: string, lines: Line[]): Chart {
  const points = inputs.toArray<number[][]>().flatMap(([x, y], i): Mark[] => {
    const answer = answers[name].data[i];
    const marker = answer === 1 ? "dot" : "circle";
    return [
      { kind: "points", x: [x], y: [y], color: answer, marker, size: 6 },
      { kind: "label", x: x + 0.1, y, text: `${answer}` },
    ];
  });
  const range = [-0.5, 1.5] as const;
  return { title, x: "x₁", y: "x₂", xRange: range, yRange: range, square: true, marks: [...lines, ...points] };
}

const panels = [
  panel("OR", "OR", [border("OR")]),
  panel("AND", "AND", [border("AND")]),
  panel("NAND", "NAND", [border("NAND")]),
  panel("XOR", "XOR: OR's line and NAND's", [border("OR"), border("NAND")]),
];
draw("seeds-study_notes_gates", panels, { columns: 2, width: 360, height: 340 });
