/** Chapter 2.5.2: exclusive or, which no perceptron is; three in two layers are. */
import { perceptron, truthTable } from "../common/perceptron.js";

const AND = perceptron([0.5, 0.5], -0.7);
const NAND = perceptron([-0.5, -0.5], 0.7);
const OR = perceptron([0.5, 0.5], -0.2);

// own/xor learns such weights, in place of being given them.
const XOR = (x1: number, x2: number) => AND(NAND(x1, x2), OR(x1, x2));
truthTable(XOR);
