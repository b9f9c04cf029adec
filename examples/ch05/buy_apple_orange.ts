/** Chapter 5.4.2: two apples and three oranges with tax, and how the price depends on each number. */
import { gradient, tensor } from "gradtape";
import { AddLayer, MulLayer } from "../common/naive_layers.js";
import { sideBySide } from "../common/side_by_side.js";

const given = { apple: 100, appleNum: 2, orange: 150, orangeNum: 3, tax: 1.1 };

// By hand: forward from node to node,
const [apples, oranges, both, taxed] = [new MulLayer(), new MulLayer(), new AddLayer(), new MulLayer()];
const applePrice = apples.forward(given.apple, given.appleNum);
const orangePrice = oranges.forward(given.orange, given.orangeNum);
const price = taxed.forward(both.forward(applePrice, orangePrice), given.tax);
// and back through the same nodes in reverse.
const [dBoth, dTax] = taxed.backward(1);
const [dApplePrice, dOrangePrice] = both.backward(dBoth);
const [dOrange, dOrangeNum] = oranges.backward(dOrangePrice);
const [dApple, dAppleNum] = apples.backward(dApplePrice);

// By the tape: forward only.
const inputs = Object.values(given).map((value) => tensor(value, { dtype: "float64", requiresGrad: true }));
const [apple, appleNum, orange, orangeNum, tax] = inputs;
const total = apple.mul(appleNum).add(orange.mul(orangeNum)).mul(tax);
const slopes = gradient(total, inputs).map((slope) => slope.item());

sideBySide({
  price: [price, total.item()],
  dApple: [dApple, slopes[0]],
  dApple_num: [dAppleNum, slopes[1]],
  dOrange: [dOrange, slopes[2]],
  dOrange_num: [dOrangeNum, slopes[3]],
  dTax: [dTax, slopes[4]],
});
