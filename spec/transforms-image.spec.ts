/** Random changes of images: exact where they should be, interpolated as by hand, drawn anew for each image, and the same from the same seed. */
import fc from "fast-check";
import {
  arange,
  compose,
  Generator,
  GradtapeError,
  manualSeed,
  randomAffine,
  randomElastic,
  randomFlip,
  randomNoise,
  type Tensor,
  type Transform,
  tensor,
  uniform,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { formOf, warp } from "../lib/data/warp.js";
import { assertClose, assertSame } from "./support/close.js";
import { suite } from "./support/suite.js";

const test = suite("transforms-image");

const float64 = { dtype: "float64" } as const;
const images = (...shape: number[]) => uniform(shape, { generator: new Generator(7) });
const everything: Record<string, Transform> = {
  affine: randomAffine({ shift: 2, rotate: 10, scale: 0.1, shear: 5 }),
  elastic: randomElastic({ alpha: 20, sigma: 3 }),
  flip: randomFlip({ horizontal: 0.5, vertical: 0.5 }),
  noise: randomNoise(0.1),
  all: compose(randomAffine({ shift: 1 }), randomElastic(), randomFlip(), randomNoise(0.01)),
};

/** A generator of which every uniform number is the same: of 0, ½ and 1 the least, none and the most of what is allowed. */
class Stuck extends Generator {
  constructor(private readonly value: number) {
    super(0);
  }
  override uniform(): number {
    return this.value;
  }
}
const [least, most] = [new Stuck(0), new Stuck(1)];

/** What each pixel of an image [H, W] becomes, from plain numbers. */
function map(rows: number[][], f: (row: number, column: number) => number): number[][] {
  return rows.map((row, i) => row.map((_, j) => f(i, j)));
}
const at = (rows: number[][], i: number, j: number): number => rows[i]?.[j] ?? 0;
const image = (rows: number[][]) => tensor([[rows]], float64);

test("nothing to do gives the same bits, whatever they are", () => {
  const nothing = [
    randomAffine({}),
    randomAffine({ shift: 0, rotate: 0, scale: 0, shear: 0 }),
    randomElastic({ alpha: 0 }),
    randomFlip({ horizontal: 0 }),
    randomNoise(0),
    compose(),
  ];
  for (const dtype of ["float32", "float64"] as const)
    for (const shape of [
      [3, 2, 4, 5],
      [3, 1, 1, 7],
      [2, 49],
      [0, 9],
    ]) {
      const x = images(...shape).to(dtype);
      if (x.size > 5) for (const [i, value] of [-0, NaN, Infinity, -Infinity, 5e-324].entries()) x.assign(value, i);
      for (const transform of nothing) assertSame(transform(x, new Generator(1)), x);
    }
});

test("a shift by whole pixels is exact, and zeros come in", () => {
  const rows = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain(([height, width]) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: width, maxLength: width }), {
      minLength: height,
      maxLength: height,
    }),
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: 0, max: 7 }), (rows, shift) => {
      const transform = randomAffine({ shift });
      assertSame(transform(image(rows), most), image(map(rows, (i, j) => at(rows, i - shift, j - shift))));
      assertSame(transform(image(rows), least), image(map(rows, (i, j) => at(rows, i + shift, j + shift))));
    }),
  );
});

test("between pixels the four around are weighed, and beyond the edge they are zeros", () => {
  const x = image([
    [1, 2],
    [4, 8],
  ]);
  const read = (row: number, column: number) =>
    warp(x, formOf("test", x), (_, rows, columns) => {
      rows.fill(row);
      columns.fill(column);
    }).at(0, 0, 0, 0);
  assert.is(read(0.5, 0.5).item(), 15 / 4);
  assert.is(read(0.25, 0.75).item(), 0.75 * (0.25 * 1 + 0.75 * 2) + 0.25 * (0.25 * 4 + 0.75 * 8));
  assert.is(read(-0.5, 0).item(), 0.5);
  assert.is(read(1.25, 1.5).item(), 0.75 * 0.5 * 8);
  assert.is(read(0, -0.75).item(), 0.25);
  for (const [row, column] of [
    [-1, 0],
    [0, 2],
    [2, 1],
    [NaN, 0],
    [0, Infinity],
    [-Infinity, 0],
    [1e300, 0],
  ])
    assert.is(read(row, column).item(), 0);
});

