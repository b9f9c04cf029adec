/** Metrics: what they count, against plain counting and by hand, and that batches add up to the whole however they are cut. */
import fc from "fast-check";
import {
  accuracy,
  type ClassOptions,
  confusionMatrix,
  f1,
  GradtapeError,
  type Metric,
  mae,
  meanAbsoluteError,
  metric,
  oneHot,
  precision,
  r2Score,
  recall,
  rootMeanSquaredError,
  rowMean,
  type Tensor,
  tensor,
  topkAccuracy,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("metrics");

const labels = (...values: number[]) => tensor(values, { dtype: "int32" });
const float64 = { dtype: "float64" } as const;
const close = { tolerance: 1e-12 };

type Pair = { found: number[]; wanted: number[] };

/** Labels found and wanted, of few classes of which some may not occur. */
const pairs = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })).chain(([classes, rows]) => {
  const list = fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows });
  return fc.record({ found: list, wanted: list });
});

/** The metric of all rows, and of the same rows in batches of these sizes, must be one. */
function inBatches(metric: Metric, scores: Tensor, t: Tensor, sizes: readonly number[]): number {
  const tally = metric.tally();
  const rows = t.shape[0];
  for (let start = 0, i = 0; start < rows; i++) {
    const n = Math.min(sizes[i % sizes.length], rows - start);
    tally.add(scores.narrow(0, start, n), t.narrow(0, start, n));
    start += n;
  }
  return tally.value();
}
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

/** Precision, recall and F1 of one class, as the definitions say. */
function plain({ found, wanted }: Pair, label: number, zero: number) {
  const count = (f: (i: number) => boolean) => wanted.filter((_, i) => f(i)).length;
  const right = count((i) => found[i] === label && wanted[i] === label);
  const wrong = count((i) => found[i] === label && wanted[i] !== label);
  const missed = count((i) => found[i] !== label && wanted[i] === label);
  const ratio = (a: number, b: number) => (b === 0 ? zero : a / b);
  return {
    precision: ratio(right, right + wrong),
    recall: ratio(right, right + missed),
    f1: ratio(2 * right, 2 * right + wrong + missed),
    support: right + missed,
  };
}

test("precision, recall and F1 are those of plain counting, in every average", () => {
  fc.assert(
    fc.property(pairs, sizes, fc.constantFrom(0 as const, 1 as const), (pair, cut, zeroDivision) => {
      const [found, wanted] = [labels(...pair.found), labels(...pair.wanted)];
      const occurring = [...new Set([...pair.found, ...pair.wanted])];
      const each = occurring.map((label) => plain(pair, label, zeroDivision));
      const rows = pair.wanted.length;
      for (const [name, make] of Object.entries({ precision, recall, f1 })) {
        const of = (options: ClassOptions) => {
          const made = make({ zeroDivision, ...options });
          const whole = made(found, wanted);
          assert.is(inBatches(made, found, wanted, cut), whole);
          return whole;
        };
        const key = name as "precision" | "recall" | "f1";
        const sum = (f: (x: (typeof each)[0]) => number) => each.reduce((total, x) => total + f(x), 0);
        assertClose(of({ average: "macro" }), sum((x) => x[key]) / each.length, close);
        assertClose(of({ average: "weighted" }), sum((x) => x[key] * x.support) / rows, close);
        assertClose(of({ average: "micro" }), accuracy()(found, wanted), close);
        for (const positive of [0, 1, 2, 9])
          assertClose(of({ average: "binary", positive }), plain(pair, positive, zeroDivision)[key], close);
        assert.is(of({ average: "binary" }), of({ average: "binary", positive: 1 }));
      }
    }),
  );
});

