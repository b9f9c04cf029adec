/** Optimizers. */
export * from "./sgd.js";
