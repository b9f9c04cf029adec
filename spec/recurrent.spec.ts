/** Recurrent layers: what must hold between calls of them, whatever their numbers. */
import fc from "fast-check";
import {
  concat,
  Generator,
  GRU,
  GRUCell,
  gradient,
  LSTM,
  LSTMCell,
  normal,
  RNN,
  RNNCell,
  Sequential,
  stack,
  type Tensor,
  zeros,
} from "gradtape";
import * as assert from "uvu/assert";
import { assertClose, assertSame } from "./support/close.js";
import { elementsMadeBy } from "./support/cost.js";
import { suite } from "./support/suite.js";

const test = suite("recurrent");

const float64 = { dtype: "float64" } as const;
const random = (seed: number, ...shape: number[]): Tensor =>
  normal(shape, { ...float64, generator: new Generator(seed) });
const kinds = [RNN, LSTM, GRU] as const;
const close = { tolerance: 1e-13 };

/** One of the layers, its biases anywhere; and an input for it. */
const drawn = fc
  .record({
    kind: fc.constantFrom(...kinds),
    layers: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 1, max: 3 }),
    times: fc.integer({ min: 2, max: 5 }),
    rows: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(1000),
  })
  .map((given) => {
    const { kind, inputs, size, times, rows, seed } = given;
    const make = (options: object = {}) => {
      const layer = new kind(inputs, size, {
        ...float64,
        generator: new Generator(seed),
        layers: given.layers,
        ...options,
      });
      for (const [i, x] of layer.parameters().entries()) x.assign(random(seed + i, ...x.shape).mul(0.5));
      return layer;
    };
    return { ...given, make, x: random(seed, times, rows, inputs) };
  });

test("a run over a whole sequence is two runs over its parts, the state carried over", () => {
  fc.assert(
    fc.property(drawn, fc.nat(), ({ make, x, times }, place) => {
      const [layer, cut] = [make(), 1 + (place % (times - 1))];
      const [first, second] = x.split([cut, times - cut]);
      const whole = layer.unroll(x);
      const before = layer.unroll(first);
      const after = layer.unroll(second, before.state);
      assertClose(concat([before.outputs, after.outputs]), whole.outputs, close);
      after.state.forEach((part, i) => {
        assertClose(part, whole.state[i], close);
      });
      assertSame(layer.forward(x), whole.outputs);
      assertSame(layer.forward(second, ...before.state), after.outputs);
    }),
  );
});

test("what happens later changes nothing that was given before, and rows know nothing of each other", () => {
  fc.assert(
    fc.property(drawn, ({ make, x, times, rows }) => {
      const layer = make();
      const outputs = layer.forward(x);
      assertSame(layer.forward(x.slice([0, times - 1])), outputs.slice([0, times - 1]));
      assertClose(layer.forward(x.slice(null, [0, 1])), outputs.slice(null, [0, 1]), close);
      const { state } = layer.unroll(x);
      assertSame(outputs.select(0, -1), state[0].select(0, -1), { what: "the last h of the last layer" });
      assert.equal(state[0].shape, [layer.cells.length, rows, layer.size]);
    }),
  );
});

test("batchFirst changes the order of the axes, and no more", () => {
  fc.assert(
    fc.property(drawn, fc.boolean(), ({ make, x }, bidirectional) => {
      const [usual, other] = [make({ bidirectional }), make({ bidirectional, batchFirst: true })];
      const { outputs, state } = usual.unroll(x);
      const turned = other.unroll(x.transpose(0, 1));
      assertClose(turned.outputs.transpose(0, 1), outputs, close);
      turned.state.forEach((part, i) => {
        assertClose(part, state[i], close);
      });
    }),
  );
});

test("the backward direction is the forward one of the sequence turned round", () => {
  fc.assert(
    fc.property(drawn, ({ make, x, size }) => {
      const both = make({ bidirectional: true, layers: 1 });
      const alone = make({ layers: 1 });
      const { outputs, state } = both.unroll(x);
      for (const direction of [0, 1]) {
        const from = both.cells[0][direction];
        alone.cells[0][0].namedParameters().forEach(([, own], i) => {
          own.assign(from.parameters()[i]);
        });
        const turned = direction === 0 ? x : x.flip(0);
        const { outputs: expected, state: last } = alone.unroll(turned);
        const found = outputs.narrow(2, direction * size, size);
        assertClose(direction === 0 ? found : found.flip(0), expected, close);
        assertClose(state[0].select(0, direction), last[0].select(0, 0), close);
      }
    }),
  );
});