test("rotation, scale and shear map a plane as geometry says", () => {
  // Bilinear interpolation keeps planes, so that the value tells from where a pixel was read.
  const n = 9;
  const grid = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const planes = [map(grid, (i) => i + 1), map(grid, (_, j) => j + 1)].map((rows) => image(rows));
  const check = (transform: Transform, from: (y: number, x: number) => [y: number, x: number]) => {
    const [rows, columns] = planes.map((plane) => transform(plane, most).toArray<number[][][][]>()[0][0]);
    let inside = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const [y, x] = from(i - 4, j - 4).map((v) => v + 4);
        if (Math.min(y, x) < 0 || Math.max(y, x) > n - 1) continue;
        inside++;
        assertClose([rows[i][j], columns[i][j]], [y + 1, x + 1], { tolerance: 1e-12 });
      }
    assert.ok(inside > 20, `${inside} pixels compared`);
  };
  const turn = (degrees: number) => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    return (y: number, x: number): [number, number] => [y * cos - x * sin, x * cos + y * sin];
  };
  check(randomAffine({ rotate: 30 }), turn(30));
  check(randomAffine({ scale: 0.5 }), (y, x) => [y / 1.5, x / 1.5]);
  check(randomAffine({ shear: 45 }), (y, x) => [y, x - y]);
  check(randomAffine({ shift: 1.25 }), (y, x) => [y - 1.25, x - 1.25]);
  // All together: what is read is first scaled, sheared, rotated, then shifted.
  check(randomAffine({ rotate: 30, scale: 0.5, shear: 45, shift: 0.5 }), (y, x) => {
    const [v, u] = turn(30)(y - 0.5, x - 0.5);
    return [v / 1.5, (u - v) / 1.5];
  });
});

test("a blob keeps its mass, roughly", () => {
  const blob = map(
    Array.from({ length: 28 }, () => new Array<number>(28).fill(0)),
    (i, j) => Math.exp(-((i - 12) ** 2 + (j - 15) ** 2) / 18),
  );
  const x = tensor(new Array(50).fill([blob]));
  const mass = (y: Tensor) => y.sum([1, 2, 3]).div(x.sum([1, 2, 3]));
  const generator = new Generator(3);
  const moved = mass(randomAffine({ shift: 2, rotate: 20, shear: 10 })(x, generator));
  assert.ok(moved.sub(1).abs().max().item() < 0.01, `${moved.sub(1).abs().max().item()}`);
  const pulled = mass(randomElastic()(x, generator));
  const [far, mean] = [pulled.sub(1).abs().max().item(), pulled.mean().item()];
  assert.ok(far < 0.7 && Math.abs(mean - 1) < 0.05, `${far}, ${mean}`);
});

test("elastic moves are random numbers smoothed by a Gaussian", () => {
  const [height, width, alpha, sigma] = [12, 9, 6, 1.5];
  const rows = tensor(
    new Array(2).fill([
      map(
        Array.from({ length: height }, () => new Array<number>(width).fill(0)),
        (i) => i + 1,
      ),
    ]),
  );
  const columns = tensor(
    new Array(2).fill([Array.from({ length: height }, () => Array.from({ length: width }, (_, j) => j + 1))]),
  );
  const transform = randomElastic({ alpha, sigma });
  const found = [rows, columns].map((x) => transform(x, new Generator(5)).toArray<number[][][][]>());
  const noise = uniform([2, 2, height, width], { low: -1, high: 1, generator: new Generator(5) }).toArray<
    number[][][][]
  >();
  const weight = (d: number) => Math.exp((-d * d) / (2 * sigma * sigma));
  let whole = 0;
  for (let d = -30; d <= 30; d++) whole += weight(d);
  const smooth = (field: number[][], i: number, j: number) => {
    let sum = 0;
    field.forEach((row, y) => {
      row.forEach((value, x) => {
        sum += value * weight(y - i) * weight(x - j);
      });
    });
    return (alpha * sum) / whole ** 2;
  };
  let inside = 0;
  for (let n = 0; n < 2; n++)
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) {
        const [y, x] = [i + smooth(noise[n][0], i, j), j + smooth(noise[n][1], i, j)];
        if (y < 0 || x < 0 || y > height - 1 || x > width - 1) continue;
        inside++;
        assertClose([found[0][n][0][i][j], found[1][n][0][i][j]], [y + 1, x + 1], { tolerance: 1e-5 });
      }
  assert.ok(inside > 150, `${inside} pixels compared`);
});

test("a flip turns images over, to the bit, as often as was asked", () => {
  const x = images(400, 2, 3, 4);
  assertSame(randomFlip({ horizontal: 1 })(x), x.flip([3]));
  assertSame(randomFlip({ horizontal: 0, vertical: 1 })(x), x.flip([2]));
  assertSame(randomFlip({ horizontal: 1, vertical: 1 })(x), x.flip([2, 3]));
  const y = randomFlip({ horizontal: 0.25 })(x, new Generator(2));
  const turned = Array.from({ length: 400 }, (_, n) =>
    y
      .select(0, n)
      .eq(x.select(0, n).flip([2]))
      .all()
      .item(),
  );
  const share = turned.reduce((a, b) => a + b) / 400;
  assert.ok(Math.abs(share - 0.25) < 0.07, `${share}`);
});

test("noise is normal, of the deviation asked for, in any shape", () => {
  const x = zeros([100, 100]);
  const y = randomNoise(0.5)(x, new Generator(1));
  assertClose([y.mean().item(), y.std().item()], [0, 0.5], { tolerance: 0.02 });
  assert.equal(randomNoise(1)(zeros([3], float64)).dtype, "float64");
});

