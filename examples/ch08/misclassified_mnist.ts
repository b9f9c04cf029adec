/** Chapter 8.1.2: digits that a DeepConvNet takes for others, the first twenty: label → inference. */
import { noGrad, tensor } from "gradtape";
import { learntDeepNet, learntOptions, testDigits } from "../common/learnt.js";
import { draw } from "../common/plot.js";

const about = "Draws digits that a DeepConvNet takes for others.";
const options = learntOptions("ch08/misclassified_mnist", about, "ch08/train_deepnet");
const network = await learntDeepNet(options);
const { x, t } = testDigits(options);

console.log("calculating test accuracy ... ");
const said = noGrad(() => x.split(100).flatMap((images) => network.predict(images).argmax(1).toArray<number[]>()));
const labels = t.toArray<number[]>();
const wrong = [...labels.keys()].filter((i) => said[i] !== labels[i]);
console.log(`test accuracy:${(labels.length - wrong.length) / labels.length}`);

// Of these, many could be taken for either.
const first = wrong.slice(0, 20);
console.log("======= misclassified result =======");
console.log("{view index: (label, inference), ...}");
console.log(`{${first.map((i, view) => `${view + 1}: (${labels[i]}, ${said[i]})`).join(", ")}}`);

const images = x.indexSelect(0, tensor(Int32Array.from(first))).squeeze(1);
const captions = first.map((i) => `${labels[i]} → ${said[i]}`);
const title = `${wrong.length} of ${labels.length} digits are taken for others${wrong.length > 20 ? ", such as" : ""}`;
draw("ch08-misclassified_mnist", [{ title, images, columns: 5, captions }], { width: 480, height: 480 });
