/** Layers, losses and initializers. */
export * from "./initializers.js";
export { Layer, type Module } from "./layer.js";
export * from "./layers.js";
export * from "./losses.js";
