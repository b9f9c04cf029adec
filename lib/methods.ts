/** The operations as methods: those of `ops/index.ts`, attached to Tensor (beside their registration the one side effect). */
import { registry } from "./op.js";
import "./ops/index.js";
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
for (const { name, apply } of registry.values()) attach(name, apply as never);
attach("backward", backward);
