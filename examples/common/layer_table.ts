/** What a network is made of: a line for each layer, with the shape of what it gives, what it learns, and how many products it takes. */
import { Convolution, type Layer, noGrad, type Tensor } from "gradtape";
import type { Network } from "./network.js";

/** How many numbers a layer, or all layers of a network, learn. */
export const countParameters = (layer: Layer): number => layer.parameters().reduce((sum, { size }) => sum + size, 0);

/** Lines about the layers that x, images [N, C, H, W], goes through; and how many products one image takes in each layer, by name. */
export function layerTable(network: Network, x: Tensor): { lines: string[]; products: Map<string, number> } {
  const products = new Map<string, number>();
  const rows = [["", shown(x.shape), "parameters", "products"]];
  const { training } = network;
  network.eval();
  let y = x;
  for (const [name, layer] of Object.entries(network.layers)) {
    y = noGrad(() => layer.forward(y));
    const weights = layer.namedParameters().find(([name]) => name === "W")?.[1].size ?? 0;
    products.set(name, weights * (layer instanceof Convolution ? y.shape[2] * y.shape[3] : 1)); // filters stand at each place
    const counts = [countParameters(layer), products.get(name)];
    rows.push([name, shown(y.shape), ...counts.map((n) => (n ? n.toLocaleString("en") : ""))]);
  }
  network.train(training);
  const total = [...products.values()].reduce((sum, n) => sum + n, 0);
  rows.push(["all", "", ...[countParameters(network), total].map((n) => n.toLocaleString("en"))]);
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd(),
  );
  return { lines, products };
}

const shown = (shape: readonly number[]): string => `[${shape.join(", ")}]`;
