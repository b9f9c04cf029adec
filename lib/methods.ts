/** The operations as methods: those of `ops/index.ts`, attached to Tensor (beside their registration the one side effect). */
import { registerHook } from "./hooks.js";
import { registry } from "./op.js";
import "./ops/index.js";
import { chunk, split, unbind } from "./ops/slices.js";
import { backward } from "./tape.js";
import { Tensor } from "./tensor.js";

const attach = (name: string, op: (x: Tensor, ...rest: never[]) => unknown): void => {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: never[]) {
      return op(this, ...rest);
    },
    configurable: true,
    writable: true,
  });
};
for (const { name, arity, apply } of registry.values()) if (arity < Infinity) attach(name, apply as never);
// What gives several tensors is not in the registry.
for (const [name, op] of Object.entries({ backward, chunk, registerHook, split, unbind })) attach(name, op as never);
