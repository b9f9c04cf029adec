/** Optimizers, schedules of their learning rates, and clipped gradients. */
export * from "./adam.js";
export * from "./adaptive.js";
export * from "./clip.js";
export * from "./courses.js";
export { type Group, type GroupOptions, Optimizer, type Trainable } from "./optimizer.js";
export type { Rule } from "./rule.js";
export * from "./schedule.js";
export * from "./sgd.js";
