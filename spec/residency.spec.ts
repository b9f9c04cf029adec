// usual environment only: its backends are its own
/** Where values lie is nobody's business: whatever is computed, kept, written, freed or moved in between, all read what a plain array would hold. */
import fc from "fast-check";
import {
  backend,
  concat,
  configure,
  type Dtype,
  fold,
  GradtapeError,
  gradient,
  Momentum,
  noGrad,
  SGD,
  type Tensor,
  tensor,
  unfold,
} from "gradtape";
import * as assert from "uvu/assert";
import { reference } from "../lib/backends/reference.js";
import { type WasmBackend, wasm } from "../lib/backends/wasm/index.js";
import { bytesOf, Memory } from "../lib/backends/wasm/memory.js";
import type { Data } from "../lib/dtype.js";
import { least } from "../lib/recipe.js";
import { Storage } from "../lib/storage.js";
import { replaceBackend } from "./support/calls.js";
import { assertClose } from "./support/close.js";
import { long, suite } from "./support/suite.js";

const test = suite("residency");

/** The same things once in float32, which live in WebAssembly's memory or in arrays, and once in float64, which live in arrays. */
class World {
  readonly tensors: Tensor[] = [];
  /** Arrays that someone keeps: of values and of gradients. */
  readonly arrays: Data[] = [];

  constructor(readonly dtype: Dtype) {}

  tensor(i: number): Tensor {
    return this.tensors[i % this.tensors.length];
  }

  leaf(i: number): Tensor {
    const leaves = this.tensors.filter((x) => x.requiresGrad);
    return leaves[i % leaves.length];
  }
}

/** The values of a new tensor, none of which float32 rounds. */
const values = (start: number, size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => (((start + 1) * (i + 3) * 37) % 257) / 64 - 2);

/** One row of 25, which is computed in JavaScript, and twelve, which WebAssembly computes; the former broadcasts to the latter. */
const shapes = [[25], [12, 25]];

const unary: ((x: Tensor) => Tensor)[] = [
  (x) => x.tanh(),
  (x) => x.mul(0.5),
  (x) => x.neg(),
  (x) => x.sigmoid(),
  (x) => x.softmax(),
  (x) => x.clone(),
  (x) => x.detach(),
  (x) => noGrad(() => x.sin()),
  (x) => x.reshape([5, -1]).reshape(x.shape),
  (x) => (x.rank === 2 ? x.sum(0).mul(0.125) : x.sum().mul(0.125).add(x)),
  (x) => x.sub(x.max()),
];

/** Of other ops than formulas, some of which add to zeros, give what has the shape of x. */
const kernels: ((x: Tensor) => Tensor)[] = [
  (x) => x.tanh(),
  (x) => x.logSoftmax(),
  (x) => x.narrow(-1, 3, 17).pad([...new Array(x.rank - 1).fill(0), [3, 5]]),
  (x) => x.reshape([5, -1]).transpose().transpose().reshape(x.shape),
  (x) => x.cumsum(-1),
  (x) => x.indexSelect(-1, [...new Array(25).keys()].reverse()),
  (x) =>
    x.indexAdd(
      -1,
      [...new Array(25).keys()].map((place) => (place * 7) % 25),
      x,
    ),
  (x) => fold(unfold(x.reshape([1, 1, -1, 5]), 2), [x.size / 5, 5], 2).reshape(x.shape),
  (x) =>
    x
      .reshape([-1, 25])
      .matmul(x.reshape([-1, 25]), { ta: true })
      .sum(0)
      .add(x),
  (x) => concat([x, x], -1).narrow(-1, 10, 25),
  (x) => x.sum(-1, { keepDims: true }).expand(x.shape),
  (x) => x.reshape([1, -1]).expand([6, x.size]).mul(0.5).tanh().mean(0).reshape(x.shape),
];

