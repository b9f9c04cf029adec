/** Chapter 6.3.2: of first weights of 16 sizes most serve with batch normalization, and few without it. */
import { batches, manualSeed, normalInit, SGD } from "gradtape";
import { loadDigits } from "gradtape/digits";
import { MultiLayerNet } from "../common/multi_layer_net.js";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";
import { Progress } from "../common/progress.js";

const { seed, quick } = seedAndQuick("ch06/batch_norm_test", "Trains with batch normalization and without.");
const [scales, epochs, rows, size] = quick ? [3, 6, 200, 20] : [16, 20, 1000, 100];
manualSeed(seed);
const { train } = loadDigits({ train: rows, test: 0 });
const progress = new Progress(scales * epochs);

/** The accuracies on what is trained with, of two networks whose weights start as normal numbers of standard deviation `std`. */
async function learn(std: number) {
  const networks = [false, true].map(
    (batchNorm) => new MultiLayerNet(784, [100, 100, 100, 100, 100], 10, { init: normalInit(std), batchNorm }),
  );
  const optimizers = networks.map((network) => new SGD(network.parameters(), { lr: 0.01 }));
  const accuracies: [number[], number[]] = [[], []];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const reached = networks.map((network, i) => {
      const accuracy = network.accuracy(train.x, train.t, rows);
      accuracies[i].push(accuracy);
      return accuracy.toFixed(3);
    });
    progress.print(`epoch:${epoch} | ${reached.join(" - ")}`);
    await progress.step(`standard deviation ${std.toPrecision(3)}, epoch ${epoch + 1} of ${epochs}`);
    for (const [x, t] of batches([train.x, train.t], { size }))
      for (const [i, network] of networks.entries()) {
        optimizers[i].zeroGrad();
        network.loss(x, t).backward();
        optimizers[i].step();
      }
  }
  return accuracies;
}

const panels = [];
for (let i = 0; i < scales; i++) {
  const std = 10 ** ((-4 * i) / (scales - 1));
  progress.print(`============== ${i + 1}/${scales} ==============`);
  const [plain, normalized] = await learn(std);
  panels.push({
    title: `std=${Number(std.toPrecision(2))}`,
    x: "epochs",
    y: "accuracy",
    yRange: [0, 1] as const,
    // Names in one panel serve all.
    legend: "top-left" as const,
    marks: [
      { name: i === scales - 1 ? "with BatchNorm" : undefined, y: normalized, marker: "none" },
      { name: i === scales - 1 ? "without" : undefined, y: plain, marker: "none", dash: true },
    ] as const,
  });
}
progress.end();
draw("ch06-batch_norm_test", panels, { columns: 4, width: 260, height: 200 });
