// slow
/** Every op of the registry against its reference and against central differences, and what every backward must do. */
import fc from "fast-check";
import {
  configure,
  Generator,
  gradient,
  jvp,
  noGrad,
  type Operation,
  registry,
  type Tensor,
  tensor,
  zerosLike,
} from "gradtape";
import * as assert from "uvu/assert";
import { type Case, cases } from "./support/cases.js";
import { assertClose, assertSame } from "./support/close.js";
import { expected, references } from "./support/references.js";
import { along, differences, firstOrder, hasSlopes, movable, secondOrder, signed } from "./support/slopes.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("ops");

/** How many random cases a derivative, and anything else, is checked with. */
const many = long ? 1000 : 200;
const some = long ? 300 : 40;
const few = long ? 100 : 10;

// Errors are |a − b| / max(1, |a|, |b|). A float64 has a unit of 1.1e-16, a float32 one of 6e-8.
const tolerance = {
  /** Values in float64: a few dozen units for the letters of a formula, the sums of a product, and the reference's own. */
  value: 1e-14,
  /** Values and slopes in float32, held against those in float64 of the same inputs: 32 units. */
  single: 2e-6,
  /** What is the same sum in another order. */
  reordered: 1e-12,
  /** A slope, held against differences. */
  tangent: 1e-7,
};

/** Runs a check on random cases; the generator it is given draws cotangents. */
function check(op: Operation, runs: number, f: (c: Case, generator: Generator) => void, smooth = true): void {
  const drawn = fc.property(cases(op, { smooth }), fc.nat(), (c, seed) => f(c, new Generator(seed)));
  fc.assert(drawn, { numRuns: runs });
}

/** The gradients of a case's inputs for a cotangent. */
const pull = (c: Case, g: Tensor, options: { createGraph?: boolean } = {}, inputs = c.inputs): Tensor[] =>
  gradient(c.call(inputs), inputs, { seed: g, ...options });

/** What `f` gives while words are interpreted. */
function interpreting<T>(f: () => T): T {
  configure({ codegen: false });
  try {
    return f();
  } finally {
    configure({});
  }
}

/** ⟨a, b⟩. */
const dot = (a: Tensor, b: Tensor): number => a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);

/** The inputs in which ops were found to be linear, by trial. */
const linear = new Set<string>();

/** The same case on inputs of another dtype. */
const float32 = (c: Case): Tensor[] => c.inputs.map((x) => tensor(x, { dtype: "float32", requiresGrad: true }));

