/** Gradient checks: central differences against the tape, for plain functions, for tensors, and for whole models. */
import { tensor, zerosLike } from "./create.js";
import { four, kinkAt, type Move, restoring, type Sides, scaled, weigh } from "./differences.js";
import { DtypeError, GradError, show } from "./error.js";
import { Generator } from "./random.js";
import { indexOf } from "./shape.js";
import { gradient, tape } from "./tape.js";
import { checkTensor, Tensor } from "./tensor.js";

/** Anything with a forward pass and named parameters: every `Layer`. */
export type Model = {
  forward(...inputs: Tensor[]): Tensor;
  namedParameters(): Iterable<readonly [string, Tensor]>;
};

/** Options of `gradcheck`. */
export type GradcheckOptions = {
  /** 1: the gradient; 2 (default): its gradient as well, which takes far longer: for large models choose 1. */
  order?: 1 | 2;
  /** The largest error that passes, as |a − b| / max(1, |a|, |b|), by order (default 1e-7 and 1e-5). */
  tolerance?: readonly [first: number, second: number];
  /** A model whose parameters `f` uses: they are checked like inputs. */
  model?: Pick<Model, "namedParameters">;
  /** The seed of the random cotangents and directions (default 0). */
  seed?: number;
  /** Throw when the check fails (default true); with false, look at `ok`. */
  raise?: boolean;
};

/** One comparison: of an element of an input, or of a direction through all of them. */
export type GradcheckEntry = {
  order: number;
  /** Which input or parameter, and whether along a random direction. */
  input: string;
  index: readonly number[];
  tape: number;
  differences: number;
  error: number;
  /** Set where a kink lies within reach of the differences: the slopes of its sides. */
  kink?: Sides;
};

/** What `gradcheck` found. */
export type GradcheckResult = {
  ok: boolean;
  /** How many comparisons were made. */
  compared: number;
  /** The comparison with the largest error, kinks left out. */
  worst: GradcheckEntry | null;
  /** Where a kink explains the difference, the tape's slope lying between those of its sides; these do not fail. */
  kinks: readonly GradcheckEntry[];
  message: string;
};

/** An input of more elements is checked along random directions instead of element by element. */
const most = 1024;
const directions = 8;

/**
 * Compares the tape's gradients of `f` with central differences: of a function of tensors, of a model (its parameters
 * too), or of an op of one's own. Everything must be float64. Four-point differences, taken output by output, meet random
 * signed cotangents; order 2 checks the gradient's own gradient the same way, in the inputs and in the cotangent. Throws a
 * GradError naming the worst element (or returns `ok: false` with `raise: false`), and when two runs of `f` differ.
 */
export function gradcheck(
  f: ((...inputs: Tensor[]) => Tensor) | Model,
  inputs: Tensor | readonly Tensor[],
  { order = 2, tolerance = [1e-7, 1e-5], model, seed = 0, raise = true }: GradcheckOptions = {},
): GradcheckResult {
  const given = inputs instanceof Tensor ? [inputs] : inputs;
  const owner = typeof f === "function" ? model : f;
  const parameters = [...(owner?.namedParameters() ?? [])];
  for (const [i, x] of given.entries()) checkDouble(`input ${i + 1}`, x, '.to("float64")');
  for (const [name, x] of parameters) checkDouble(`parameter ${name}`, x, 'model.to("float64")');
  const leaves = given.map((x) => tensor(x, { requiresGrad: true }));
  const named: Named[] = [...leaves.map((x, i): Named => [`input ${i + 1}`, x]), ...parameters];
  if (named.length === 0) throw new GradError("gradcheck: there must be inputs, or a model with parameters, to check");
  const run = (): Tensor => (typeof f === "function" ? f(...leaves) : f.forward(...leaves));

  const y = run();
  checkTensor("gradcheck: what f returns", y);
  const again = run();
  if (y.storage.data.some((value, i) => !Object.is(value, again.storage.data[i])))
    throw new GradError(
      "gradcheck: f is not deterministic: two runs on the same input differ; draw random numbers outside f, or reseed inside",
    );
  if (owner) checkAllNamed(y, named);
  const used = new Set(tape(y));
  if (y.tracked && !named.some(([, x]) => used.has(x)))
    throw new GradError(
      "gradcheck: f uses none of its inputs; it must take them as arguments: gradcheck((x) => f(x), x)",
    );

  const generator = new Generator(seed);
  const cotangent = signed(y, generator);
  const entries = compare(1, () => [run()], [cotangent], named, tolerance[0], generator);
  if (order === 2 && y.tracked) {
    const xs = named.map(([, x]) => x);
    const arriving = tensor(cotangent, { requiresGrad: true });
    const outputs = () => gradient(run(), xs, { seed: arriving, createGraph: true });
    const cotangents = xs.map((x) => signed(x, generator));
    const all: Named[] = [...named, ["cotangent", arriving]];
    entries.push(...compare(2, outputs, cotangents, all, tolerance[1], generator));
  }

  const kinks = entries.filter((entry) => entry.kink);
  const smooth = entries.filter((entry) => !entry.kink);
  const bad = (entry: GradcheckEntry): number => entry.error / tolerance[entry.order - 1];
  const worst = smooth.reduce<GradcheckEntry | null>((a, b) => (a && bad(a) >= bad(b) ? a : b), null);
  const ok = worst === null || bad(worst) <= 1;
  const message = worst
    ? `gradcheck: ${ok ? "passed; the worst of" : "failed; the worst of"} ${entries.length} comparisons (${kinks.length} at kinks): order ${worst.order}, ` +
      `${worst.input} ${show(worst.index)}: the tape says ${worst.tape}, differences say ${worst.differences} ` +
      `(error ${worst.error.toExponential(1)}, allowed ${tolerance[worst.order - 1]})`
    : `gradcheck: nothing smooth to compare (${kinks.length} at kinks)`;
  if (!ok && raise) throw new GradError(message);
  return { ok, compared: entries.length, worst, kinks, message };
}

