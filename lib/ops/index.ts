/** Every operation: a list of files, never of ops. */
export * from "./arithmetic.js";
export * from "./convolution.js";
export * from "./indexing.js";
export * from "./linear.js";
export * from "./losses.js";
export * from "./math.js";
export * from "./movement.js";
export * from "./reductions.js";
export * from "./slices.js";
export * from "./windows.js";
