/** Files of tensors as bytes, for every environment: `gradtape/node` reads and writes them on disk. */
export * from "./npy/encode.js";
export * from "./npy/parse.js";
export * from "./safetensors/encode.js";
export * from "./safetensors/parse.js";
