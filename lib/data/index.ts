/** Data in batches. */
export * from "./batches.js";
