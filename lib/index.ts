/** The public face: tensors, operations, the tape, layers, optimizers, training, metrics, files as bytes, gradient checks. */
import "./methods.js"; // first: ops that are registered later are functions only

export { AnomalyError, detectAnomaly } from "./anomaly.js";
export { backend, type Configuration, configure } from "./backends/index.js";
export { checkpoint } from "./checkpoint.js";
export * from "./create.js";
export { type CustomOp, customOp } from "./custom.js";
export * from "./data/index.js";
export { type Dtype, defaultDtype, type ReadonlyData, setDefaultDtype } from "./dtype.js";
export { type Binary, binary, type Ternary, ternary, type Unary, unary } from "./elementwise.js";
export {
  type CheckpointCode,
  type CheckpointDetails,
  CheckpointError,
  DataError,
  DtypeError,
  GradError,
  GradtapeError,
  ShapeError,
  ValueError,
} from "./error.js";
export * from "./files/index.js";
export * from "./gradcheck.js";
export * from "./graph/index.js";
export type { Hook } from "./hooks.js";
export { kernelOp } from "./kernel.js";
export type { Scalar } from "./letters.js";
export * from "./metrics/index.js";
export type { Nested, NestedNumbers, TypedArray } from "./nested.js";
export * from "./nn/index.js";
export * from "./numerical.js";
export { between, composed, type Domain, type Operation, registry, type Sample } from "./op.js";
export type { Pair, PoolOptions, WindowOptions } from "./ops/common/windows.js";
export * from "./ops/functions.js";
export * from "./ops/index.js";
export * from "./optim/index.js";
export { defaultGenerator, Generator, type GeneratorState, manualSeed } from "./random.js";
export type { Shape } from "./shape.js";
export type { LoadOptions, StateDict, Stateful } from "./state.js";
export { type GradientOptions, gradient, noGrad, tape } from "./tape.js";
export { type BackwardOptions, type Operand, Tensor, type Values } from "./tensor.js";
export { together } from "./together.js";
export * from "./train/index.js";
export * from "./transforms.js";
export { Word } from "./word.js";
