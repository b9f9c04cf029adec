/** Before the library is loaded: WebAssembly's memory grows at every computation, so that whoever keeps a view of it is found out. */
import { Engine } from "../../../lib/backends/wasm/engine.js";
import { Memory } from "../../../lib/backends/wasm/memory.js";
import { noted } from "./noted.js";

/** Bytes from which on another memory is taken: none can grow for ever, and the garbage collector works for the size of each. */
const most = 2 ** 23;

const { begin } = Memory.prototype;
Memory.prototype.begin = function (operands, results) {
  const { buffer } = this.memory;
  try {
    this.memory.grow(1);
    this.floats = new Float32Array(this.memory.buffer);
    noted.grown += Number(buffer.byteLength === 0); // what was there is no longer to be used
  } catch {
    // It has all that it was allowed.
  }
  return begin.call(this, operands, results);
};

const { safely } = Engine.prototype;
Engine.prototype.safely = function (compute) {
  if (this.memory.floats.byteLength >= most) {
    this.memory.empty();
    this.stop();
    this.memory = new Memory(this.memory.shared, this.limits.maxMemory, this.limits.room, this.memory.backend);
  }
  return safely.call(this, compute);
};
