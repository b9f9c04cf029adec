/** Study notes, backpropagation: graphs with values and gradients, from (2x₁ + 3x₂) · 4 to a network. */
import {
  crossEntropy,
  graphTable,
  oneHot,
  onesLike,
  setDefaultDtype,
  type Tensor,
  tensor,
  type Values,
} from "gradtape";
import { drawGraphs, type Graph } from "../common/draw_graphs.js";

setDefaultDtype("float64");

const leaf = (values: Values) => tensor(values, { requiresGrad: true });
const graphs: Graph[] = [];

/** Adds a graph; what arrives at a result of several numbers is a gradient of ones. */
function add(title: string, y: Tensor, names: Record<string, Tensor>, maxValues = 6): void {
  const options = { names, seed: onesLike(y), maxValues };
  graphs.push({ title, y, ...options });
  console.log(`${title}\n${graphTable(y, options)}\n`);
}

// The notes multiply by 4 in their first graph and add it in the second, and give the slopes of the first, 8 and 12, for both.
const [x1, x2] = [leaf(1), leaf(2)];
const total = x1.mul(2).add(x2.mul(3));
add("(2x₁ + 3x₂) · 4", total.mul(4), { "x₁": x1, "x₂": x2 });
add("2x₁ + 3x₂ + 4", total.add(4), { "x₁": x1, "x₂": x2 });

// The chain rule: the slope of z in x is that of z in t, 2t, times that of t in x, which is 1.
const [x, y] = [leaf(2), leaf(3)];
const t = x.add(y);
const z = t.square();
add("z = t² of t = x + y", z, { x, y, t, z });

const a = leaf(0.5);
const pieces = a.neg().exp().add(1).reciprocal();
add("Sigmoid by its pieces, which is the same as …", pieces, { x: a, y: pieces });
add("… Sigmoid", a.sigmoid(), { x: a });

const signals = leaf([
  [1, -0.5],
  [-2, 3],
]);
add("ReLU", signals.relu(), { x: signals });

const X = leaf([[1, 0.5]]);
const layer = (W: number[][], b: number[]) => ({ W: leaf(W), b: leaf(b) });
const [first, second, third] = [
  layer(
    [
      [0.1, 0.3, 0.5],
      [0.2, 0.4, 0.6],
    ],
    [0.1, 0.2, 0.3],
  ),
  layer(
    [
      [0.1, 0.4],
      [0.2, 0.5],
      [0.3, 0.6],
    ],
    [0.1, 0.2],
  ),
  layer(
    [
      [0.1, 0.3],
      [0.2, 0.4],
    ],
    [0.1, 0.2],
  ),
];
const affine = (x: Tensor, { W, b }: typeof first) => x.matmul(W).add(b);
add("Affine", affine(X, first), { X, W: first.W, B: first.b });

const scores = leaf([[0.3, 2.9, 4]]);
const right = oneHot([1], 3);
add("Softmax and cross-entropy: the gradient of x is y − t", crossEntropy(scores, right), { x: scores, t: right });
const softmax = scores.softmax();
add("… by pieces", softmax.log().mul(right).sum().neg(), { x: scores, t: right, y: softmax });

const answer = oneHot([0], 2);
const z1 = affine(X, first).sigmoid();
const z2 = affine(z1, second).sigmoid();
const loss = crossEntropy(affine(z2, third), answer);
const parameters = [first, second, third].flatMap(
  ({ W, b }, i) =>
    [
      [`W${i + 1}`, W],
      [`B${i + 1}`, b],
    ] as const,
);
add("A network of three layers, and its loss L", loss, { X, t: answer, L: loss, ...Object.fromEntries(parameters) }, 2);

drawGraphs("seeds-study_notes_graphs", graphs);
