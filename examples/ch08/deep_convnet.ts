/** Chapter 8.1: what DeepConvNet is made of, layer by layer, what small filters save, and how weights start. */
import { Affine, Convolution, gradient, manualSeed, uniform } from "gradtape";
import { DeepConvNet } from "../common/deep_convnet.js";
import { layerTable } from "../common/layer_table.js";

manualSeed(0);
const network = new DeepConvNet({ input: [1, 28, 28], filters: [16, 32, 64], hidden: 50, outputs: 10, dropout: 0.5 });
const { lines, products } = layerTable(network, uniform([1, 1, 28, 28]));
for (const line of lines) console.log(line);
const sum = (names: string[]) => names.reduce((sum, name) => sum + (products.get(name) ?? 0), 0);
const names = [...products.keys()];
const share = sum(names.filter((name) => name.startsWith("conv"))) / sum(names);
console.log(`convolutions take ${(100 * share).toFixed(1)}% of the products`);

// Chapter 8.1.3: a value after two 3×3 convolutions depends on 5×5 pixels, as the gradient tells: those have a slope, others not.
const { conv1, conv2 } = network.layers;
const image = uniform([1, 1, 28, 28], { requiresGrad: true });
const value = conv2.forward(conv1.forward(image)).at(0, 0, 14, 14);
const slopes = gradient(value, image).ne(0).reshape([28, 28]);
const [rows, columns] = [1, 0].map((axis) => slopes.any(axis).sum().item());
console.log(
  `a value of conv2 sees ${rows} × ${columns} pixels, by 2 · 3 · 3 = 18 weights of each channel, not 5 · 5 = 25`,
);

// Weights start at √(2/n), n being the inputs of a neuron, so that relu passes on what is as large as what came (He et al. 2015).
for (const [name, layer] of Object.entries(network.layers))
  if (layer instanceof Convolution || layer instanceof Affine) {
    const inputs = layer instanceof Affine ? layer.W.shape[0] : layer.W.size / layer.W.shape[0];
    const [std, he] = [layer.W.std().item(), Math.sqrt(2 / inputs)].map((n) => n.toFixed(3));
    console.log(`${name.padEnd(7)}  ${`${inputs}`.padStart(4)} inputs, √(2/n) ${he}, standard deviation ${std}`);
  }
