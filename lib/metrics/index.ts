/** Metrics: how good a model is, in numbers for people. */
export * from "./classification.js";
export { type Metric, metric, rowMean, type Tally } from "./metric.js";
export * from "./regression.js";
