/** Before the library is loaded: WebAssembly's memory is emptied at every computation, so that nothing may count on what lay there. */
import { Memory } from "../../../lib/backends/wasm/memory.js";
import { least } from "../../../lib/recipe.js";
import { noted } from "./noted.js";

least.elements = 1;
const { begin, empty } = Memory.prototype;
Memory.prototype.begin = function (operands, results) {
  begin.call(this, operands, results);
  this.empty(); // no computation has room beside another
  return begin.call(this, operands, results);
};
Memory.prototype.empty = function () {
  noted.emptied++;
  empty.call(this);
};
