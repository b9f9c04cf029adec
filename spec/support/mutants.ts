/** Spoiled derivatives: ways in which the rule of an op, or the driver of all rules, can be wrong. */
import { type Operand, type Operation, registry, type Tensor, tensor, type Word, Word as Words } from "gradtape";
import { driver } from "../../lib/tape.js";

/** A way to be wrong. `install` makes it so, and gives back how to make it right again. */
export type Mutant = { name: string; install(): () => void };

type Pull = Operation["pull"];

/** The op with another way to pull gradients back. */
const pulling = (op: Operation, name: string, spoil: (right: Pull) => Pull): Mutant => ({
  name: `${op.name}: ${name}`,
  install() {
    const right = op.pull;
    Object.assign(op, { pull: spoil(right) });
    return () => Object.assign(op, { pull: right });
  },
});

/** The op with something done to the gradient of each input. */
const changing = (op: Operation, name: string, change: (g: Tensor) => Tensor): Mutant =>
  pulling(op, name, (right) => (i, g, y, origin, onto) => {
    const pulled = right(i, g, y, origin, onto);
    return pulled && change(pulled);
  });

/** The values of an axis in reverse order. */
const reversed = (x: Tensor, axis: number): Tensor =>
  x.rank === 0
    ? x
    : x.indexSelect(
        axis,
        Array.from({ length: x.shape.at(axis) as number }, (_, i, n = x.shape.at(axis) as number) => n - 1 - i),
      );

/** A formula's value on tensors: recorded if they are, as the op's own slope would be. */
function onTensors(word: Word, given: readonly Operand[]): Operand {
  const values = new Map<Word, Operand>();
  const inputs = given.map((x) => (typeof x === "number" ? tensor(x, { dtype: "float64" }) : x));
  for (const step of word.steps())
    values.set(
      step,
      step.letter === "argument"
        ? inputs[step.value]
        : step.letter === "constant"
          ? step.value
          : (registry.get(step.letter) as Operation).apply(...(step.parts.map((part) => values.get(part)) as never[])),
    );
  return values.get(word) as Operand;
}

/** A word with one of its steps replaced. */
function replaced(word: Word, step: Word, by: Word): Word {
  const made = new Map<Word, Word>();
  for (const old of word.steps())
    made.set(
      old,
      old === step
        ? by
        : old.letter === "argument" || old.letter === "constant"
          ? old
          : Words.apply(
              old.letter,
              old.parts.map((part) => made.get(part) as Word),
            ),
    );
  return made.get(word) as Word;
}

/** What a step may be mistaken for: a sum without one of its terms, a product without one of its factors, the other branch. */
function mistakes(step: Word): [what: string, by: Word][] {
  const [a, b, c] = step.parts;
  const drop = (first: Word, second: Word, kind: string): [string, Word][] => [
    [`second ${kind} dropped`, first],
    [`first ${kind} dropped`, second],
  ];
  if (step.letter === "add") return drop(a, b, "term");
  if (step.letter === "sub") return drop(a, b.neg() as Word, "term");
  if (step.letter === "mul") return drop(a, b, "factor");
  if (step.letter === "where") return [["branches swapped", a.where(c, b) as Word]];
  return [];
}

/** Every slope of an elementwise op with one step mistaken. */
function mistaken(op: Operation): Mutant[] {
  return (op.slopes ?? []).flatMap((slope, place) =>
    slope.steps().flatMap((step) =>
      mistakes(step).map(([what, by]) => {
        const wrong = replaced(slope, step, by);
        return pulling(
          op,
          `slope ${place + 1}, step ${step.id}: ${what}`,
          (right) => (i, g, y, origin) =>
            i === place ? g.mul(onTensors(wrong, [g, y, ...origin.inputs])) : right(i, g, y, origin),
        );
      }),
    ),
  );
}

/** The rules of one op, each wrong in one way. */
export function mutantsOf(op: Operation): Mutant[] {
  const several = op.differentiable.filter(Boolean).length > 1;
  const count = op.arity;
  return [
    changing(op, "slope × (1 + 1e-4)", (g) => g.mul(1 + 1e-4)),
    changing(op, "sign", (g) => g.neg()),
    changing(op, "first axis reversed", (g) => reversed(g, 0)),
    changing(op, "last axis reversed", (g) => reversed(g, -1)),
    changing(op, "transposed", (g) => (g.rank < 2 ? g : g.transpose().reshape(g.shape))),
    pulling(op, "ignores the cotangent", (right) => (i, g, y, origin) => right(i, g.mul(0).add(1), y, origin)),
    ...(several
      ? [pulling(op, "slopes swapped", (right) => (i, g, y, origin) => right((i + 1) % count, g, y, origin))]
      : []),
    ...mistaken(op),
    changing(op, "detached second order", (g) => g.detach()),
  ];
}

/** The driver, wrong for every op. */
export const driverMutants: readonly Mutant[] = [
  spoiling("missing un-broadcast", {
    fit: (g, input) => {
      // The first of the repeated values instead of their sum.
      let own = g;
      while (own.rank > input.rank) own = own.indexSelect(0, [0]).reshape(own.shape.slice(1));
      input.shape.forEach((length, axis) => {
        if (length === 1 && own.shape[axis] !== 1) own = own.indexSelect(axis, [0]);
      });
      return own;
    },
  }),
  spoiling("missing accumulation", { accumulate: (_, b) => b, adds: () => false }),
];

function spoiling(name: string, wrong: Partial<typeof driver>): Mutant {
  return {
    name: `driver: ${name}`,
    install() {
      const right = { ...driver };
      Object.assign(driver, wrong);
      return () => Object.assign(driver, right);
    },
  };
}
