/** The loop that trains, and what can be hung into it. */
export type { Callback, CallbackLike } from "./callback.js";
export { type EarlyStoppingOptions, earlyStopping } from "./early-stopping.js";
export type { History, Series } from "./history.js";
export type { MonitorOptions } from "./monitor.js";
export type { Loss } from "./objective.js";
export type { FitOptions, Optimizing, TrainerOptions, WalkOptions } from "./options.js";
export { bookLine, epochLine, type PrintOptions, printEpochs } from "./printing.js";
export { type SaveOptions, saveCheckpoints } from "./saving.js";
export { type StepOptions, type Stepping, stepSchedule } from "./schedule.js";
export type { Data, Source } from "./source.js";
export { type Outcome, Trainer } from "./trainer.js";
export type { Clock } from "./turns.js";
