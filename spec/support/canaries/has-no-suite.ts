/** A file that loads, and does nothing. */
import "../suite.js";