for (const op of registry.values()) {
  const smooth = !op.kinks && !op.ties;
  const named = (property: string, body: () => void) => test(`${op.name}: ${property}`, body);

  named("the value is that of the reference, in float64 and float32", () => {
    const checkValue = (c: Case) => {
      const y = c.call();
      const wanted = expected(c);
      assertClose(y, wanted, { tolerance: tolerance.value, what: "float64" });
      const single = c.call(float32(c));
      if (y.dtype === "float64" && single.dtype === "float32")
        assertClose(single, y, { tolerance: tolerance.single, what: "float32" });
    };
    check(op, many / 2, checkValue, false);
    check(op, many / 2, checkValue);
  });

  if (!hasSlopes(op)) {
    named("records nothing, and its differences are 0", () => {
      check(op, many, (c) => {
        const y = c.call();
        assert.is(y.origin, null);
        for (const x of c.inputs)
          assert.ok(
            differences(() => [c.call()], x)
              .flat()
              .every((slope) => slope === 0),
          );
      });
    });
    continue;
  }

  named("the gradient is that of differences", () => {
    const cases: number[] = [];
    const steep: number[] = [];
    check(op, many, (c, generator) => {
      for (const { place, steepest } of firstOrder(c, generator)) {
        cases[place] = (cases[place] ?? 0) + 1;
        steep[place] = (steep[place] ?? 0) + +(steepest > 1e-3);
      }
    });
    // Where all slopes are 0 nothing is shown. Beside a kink or a tie one side may be flat.
    cases.forEach((count, place) => {
      assert.ok(
        steep[place] >= (smooth ? 0.95 : 0.25) * count,
        `${steep[place]} of ${count} cases have a slope in input ${place + 1}`,
      );
    });
  });

  named("the gradient's gradient is that of differences", () => check(op, many, secondOrder));

  /** A property of the gradients of a random case, if it has any, for a random cotangent. */
  const pulled = (property: string, f: (c: Case, g: Tensor, generator: Generator) => void) =>
    named(property, () => {
      check(op, some, (c, generator) => {
        const y = c.call();
        if (y.tracked) f(c, signed(y, generator), generator);
      });
    });

  pulled("a gradient has the shape and dtype of its input, broadcast or not", (c, g) => {
    for (const inputs of [c.inputs, float32(c)])
      pull(c, g, {}, inputs).forEach((x, i) => {
        assert.equal([x.shape, x.dtype], [inputs[i].shape, inputs[i].dtype]);
      });
  });

  pulled("the gradient in float32 is that in float64", (c, g) => {
    const single = pull(c, g.to("float32"), {}, float32(c));
    pull(c, g).forEach((x, i) => {
      assertClose(single[i], x, { tolerance: tolerance.single, what: `input ${i + 1}` });
    });
  });

  pulled(
    "the derivative along tangents is that of differences, and with the gradient one number",
    (c, g, generator) => {
      const xs = movable(c).map((i) => c.inputs[i]);
      if (xs.length === 0) return;
      const tangents = xs.map((x) => signed(x, generator));
      const call = (...moved: Tensor[]) => c.call(c.inputs.map((x) => moved[xs.indexOf(x)] ?? x));
      const [y, tangent] = jvp(call, xs, tangents);
      assertSame(
        y,
        noGrad(() => c.call()),
      );
      const wanted = along(() => noGrad(() => c.call()).data as ArrayLike<number>, xs, tangents);
      assertClose(Float64Array.from(tangent.data), wanted, { tolerance: tolerance.tangent });
      const slopes = gradient(c.call(), xs, { seed: g });
      const sum = (a: readonly Tensor[], b: readonly Tensor[]) => a.reduce((s, x, i) => s + dot(x, b[i]), 0);
      assertClose(dot(tangent, g), sum(slopes, tangents), { tolerance: tolerance.reordered * Math.max(1, g.size) });
    },
  );

  pulled("where it is linear in an input, its gradient is the adjoint", (c, g, generator) => {
    for (const i of movable(c)) {
      if (c.inputs[i].size * g.size === 0 || op.kinks?.[c.places[i]]?.length) continue;
      const at = (x: Tensor) => noGrad(() => c.call(c.inputs.map((other, k) => (k === i ? x : other))));
      // Many, since what is linear here and there, as fmod is, may seem so a few times.
      const [a, ...others] = Array.from({ length: 16 }, () => signed(c.inputs[i], generator));
      const adds = (b: Tensor): boolean => {
        const wanted = at(a).mul(2).sub(at(b).mul(0.5));
        const found = at(a.mul(2).sub(b.mul(0.5)).detach());
        return found.data.every((value, k) => Math.abs(value - wanted.data[k]) <= 1e-13 * (1 + Math.abs(value)));
      };
      if (!others.every(adds)) continue;
      linear.add(`${op.name} ${i}`);
      const x = tensor(a, { requiresGrad: true });
      const y = c.call(c.inputs.map((other, k) => (k === i ? x : other)));
      const [left, right] = [dot(y, g), y.tracked ? dot(x, gradient(y, x, { seed: g })) : 0];
      const size = dot(y.detach().abs(), g.detach().abs());
      assert.ok(Math.abs(left - right) <= 1e-12 * Math.max(1e-300, size), `${c.describe()}: ${left} and ${right}`);
    }
  });

  pulled("the same backward twice has the same bits", (c, g) => {
    const y = c.call();
    const first = gradient(y, c.inputs, { seed: g });
    gradient(y, c.inputs, { seed: g }).forEach((x, i) => {
      assertSame(x, first[i]);
    });
  });

  pulled("the gradient of a cotangent of zeros is zero", (c, g) => {
    for (const x of pull(c, zerosLike(g))) assert.ok(x.data.every((value) => value === 0));
  });

  pulled("the gradient is linear in the cotangent", (c, g, generator) => {
    const [a, b, other] = [-1.75, 0.375, signed(g, generator)];
    const [p, q] = [pull(c, g), pull(c, other)];
    pull(c, g.mul(a).add(other.mul(b)).detach()).forEach((x, i) => {
      assertClose(x, p[i].mul(a).add(q[i].mul(b)), { tolerance: tolerance.reordered, what: `input ${i + 1}` });
    });
  });

  pulled("backward gives the numbers of the gradients that are recorded", (c, g) => {
    const recorded = pull(c, g, { createGraph: true });
    pull(c, g).forEach((x, i) => {
      assertClose(x, recorded[i], { tolerance: tolerance.reordered, what: `input ${i + 1}` });
    });
  });
}

test(
  "words that are interpreted have the bits of those that are printed: of values, gradients, and recorded gradients",
  () => {
    const generator = new Generator(1);
    const runs = [...registry.values()].flatMap((op) =>
      fc.sample(cases(op), { seed, numRuns: few }).flatMap((c) => {
        const g = signed(
          noGrad(() => c.call()),
          generator,
        );
        return [
          [c.inputs, g],
          [float32(c), g.to("float32")],
        ].map(([inputs, g]) => (): Tensor[] => {
          const y = c.call(inputs as Tensor[]);
          if (!y.tracked) return [y];
          const recorded = pull(c, g as Tensor, { createGraph: true }, inputs as Tensor[]);
          return [y, ...pull(c, g as Tensor, {}, inputs as Tensor[]), ...recorded];
        });
      }),
    );
    const interpreted = interpreting(() => runs.map((run) => run()));
    runs.forEach((run, i) => {
      run().forEach((x, k) => {
        assertSame(interpreted[i][k], x);
      });
    });
  },
  { deadline: 300_000 },
);

test("the adjoint was looked at of many ops", () => {
  console.log(`\n${linear.size} inputs in which an op is linear: ${[...linear].join(", ")}`);
  assert.ok(linear.size >= 40, `${linear.size}`);
});

test("there is a reference for every op, and an op for every reference", () => {
  assert.equal(Object.keys(references).sort(), [...registry.keys()].sort());
});

test.run();
