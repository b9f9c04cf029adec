/** Chapter 5.4.1: two apples with tax, and how the price depends on each number: by hand, and by the tape. */
import { gradient, tensor } from "gradtape";
import { MulLayer } from "../common/naive_layers.js";
import { sideBySide } from "../common/side_by_side.js";

const given = [100, 2, 1.1] as const; // an apple, how many of them, and the tax

// By hand: forward from node to node, and back through the same nodes in reverse.
const [apples, taxed] = [new MulLayer(), new MulLayer()];
const price = taxed.forward(apples.forward(given[0], given[1]), given[2]);
const [dApplePrice, dTax] = taxed.backward(1);
const [dApple, dAppleNum] = apples.backward(dApplePrice);

// By the tape: forward only.
const [apple, appleNum, tax] = given.map((value) => tensor(value, { dtype: "float64", requiresGrad: true }));
const total = apple.mul(appleNum).mul(tax);
const slopes = gradient(total, [apple, appleNum, tax]).map((slope) => slope.item());

sideBySide({
  price: [price, total.item()],
  dApple: [dApple, slopes[0]],
  dApple_num: [dAppleNum, slopes[1]],
  dTax: [dTax, slopes[2]],
});
