/** Operations that are functions and methods, `sin(x)` and `x.sin()`: a list of files, never of ops. */
export * from "./arithmetic.js";
export * from "./indexing.js";
export * from "./linear.js";
export * from "./math.js";
export * from "./movement.js";
export * from "./reductions.js";
export * from "./slices.js";
