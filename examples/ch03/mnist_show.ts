/** Chapter 3.6.1: the first digit to train with: its label, its 784 numbers, and their picture. */
import { loadDigits } from "gradtape/digits";
import { draw } from "../common/plot.js";

const { train } = loadDigits();
const image = train.x.select(0, 0);
console.log(train.t.at(0).item()); // the book's is a 5: its digits are in the order of their files, these are shuffled
console.log(`(${image.shape.join()},)`);

const square = image.reshape([28, 28]);
console.log(`(${square.shape.join(", ")})`);

draw("ch03-mnist_show", [{ images: square.unsqueeze(0), columns: 1 }], { width: 310 });