const binary: ((a: Tensor, b: Tensor) => Tensor)[] = [
  (a, b) => a.add(b).mul(0.5),
  (a, b) => a.sub(b).sin(),
  (a, b) => a.mul(b).tanh(),
  (a, b) =>
    a
      .reshape([-1, 25])
      .matmul(b.reshape([-1, 25]), { tb: true })
      .sum()
      .mul(2 ** -6)
      .add(a)
      .tanh(),
];

/** What can happen, given three numbers that choose among what there is. */
const happenings: Record<string, (world: World, i: number, j: number, k: number) => unknown> = {
  create: ({ dtype, tensors }, i, j) => {
    const shape = shapes[i % 2];
    tensors.push(tensor(values(j, i % 2 ? 300 : 25), { shape, dtype, requiresGrad: j % 3 > 0 }));
  },
  unary: (world, i, j) => world.tensors.push(unary[j % unary.length](world.tensor(i))),
  binary: (world, i, j, k) => world.tensors.push(binary[k % binary.length](world.tensor(i), world.tensor(j))),
  alias: (world, i) => world.tensors.push(world.tensor(i).reshape(world.tensor(i).shape)),
  fill: (world, i, j) => world.leaf(i).assign((j % 9) / 4 - 1),
  assign: (world, i, j) => world.leaf(i).assign(values(j, world.leaf(i).size)),
  copy: (world, i, j) => world.leaf(i).assign(world.tensor(j)),
  element: (world, i, j) => world.leaf(i).assign(1.25, j % world.leaf(i).size),
  keep: (world, i) => world.arrays.push(world.tensor(i).data as Data),
  write: (world, i, j) => {
    if (world.arrays.length === 0) return;
    const array = world.arrays[i % world.arrays.length];
    array[j % array.length] = -0.75;
  },
  backward: (world, i, j) =>
    world
      .tensor(i)
      .mul(0.25)
      .sum()
      .backward({ retainGraph: j % 2 === 0 }),
  seeded: (world, i, j) => {
    const y = world.tensor(i);
    y.backward({ seed: tensor(values(j, y.size), { shape: y.shape, dtype: y.dtype }), retainGraph: true });
  },
  gradient: (world, i, j, k) =>
    world.tensors.push(
      ...gradient(world.tensor(i).sum(), [world.leaf(j), world.leaf(k)], { createGraph: i % 5 === 0 }),
    ),
  // Someone keeps what was made of little.
  grow: (world, i, j) =>
    world.tensors.push(
      world
        .tensor(i)
        .sum(0)
        .mul(2 ** -6)
        .detach()
        .expand(shapes[j % 2]),
    ),
  // Someone keeps what a released tape knew.
  released: (world, i, j, k) => {
    const a = world.leaf(i).mul(0.75);
    const b = kernels[k % kernels.length](a).mul(0.125);
    const c = b.tanh().add(world.tensor(j));
    world.tensors.push(a, b, c);
    c.sum().mul(0.25).backward();
  },
  // The same gradient reaches both.
  pair: (world, i, j) => world.leaf(i).add(world.leaf(j)).mul(0.5).sum().backward(),
  setGrad: (world, i, j) => {
    const x = world.leaf(i);
    const [g] = gradient(world.tensor(j).sum(), [x]);
    world.tensors.push(g);
    x.grad = g;
  },
  step: (world, i) => new SGD([world.leaf(i)], { lr: 2 ** -8 }).step(),
  // Moves a leaf and its velocity together; the second time both are read where the first left them.
  steps: (world, i) => {
    const optimizer = new Momentum([world.leaf(i)], { lr: 2 ** -8 });
    optimizer.step();
    optimizer.step();
  },
  zeroGrad: (world, i) => new SGD([world.leaf(i)]).zeroGrad(),
  grad: (world, i) => {
    const { grad } = world.leaf(i);
    if (grad) world.tensors.push(grad);
  },
  keepGrad: (world, i) => {
    const { grad } = world.leaf(i);
    if (grad) world.arrays.push(grad.data as Data);
  },
  look: (world, i) => world.tensor(i).toArray(),
};

