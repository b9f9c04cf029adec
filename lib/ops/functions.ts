/**
 * Operations that are functions only, `conv2d(x, W)`: of networks, or of several tensors. A list of files, never of ops.
 * Each is marked pure, so that bundlers leave out those that a program does not use.
 */
export * from "./activations.js";
export * from "./adaptive-pooling.js";
export * from "./attention.js";
export * from "./binary-crossentropy.js";
export * from "./convolution.js";
export * from "./convolution-transpose.js";
export * from "./crossentropy.js";
export * from "./distances.js";
export * from "./einsum.js";
export * from "./factorizations.js";
export * from "./linalg.js";
export * from "./lists.js";
export * from "./losses.js";
export * from "./margins.js";
export * from "./normalization.js";
export * from "./pooling.js";
export * from "./products.js";
export * from "./upsampling.js";
export * from "./windows.js";
