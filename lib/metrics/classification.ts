/** Metrics of classes, defined as in scikit-learn: accuracy, top k, confusion matrix, precision, recall and F1. */
import { zeros } from "../create.js";
import { ShapeError, show } from "../error.js";
import { checkLabels } from "../nested.js";
import { check, checkWord, flag, wholeFrom } from "../range.js";
import type { Tensor } from "../tensor.js";
import { above, checkThreshold, columnsOf, readLabels, type ThresholdOptions } from "./labels.js";
import { type Metric, metric } from "./metric.js";

/** The share of rows that are right: scores [rows, classes] whose highest is that of the label, or int32 labels. NaN of no rows. */
export function accuracy({ threshold }: ThresholdOptions = {}): Metric {
  checkThreshold("accuracy", threshold);
  return share((scores, t, count) => {
    const { found, wanted } = readLabels("accuracy", scores, t, threshold);
    for (let i = 0; i < wanted.length; i++) count(found[i] === wanted[i]);
  });
}

/** The share of rows whose label is among the `k` highest scores [rows, classes]; of equals the first count as higher. */
export function topkAccuracy(k: number): Metric {
  check("topkAccuracy", { k }, wholeFrom(1));
  return share((scores, t, count) => {
    const classes = columnsOf("topkAccuracy", scores);
    if (classes < k || classes === 1)
      throw new ShapeError(
        `topkAccuracy(${show(scores.shape)}): scores must be [rows, classes] of at least k = ${k} classes, and two`,
      );
    const { wanted } = readLabels("topkAccuracy", scores, t);
    const values = scores.storage.data;
    for (let i = 0; i < wanted.length; i++) {
      const own = values[i * classes + wanted[i]];
      let rank = 0;
      for (let j = 0; j < classes; j++) {
        const other = values[i * classes + j];
        if (above(other, own) || (j < wanted[i] && !above(own, other))) rank++;
      }
      count(rank < k);
    }
  });
}

/** A metric that is the share of rows of which `look` counts true. */
const share = (look: (scores: Tensor, t: Tensor, count: (right: boolean) => void) => void): Metric =>
  metric(() => {
    let [right, rows] = [0, 0];
    const count = (hit: boolean) => {
      rows++;
      if (hit) right++;
    };
    return { add: (scores, t) => look(scores, t, count), value: () => right / rows };
  }, "high");

/**
 * How often each class was taken for each: int32 [classes, classes], rows what was wanted, columns what was found. There are
 * as many classes as the scores have columns, as `classes` says, or as the highest label needs.
 */
export function confusionMatrix({ classes, threshold }: ThresholdOptions & { classes?: number } = {}): Metric<Tensor> {
  checkThreshold("confusionMatrix", threshold);
  if (classes !== undefined) check("confusionMatrix", { classes }, wholeFrom(1));
  return metric(() => {
    const counts = new Map<number, Map<number, number>>();
    let most = classes ?? 1;
    return {
      add(scores, t) {
        const { found, wanted, classes: known = 1 } = readLabels("confusionMatrix", scores, t, threshold);
        for (const labels of [found, wanted]) {
          if (classes) checkLabels("confusionMatrix", labels, classes);
          else for (let i = 0; i < labels.length; i++) most = Math.max(most, labels[i] + 1, known);
        }
        for (let i = 0; i < wanted.length; i++) {
          const row = counts.get(wanted[i]) ?? new Map<number, number>();
          counts.set(wanted[i], row.set(found[i], (row.get(found[i]) ?? 0) + 1));
        }
      },
      value() {
        const y = zeros([most, most], { dtype: "int32" });
        for (const [i, row] of counts) for (const [j, n] of row) y.storage.data[i * most + j] = n;
        return y;
      },
    };
  });
}

/** How `precision`, `recall` and `f1` make one number of those of the classes. */
export type ClassOptions = ThresholdOptions & {
  /**
   * "binary": that of the class `positive` alone. "macro": the mean over the classes that occur, found or wanted. "weighted":
   * the same, each as often as it is wanted. "micro": of the counts of all classes together, which is the accuracy.
   */
  average: "binary" | "macro" | "micro" | "weighted";
  /** The class that "binary" is about (default 1). */
  positive?: number;
  /** What 0 / 0 is: the precision of a class never found, the recall of one never wanted, F1 of one neither (default 0). */
  zeroDivision?: 0 | 1;
};

/** Of a class: rows found right, rows found, rows wanted. */
type Count = { right: number; found: number; wanted: number };

const perClass =
  (op: string, ratio: (count: Count) => readonly [over: number, under: number]) =>
  ({ average, positive = 1, zeroDivision = 0, threshold }: ClassOptions): Metric => {
    checkWord(op, { average }, ["binary", "macro", "micro", "weighted"]);
    check(op, { positive }, wholeFrom(0));
    check(op, { zeroDivision }, { ...flag, text: "0 or 1" });
    checkThreshold(op, threshold);
    const value = (count: Count): number => {
      const [over, under] = ratio(count);
      return under === 0 ? zeroDivision : over / under;
    };
    return metric(() => {
      const counts = new Map<number, Count>();
      const of = (label: number): Count => {
        let count = counts.get(label);
        if (!count) {
          count = { right: 0, found: 0, wanted: 0 };
          counts.set(label, count);
        }
        return count;
      };
      return {
        add(scores, t) {
          const { found, wanted } = readLabels(op, scores, t, threshold);
          for (let i = 0; i < wanted.length; i++) {
            of(found[i]).found++;
            of(wanted[i]).wanted++;
            if (found[i] === wanted[i]) of(found[i]).right++;
          }
        },
        value() {
          if (average === "binary") return value(counts.get(positive) ?? { right: 0, found: 0, wanted: 0 });
          const all = [...counts.values()];
          const sum = (f: (count: Count) => number) => all.reduce((total, count) => total + f(count), 0);
          if (average === "micro")
            return value({ right: sum((c) => c.right), found: sum((c) => c.found), wanted: sum((c) => c.wanted) });
          const weight = average === "macro" ? () => 1 : (count: Count) => count.wanted;
          const total = sum(weight);
          return total === 0 ? zeroDivision : sum((count) => weight(count) * value(count)) / total;
        },
      };
    }, "high");
  };

/** Of what was found to be of a class, the share that is: right / found. */
export const precision = /* @__PURE__ */ perClass("precision", ({ right, found }) => [right, found]);

/** Of what is of a class, the share that was found: right / wanted. */
export const recall = /* @__PURE__ */ perClass("recall", ({ right, wanted }) => [right, wanted]);

/** The harmonic mean of precision and recall: 2 · right / (found + wanted). */
export const f1 = /* @__PURE__ */ perClass("f1", ({ right, found, wanted }) => [2 * right, found + wanted]);