const defines = reference({ codegen: true });
/**
 * The backend in use, one by which all is computed in WebAssembly, one whose memory is soon full, and one whose memory always
 * is; made once, as words are compiled for each.
 */
const [usual, everything, cramped, starved] = [
  {},
  { elements: 1, inner: 0, multiplications: 1 },
  { elements: 64, room: 4096 },
  { elements: 64 },
].map((options) => wasm(defines, options) as WasmBackend);

/** Has a memory in which no computation finds room beside what lies there, until it is made to stop. */
function starve(memory: Memory): () => void {
  const { begin } = Memory.prototype;
  memory.begin = (...given) => {
    begin.apply(memory, given);
    memory.empty();
    return begin.apply(memory, given);
  };
  return () => Reflect.deleteProperty(memory, "begin");
}
starve(starved.memory());

/** What becomes of the memory in between, and of the backend. */
const movings: Record<string, () => void> = {
  empty: () => (backend() as Partial<WasmBackend>).memory?.().empty(),
  compact: () => (backend() as Partial<WasmBackend>).memory?.().compact(),
  off: () => configure({ wasm: false }),
  on: () => configure({ threads: 1 }),
  usual: () => replaceBackend(usual),
  everything: () => replaceBackend(everything),
  cramped: () => replaceBackend(cramped),
  starved: () => replaceBackend(starved),
};

const names = [
  ...Object.keys(happenings),
  ...["binary", "unary", "backward", "step", "released", "released"],
  ...Object.keys(movings),
];
const sequence = fc.array(
  fc
    .tuple(fc.constantFrom(...names), fc.nat(59), fc.nat(59), fc.nat(59))
    .map(([name, ...numbers]) => ({ name, numbers })),
  { minLength: 1, maxLength: 60, size: "max" },
);

/** The message of an error that the library throws on purpose; others are thrown on. */
function failure(f: () => unknown): string {
  try {
    f();
    return "";
  } catch (error) {
    if (!(error instanceof GradtapeError)) throw error;
    return error.message;
  }
}

/** How often something happened to which there was no objection. */
const done = new Map<string, number>();

// However small, values of released tapes may be dropped; how often they had to be computed again is counted.
least.elements = 1;
const { again } = Memory.prototype;
Memory.prototype.again = function (...given) {
  done.set("again", (done.get("again") ?? 0) + 1);
  again.apply(this, given);
};

function live(events: readonly { name: string; numbers: number[] }[]): void {
  const [found, expected] = [new World("float32"), new World("float64")];
  try {
    movings.usual();
    for (const world of [found, expected]) for (const at of [1, 2, 4, 5]) happenings.create(world, at, at, 0);
    for (const { name, numbers } of events) {
      const [i, j, k] = numbers;
      movings[name]?.();
      const messages = [found, expected].map((world) => failure(() => happenings[name]?.(world, i, j, k)));
      assert.is(messages[0], messages[1]);
      if (messages[0] === "") done.set(name, (done.get(name) ?? 0) + 1);
    }
    const tolerance = 1e-3; // what was mixed up is off by far more
    expected.arrays.forEach((array, at) => {
      assertClose(found.arrays[at], array, { tolerance, what: `kept array ${at}` });
    });
    const compare = (what: string, a: Tensor | null, n: Tensor | null) => {
      assert.is(a === null, n === null, what);
      if (a && n) assertClose(a.toArray(), n.toArray(), { tolerance, what });
    };
    expected.tensors.forEach((x, at) => {
      compare(`tensor ${at}`, found.tensors[at], x);
      compare(`gradient of tensor ${at}`, found.tensors[at].grad, x.grad);
    });
    expected.tensors.forEach((x, at) => {
      assertClose(found.tensors[at].data as Data, x.data as Data, { tolerance, what: `data of tensor ${at}` });
    });
  } finally {
    configure();
  }
}

