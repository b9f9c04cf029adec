/** The book's network of three layers (chapter 3.6.2), which has learnt before it is used. */
import { Adam, Affine, batches, manualSeed, Sigmoid, type Tensor, xavier } from "gradtape";
import { type Digits, loadDigits } from "gradtape/digits";
import { Network } from "./network.js";
import { trained } from "./trained.js";

/** Scores of the ten digits for rows of 784 pixels. */
export class ThreeLayerNet extends Network {
  readonly layers = {
    affine1: new Affine(784, 50, { init: xavier }),
    sigmoid1: new Sigmoid(),
    affine2: new Affine(50, 100, { init: xavier }),
    sigmoid2: new Sigmoid(),
    affine3: new Affine(100, 10, { init: xavier }),
  };
}

/** The network with what it learnt, now or when it was first asked for, and digits that it did not see: x [n, 784], labels t [n]. */
export async function initNetwork(quick: boolean): Promise<{ network: ThreeLayerNet; x: Tensor; t: Tensor }> {
  manualSeed(0);
  const { train, test } = loadDigits(quick ? { train: 1000, test: 500 } : {});
  const [name, size] = quick ? ["ch03-network-quick", 20] : ["ch03-network", 100];
  const network = await trained(name, new ThreeLayerNet(), (network) => learn(network, train, size));
  return { network, ...test };
}

/** As it is done from chapter 4 on. Five epochs give about the accuracy of the weights that come with the book. */
function learn(network: ThreeLayerNet, { x, t }: Digits, size: number): void {
  const optimizer = new Adam(network.parameters(), { lr: 0.003 });
  for (let epoch = 0; epoch < 5; epoch++)
    for (const [rows, labels] of batches([x, t], { size })) {
      optimizer.zeroGrad();
      network.loss(rows, labels).backward();
      optimizer.step();
    }
}
