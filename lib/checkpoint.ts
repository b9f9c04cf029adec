/** Time for memory: what a function computed is not kept for its gradient, but computed once more (Chen et al. 2016, arXiv:1604.06174). */
import { zeros } from "./create.js";
import { isRecording, type Operation, read, withRecording, withSaved } from "./op.js";
import { defaultGenerator, type Generator, type GeneratorState } from "./random.js";
import { withoutTemporaries } from "./storage.js";
import { gradient } from "./tape.js";
import { type Operand, Origin, Tensor } from "./tensor.js";
import type { TensorFunction } from "./transforms.js";

/** A call that can be repeated. */
type Segment = {
  f: TensorFunction;
  inputs: readonly Tensor[];
  generator: Generator;
  /** Where the generator stood at the start. */
  state: GeneratorState;
  /** What is left to hand out of the gradients that were computed, by the gradient that arrived. */
  known: WeakMap<Tensor, Known>;
};

/** The gradients of everything a call depends on, without those handed out: someone may write to these. */
type Known = {
  /** What the arriving gradient was then. */
  version: number;
  /** Whether they have gradients themselves. */
  recorded: boolean;
  found: (Tensor | null)[];
};

/**
 * The function `f`, of which the tape keeps the inputs and the result only: its inside is computed again when the gradient
 * comes by. Tensors that `f` uses without taking them, such as a layer's parameters, get their gradients all the same. What
 * `f` draws from `generator` (default: that of `manualSeed`) is drawn again the same, so gradients have the bits they would
 * have without.
 */
export function checkpoint(
  f: TensorFunction,
  { generator = defaultGenerator() }: { generator?: Generator } = {},
): TensorFunction {
  return (...inputs) => {
    const { state } = generator;
    const { time } = zeros([]); // what is older comes from outside
    const y = f(...inputs);
    if (!isRecording() || !y.origin || y.time < time) return y;
    const result = new Tensor(y.storage, y.shape);
    const segment: Segment = { f, inputs, generator, state, known: new WeakMap() };
    const sources = outside(y, time);
    result.origin = new Origin(
      { ...operation, differentiable: sources.map(() => true) },
      sources,
      segment,
      y.storage.version,
    );
    return result;
  };
}

/** The tensors from before `time` that y was computed from. */
function outside(y: Tensor, time: number): Tensor[] {
  const found = new Set([y]);
  for (const x of found)
    if (x.time > time)
      for (const input of x.origin?.inputs ?? []) if (input instanceof Tensor && input.tracked) found.add(input); // a Set may grow while it is walked
  return [...found].filter((x) => x.time < time);
}

/** Runs `f` while the sources are leaves: gradients end there, and go on when it is over. */
function asLeaves<T>(sources: readonly Tensor[], f: () => T): T {
  const before = sources.map(({ origin, requiresGrad }) => ({ origin, requiresGrad }));
  for (const x of sources) Object.assign(x, { origin: null, requiresGrad: true });
  try {
    return f();
  } finally {
    for (const [i, x] of sources.entries()) Object.assign(x, before[i]);
  }
}

let repeated: Generator | null = null;

/**
 * The generator that was put back, while a function is being computed once more; else null. What that keeps of its values, as
 * running statistics, it has kept already; and what it draws from another generator is not what it drew before.
 */
export const repeating = (): Generator | null => repeated;

/** Runs `f` once more with a generator put back to where it stood, which afterwards goes on from where it is. */
function replaying<T>(generator: Generator, state: GeneratorState, f: () => T): T {
  const now = generator.state;
  const before = repeated;
  generator.restore(state);
  repeated = generator;
  try {
    return f();
  } finally {
    generator.restore(now);
    repeated = before;
  }
}

function gradients(g: Tensor, sources: readonly Tensor[], { f, inputs, generator, state }: Segment): readonly Tensor[] {
  for (const x of sources) read(x);
  const createGraph = isRecording();
  return withoutTemporaries(() =>
    asLeaves(sources, () => {
      const again = () => replaying(generator, state, () => f(...inputs));
      const y = withSaved(null, () => withRecording(true, again));
      return gradient(y, sources, { seed: g, createGraph });
    }),
  );
}

const operation: Omit<Operation, "differentiable"> = {
  name: "checkpoint",
  arity: Infinity,
  apply: checkpoint as never,
  pull(i, g, _, { inputs, attributes }) {
    const segment = attributes as Segment;
    const [{ version }, recorded] = [g.storage, isRecording()];
    let known = segment.known.get(g);
    if (!known?.found[i] || known.version !== version || known.recorded !== recorded) {
      const found = gradients(g, inputs as readonly Operand[] as readonly Tensor[], segment);
      known = { version, recorded, found: [...found] };
      segment.known.set(g, known);
    }
    const own = known.found[i] as Tensor;
    known.found[i] = null;
    return own;
  },
};
