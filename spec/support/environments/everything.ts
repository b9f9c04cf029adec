/** Before the library is loaded: everything goes to WebAssembly, however small, in small pieces, and `configure()` does not change that. */
import { usual } from "../../../lib/backends/wasm/engine.js";

Object.assign(usual, { elements: 1, inner: 0, multiplications: 1, chunk: 48, depth: 8 });