test("an example of scikit-learn's documentation", () => {
  // y_true, y_pred and results of f1_score, precision_score, recall_score (version 1.3).
  const [wanted, found] = [labels(0, 1, 2, 0, 1, 2), labels(0, 2, 1, 0, 0, 1)];
  const of = (make: typeof f1) =>
    (["macro", "micro", "weighted"] as const).map((average) => make({ average })(found, wanted));
  assertClose(of(f1), [4 / 15, 1 / 3, 4 / 15], close);
  assertClose(of(precision), [2 / 9, 1 / 3, 2 / 9], close);
  assertClose(of(recall), [1 / 3, 1 / 3, 1 / 3], close);
});

test("0 / 0 is what was asked for: 0 unless told otherwise", () => {
  const [found, wanted] = [labels(0, 0, 2), labels(0, 2, 1)];
  const binary = (make: typeof f1, positive: number, zeroDivision?: 0 | 1) =>
    make({ average: "binary", positive, ...(zeroDivision !== undefined && { zeroDivision }) })(found, wanted);
  // 1 was never found, though wanted; 3 is neither.
  assert.equal([binary(precision, 1), binary(precision, 1, 1), binary(recall, 1, 1), binary(f1, 1, 1)], [0, 1, 0, 0]);
  assert.equal([binary(precision, 3), binary(recall, 3), binary(f1, 3)], [0, 0, 0]);
  assert.equal([binary(precision, 3, 1), binary(recall, 3, 1), binary(f1, 3, 1)], [1, 1, 1]);
  const nothing = labels();
  for (const average of ["binary", "macro", "micro", "weighted"] as const)
    assert.equal([f1({ average })(nothing, nothing), f1({ average, zeroDivision: 1 })(nothing, nothing)], [0, 1]);
  assert.ok(Number.isNaN(accuracy()(nothing, nothing)));
});

test("accuracy and the confusion matrix count rows", () => {
  fc.assert(
    fc.property(pairs, sizes, (pair, cut) => {
      const [found, wanted] = [labels(...pair.found), labels(...pair.wanted)];
      const right = pair.wanted.filter((label, i) => label === pair.found[i]).length;
      assert.is(accuracy()(found, wanted), right / pair.wanted.length);
      assert.is(inBatches(accuracy(), found, wanted, cut), right / pair.wanted.length);
      const n = Math.max(...pair.found, ...pair.wanted) + 1;
      const counts = Array.from({ length: n }, (_, i) =>
        Array.from(
          { length: n },
          (_, j) => pair.wanted.filter((label, k) => label === i && pair.found[k] === j).length,
        ),
      );
      assertSame(confusionMatrix()(found, wanted), tensor(counts, { dtype: "int32" }));
      const larger = confusionMatrix({ classes: 7 })(found, wanted);
      assert.equal(larger.shape, [7, 7]);
      assertSame(larger.narrow(0, 0, n).narrow(1, 0, n), tensor(counts, { dtype: "int32" }));
      assertSame(confusionMatrix()(oneHot(found, 6), wanted), confusionMatrix({ classes: 6 })(found, wanted));
    }),
  );
});

test("labels come as indices, as rows, or as one score beside a threshold", () => {
  const scores = tensor([
    [0.1, 0.7, 0.2],
    [2, 2, -1],
    [-3, -2, -1],
    [1, NaN, NaN],
  ]);
  const wanted = labels(1, 0, 2, 1);
  assert.is(accuracy()(scores, wanted), 1, "the first of equals; NaN is highest, as in argmax");
  assertSame(scores.argmax(1), wanted);
  for (const t of [oneHot(wanted, 3), oneHot(wanted, 3, float64), oneHot(wanted, 3, { dtype: "int32" })])
    assert.is(accuracy()(scores, t), 1);
  assert.is(accuracy()(labels(1, 0, 2, 0), oneHot(wanted, 3)), 0.75);
  const single = tensor([0.4, 0.5, 0.6, -1]);
  for (const [threshold, share] of [
    [0.5, 0.5],
    [0.45, 0.75],
    [-2, 0.75],
  ])
    for (const scores of [single, single.reshape([4, 1])])
      for (const t of [labels(0, 1, 1, 1), tensor([[0], [1], [1], [1]])])
        assert.is(accuracy({ threshold })(scores, t), share);
  assert.is(recall({ average: "binary", threshold: 0.45 })(single, labels(0, 1, 1, 1)), 2 / 3);
});

