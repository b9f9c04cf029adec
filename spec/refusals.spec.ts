/** Every op refuses shapes and values that it has no result for, in words that name it, what it was given, and what must hold. */
import { GradtapeError, registry, type Tensor, zeros } from "gradtape";
import * as assert from "uvu/assert";
import { refusals } from "./support/refusals.js";
import { suite } from "./support/suite.js";

const test = suite("refusals");

/** The library's error of a call, as text. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof GradtapeError) return String(error);
    throw new Error(`${call}: threw what is none of the library's errors: ${error}`);
  }
  throw new Error(`${call}: was not refused`);
}

for (const { name, word, arity, apply } of registry.values()) {
  const own = refusals[name] ?? [];

  test(`${name}: refuses with the messages pinned for it`, () => {
    for (const [call, error] of own) {
      assert.is(refusal(call), error, `${call}`);
      assert.match(error, new RegExp(`^\\w+Error: ${name}[(: ]`));
    }
  });

  if (!word) {
    test(`${name}: a shape, and a value or kind, that it refuses is pinned`, () => {
      assert.ok(own.length >= 2, `${own.length} rows`);
      assert.ok(
        own.some(([, error]) => error.startsWith("ShapeError")),
        "no shape error",
      );
    });
    continue;
  }

  // Element by element, all refuse the same.
  const call = apply as (...x: unknown[]) => Tensor;
  const others = Array.from({ length: arity - 1 }, () => 1);
  test(`${name}: refuses operands that do not broadcast, or are no tensors`, () => {
    if (arity > 1) {
      const shapes = `${name}([2,3], [2,4]${", 1".repeat(arity - 2)})`;
      assert.is(
        refusal(() => call(zeros([2, 3]), zeros([2, 4]), ...others.slice(1))),
        `ShapeError: ${shapes}: axis -1 has lengths 3 and 4; they must be equal, or one of them 1`,
      );
    }
    for (const [wrong, kind] of [
      ["1", "string"],
      [[1], "an array; wrap it in tensor()"],
      [null, "null"],
    ])
      assert.is(
        refusal(() => call(wrong, ...others)),
        `DtypeError: ${name}: operands must be tensors or numbers (given ${kind})`,
      );
  });
}

test("what is pinned is an op", () => {
  assert.equal(
    Object.keys(refusals).filter((name) => !registry.has(name)),
    [],
  );
});

test.run();
