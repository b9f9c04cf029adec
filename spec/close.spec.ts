/** The comparator's truth table: what is close, what is the same, and what is no comparison at all. */
import * as assert from "uvu/assert";
import { assertClose, assertSame, close, failure, same, ulps, type Values } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("close");
const none = undefined as never;
const f32 = (...values: number[]) => new Float32Array(values);
const tensor = (shape: number[], data: ArrayLike<number>, dtype?: string) => ({ shape, data, dtype });

// a, b; whether close within 1e-6, whether the same, steps of float64 between them
const pairs: [number, number, boolean, boolean, number][] = [
  [1, 1, true, true, 0],
  [1, 1 + 2 ** -52, true, false, 1],
  [1, 1 - 2 ** -53, true, false, 1],
  [1, -1, false, false, 2 * 1023 * 2 ** 52],
  [0, 0, true, true, 0],
  [0, -0, true, false, 0],
  [-0, -0, true, true, 0],
  [5e-324, 0, true, false, 1],
  [5e-324, -5e-324, true, false, 2],
  [0, 2 ** -20, true, false, 1003 * 2 ** 52],
  [0, 2 ** -19, false, false, 1004 * 2 ** 52],
  [1e9, 1e9 + 900, true, false, 900 * 2 ** 23],
  [1e9, 1e9 + 1100, false, false, 1100 * 2 ** 23],
  [Number.MAX_VALUE, -Number.MAX_VALUE, false, false, 2 * 2047 * 2 ** 52],
  [NaN, NaN, true, true, 0],
  [NaN, 0, false, false, Infinity],
  [NaN, Infinity, false, false, Infinity],
  [NaN, -Infinity, false, false, Infinity],
  [Infinity, Infinity, true, true, 0],
  [-Infinity, -Infinity, true, true, 0],
  [Infinity, -Infinity, false, false, Infinity],
  [Infinity, Number.MAX_VALUE, false, false, Infinity],
  [-Infinity, 0, false, false, Infinity],
];
const turned = pairs.map(([a, b, ...rest]): (typeof pairs)[0] => [b, a, ...rest]);

for (const [a, b, isClose, isSame, steps] of [...pairs, ...turned])
  test(`${Object.is(a, -0) ? "-0" : a} beside ${Object.is(b, -0) ? "-0" : b}`, () => {
    assert.is(close(a, b, { tolerance: 1e-6 }), isClose);
    assert.is(close(a, b, { tolerance: 0 }), isSame || a === b);
    assert.is(same(a, b), isSame);
    assert.is(ulps(a, b, "float64"), steps);
    for (const wrap of [(x: number) => x, (x: number) => [1, x], (x: number) => Float64Array.of(x, 1)]) {
      const message = failure(() => assertClose(wrap(a), wrap(b), { tolerance: 1e-6 }));
      assert.is(message === "", isClose, message);
      assert.is(failure(() => assertSame(wrap(a), wrap(b))) === "", isSame);
    }
  });

test("ulps of float32 count in steps of float32", () => {
  assert.is(ulps(1, 1 + 2 ** -23, "float32"), 1);
  assert.is(ulps(1, 1 + 2 ** -22, "float32"), 2);
  assert.is(ulps(1, 1 + 2 ** -52, "float32"), 0);
  assert.is(ulps(-(2 ** -149), 2 ** -149, "float32"), 2);
  assert.is(ulps(3.4028234663852886e38, 1e39, "float32"), Infinity);
  assert.is(ulps(NaN, NaN, "float32"), 0);
  assert.throws(() => ulps(1, 1, "int32" as never), /must be float32 or float64/);
});