test(
  "whatever happens to tensors, all read the values that plain arrays would hold",
  () => {
    fc.assert(fc.property(sequence, live), { numRuns: long ? 10_000 : 400 });
    for (const name of [...names, "again"])
      assert.ok((done.get(name) as number) > 50, `${name}: ${done.get(name)} times`);
  },
  { deadline: 600_000 },
);

const ramp = (requiresGrad: boolean): Tensor => tensor(values(1, 300), { dtype: "float32", requiresGrad });

test("a value is not computed again from what was written since, be it an operand or the value itself", () => {
  movings.usual();
  const [x, b] = [ramp(true), ramp(false)];
  const sum = x.add(b); // whose gradient asks for neither
  const moved = x.add(0.5);
  const alias = Object.assign(moved.detach(), { requiresGrad: true, grad: ramp(false) });
  b.assign(5);
  new SGD([alias], { lr: 1 }).step();
  const fresh = x.add(b);
  fresh.add(sum).add(moved).sum().backward();
  b.assign(7);
  x.assign(0);
  movings.empty();
  const each = (f: (value: number) => number): Float64Array => values(1, 300).map(f);
  assertClose(
    sum.toArray(),
    each((value) => value + value),
    { tolerance: 0 },
  );
  assertClose(
    moved.toArray(),
    each(() => 0.5),
    { tolerance: 0 },
  );
  assertClose(
    fresh.toArray(),
    each((value) => value + 5),
    { tolerance: 0 },
  );
  configure();
});

test("what was made of little is computed again as often as it is dropped, until it is written to", () => {
  movings.usual();
  const row = ramp(false);
  const grown = row.expand([5, 300]);
  const each = (f: (value: number) => number) =>
    Float64Array.from({ length: 1500 }, (_, i) => f(values(1, 300)[i % 300]));
  row.assign(7);
  const before = done.get("again") ?? 0;
  for (let turn = 1; turn <= 3; turn++) {
    movings.empty();
    assertClose(
      grown.mul(turn).toArray(),
      each((value) => value * turn),
      { tolerance: 0 },
    );
    assert.is(done.get("again"), before + turn);
  }
  const alias = Object.assign(grown.detach(), { requiresGrad: true, grad: grown.mul(0).add(1) });
  new SGD([alias], { lr: 1 }).step();
  movings.empty();
  assertClose(
    grown.toArray(),
    each((value) => value - 1),
    { tolerance: 0 },
  );
  configure();
});

test("what a computation reads is not dropped to make room for it", () => {
  movings.cramped();
  const grown = tensor(values(1, 512), { dtype: "float32" }).expand([8, 512]);
  const kept = Array.from({ length: 40 }, (_, i) => grown.mul(i));
  assert.is.not(grown.storage.recipe, null);
  kept.forEach((x, i) => {
    assertClose(
      x.sum(0).toArray(),
      values(1, 512).map((value) => 8 * value * i),
      { tolerance: 1e-3 },
    );
  });
  configure();
});

test("what an operation is about to read is not dropped while another operand is computed again", () => {
  movings.usual();
  const [a, b, c] = [1, 2, 3].map((start) => tensor(values(start, 64), { dtype: "float32" }).expand([8, 64]));
  movings.empty();
  const feed = starve(usual.memory());
  const expected = values(1, 64).map((value, i) => value * values(2, 64)[i] + values(3, 64)[i]);
  assertClose(a.mul(b).add(c).mean(0).toArray(), expected, { tolerance: 1e-5 });
  feed();
  configure();
});

test("one block that was taken back is not counted on twice", () => {
  const memory = new Memory(false, 2 ** 17, 2 ** 16, () => defines);
  const floats = 2 ** 12;
  const blocks: number[] = [];
  for (; memory.top + bytesOf(floats) <= 2 ** 17; blocks.push(memory.take(floats)))
    assert.ok(memory.begin([], [floats]));
  memory.give(blocks[0], floats);
  assert.ok(memory.begin([], [floats, floats]));
  const ends = [1, 2].map(() => memory.take(floats) + bytesOf(floats));
  assert.ok(new Set(ends).size === 2 && Math.max(...ends) <= 4 * memory.floats.length);
});

