/** What losses share: targets of the shape of what is compared, and how many numbers become one. */
import { call, DtypeError, ShapeError, show, ValueError } from "../../error.js";
import { checkLabels } from "../../nested.js";
import { type AnyOp, composed, type Facts } from "../../op.js";
import { type Shape, sameShape } from "../../shape.js";
import { Storage } from "../../storage.js";
import { checkTensor, Tensor } from "../../tensor.js";

/** How the losses of all elements become one number, or (`"none"`) do not. */
export type Reduction = "mean" | "sum" | "none";

/** What every loss takes; by default the mean. */
export type LossOptions = { reduction?: Reduction };

/** A loss of x and, element by element, its target t. */
export type Loss<Options = LossOptions> = (x: Tensor, t: Tensor, options?: Options) => Tensor;

// Errors that name "loss" come from compositions, which put their own name in its place.

export function checkReduction(op: string, reduction: string): void {
  if (!/^(mean|sum|none)$/.test(reduction))
    throw new ValueError(`${op}: reduction must be "mean", "sum" or "none" (given ${JSON.stringify(reduction)})`);
}

/** One number of the losses of all elements, if wanted. */
export function reduced(y: Tensor, reduction: Reduction = "mean"): Tensor {
  checkReduction("loss", reduction);
  return reduction === "none" ? y : reduction === "sum" ? y.sum() : y.mean();
}

/** Targets as floats, all of the shape of x: broadcasting would hide that [N, 1] meets [N]. */
export function targets(x: Tensor, ...given: Tensor[]): Tensor[] {
  for (const t of [x, ...given]) checkTensor("loss", t);
  for (const t of given)
    if (!sameShape(x.shape, t.shape))
      throw new ShapeError(`${call("loss", [x, ...given])}: the shapes must be equal; nothing broadcasts here`);
  return given.map((t) => (t.dtype === "int32" ? t.to(x.dtype) : t));
}

/** An option that is a number above 0, or `least`. */
export function checkOption(name: string, value: number, least?: number): void {
  if (!(value > 0 || value === least) || value === Infinity)
    throw new ValueError(
      `loss: ${name} must be a finite number ${least === 0 ? "of at least" : "above"} 0 (given ${value})`,
    );
}

// The shapes of x and t in samples: constants, since bundlers keep what might call something.
export const matrices: readonly Shape[] = [
  [2, 3],
  [2, 3],
];
export const squares: readonly Shape[] = [
  [2, 2],
  [2, 2],
];
export const fours: readonly Shape[] = [[4], [4]];

/** Declares a loss that compares x with t element by element. */
export const pointwise = (name: string, facts: Facts, f: (x: Tensor, t: Tensor, options: never) => Tensor): AnyOp =>
  composed(
    name,
    {
      ...facts,
      arity: 2,
      samples: facts.samples ?? [
        { shapes: matrices },
        { shapes: fours, args: [{ reduction: "sum" }] },
        { shapes: squares, args: [{ reduction: "none" }] },
      ],
    },
    (x: Tensor, t: Tensor, options: LossOptions = {}) => {
      const [wanted] = targets(x, t);
      return reduced(f(x, wanted, options as never), options.reduction);
    },
  );

/** What losses of classes take. */
export type ClassOptions = LossOptions & {
  /** How much each class counts, [classes]: a mean divides by the sum of the weights of its labels. */
  weights?: Tensor;
  /** A label that is left out, and of the mean too. None by default, as −100 is in PyTorch. */
  ignoreIndex?: number;
};

/** Class indices with 0 in place of those ignored, and how much each counts (`null`, where all count 1). */
export function labelled(
  op: string,
  x: Tensor,
  t: Tensor,
  { weights, ignoreIndex }: ClassOptions,
): { labels: Tensor; counts: Tensor | null } {
  if (t.dtype !== "int32")
    throw new DtypeError(`${op}: class indices must be int32 (given ${t.dtype}); convert with .to("int32")`);
  checkWeights(op, x, t, weights);
  const ignored = (label: number): boolean => label === ignoreIndex;
  const given = t.storage.data;
  const labels = given.some(ignored)
    ? new Tensor(
        Storage.of(
          given.map((label) => (ignored(label) ? 0 : label)),
          "int32",
        ),
        t.shape,
      )
    : t;
  checkLabels(op, labels.storage.data, x.shape[1]);
  let counts = weights ? weights.indexSelect(0, labels.reshape([t.size])).reshape(t.shape) : null;
  if (labels !== t) {
    const kept = t.ne(ignoreIndex as number).to(x.dtype);
    counts = counts ? counts.mul(kept) : kept;
  }
  return { labels, counts };
}

export function checkWeights(op: string, x: Tensor, t: Tensor, weights?: Tensor): void {
  if (weights === undefined) return;
  checkTensor(op, weights);
  if (!sameShape(weights.shape, [x.shape[1]]))
    throw new ShapeError(
      `${call(op, [x, t])}: weights must be one for each class, [${x.shape[1]}] (given ${show(weights.shape)})`,
    );
}
