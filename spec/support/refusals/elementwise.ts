/** What elementwise refuse. */
import type { Refusals } from "../refusals.js";

export const elementwise: Refusals = {};