/** A memory with room for some twenty of forty values, which are computed one after the other; `use` reads one, as an operand. */
function crowded() {
  const memory = new Memory(false, 2 ** 24, 2 ** 16, () => defines);
  const use = (storage: Storage): void => {
    assert.ok(memory.begin([{ storage, shape: [1024] }], []));
    memory.address(storage);
    memory.end();
  };
  const all = Array.from({ length: 40 }, () => new Storage(1024, "float32"));
  all.forEach((storage, i) => {
    if (i > 0) {
      assert.is(all[0].home, memory, "used each time, it stays");
      use(all[0]);
    }
    assert.ok(memory.begin([], [1024]));
    const to = memory.take(1024);
    memory.floats.fill(i, to / 4, to / 4 + 1024);
    memory.keep(storage, to);
    memory.end();
  });
  return { memory, all, use, away: () => all.filter(({ home }) => home === null).length };
}

test("what was used last stays where it is, what was not for longest leaves", () => {
  const { memory, all, away } = crowded();
  assert.ok(away() > 0 && away() < 30);
  for (const storage of [all[0], ...all.slice(-10)]) assert.is(storage.home, memory);
  const gone = all.map(({ home }) => home === null);
  assert.is(gone.lastIndexOf(true), away(), "the oldest but for the first, which was used each time");
  all.forEach(({ data }, i) => {
    assert.ok(data.every((value) => value === i));
  });
});

test("values that come back find more room, until they need not leave", () => {
  const { memory, all, use, away } = crowded();
  const returns = Array.from({ length: 4 }, () => {
    let count = 0;
    for (const storage of all) {
      if (storage.home === null) count++;
      use(storage);
    }
    return count;
  });
  assert.ok(returns[0] > 10, `${returns} came back`);
  assert.is(returns[3], 0);
  assert.is(away(), 0);
  // What someone took out for themselves comes back as often, and needs no more of it.
  const limit = () => (memory as unknown as { limit: number }).limit;
  const before = limit();
  for (let i = 0; i < 3; i++) {
    all[1].change();
    use(all[1]);
  }
  assert.is(limit(), before);
});

test("an array that someone holds keeps no place in memory, however often it is written", () => {
  movings.usual();
  const W = tensor(values(1, 600), { dtype: "float32", requiresGrad: true });
  const { data } = W;
  W.mul(2).sum().backward();
  const memory = usual.memory();
  const taken = () => (memory as unknown as { taken: number }).taken;
  const lies = () => [...memory.residents].reduce((sum, { size }) => sum + bytesOf(size), 0);
  const optimizer = new SGD([W], { lr: 0.5 });
  for (let step = 1; step <= 5; step++) {
    optimizer.step();
    assert.is(taken(), lies());
    assert.is(data[7], values(1, 600)[7] - step);
  }
  configure();
});

test("after a computation that failed the next ones have places of their own", () => {
  const memory = new Memory(false, 2 ** 17, 2 ** 17, () => defines);
  const held = Storage.of(new Float32Array(1024), "float32");
  held.handOut();
  memory.begin([{ storage: held, shape: [1024] }], []);
  memory.address(held); // and then something is thrown
  const made = [2 ** 15 - 1000, 1024].map((floats, i) => {
    assert.ok(memory.begin([], [floats]), "the first needs the place of what was held");
    const to = memory.take(floats);
    memory.floats.fill(i, to / 4, to / 4 + floats);
    const storage = new Storage(floats, "float32");
    memory.keep(storage, to);
    memory.end();
    return storage;
  });
  made.forEach(({ data }, i) => {
    assert.ok(data.every((value) => value === i));
  });
});

test("what is computed again while gradients are is nobody's to take back", () => {
  movings.usual();
  const [x, w] = [ramp(true), ramp(true)];
  const y = x.mul(0.5);
  const z = w.mul(y.detach());
  y.sum().backward();
  movings.empty();
  z.sum().backward(); // asks for y
  const half = values(1, 300).map((value) => value / 2);
  assertClose(w.grad as Tensor, tensor(half, { dtype: "float32" }), { tolerance: 0 });
  movings.empty();
  assertClose(y.toArray(), half, { tolerance: 0 });
  configure();
});

