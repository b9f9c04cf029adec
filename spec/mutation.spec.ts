// slow, usual environment only: it tests the checks
/** The checks have power: every op's rules, spoiled in every way of a fixed list, are caught by the checks of ops.spec. */
import fc from "fast-check";
import { Generator, gradient, type Operation, registry, type Tensor, tape } from "gradtape";
import * as assert from "uvu/assert";
import { type Case, cases } from "./support/cases.js";
import { driverMutants, type Mutant, mutantsOf } from "./support/mutants.js";
import { firstOrder, secondOrder, signed } from "./support/slopes.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("mutation");

/** How many cases a mutant may survive before it counts as one that survives. */
const tries = long ? 1000 : 200;
/** A mutant that agrees with the right rule at so many numbers is the right rule, spelled differently. */
const points = 500;

const derivable = [...registry.values()].filter((op) => op.composed || op.differentiable.some(Boolean));

/** Cases of an op, the same for each of its mutants. */
const draw = (op: Operation, count: number): Case[] => fc.sample(cases(op), { seed, numRuns: count });

/** The gradients of a case and the gradients of those, as numbers; what a rule may be told from another by. */
function derivatives(c: Case): number[] {
  const generator = new Generator(1);
  const y = c.call();
  if (!y.tracked) return [];
  const seed = signed(y, generator);
  const first = gradient(y, c.inputs, { seed, createGraph: true });
  const second = first.flatMap((g) =>
    g.tracked ? gradient(g, [...c.inputs, seed], { seed: signed(g, generator) }) : [],
  );
  const twice = gradient(c.call().add(c.call()), c.inputs, { seed });
  return [...gradient(y, c.inputs, { seed }), ...twice, ...first, ...second].flatMap((x: Tensor) => [...x.data]);
}

const installed = <T>(mutant: Mutant, f: () => T): T => {
  const undo = mutant.install();
  try {
    return f();
  } finally {
    undo();
  }
};

const attempt = <T>(f: () => T): T | Error => {
  try {
    return f();
  } catch (error) {
    return error as Error;
  }
};

const agree = (a: number, b: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a), Math.abs(b));

/** Whether a mutant gives what the right rule gives, at so many numbers. */
function equivalent(mutant: Mutant, right: readonly (readonly [Case, readonly number[]])[]): boolean {
  return installed(mutant, () =>
    right.every(([c, expected]) => {
      const found = attempt(() => derivatives(c));
      return (
        !(found instanceof Error) && found.length === expected.length && found.every((x, i) => agree(x, expected[i]))
      );
    }),
  );
}

/** Whether one of the checks of ops.spec fails on one of the cases. */
const caught = (mutant: Mutant, tried: readonly Case[]): boolean =>
  installed(mutant, () =>
    tried.some((c, i) =>
      [firstOrder, secondOrder].some((check) => attempt(() => check(c, new Generator(i))) instanceof Error),
    ),
  );

/** Ops whose rules are at work when this one is differentiated: itself, or those it is made of. */
const working = (op: Operation, tried: readonly Case[]): Operation[] =>
  op.composed
    ? [...new Set(tried.flatMap((c) => tape(c.call()).flatMap((x) => (x.origin ? [x.origin.op] : []))))]
    : [op];

const same: string[] = [];
let live = 0;

for (const op of derivable)
  test(`${op.name}: every mutant of its rules is caught`, () => {
    const tried = draw(op, tries);
    const right: [Case, number[]][] = [];
    let seen = 0;
    for (const c of draw(op, points)) {
      if (seen >= points) break;
      const expected = derivatives(c);
      right.push([c, expected]);
      seen += expected.length;
    }
    assert.ok(seen >= points, `only ${seen} numbers to tell mutants apart by`);
    const mutants = [...working(op, tried.slice(0, 20)).flatMap(mutantsOf), ...driverMutants];
    const different = mutants.filter((mutant) => !equivalent(mutant, right));
    for (const mutant of mutants)
      if (!different.includes(mutant))
        same.push(op.composed || mutant.name.startsWith("driver") ? `${op.name}, ${mutant.name}` : mutant.name);
    live += different.length;
    assert.equal(
      different.filter((mutant) => !caught(mutant, tried)).map(({ name }) => name),
      [],
      "survivors",
    );
    assert.ok(different.length >= 4, `only ${different.length} live mutants`);
  });

test("mutants that are the right rule in other words are listed", () => {
  console.log(`\n${live} mutants caught; ${same.length} are equivalent to the right rule:\n  ${same.join("\n  ")}`);
  assert.ok(live > 4 * derivable.length);
});

test.run();