test("shapes, lengths and dtypes", () => {
  const six = [1, 2, 3, 4, 5, 6];
  const rows = [six.slice(0, 3), six.slice(3)];
  const t = tensor([2, 3], f32(...six), "float32");
  const table: [Values, Values, RegExp][] = [
    [t, rows, /^$/],
    [t, f32(...six), /^$/],
    [six, f32(...six), /^$/],
    [[f32(1, 2, 3), f32(4, 5, 6)], t, /^$/],
    [7, tensor([], [7]), /^$/],
    [7, f32(7), /^$/],
    [t, six, /shape must be/],
    [t, tensor([3, 2], six), /shape must be/],
    [t, f32(1, 2, 3, 4, 5), /shape must be/],
    [7, [7], /shape must be/],
    [[1, 2], [1, 2, 3], /shape must be/],
    [f32(1, 2), f32(1, 2, 3), /shape must be/],
    [f32(1, 2), f32(), /shape must be/],
    [tensor([2, 3], [1, 2]), t, /shape \[2,3\] must have 6 values \(given 2\)/],
    [[[1, 2], [3]], rows, /ragged/],
    [[1, [2]], [1, 2], /ragged/],
  ];
  for (const [a, b, message] of table) {
    assert.match(
      failure(() => assertSame(a, b)),
      message,
    );
    assert.match(
      failure(() => assertSame(b, a)),
      message,
    );
    assert.match(
      failure(() => assertClose(a, b, { tolerance: 0.5 })),
      message,
    );
    assert.match(
      failure(() => assertClose(b, a, { tolerance: 0.5 })),
      message,
    );
  }
  for (const [a, b] of [
    [t, tensor([2, 3], six, "float64")],
    [f32(1), Float64Array.of(1)],
  ]) {
    assertClose(a, b, { tolerance: 0 });
    assert.is(
      failure(() => assertSame(a, b)),
      "assertSame: dtype must be float64 (given float32)",
    );
  }
});

test("nothing equals only nothing of the same shape", () => {
  const empties: Values[] = [[], [[]], [[], []], tensor([0, 3], []), tensor([3, 0], [])];
  for (const a of empties) for (const b of empties) assert.is(failure(() => assertSame(a, b)) === "", a === b);
  assertSame(f32(), []);
  for (const other of [tensor([0, 3], []), 0, [0]]) assert.throws(() => assertSame(f32(), other), /shape must be/);
});

test("what is no comparison", () => {
  for (const tolerance of [none, null, "1", NaN, -1, Infinity] as never[]) {
    assert.throws(() => close(1, 1, { tolerance }), /needs a tolerance/);
    assert.throws(() => assertClose([], [], { tolerance }), /needs a tolerance/);
  }
  const hole = new Array(1);
  const scalars = [none, null, "1", 1n, true] as never[];
  const others = [{}, { shape: [1] }, { data: [1] }, new DataView(new ArrayBuffer(0)), BigInt64Array.of(1n)] as never[];
  for (const value of [...scalars, ...others, hole, [none], tensor([1], [none])]) {
    assert.throws(() => assertSame(value, value), /must be a number/);
    assert.throws(() => assertSame(1, value), /must be a number/);
    assert.throws(() => assertClose(value, 1, { tolerance: 1 }), /must be a number/);
  }
  for (const value of scalars) {
    assert.throws(() => close(1, value, { tolerance: 1 }), /must be a number/);
    assert.throws(() => same(value, value), /must be a number/);
    assert.throws(() => ulps(value, 1, "float64"), /must be a number/);
  }
});

test("the message tells of the worst entry, and is short", () => {
  const what = "gradient of W";
  const actual = [
    [1, 2.5, 0],
    [3, 9, 5],
  ];
  assert.is(
    failure(() => assertClose(actual, tensor([2, 3], [1, 2, 0, 3, 5, 4]), { tolerance: 1e-3, what })),
    "gradient of W: 3 of 6 differ, most at [1,1]: actual 9, expected 5, error 0.444, tolerance 0.001",
  );
  assert.is(
    failure(() => assertClose([1, NaN], f32(5, 1), { tolerance: 0 })),
    "assertClose: 2 of 2 differ, most at [1]: actual NaN, expected 1, error Infinity, tolerance 0",
  );
  assert.is(
    failure(() => assertSame(-0, 0)),
    "assertSame: 1 of 1 differ, most at []: actual -0, expected 0, error 0, must be the same",
  );
  assert.ok(failure(() => assertSame(new Float32Array(1e5), new Float32Array(1e5).fill(1))).length < 120);
});

test.run();
