/** gradtape/node, what needs a file system: checkpoints, NumPy's files, and those of MNIST. */
export { parseIdx } from "./data/idx.js";
export { writeAtomically } from "./node/atomic.js";
export * from "./node/mnist.js";
export * from "./node/saving.js";
