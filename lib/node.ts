/** gradtape/node, what needs a file system or a process: checkpoints, NumPy's files, and those of MNIST; Ctrl-C. */
export { parseIdx } from "./data/idx.js";
export { writeAtomically } from "./node/atomic.js";
export { stopOnInterrupt } from "./node/interrupt.js";
export * from "./node/mnist.js";
export * from "./node/saving.js";
