/** Optimizers, schedules of their learning rates, and clipped gradients. */
export * from "./adam.js";
export * from "./adaptive.js";
export * from "./clip.js";
export {
  type Course,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
  exponentialLR,
  linearLR,
  multiStepLR,
  type OneCycleOptions,
  oneCycleLR,
  polynomialLR,
  sequentialLR,
  stepLR,
} from "./courses.js";
export { type Group, type GroupOptions, Optimizer, type Trainable } from "./optimizer.js";
export type { Rule } from "./rule.js";
export * from "./schedule.js";
export * from "./sgd.js";