/** A value and another that is computed from it, both known to a released tape only. */
function released(first: (x: Tensor) => Tensor): { y: Tensor; z: Tensor; expected: Float64Array } {
  const y = first(ramp(true));
  const z = y.mul(2);
  z.sum().backward();
  movings.empty();
  return { y, z, expected: Float64Array.from(first(tensor(values(1, 300))).data) };
}

const declines: Record<string, (y: Tensor) => void> = {
  "whose memory cannot grow": (y) => {
    const memory = usual.memory();
    memory.begin = () => false;
    y.toArray();
    Reflect.deleteProperty(memory, "begin");
  },
  "that was turned off": () => movings.off(),
};

for (const [which, decline] of Object.entries(declines))
  test(`a value that JavaScript computes again, for a backend ${which}, is there for others computed from it`, () => {
    movings.usual();
    const { y, z, expected } = released((x) => x.mul(0.5).reshape([1, -1]).expand([4, 300]));
    decline(y);
    for (const [x, times] of [
      [y, 1],
      [z, 2],
    ] as const)
      assertClose(
        x.toArray(),
        expected.map((value) => times * value),
        { tolerance: 0 },
      );
    configure();
  });

test("what could not be computed again is not taken for zeros, and can be asked for once more", () => {
  movings.usual();
  const { y, z, expected } = released((x) => x.mul(0.5).reshape([10, -1]));
  const memory = usual.memory();
  memory.begin = () => {
    throw new RangeError("Array buffer allocation failed");
  };
  assert.throws(() => z.toArray(), /allocation/);
  assert.throws(() => y.toArray(), /allocation/);
  Reflect.deleteProperty(memory, "begin");
  assertClose(
    z.toArray(),
    expected.map((value) => 2 * value),
    { tolerance: 0 },
  );
  assertClose(y.toArray(), expected, { tolerance: 0 });
  configure();
});

test("a stopped backend that computes again starts no workers", () => {
  const limits = { elements: 1, threads: 2, untilThreads: 0, divided: 1 };
  const made = wasm(defines, limits) as WasmBackend;
  const back = replaceBackend(made);
  const x = tensor(values(1, 30_000), { dtype: "float32", requiresGrad: true });
  const y = x.mul(0.5).tanh();
  y.sum().backward();
  movings.empty();
  back();
  made.stop?.();
  y.toArray();
  assert.not(made.threads());
});

test("gradients of few parts add up in the memory where they are, those of many small ones in an array", () => {
  movings.usual();
  const x = tensor(values(1, 12_000), { shape: [20, 600], dtype: "float32", requiresGrad: true });
  const [few, many] = [2, 20].map((count) => {
    const parts = x.chunk(count).map((part, i) =>
      part
        .tanh()
        .mul(i + 1)
        .sum(),
    );
    const g = gradient(
      parts.reduce((sum, part) => sum.add(part)),
      x,
    );
    const expected = x
      .detach()
      .tanh()
      .square()
      .neg()
      .add(1)
      .mul(tensor(Array.from({ length: 20 }, (_, i) => [Math.floor((i * count) / 20) + 1])));
    const { away } = g.storage;
    assertClose(g, expected, { tolerance: 1e-5 });
    return away;
  });
  assert.equal([few, many], [true, false]);
  configure();
});

test("blocks have room for eight floats from their last one on, and those of 2 GB and more have their size", () => {
  for (const floats of [1, 9, 10, 16, 2 ** 29, 2 ** 30, 2 ** 32]) {
    assert.ok(bytesOf(floats) >= 4 * floats + 28 && bytesOf(floats) < 4 * floats + 92);
    assert.is(bytesOf(floats) % 64, 0);
  }
});

test.run();
