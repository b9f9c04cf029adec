/** Layers, losses, initializers, batches and SGD: what they find, what they compute, and that together they learn. */
import {
  Affine,
  arange,
  batches,
  CheckpointError,
  Generator,
  gradcheck,
  gradient,
  he,
  type Initializer,
  Layer,
  manualSeed,
  normal,
  normalInit,
  oneHot,
  ReLU,
  Sequential,
  SGD,
  Sigmoid,
  Softmax,
  SoftmaxWithLoss,
  type StateDict,
  Tanh,
  type Tensor,
  tensor,
  xavier,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame } from "./support/close.js";
import { seed, suite } from "./support/suite.js";

const test = suite("nn");

const float64 = { dtype: "float64" } as const;
const weight = (values: number[] | number[][]) => tensor(values, { ...float64, requiresGrad: true });
const labels = (...values: number[]) => tensor(values, { dtype: "int32" });
const random = (...shape: number[]) => normal(shape, { ...float64, generator: new Generator(seed >>> 0) });

/** A model with everything that a field can be. */
class Everything extends Layer {
  readonly first = weight([1, 2]);
  readonly notTrained = zeros([2]);
  readonly labels = labels(1, 2);
  readonly inner = new Affine(2, 3);
  readonly list = [new Affine(3, 3), weight([3]), new ReLU()];
  readonly named = { scale: weight([4]), deep: [{ shift: weight([5]) }] };
  readonly sameTensor = this.first;
  readonly sameLayer = this.inner;
  readonly scale = (x: Tensor) => x.mul(this.named.scale);
  readonly nothing = null;
  readonly size = 3;
  private readonly hidden = weight([6]);

  forward(x: Tensor): Tensor {
    return this.scale(this.inner.forward(x.add(this.first))).add(this.hidden);
  }
}

test("parameters are found in the order of the fields, by their paths, each once", () => {
  const model = new Everything();
  const found = model.namedParameters();
  assert.equal(
    found.map(([name]) => name),
    ["first", "inner.W", "inner.b", "list.0.W", "list.0.b", "list.1", "named.scale", "named.deep.0.shift", "hidden"],
  );
  assert.ok(found[0][1] === model.first && found[2][1] === model.inner.b);
  assert.ok(model.parameters().every((x, i) => x === found[i][1]));
  assert.equal(new ReLU().parameters(), []);
});

test("a computed tensor kept as a field is no parameter, and hinders nothing", () => {
  class Remembering extends Affine {
    last: Tensor | null = null;
    override forward(x: Tensor): Tensor {
      this.last = super.forward(x);
      return this.last;
    }
  }
  const layer = new Remembering(2, 2);
  layer
    .forward(zeros([1, 2]))
    .sum()
    .backward();
  assert.equal(
    layer.namedParameters().map(([name]) => name),
    ["W", "b"],
  );
  layer.to("float64");
  assert.equal([layer.W.dtype, layer.b.dtype], ["float64", "float64"]);
});

