/** ScratchDeepNeuralNetwork.ipynb: two layers and one fit random data, and both end where least squares says. */
import {
  concat,
  eye,
  gradient,
  manualSeed,
  meanAbsoluteError,
  mse,
  normal,
  ones,
  qr,
  r2Score,
  rootMeanSquaredError,
  setDefaultDtype,
  solveTriangular,
  type Tensor,
  tensor,
  zeros,
} from "gradtape";
import type { ManualLayer } from "../common/manual_layers.js";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { Chain, FC, SGD, SimpleInitializer } from "../common/scratch_layers.js";

const { seed, quick } = seedAndQuick("seeds/scratch_regression", "Fits two layers and one to random data.");
setDefaultDtype("float64");
manualSeed(seed);

const X = normal([10, 4]); // 10 samples of 4 features,
const y = normal([10, 3]); // and 3 outputs of each
const slope = (output: Tensor) => output.sub(y).mul(2).div(y.shape[0]);

/** Trains for some epochs, prints a line for each so many-th, and gives all losses. */
function train(model: ManualLayer, epochs: number, every = 0): number[] {
  return Array.from({ length: epochs }, (_, epoch) => {
    const output = model.forward(X);
    const loss = mse(output, y).item();
    model.backward(slope(output));
    if (every > 0 && epoch % every === 0) console.log(`Epoch ${epoch}, Loss: ${loss}`);
    return loss;
  });
}

const [initializer, optimizer] = [new SimpleInitializer(0.01), new SGD(0.01)];
const two = new Chain([new FC(4, 5, initializer, optimizer), new FC(5, 3, initializer, optimizer)]);
const one = new FC(4, 3, initializer, optimizer);
const runs = Object.entries({ "2 layers": two, "1 layer": one }).map(([name, model]) => {
  console.log(`${name}:`);
  const losses = train(model, 1000, 100);
  const predictions = model.forward(X);
  console.log(`Mean Absolute Error: ${meanAbsoluteError()(predictions, y)}`);
  // The document's is the root of the mean over all numbers; the metric would give the mean of a root for each of 3 outputs.
  console.log(`Root Mean Squared Error: ${rootMeanSquaredError()(predictions.flatten(), y.flatten())}`);
  console.log(`R-squared: ${r2Score()(predictions, y)}`);
  return { name, model, losses };
});
console.log(`\nExample predictions:\n${one.forward(X)}`);
console.log(`\nModel parameters:\nWeight matrix (W):\n${one.W}\n\nBias matrix (B):\n${one.B}`);

// The printed loss is a mean over 10 · 3 numbers, where dA divides by 10: steps are as long as those of a rate of 0.03.
const output = tensor(one.forward(X), { requiresGrad: true });
const ratio = slope(output).div(gradient(mse(output, y), output));
console.log(`\ndA is ${ratio.min().item()} to ${ratio.max().item()} times the gradient of the printed loss`);

// Without an activation two layers are one affine map, as one layer is, whose best values are known: those of X|1 = Q·R.
const withOnes = (X: Tensor) => concat([X, ones([X.shape[0], 1])], 1);
const [Q, R] = qr(withOnes(X));
const best = solveTriangular(R, Q.matmul(y, { ta: true }), { upper: true });
const least = mse(withOnes(X).matmul(best), y).item();
const corners = concat([eye(4), zeros([1, 4])]); // an affine map of 4 numbers is told by what it makes of 5 points
const more = quick ? 3000 : 39000;
console.log(`\nleast squares: Loss: ${least}`);
for (const { name, model, losses } of runs) {
  losses.push(...train(model, more));
  const apart = model.forward(corners).sub(withOnes(corners).matmul(best)).abs().max().item();
  console.log(
    `${name}: Epoch ${losses.length}, Loss: ${losses.at(-1)}, at most ${apart.toExponential(1)} from its map`,
  );
}

draw("seeds-scratch_regression", [
  {
    title: "Two layers take longer to the same loss",
    x: "epoch",
    y: "mean squared error",
    yRange: [Math.floor(least * 20) / 20, Math.ceil(runs[0].losses[0] * 20) / 20],
    legend: "top-right",
    marks: [
      ...runs.map(({ name, losses }) => ({ name, y: losses.slice(0, 3000) })),
      { kind: "rule", name: "least squares", y: least, dash: true, color: 2 },
    ],
  },
]);
