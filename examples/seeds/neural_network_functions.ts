/** NeuralNetwork.ipynb: where activations written as formulas break; the graph of z = t²; slopes by differences. */
import {
  grad,
  gradient,
  heaviside,
  numericalDiff,
  numericalGradient,
  setDefaultDtype,
  stack,
  type Tensor,
  tape,
  tensor,
  zerosLike,
} from "gradtape";

setDefaultDtype("float64");

type Activation = (x: Tensor) => Tensor;

/** As the document writes them, and as the library has them. Softmax is of rows, here of twice the same number. */
const activations: Record<string, [written: Activation, ours: Activation]> = {
  identity: [(x) => x, (x) => x.clone()],
  step: [(x) => x.ge(0), (x) => heaviside(x, 1)],
  relu: [(x) => stack([zerosLike(x), x]).max(0), (x) => x.relu()],
  softmax: [(x) => x.exp().div(x.exp().sum(1, { keepDims: true })), (x) => x.softmax()],
  sigmoid: [(x) => x.neg().exp().add(1).reciprocal(), (x) => x.sigmoid()],
  tanh: [(x) => x.exp().sub(x.neg().exp()).div(x.exp().add(x.neg().exp())), (x) => x.tanh()],
};
const points = [-1000, -720, -1, 0, 1e-9, 1, 720, 1000];

/** What an activation gives at each point, and its slope there; a step is flat, and the tape has nothing of it. */
function look(f: Activation): Record<"value" | "slope", readonly number[]> {
  const x = tensor(
    points.map((point) => [point, point]),
    { requiresGrad: true },
  );
  const y = f(x).select(1, 0);
  const slope = y.tracked ? gradient(y.sum(), x).select(1, 0) : zerosLike(y);
  return { value: y.toArray<number[]>(), slope: slope.toArray<number[]>() };
}

const same = (a: number, b: number): boolean => a === b || Math.abs(a - b) <= 1e-9 * Math.abs(b);
for (const [name, [written, ours]] of Object.entries(activations)) {
  const [a, b] = [look(written), look(ours)];
  const differences = (["value", "slope"] as const).flatMap((kind) => {
    const at = points.flatMap((_, i) => (same(a[kind][i], b[kind][i]) ? [] : [i]));
    const list = (numbers: readonly number[]) => at.map((i) => numbers[i]).join(", ");
    return at.length === 0 ? [] : [`  ${kind} at ${list(points)}: ${list(a[kind])} (ours: ${list(b[kind])})`];
  });
  console.log([`${name}${differences.length === 0 ? ": the same at all points" : ""}`, ...differences].join("\n"));
}
const [double, single] = [Number.MAX_VALUE, 2 ** 128].map((most) => Math.log(most).toFixed(2));
console.log(`e^x overflows above ${double}, in float32 above ${single}; ∞ ÷ ∞ and 0 · ∞ are NaN`);

console.log("\nz = t², t = x + y:");
const [x, y] = [tensor(3, { requiresGrad: true }), tensor(4, { requiresGrad: true })];
const z = x.add(y).square();
const graph = tape(z);
const slopes = gradient(z, graph);
graph.forEach((node, i) => {
  const how = node.origin ? ` by ${node.origin.name}` : "";
  console.log(`  ${"xytz"[i]} = ${node.item()}${how}, dz/d${"xytz"[i]} = ${slopes[i].item()}`);
});

console.log("\nnumerical_diff, which looks forward by 1e-4, and the tape:");
const parabola = (x: Tensor) => x.square().mul(0.01).add(x.mul(0.1));
const cases: [text: string, f: (x: Tensor) => Tensor, at: number][] = [
  ["0.01x² + 0.1x", parabola, 5],
  ["0.01x² + 0.1x", parabola, 10],
  ["x0² + 4²", (x0) => x0.square().add(16), 3],
  ["3² + x1²", (x1) => x1.square().add(9), 4],
];
for (const [text, f, at] of cases) {
  const slope = numericalDiff((x) => f(tensor(x)).item(), at, { side: "forward" });
  console.log(`  ${text} at ${at}: ${slope}, ${grad(f)(tensor(at)).item()}`);
}
const both = numericalGradient((x) => x.square().sum(), tensor([3, 4]));
console.log(`  x0² + x1² at (3, 4), both at once and to both sides: ${both.toArray<number[]>().join(", ")}`);