test("a layer is its cell, step after step, from zeros", () => {
  for (const [Layer, Cell] of [
    [RNN, RNNCell],
    [LSTM, LSTMCell],
    [GRU, GRUCell],
  ] as const) {
    const layer = new Layer(3, 2, { ...float64, generator: new Generator(1) });
    const cell = new Cell(3, 2, { ...float64, generator: new Generator(1) });
    const x = random(2, 4, 5, 3);
    let state = cell.start(5);
    const outputs = x.unbind().map((now) => {
      const h = cell.forward(now, ...state);
      state = cell.step(cell.project(now), state);
      assertSame(state[0], h);
      return h;
    });
    assertClose(layer.forward(x), stack(outputs), close);
    assertSame(cell.forward(x.select(0, 0)), outputs[0], { what: "without a state it starts at zeros" });
    assertSame(
      layer.unroll(
        x,
        layer.unroll(zeros([1, 5, 3], float64)).state.map((part) => part.mul(0)),
      ).outputs,
      layer.forward(x),
    );
  }
});

test("gates do what they are for: a forgetting LSTM forgets, a keeping GRU keeps", () => {
  const lstm = new LSTM(2, 3, float64);
  const [cell] = lstm.cells[0];
  cell.Wx.assign(0);
  cell.Wh.assign(0);
  cell.bx.assign([-50, -50, -50, 50, 50, 50, 0, 0, 0, 50, 50, 50]); // i shut; f and o open
  const c = random(1, 1, 4, 3);
  assertClose(lstm.unroll(random(2, 6, 4, 2), [zeros([1, 4, 3], float64), c]).state[1], c, close);
  cell.bx.assign([-50, -50, -50, -50, -50, -50, 0, 0, 0, 50, 50, 50]); // f shut, too
  assertClose(lstm.unroll(random(2, 6, 4, 2), [zeros([1, 4, 3], float64), c]).state[1], c.mul(0), close);
  const gru = new GRU(2, 3, float64);
  gru.cells[0][0].bh.assign([0, 0, 0, 50, 50, 50, 0, 0, 0]); // z open: h stays
  const h = random(3, 1, 4, 3);
  assertClose(gru.unroll(random(2, 6, 4, 2), [h]).state[0], h, close);
});

test("dropout lies between layers only, in training only", () => {
  const make = (layers: number) => new GRU(2, 3, { ...float64, generator: new Generator(1), layers, dropout: 0.5 });
  const x = random(2, 3, 2, 2);
  assertSame(make(1).forward(x), make(1).eval().forward(x));
  const deep = make(2);
  assert.throws(() => assertSame(deep.forward(x), deep.forward(x)));
  deep.eval();
  assertSame(deep.forward(x), deep.forward(x));
  // With all between them dropped, the second layer sees zeros.
  const blind = new GRU(2, 3, { ...float64, generator: new Generator(1), layers: 2, dropout: 1 });
  assertSame(blind.forward(x), blind.forward(x.mul(-3)));
});

test("200 steps cost twice what 100 do, forward and backward, gradients of the inputs with them", () => {
  for (const kind of kinds) {
    const layer = new kind(2, 2, { layers: 2, bidirectional: true });
    const cost = (times: number): number => {
      const x = normal([times, 1, 2], { requiresGrad: true });
      return elementsMadeBy(() => gradient(layer.forward(x).sum(), [x, ...layer.parameters()]));
    };
    const [less, more] = [cost(100), cost(200)];
    assert.ok(more < 2.05 * less, `${kind.name}: ${less} elements for 100 steps, ${more} for 200`);
  }
});

test("in a sequence they give their outputs, and what gives both says so", () => {
  const layer = new LSTM(2, 3);
  const x = normal([4, 1, 2]);
  assertSame(new Sequential(layer, (y) => y.select(0, -1)).forward(x), layer.forward(x).select(0, -1));
  // biome-ignore lint/suspicious/noExplicitAny: TypeScript would refuse it
  const both: any = (y: Tensor) => layer.unroll(y);
  assert.throws(() => new Sequential(both).forward(x), /^Sequential: layers\.0 must give a tensor/);
});

test.run();
