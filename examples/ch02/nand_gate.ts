/** Chapter 2.3.3: NAND, which is AND with all signs turned round. */
import { perceptron, truthTable } from "../common/perceptron.js";

const NAND = perceptron([-0.5, -0.5], 0.7);
truthTable(NAND);
