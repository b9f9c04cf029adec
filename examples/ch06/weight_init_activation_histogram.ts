/** Chapter 6.2.2: what five layers make of random data, by how their weights start and by activation. */
import { he, manualSeed, normal, normalInit, type Tensor, xavier } from "gradtape";
import { seedAndQuick } from "../common/options.js";
import { draw } from "../common/plot.js";

const { seed, quick } = seedAndQuick("ch06/weight_init_activation_histogram", "Draws histograms of activations.");
const rows = quick ? 100 : 1000;
const inits = { "std=1": normalInit(1), "std=0.01": normalInit(0.01), Xavier: xavier, He: he };
const activations = {
  sigmoid: { f: (x: Tensor) => x.sigmoid(), range: [0, 1] },
  relu: { f: (x: Tensor) => x.relu(), range: [0, 1], most: 7 * rows }, // half of the values are 0, and a bar too high to show
  tanh: { f: (x: Tensor) => x.tanh(), range: [-1, 1] },
} as const;

for (const [activation, { f, range, ...rest }] of Object.entries(activations)) {
  const panels = Object.entries(inits).flatMap(([name, init]) => {
    manualSeed(seed); // so that all see the same data
    const layers: Tensor[] = [];
    let x = normal([rows, 100]);
    for (let i = 0; i < 5; i++) {
      x = f(x.matmul(init([100, 100])));
      layers.push(x);
    }
    const spreads = layers.map((values) => Number(values.std().item().toPrecision(3)));
    console.log(`${activation}, ${name}: standard deviations of layers 1 to 5: ${spreads.join(", ")}`);
    return layers.map((values, i) => ({
      title: `${name}, layer ${i + 1}`,
      x: "value",
      y: "how many",
      xRange: range,
      yRange: "most" in rest ? ([0, rest.most] as const) : undefined,
      marks: [{ kind: "histogram", values: values.flatten().toArray<number[]>(), color: 0 }] as const,
    }));
  });
  draw(`ch06-weight_init_activation_histogram-${activation}`, panels, { columns: 5, width: 220, height: 190 });
}