type Named = readonly [name: string, x: Tensor];

function checkDouble(what: string, x: Tensor, remedy: string): void {
  checkTensor(`gradcheck: ${what}`, x);
  if (x.dtype === "int32")
    throw new DtypeError(
      `gradcheck: ${what} is int32, which has no gradient; let f capture it: gradcheck((x) => f(x, labels), x)`,
    );
  if (x.dtype !== "float64")
    throw new DtypeError(
      `gradcheck: ${what} is ${x.dtype}, in which differences are right to about 1e-4 at best; convert with ${remedy}`,
    );
}

/** Throws where the result depends on a leaf that no name leads to: it would be neither checked nor trained. */
function checkAllNamed(y: Tensor, named: readonly Named[]): void {
  const known = new Set(named.map(([, x]) => x));
  const lost = tape(y).find((x) => x.requiresGrad && !x.origin && !known.has(x));
  if (lost)
    throw new GradError(
      `gradcheck: the model uses a tensor ${show(lost.shape)} that requires a gradient but is not among its parameters; ` +
        "a private #field or a tensor in a Map cannot be found: make it a plain field (private without #), or an array",
    );
}

/** Random numbers of either sign, none near 0, which would hide an error. */
const signed = (like: Tensor, generator: Generator): Tensor =>
  tensor(
    Float64Array.from({ length: like.size }, () => (generator.uniform() + 0.5) * (generator.next() & 1 ? 1 : -1)),
    { shape: like.shape },
  );

/** Every element of every input (or directions through it): the tape's slope of ⟨cotangents, outputs⟩ against differences. */
function compare(
  order: 1 | 2,
  outputs: () => readonly Tensor[],
  cotangents: readonly Tensor[],
  named: readonly Named[],
  tolerance: number,
  generator: Generator,
): GradcheckEntry[] {
  const weights = cotangents.flatMap((c) => [...c.storage.data]);
  const values = (): number[] => outputs().flatMap((y) => [...y.storage.data]);
  const total = outputs()
    .map((y, i) => y.mul(cotangents[i]).sum())
    .reduce((a, b) => a.add(b));
  const xs = named.map(([, x]) => x);
  const slopes = total.tracked ? gradient(total, xs) : xs.map((x) => zerosLike(x));
  const entry = (input: string, index: readonly number[], tape: number, move: Move) => {
    const differences = four(move, weights);
    const error = scaled(tape, differences);
    const found = { order, input, index, tape, differences, error };
    const kink = error > tolerance ? kinkAt(move, weights, tape, tolerance) : undefined;
    return kink ? { ...found, kink } : found;
  };
  return named.flatMap(([name, x], k) => {
    const slope = slopes[k].storage.data;
    if (x.size <= most)
      return Array.from(x.storage.data, (start, i) =>
        entry(name, indexOf(i, x.shape), slope[i], (t) =>
          restoring(
            () => x.assign(start + t, i),
            values,
            () => x.assign(start, i),
          ),
        ),
      );
    const start = x.storage.data.slice();
    return Array.from({ length: directions }, () => {
      const direction = signed(x, generator).storage.data;
      const along = weigh([...direction], (i) => slope[i]);
      return entry(`${name}, along a random direction`, [], along, (t) =>
        restoring(
          () => x.assign(start.map((v, i) => v + t * direction[i])),
          values,
          () => x.assign(start),
        ),
      );
    });
  });
}