test("top k is what sorting gives; top 1 is the accuracy, and top of all is 1", () => {
  const rows = fc.integer({ min: 2, max: 6 }).chain((classes) =>
    fc.array(
      fc.record({
        scores: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: classes, maxLength: classes }),
        label: fc.integer({ min: 0, max: classes - 1 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  );
  fc.assert(
    fc.property(rows, sizes, (rows, cut) => {
      const scores = tensor(rows.map((row) => row.scores));
      const t = labels(...rows.map((row) => row.label));
      const classes = rows[0].scores.length;
      for (let k = 1; k <= classes; k++) {
        const right = rows.filter(({ scores, label }) => {
          const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
          return order.slice(0, k).includes(label);
        });
        assert.is(topkAccuracy(k)(scores, t), right.length / rows.length);
        assert.is(inBatches(topkAccuracy(k), scores, t, cut), right.length / rows.length);
      }
      assert.is(topkAccuracy(1)(scores, t), accuracy()(scores, t));
      assert.is(topkAccuracy(classes)(scores, oneHot(t, classes)), 1);
    }),
  );
});

/** Rows of outputs, found and wanted, in quarters. */
const outputs = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 20 })).chain(([columns, rows]) => {
  const quarter = fc.integer({ min: -40, max: 40 }).map((n) => n / 4);
  const table = fc.array(fc.array(quarter, { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });
  return fc.record({ y: table, t: table });
});

test("errors and R² are those of plain sums, for each output, averaged", () => {
  fc.assert(
    fc.property(outputs, sizes, ({ y, t }, cut) => {
      const [Y, T] = [tensor(y, float64), tensor(t, float64)];
      const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
      const columns = y[0].map((_, j) => ({ y: y.map((row) => row[j]), t: t.map((row) => row[j]) }));
      const errors = columns.map(({ y, t }) => y.map((value, i) => value - t[i]));
      const squares = (list: number[]) => list.reduce((sum, x) => sum + x * x, 0);
      const expected = {
        mae: mean(errors.map((list) => mean(list.map(Math.abs)))),
        rmse: mean(errors.map((list) => Math.sqrt(mean(list.map((x) => x * x))))),
        r2: mean(
          columns.map(({ t }, j) => {
            const spread = squares(t.map((x) => x - mean(t)));
            if (t.length < 2) return NaN;
            return spread < 1e-12 ? +(squares(errors[j]) === 0) : 1 - squares(errors[j]) / spread;
          }),
        ),
      };
      const found = { mae: meanAbsoluteError(), rmse: rootMeanSquaredError(), r2: r2Score() };
      for (const name of ["mae", "rmse", "r2"] as const) {
        assertClose(found[name](Y, T), expected[name], { tolerance: 1e-9 });
        assert.equal(inBatches(found[name], Y, T, cut), found[name](Y, T));
      }
      assertClose(rowMean(mae)(Y, T), expected.mae, close);
      assertClose(inBatches(rowMean(mae), Y, T, cut), expected.mae, close);
    }),
  );
});

test("R² of a large mean keeps its digits, is 0 for the mean and 1 for the truth", () => {
  const t = tensor([1e9, 1e9 + 1, 1e9 + 2], float64);
  assertClose(r2Score()(tensor([1e9, 1e9 + 1, 1e9 + 3], float64), t), 0.5, close);
  assertClose(r2Score()(tensor([1e9 + 1, 1e9 + 1, 1e9 + 1], float64), t), 0, close);
  assert.is(r2Score()(t, t), 1);
  assert.equal([r2Score()(labels(2, 2), labels(2, 2)), r2Score()(labels(2, 3), labels(2, 2))], [1, 0]);
  assertClose(rootMeanSquaredError()(tensor([[1], [2]]), labels(1, 4)), Math.SQRT2, close);
});

test("a metric of one's own counts over batches, and metrics say which way is up", () => {
  const longest = metric(() => {
    let most = 0;
    return {
      add(_, t) {
        most = Math.max(most, ...t.data);
      },
      value: () => most,
    };
  }, "high");
  assert.is(inBatches(longest, zeros([5]), tensor([1, 7, 3, 2, 5]), [2]), 7);
  assert.equal(
    [accuracy(), topkAccuracy(2), f1({ average: "macro" }), r2Score(), meanAbsoluteError(), rowMean(mae)].map(
      ({ better }) => better,
    ),
    ["high", "high", "high", "high", "low", undefined],
  );
});

test("what makes no sense is refused, by name, options before anything is counted", () => {
  const refused = (f: () => unknown, message: RegExp) =>
    assert.throws(f, (error: Error) => error instanceof GradtapeError && message.test(error.message));
  const average = "median" as "macro";
  refused(() => f1({ average }), /^f1: average must be "binary", "macro", "micro" or "weighted" \(given "median"\)$/);
  refused(() => precision({} as ClassOptions), /^precision: average must be/);
  refused(
    () => recall({ average: "binary", positive: 0.5 }),
    /^recall: positive must be a whole number of at least 0 \(given 0.5\)$/,
  );
  refused(() => f1({ average: "macro", zeroDivision: NaN as 0 }), /^f1: zeroDivision must be 0 or 1 \(given NaN\)$/);
  refused(() => accuracy({ threshold: "0" as unknown as number }), /^accuracy: threshold must be a number/);
  for (const k of [0, 1.5, NaN]) refused(() => topkAccuracy(k), /^topkAccuracy: k must be a whole number/);
  refused(() => confusionMatrix({ classes: 0 }), /^confusionMatrix: classes must be/);

  const scores = zeros([2, 3]);
  refused(
    () => accuracy()(scores, labels(0, 3)),
    /^accuracy: labels must be whole numbers from 0 to 2 \(given 3 at 1\)$/,
  );
  refused(() => accuracy()(scores, labels(0)), /^accuracy\(\[2,3\], \[1\]\): there must be as many rows in both$/);
  refused(() => accuracy()(zeros([2]), labels(0, 1)), /^accuracy\(\[2\], \[2\]\): one score a row needs a threshold/);
  refused(() => accuracy({ threshold: 0 })(scores, labels(0, 1)), /scores of classes take none$/);
  refused(() => accuracy()(labels(0, -1), labels(0, 1)), /^accuracy: labels must be whole numbers from 0/);
  refused(() => accuracy()(labels(0, 1), tensor([0, 0.5])), /^accuracy: labels must be whole numbers/);
  refused(() => accuracy()(zeros([2, 3, 4]), labels(0, 1)), /^accuracy: scores and labels must be \[rows\] or/);
  refused(() => topkAccuracy(4)(scores, labels(0, 1)), /at least k = 4 classes/);
  refused(() => topkAccuracy(1)(labels(0, 1), labels(0, 1)), /scores must be \[rows, classes\]/);
  refused(() => confusionMatrix({ classes: 2 })(scores, labels(0, 2)), /^confusionMatrix: labels must be .* 0 to 1/);
  refused(() => confusionMatrix()(labels(2 ** 30), labels(0)), /^zeros\(.*: the lengths multiply to more/);
  refused(() => r2Score()(zeros([3]), zeros([3, 3])), /^r2Score\(\[3\], \[3,3\]\): both must have the same shape$/);
  refused(() => meanAbsoluteError()(zeros([3]), 1 as unknown as Tensor), /^meanAbsoluteError: a tensor must be given/);
  const tally = meanAbsoluteError().tally();
  tally.add(zeros([0, 2]), zeros([0, 2]));
  tally.add(zeros([2, 2]), zeros([2, 2]));
  refused(() => tally.add(zeros([2, 3]), zeros([2, 3])), /there must be 2 outputs a row, as before$/);
  assert.is(tally.value(), 0);
});

test.run();