test("from one seed comes one result, from others others; each image has its own, the batch stays as it was", () => {
  const one = images(1, 1, 10, 10);
  const x = one.expandTo([4, 1, 10, 10]).clone();
  for (const [name, transform] of Object.entries(everything)) {
    const run = (seed: number) => transform(x, new Generator(seed));
    assertSame(run(1), run(1));
    assert.not.equal(run(1).toArray(), run(3).toArray(), name);
    assert.ok(
      new Set(
        run(1)
          .toArray<number[][][][]>()
          .map((image) => JSON.stringify(image)),
      ).size > 1,
      `${name}: each its own`,
    );
    manualSeed(5);
    const drawn = transform(x);
    manualSeed(5);
    assertSame(transform(x), drawn);
    assertSame(drawn, run(5));
    manualSeed(0);
  }
  assertSame(x, one.expandTo([4, 1, 10, 10]));
  assert.is(everything.all(x).tracked, false);
});

test("how many numbers are drawn depends on the shape alone", () => {
  const draws = (transform: Transform, x: Tensor) => {
    const generator = new Generator(0);
    transform(x, generator);
    return generator.state.position;
  };
  for (const transform of [everything.affine, everything.elastic, everything.flip])
    assert.is(draws(transform, images(4, 1, 6, 6)), 4 * draws(transform, zeros([1, 36])));
  assert.is(draws(randomAffine({}), images(1, 3, 4, 4)), draws(everything.affine, images(1, 1, 9, 2)));
});

test("rows are images of squares, or of a size; channels move together", () => {
  for (const [name, transform] of Object.entries(everything))
    if (name !== "all")
      assertSame(
        transform(images(3, 64), new Generator(1)).reshape([3, 1, 8, 8]),
        transform(images(3, 1, 8, 8), new Generator(1)),
      );
  const rectangles = randomAffine({ rotate: 40, size: [3, 5] });
  assertSame(rectangles(images(2, 15), most).reshape([2, 1, 3, 5]), rectangles(images(2, 1, 3, 5), most));
  const x = images(5, 1, 6, 6);
  const double = x.expandTo([5, 2, 6, 6]);
  for (const transform of [everything.affine, everything.elastic, everything.flip]) {
    const y = transform(double, new Generator(1));
    assertSame(y.narrow(1, 0, 1), transform(x, new Generator(1)));
    assertSame(y.narrow(1, 1, 1), y.narrow(1, 0, 1));
  }
});

test("transforms follow one another, and take the generator along", () => {
  const [first, second] = [randomAffine({ shift: 1 }), randomNoise(0.1)];
  const x = images(3, 16);
  const generator = new Generator(4);
  const byHand = second(first(x, generator), generator);
  assertSame(compose(first, second)(x, new Generator(4)), byHand);
  assertSame(
    compose(
      (x) => x.mul(2),
      (x) => x.add(1),
    )(arange(3)),
    tensor([1, 3, 5]),
  );
});

test("what makes no sense is refused", () => {
  const refused = (f: () => unknown, message: RegExp) =>
    assert.throws(f, (error: Error) => error instanceof GradtapeError && message.test(error.message));
  for (const value of [-1, NaN, Infinity, "2" as unknown as number]) {
    refused(() => randomAffine({ shift: value }), /^randomAffine: shift must be a finite number of at least 0 \(given/);
    refused(() => randomAffine({ rotate: value }), /^randomAffine: rotate must be/);
    refused(() => randomElastic({ alpha: value }), /^randomElastic: alpha must be/);
    refused(() => randomNoise(value), /^randomNoise: std must be/);
  }
  refused(() => randomAffine({ scale: 1 }), /^randomAffine: scale must be a number from 0 to below 1 \(given 1\)$/);
  refused(() => randomAffine({ shear: 90 }), /^randomAffine: shear must be a number from 0 to below 90/);
  refused(() => randomElastic({ sigma: 0 }), /^randomElastic: sigma must be a finite number above 0/);
  refused(() => randomFlip({ vertical: 1.1 }), /^randomFlip: vertical must be a number from 0 to 1 \(given 1.1\)$/);
  const transform = randomAffine({ shift: 1 });
  for (const shape of [[], [3], [2, 15], [2, 3, 4], [1, 2, 3, 4, 5]])
    refused(() => transform(zeros(shape)), /^randomAffine\(\[.*\]\): images must be \[N, C, H, W\], or rows/);
  refused(() => randomAffine({ size: 4 })(zeros([2, 15])), /given size 4\)$/);
  refused(() => randomFlip({ size: [4, 5] })(zeros([2, 1, 5, 4])), /given size \[4,5\]\)$/);
  refused(() => randomElastic({ size: 0 })(zeros([2, 9])), /^randomElastic: size must be/);
  refused(() => transform(tensor([[1]], { dtype: "int32" })), /^randomAffine: images must be float32 or float64/);
  refused(() => transform([[1]] as unknown as Tensor), /^randomAffine: a tensor must be given/);
});

test.run();
