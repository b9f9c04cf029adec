/** The computation graph, as the book draws it and as a table. */
export { toDot } from "./dot.js";
export type { GraphNames, GraphOptions } from "./steps.js";
export { graphTable } from "./table.js";
