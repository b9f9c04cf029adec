/** Chapter 4.2, reviewed: two losses, of rows and of batches, and why accuracy is none. */
import {
  arange,
  crossEntropyError,
  Generator,
  normal,
  oneHot,
  setDefaultDtype,
  stack,
  sumSquaredError,
  tensor,
  zerosLike,
} from "gradtape";
import { draw } from "../common/plot.js";
import { printed } from "../common/printed.js";

setDefaultDtype("float64");

const t = oneHot([2], 10).flatten();
const right = tensor([0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0]); // 2 is likeliest
const wrong = tensor([0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0]); // 7 is
for (const y of [right, wrong]) console.log("sum of squares error", sumSquaredError(y, t).item());
for (const y of [right, wrong]) console.log("cross entropy error ", crossEntropyError(y, t).item());

// A batch costs the mean of its rows, whether its labels are rows, too, or say where their 1s would be.
const batch = stack([right, wrong]);
console.log("of both, by rows    ", crossEntropyError(batch, stack([t, t])).item());
console.log("of both, by indices ", crossEntropyError(batch, tensor([2, 2], { dtype: "int32" })).item());
const y = arange(50).reshape([5, 10]); // row n holds 10n to 10n + 9
console.log("y[arange(5), t]     ", printed(y.at([0, 1, 2, 3, 4], [2, 7, 0, 9, 4])));

// Forty numbers, of which those above 0 belong to class 1, save some near 0. The network's one parameter is a bias b.
const generator = new Generator(0);
const x = normal([40], { generator });
const labels = x
  .add(normal([40], { std: 0.5, generator }))
  .gt(0)
  .to("int32");
const scores = (b: number) => stack([zerosLike(x), x.add(b).mul(2)], 1);
const biases = arange(-2, 2, 0.01).toArray<number[]>();
const losses = biases.map((b) => crossEntropyError(scores(b).softmax(), labels).item());
const shares = biases.map((b) => scores(b).argmax(1).eq(labels).sum().item() / 40);
const still = (values: number[]) => values.filter((value, i) => value === values[i - 1]).length;
console.log(`of ${biases.length - 1} small moves of b ${still(shares)} change no accuracy, ${still(losses)} no loss`);
const panel = (title: string, y: number[]) => ({
  title,
  x: "b",
  yRange: [0, Math.max(1, ...y)] as const,
  marks: [{ x: biases, y }],
});
draw("seeds-chapter4_losses", [panel("Cross entropy error", losses), panel("Accuracy", shares)]);
