/** Layers, losses and initializers. */
export * from "./activations.js";
export * from "./attention.js";
export * from "./cells.js";
export * from "./convolution.js";
export * from "./dropout.js";
export * from "./embedding.js";
export * from "./initializers.js";
export { Layer, type Module } from "./layer.js";
export * from "./layers.js";
export * from "./losses.js";
export * from "./normalization.js";
export * from "./pooling.js";
export * from "./recurrent.js";
