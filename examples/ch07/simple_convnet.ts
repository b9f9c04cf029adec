/** Chapter 7.5: what SimpleConvNet is made of, layer by layer; convolution as a product; saving and loading. */
import { fold, manualSeed, noGrad, tensor, unfold, uniform } from "gradtape";
import { loadSafetensors, saveSafetensors } from "gradtape/node";
import { layerTable } from "../common/layer_table.js";
import { outFile, shown } from "../common/out.js";
import { SimpleConvNet } from "../common/simple_convnet.js";

manualSeed(0);
const network = new SimpleConvNet({ input: [1, 28, 28], filters: 30, size: 5, hidden: 100, outputs: 10 });
const x = uniform([3, 1, 28, 28]);
for (const line of layerTable(network, x).lines) console.log(line);

// Small weights give scores near 0, and softmax makes 1/10 of each.
const t = tensor([3, 1, 4], { dtype: "int32" });
console.log(`loss before learning: ${network.loss(x, t).item().toFixed(3)}, and log 10 is ${Math.log(10).toFixed(3)}`);

// Chapter 7.4: windows laid side by side as columns, im2col, leave one matrix product of a convolution.
const { W, b } = network.to("float64").layers.conv;
const images = x.to("float64");
const columns = unfold(images, 5); // [N, C · 5 · 5, windows]
const product = W.flatten(1).matmul(columns); // [filters, C · 5 · 5] · columns
const convolved = product.reshape([3, 30, 24, 24]).add(b?.reshape([30, 1, 1]) ?? 0);
const far = convolved.sub(network.layers.conv.forward(images)).abs().max().item();
console.log(`im2col: columns [${columns.shape.join(", ")}]; their product with the filters is off by ${far}`);
// Each pixel comes back once for every window that it lies in: col2im adds them up.
const often = fold(columns, [28, 28], 5).div(images);
const [corner, middle] = [often.at(0, 0, 0, 0), often.at(0, 0, 14, 14)].map((n) => n.item().toFixed(0));
console.log(`col2im: a pixel in a corner comes back ${corner} time, one in the middle ${middle} times`);

network.to("float32");
const file = outFile("ch07-simple_convnet.safetensors");
saveSafetensors(file, network.stateDict());
console.log(`parameters: ${shown(file)}`);
const other = new SimpleConvNet();
const same = () => noGrad(() => network.predict(x).eq(other.predict(x)).all().item() === 1);
console.log(`another network says the same: ${same()}`);
other.loadStateDict(loadSafetensors(file).tensors);
console.log(`with these parameters: ${same()}`);
