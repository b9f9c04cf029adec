/** Chapter 2.3.3: OR, which is AND with a bias that one input overcomes. */
import { perceptron, truthTable } from "../common/perceptron.js";

const OR = perceptron([0.5, 0.5], -0.2);
truthTable(OR);