test("tensors in a Map or Set are refused, as their names would be unclear", () => {
  for (const held of [new Map([["W", weight([1])]]), new Set([new ReLU()])]) {
    class Mapped extends Layer {
      readonly held = held;
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    assert.throws(() => new Mapped().namedParameters(), /held is a (Map|Set) that holds tensors or layers/);
  }
});

test("train and eval reach every layer inside", () => {
  const model = new Sequential(new ReLU(), new Sequential(new Tanh(), (x) => x), new Everything());
  const states = () =>
    [model, ...model.layers, (model.layers[1] as Sequential).layers[0], (model.layers[2] as Everything).list[0]].map(
      (layer) => (layer as Layer).training,
    );
  assert.ok(states().every((training) => training));
  assert.is(model.eval(), model);
  assert.ok(states().every((training) => !training));
  model.train();
  assert.ok(states().every((training) => training));
});

test("a state has every tensor that was not computed, copied; it goes back in place", () => {
  const model = new Everything();
  const names = model.namedBuffers().map(([name]) => name);
  assert.equal(names, ["notTrained", "labels"]);
  const state = model.stateDict();
  assert.equal([...state.keys()].sort(), [...names, ...model.namedParameters().map(([name]) => name)].sort());
  const before = [...model.inner.W.data];
  model.inner.W.assign(7);
  model.labels.assign(0);
  assert.equal([...(state.get("inner.W") as Tensor).data], before, "the state is a copy");
  const { W } = model.inner;
  assert.is(model.loadStateDict(state), model);
  assert.is(model.inner.W, W);
  assert.equal([...W.data], before);
  assert.equal([...model.labels.data], [1, 2]);
  model.to("float64").loadStateDict(state);
  assert.is(model.inner.W.dtype, "float64", "values come in the dtype of the model");
});

test("a state that does not fit is refused whole, and all that is wrong is listed", () => {
  const model = new Everything();
  const state = model.stateDict();
  state
    .set("inner.b", zeros([4]))
    .set("extra", zeros([2, 1]))
    .set("labels", zeros([2]));
  state.delete("hidden");
  state.set("first", zeros([2]));
  const before = [...model.first.data];
  const message =
    "loadStateDict: the state must fit, and nothing was changed: labels must hold whole numbers (given float32); " +
    "inner.b must be [3] (given [4]); missing hidden [1]; unexpected extra [2,1]";
  assert.throws(
    () => model.loadStateDict(state),
    (error: Error) => error instanceof CheckpointError && error.message === message,
  );
  assert.throws(
    () => model.loadStateDict(state, { strict: false }),
    /labels must hold.*inner\.b must be \[3\] \(given \[4\]\)$/,
  );
  assert.equal([...model.first.data], before);
  state.set("inner.b", zeros([3])).set("labels", labels(0, 0));
  assert.equal([...model.loadStateDict(state, { strict: false }).first.data], [0, 0]);
  assert.throws(() => model.loadStateDict({} as StateDict), /must be a Map of tensors by name/);
});

test("to(dtype) converts in place, and the optimizer goes on with the same tensors", () => {
  const model = new Everything();
  const before = model.parameters();
  const values = [...model.inner.W.data];
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  model
    .forward(zeros([1, 2]))
    .sum()
    .backward();
  assert.is(model.to("float64"), model);
  assert.ok(model.parameters().every((x, i) => x === before[i]));
  assert.equal([...model.inner.W.data], values);
  assert.equal([model.inner.W.dtype, model.notTrained.dtype, model.labels.dtype], ["float64", "float64", "int32"]);
  assert.is(model.inner.W.grad, null, "gradients of the old dtype are dropped");
  model
    .forward(zeros([1, 2]))
    .sum()
    .backward();
  optimizer.step();
  assertSame(model.inner.b.data as Float64Array, [-2, -2, -2]);
  assert.is(model.to("float32").inner.b.dtype, "float32");
});

test("to(dtype) knows floats only, and changes nothing when it refuses", () => {
  const layer = new Affine(2, 2);
  const values = [...layer.W.data];
  for (const dtype of ["int32", "float16"]) assert.throws(() => layer.to(dtype as "float32"), /float32|float64/);
  assert.is(layer.W.dtype, "float32");
  assert.equal([...layer.W.data], values);
});

type Rows = number[][];
const map = (rows: Rows, f: (x: number) => number): Rows => rows.map((row) => row.map(f));
const softmaxOf = (row: number[]): number[] => {
  const e = row.map((x) => Math.exp(x - Math.max(...row)));
  return e.map((x) => x / e.reduce((a, b) => a + b));
};
const close = { tolerance: 1e-14 };

test("every layer computes what plain numbers do", () => {
  const rows: Rows = [
    [-1.5, 0, 2],
    [0.25, -0.5, 1],
  ];
  const x = tensor(rows, float64);
  const affine = new Affine(3, 2, float64);
  affine.W.assign([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  affine.b.assign([0.5, -0.5]);
  const affineOf = ([a, b, c]: number[]) => [a + 3 * b + 5 * c + 0.5, 2 * a + 4 * b + 6 * c - 0.5];
  assertClose(affine.forward(x), rows.map(affineOf), close);
  assertClose(
    new Sigmoid().forward(x),
    map(rows, (v) => 1 / (1 + Math.exp(-v))),
    close,
  );
  assertClose(
    new ReLU().forward(x),
    map(rows, (v) => Math.max(v, 0)),
    close,
  );
  assertClose(new Tanh().forward(x), map(rows, Math.tanh), close);
  assertClose(new Softmax().forward(x), rows.map(softmaxOf), close);
  const network = new Sequential(affine, (y) => y.mul(2), new Sigmoid());
  assertClose(
    network.forward(x),
    map(rows.map(affineOf), (v) => 1 / (1 + Math.exp(-2 * v))),
    close,
  );
  assertSame(new Sequential().forward(x), x);
  const t = [2, 0];
  const loss = -(Math.log(softmaxOf(rows[0])[2]) + Math.log(softmaxOf(rows[1])[0])) / 2;
  assertClose(new SoftmaxWithLoss().forward(x, labels(...t)), loss, close);
});

test("layers keep leading axes", () => {
  const affine = new Affine(3, 2);
  assert.equal([...affine.forward(zeros([4, 5, 3])).shape], [4, 5, 2]);
  assert.equal([...affine.forward(zeros([0, 3])).shape], [0, 2]);
});

test("labels as indices and as rows of ones give the same loss and gradient", () => {
  const loss = new SoftmaxWithLoss();
  const x = tensor(random(5, 4), { requiresGrad: true });
  const t = labels(3, 0, 1, 1, 2);
  const byIndex = loss.forward(x, t);
  for (const rows of [oneHot(t, 4), oneHot(t, 4, float64), oneHot(t, 4, { dtype: "int32" })]) {
    const byRow = loss.forward(x, rows);
    assertClose(byRow, byIndex, close);
    assertClose(gradient(byRow, x), gradient(byIndex, x), close);
  }
  // The book's gradient: (softmax − t) / rows.
  assertClose(
    gradient(byIndex, x),
    x
      .softmax()
      .sub(oneHot(t, 4, float64))
      .div(5),
    close,
  );
});

test("rows of probabilities weigh the classes", () => {
  const x = tensor([[1, 2]], float64);
  const [p, q] = softmaxOf([1, 2]);
  const loss = new SoftmaxWithLoss().forward(x, tensor([[0.25, 0.75]], float64));
  assertClose(loss, -0.25 * Math.log(p) - 0.75 * Math.log(q), close);
});

test("huge scores overflow nothing, and an impossible class that nobody asked for costs nothing", () => {
  const loss = new SoftmaxWithLoss();
  const huge = tensor([[1e4, 0, -1e4]], { requiresGrad: true });
  assert.is(loss.forward(huge, labels(1)).item(), 1e4);
  assert.is(loss.forward(huge, labels(0)).item(), 0);
  const masked = tensor([[0, -Infinity, 0]], { ...float64, requiresGrad: true });
  for (const t of [labels(2), oneHot([2], 3)]) {
    const value = loss.forward(masked, t);
    assertClose(value, Math.LN2, close);
    assertClose(gradient(value, masked), [[0.5, 0, -0.5]], close);
  }
  assert.is(loss.forward(masked, labels(1)).item(), Infinity);
});

test("labels must be classes, one for each row", () => {
  const loss = new SoftmaxWithLoss();
  const x = zeros([2, 3]);
  for (const t of [labels(0, 3), labels(-1, 0), labels(0), labels(0, 1, 2), tensor([0, 1]), zeros([3, 2])])
    assert.throws(() => loss.forward(x, t), /^crossEntropy/);
  assert.throws(() => loss.forward(zeros([3]), labels(0)), /scores must be \[rows, classes\]/);
});

test("initializers draw the standard deviation they promise", () => {
  const check = (init: Initializer, shape: number[], std: number) => {
    const W = init(shape, { generator: new Generator(3), ...float64 });
    assert.is(W.dtype, "float64");
    assertClose(W.mean().item() / std, 0, { tolerance: 0.02 });
    assertClose(W.square().mean().sqrt().item() / std, 1, { tolerance: 0.02 });
  };
  check(normalInit(0.01), [200, 100], 0.01);
  check(xavier, [200, 100], Math.sqrt(1 / 200));
  check(he, [200, 100], Math.sqrt(2 / 200));
});

test("an Affine starts with He's weights and a bias of zeros, from the given generator", () => {
  const make = () => new Affine(50, 40, { generator: new Generator(5), init: he });
  assertSame(make().W, make().W);
  assertSame(make().W, he([50, 40], { generator: new Generator(5) }));
  assertSame(make().b, zeros([40]));
  assert.ok(
    make()
      .parameters()
      .every((x) => x.requiresGrad),
  );
  assert.equal([...new Affine(2, 3, { ...float64, init: normalInit(0) }).W.data], [0, 0, 0, 0, 0, 0]);
  manualSeed(1);
  const first = new Affine(4, 4).W;
  manualSeed(1);
  assertSame(new Affine(4, 4).W, first);
  manualSeed(0);
});

test("batches take every row once, of all tensors in the same order", () => {
  const rows = arange(10);
  const squares = rows.square().reshape([10, 1]);
  const t = rows.to("int32");
  const seen: number[] = [];
  for (const [x, y, label] of batches([rows, squares, t], { size: 4, generator: new Generator(2) })) {
    assertSame(y, x.square().reshape([x.size, 1]));
    assertSame(label, x.to("int32"));
    seen.push(...x.data);
  }
  assert.not.equal(seen, [...rows.data]);
  assert.equal(seen.sort(), [...rows.data]);
});

test("batches are seeded, differ between epochs, and come in order on request", () => {
  const x = arange(10);
  const epoch = (options: Partial<Parameters<typeof batches>[1]>) =>
    [...batches([x], { size: 3, ...options })].map(([row]) => [...row.data]);
  const generator = new Generator(4);
  const [first, second] = [epoch({ generator }), epoch({ generator })];
  assert.not.equal(first, second);
  assert.equal(epoch({ generator: new Generator(4) }), first);
  assert.equal(epoch({ shuffle: false }), [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
  assert.equal(epoch({ shuffle: false, dropLast: true }), [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ]);
  assert.equal(epoch({ shuffle: false, size: 99 }), [[...x.data]]);
  assert.equal(epoch({ size: 99, dropLast: true }), []);
  manualSeed(8);
  const drawn = epoch({});
  manualSeed(8);
  assert.equal(epoch({}), drawn);
  manualSeed(0);
  for (const size of [0, 1.5, -1, NaN]) assert.throws(() => epoch({ size }), /batches: size must be/);
  assert.throws(() => [...batches([x, arange(9)], { size: 3 })], /batches\(\[10\], \[9\]\)/);
});

test("SGD moves each parameter by lr times its gradient", () => {
  const [W, b, idle] = [weight([1, 2]), tensor([0.3], { requiresGrad: true }), weight([7])];
  const optimizer = new SGD([W, b, idle], { lr: 0.1 });
  const step = () => {
    optimizer.zeroGrad();
    W.square().sum().add(b.mul(3).sum()).backward();
    optimizer.step();
  };
  step();
  assertSame(W, [1 - 0.1 * 2, 2 - 0.1 * 4]);
  assertSame(b, [Math.fround(Math.fround(0.3) - Math.fround(3 * Math.fround(0.1)))]);
  assertSame(idle, [7]);
  optimizer.lr = 1;
  step();
  assertSame(W, [0.8 - 1.6, 1.6 - 3.2]);
  assert.is(W.tracked && W.origin === null, true, "a parameter stays a leaf");
});

test("SGD without parameters, or with a bad rate, is refused", () => {
  class Hidden extends Layer {
    readonly #W = weight([1]);
    forward(x: Tensor): Tensor {
      return x.mul(this.#W);
    }
  }
  assert.throws(() => new SGD(new Hidden().parameters()), /SGD: there are no parameters to train; .*#fields/);
  assert.throws(() => new SGD([zeros([1])]), /SGD: every parameter must be a tensor with requiresGrad/);
  for (const lr of [0, -1, NaN, Infinity]) assert.throws(() => new SGD([weight([1])], { lr }), /SGD: lr must be/);
});

test("a small network learns exclusive or, the same in every run", () => {
  const x = tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const t = labels(0, 1, 1, 0);
  const run = () => {
    const generator = new Generator(1);
    const network = new Sequential(
      new Affine(2, 16, { generator }),
      new Tanh(),
      new Affine(16, 2, { generator, init: xavier }),
    );
    const loss = new SoftmaxWithLoss();
    const optimizer = new SGD(network.parameters(), { lr: 0.5 });
    for (let epoch = 0; epoch < 200; epoch++)
      for (const [rows, classes] of batches([x, t], { size: 2, generator })) {
        optimizer.zeroGrad();
        loss.forward(network.forward(rows), classes).backward();
        optimizer.step();
      }
    return { scores: network.forward(x), loss: loss.forward(network.forward(x), t).item() };
  };
  const first = run();
  assert.ok(first.loss < 0.02, `loss ${first.loss}`);
  assertSame(first.scores.argmax(1), t);
  assertSame(run().scores, first.scores);
});

test("the tape's gradients of every layer agree with differences", () => {
  const x = random(4, 3);
  const generator = new Generator(9);
  const layers = [
    new Affine(3, 2, { ...float64, generator }),
    new Sigmoid(),
    new ReLU(),
    new Tanh(),
    new Softmax(),
    new Sequential(
      new Affine(3, 5, { ...float64, generator }),
      (y) => y.square(),
      new Tanh(),
      new Affine(5, 2, { ...float64, generator }),
    ),
  ];
  for (const layer of layers) assert.ok(gradcheck(layer, x).ok);
  const loss = new SoftmaxWithLoss();
  assert.ok(gradcheck((scores) => loss.forward(scores, labels(0, 2, 1, 1)), x).ok);
  assert.ok(gradcheck((scores) => loss.forward(scores, random(4, 3).softmax()), x).ok);
});

test("tensors inside objects that are no layers are refused, not lost, and nothing is converted then", () => {
  class Holder {
    readonly W = tensor([1], { requiresGrad: true });
  }
  for (const held of [new Map([["a", { W: tensor([1], { requiresGrad: true }) }]]), new Holder()]) {
    class Model extends Layer {
      readonly first = tensor([1], { requiresGrad: true });
      readonly held = held;
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const model = new Model();
    assert.throws(() => model.parameters(), /^parameters: held is a (Map|Holder) that holds tensors or layers/);
    assert.throws(() => model.to("float64"), /^parameters: held/);
    assert.is(model.first.dtype, "float32");
  }
});

test("a parameter that is given twice is moved once", () => {
  const w = tensor([1], { requiresGrad: true });
  const optimizer = new SGD([w, w], { lr: 0.5 });
  w.sum().backward();
  optimizer.step();
  assert.is(w.item(), 0.5);
});

test("a step refuses a gradient of another shape, and ends what was saved for backward", () => {
  const w = tensor([1, 2], { requiresGrad: true });
  const optimizer = new SGD([w], { lr: 0.5 });
  w.grad = tensor([[1], [2]]);
  assert.throws(() => optimizer.step(), /^SGD\(\[2\], \[2,1\], 0.5\): everything must broadcast to the first/);
  const y = w.mul(w).sum();
  w.grad = tensor([2, 4]);
  optimizer.step();
  assert.equal(w.toArray(), [0, 0]);
  assert.throws(() => y.backward(), /was assigned after it was saved/);
});

test("data in an object of another class is no parameter, and hinders nothing", () => {
  class Data {
    readonly x = tensor([1, 2]);
  }
  class Model extends Layer {
    readonly data = new Data();
    readonly W = tensor([1], { requiresGrad: true });
    forward(x: Tensor): Tensor {
      return x.mul(this.W);
    }
  }
  assert.equal(
    new Model().namedParameters().map(([name]) => name),
    ["W"],
  );
});

test.run();
