/** A suite that runs, and has nothing to run. */
import { suite } from "../suite.js";

suite("empty").run();
