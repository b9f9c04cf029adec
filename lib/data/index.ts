/** Data in batches, and images changed at random. */
export * from "./batches.js";
export * from "./transforms.js";
