/** Chapter 2.3.3: AND, a perceptron whose bias only both inputs together overcome. */
import { perceptron, truthTable } from "../common/perceptron.js";

const AND = perceptron([0.5, 0.5], -0.7);
truthTable(AND);
