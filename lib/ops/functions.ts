/**
 * Operations that are functions only, `conv2d(x, W)`: of networks, or of several tensors. A list of files, never of ops.
 * Each is marked pure, so that bundlers leave out those that a program does not use.
 */
export * from "./convolution.js";
export * from "./lists.js";
export * from "./losses.js";
export * from "./windows.js";
