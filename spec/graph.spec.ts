/** The computation graph as a drawing and as a table: what they show is what the tape holds, whatever it holds and is called. */
import fc from "fast-check";
import {
  Affine,
  checkpoint,
  customOp,
  DtypeError,
  GradError,
  type GraphOptions,
  gradient,
  graphTable,
  noGrad,
  ones,
  registry,
  SoftmaxWithLoss,
  Tensor,
  tape,
  tensor,
  toDot,
  ValueError,
} from "gradtape";
import { drawGraph } from "gradtape/graph";
import * as assert from "uvu/assert";
import { cases } from "./support/cases.js";
import { assertClose, failure, type Values } from "./support/close.js";
import { wellFormed } from "./support/scripts.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("graph");

const float64 = { dtype: "float64" } as const;
const leaf = (values: number | number[] | number[][], dtype: "float32" | "float64" = "float64") =>
  tensor(values, { dtype, requiresGrad: true });
const int32 = (values: number | number[]) => tensor(values, { dtype: "int32" });

/** A text without what HTML-like labels and SVG write in place of characters. */
const plain = (text: string): string =>
  text
    .replace(/<br\/>/g, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&#160;/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replace(/\u2060/g, "");

type Wire = { name: string; above: string; below: string };

/** The gates of a drawing, its wires, both by their names in the source, and what leads where. */
function read(dot: string) {
  assert.match(dot, /^digraph \{\n[\s\S]*\n\}\n$/);
  const gates: Record<string, string> = {};
  const wires: Record<string, Wire> = {};
  const edges: string[] = [];
  for (const line of dot.split("\n").slice(4, -2)) {
    const [, id, label] = /^(\w+) \[.*label=(?:<(.*)>|"")\];$/.exec(line) ?? [];
    const [, from, to] = /^(\w+)(?::e)? -> (\w+)(?::w)?(?: \[.*\])?;$/.exec(line) ?? [];
    if (from) edges.push(`${from} ${to}`);
    else if (id?.startsWith("g") || id === "end") gates[id] = plain(label ?? "");
    else {
      const parts = /^<table .*?><tr>(?:<td rowspan.*?>(.*?)<\/td>)?<td.*?>(.*?)<\/td><\/tr>.*<font.*?>(.*)<\/font>/;
      const [, name = "", above, below] = parts.exec(label ?? "") ?? assert.unreachable(line) ?? [];
      wires[id as string] = { name: plain(name), above: plain(above), below: plain(below).trim() };
    }
  }
  return { gates, wires, edges };
}

/** The rows of a table, by columns. */
function rows(table: string): Record<string, string>[] {
  const [head, ...lines] = table.split("\n");
  const columns = [...head.matchAll(/\w+ */g)].map((found) => ({ name: found[0].trim(), at: found.index }));
  return lines.map((line) =>
    Object.fromEntries(columns.map(({ name, at }, i) => [name, line.slice(at, columns[i + 1]?.at).trim()])),
  );
}

/** The words of an SVG, with their places, in the order of the file. */
const words = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)</g)].map(([, x, y, style, text]) => ({
    x: Number(x),
    y: Number(y),
    gradient: style.includes('class="gradient"'),
    text: plain(text),
  }));

const number = (text: string): Values => JSON.parse(text.replace(/−/g, "-").replace(/Infinity/g, "1e999"));

function apples() {
  const [apple, count, tax] = [100, 2, 1.1].map((value) => leaf(value));
  const price = apple.mul(count).mul(tax);
  return { price, names: { apple, count, tax, price } };
}

test("5.4.1: the two apples are the book's drawing", () => {
  const { price, names } = apples();
  assert.equal(read(toDot(price, { names })), {
    gates: { g4: "×", g5: "×", end: "price" },
    wires: {
      v1: { name: "apple", above: "100", below: "2.2" },
      v2: { name: "count", above: "2", below: "110" },
      v3: { name: "tax", above: "1.1", below: "200" },
      v4: { name: "", above: "200", below: "1.1" },
      v5: { name: "", above: "220", below: "1" },
    },
    edges: ["v1 g4", "v2 g4", "g4 v4", "v4 g5", "v3 g5", "g5 v5", "v5 end"],
  });
});

test("5.4.1: and the same as a table", () => {
  const { price, names } = apples();
  assert.is(
    graphTable(price, { names }),
    [
      "step  name   op    inputs        shape  value  gradient",
      "#1    apple  leaf                []     100    2.2",
      "#2    count  leaf                []     2      110",
      "#3    tax    leaf                []     1.1    200",
      "#4           mul   apple, count  []     200    1.1",
      "#5    price  mul   #4, tax       []     220    1",
    ].join("\n"),
  );
  assert.match(graphTable(price), /^step {2}op {4}inputs {2}shape/); // no column of names, if there are none
});

test("5.4.1: as a picture it goes from left to right, values above and gradients below", () => {
  const { price, names } = apples();
  const svg = drawGraph(price, { names });
  assert.ok(wellFormed(svg));
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [^>]*viewBox="0 0 \d+ \d+" font-family="system-ui/);
  assert.match(svg, /<title>Computation graph<\/title>/); // for those who do not see it
  assert.match(svg, /@media \(prefers-color-scheme:dark\)/);
  const texts = words(svg);
  const find = (text: string) => texts.find((word) => word.text === text) ?? assert.unreachable(text) ?? texts[0];
  assert.equal(
    texts
      .filter(({ gradient }) => gradient)
      .map(({ text }) => text)
      .sort(),
    ["1", "1.1", "110", "2.2", "200"],
  );
  for (const [left, right] of [
    ["apple", "100"],
    ["100", "×"],
    ["×", "220"],
    ["220", "price"],
    ["tax", "1.1"],
  ])
    assert.ok(find(left).x < find(right).x, `${left}, ${right}`);
  for (const [above, below] of [
    ["100", "2.2"],
    ["2", "110"],
    ["220", "1"],
  ]) {
    assert.ok(find(above).y < find(below).y && find(below).y < find(above).y + 30, `${above}, ${below}`);
    assert.ok(Math.abs(find(above).x - find(below).x) < 0.2);
  }
  assert.is((svg.match(/<ellipse /g) ?? []).length, 2);
  const [, , width, height] = (/viewBox="([^"]*)"/.exec(svg) as RegExpExecArray)[1].split(" ").map(Number);
  for (const { x, y } of texts) assert.ok(x > 0 && x < width && y > 0 && y < height);
});

test("a value that is used several times is drawn once, with the sum of its gradients", () => {
  const [x, y] = [leaf(2), leaf(3)];
  const t = x.add(y);
  const { gates, wires, edges } = read(toDot(t.mul(t), { names: { x, y, t } }));
  assert.equal(Object.values(gates), ["+", "×", ""]);
  assert.equal(wires.v3, { name: "", above: "t = 5", below: "10" });
  assert.is(Object.keys(wires).length, 4);
  assert.equal(edges.filter((edge) => edge === "v3 g4").length, 2);
  const table = rows(graphTable(t.mul(t), { names: { x, y, t } }));
  assert.equal(
    table.map(({ inputs }) => inputs),
    ["", "", "x, y", "t, t"],
  );
});

test("the sigmoid by its pieces has the gradients of the book", () => {
  const x = leaf(0.5);
  const y = x.mul(-1).exp().add(1).reciprocal();
  const { gates, wires, edges } = read(toDot(y, { names: { x, y } }));
  assert.equal(Object.values(gates), ["×", "exp", "+", "reciprocal", "y"]);
  assert.equal(
    [wires.c2_1, wires.c4_1],
    [
      { name: "", above: "−1", below: "" },
      { name: "", above: "1", below: "" },
    ],
  );
  assert.ok(edges.includes("c2_1 g2") && edges.includes("c4_1 g4"));
  const p = y.item();
  assertClose(number(wires.v1.below), p * (1 - p), { tolerance: 1e-4 });
  assertClose(number(wires.v4.below), -p * p, { tolerance: 1e-4 });
});

test("operands keep their order, from top to bottom", () => {
  const [a, b] = [leaf(1), leaf(2)];
  for (const [y, first, second] of [
    [a.sub(b), "a", "b"],
    [b.sub(a), "b", "a"],
    [b.div(a), "b", "a"],
  ] as const) {
    const texts = words(drawGraph(y, { names: { a, b } }));
    const height = (name: string) => texts.find(({ text }) => text === name)?.y as number;
    assert.ok(height(first) < height(second), `${first} above ${second}`);
  }
});

test("every op is drawn, with all of its inputs and the gradients that gradient() gives", () => {
  let drawn = 0;
  for (const op of registry.values())
    for (const { call } of fc.sample(cases(op), { seed, numRuns: long ? 5 : 1 })) {
      const y = call();
      if (!y.tracked) continue;
      const g = ones(y.shape, { dtype: y.dtype as "float64" }).mul(0.75);
      const { wires, edges } = read(toDot(y, { seed: g, maxValues: 1000 }));
      const xs = tape(y);
      const tracked = xs.filter((x) => x.tracked);
      const gradients = gradient(y, tracked, { seed: g });
      const below = new Map(tracked.map((x, i) => [x, gradients[i]]));
      for (const [i, x] of xs.entries()) {
        const wire = wires[`v${i + 1}`];
        for (const [text, expected] of [
          [wire.above, x],
          [wire.below, below.get(x)],
        ] as const)
          if (!expected) assert.is(text, "", op.name);
          else if (!/NaN/.test(text) && expected.size > 0)
            assertClose(tensor(number(text) as number[], { ...float64, shape: expected.shape } as never), expected, {
              tolerance: 1e-3,
              what: op.name,
            });
        const inputs = x.origin?.inputs ?? [];
        const arriving = edges.filter((edge) => edge.endsWith(` g${i + 1}`));
        assert.equal(
          arriving,
          inputs.map(
            (input, k) => `${input instanceof Tensor ? `v${xs.indexOf(input) + 1}` : `c${i + 1}_${k}`} g${i + 1}`,
          ),
        );
      }
      drawn++;
    }
  assert.ok(drawn > 200, `${drawn} drawn`);
});

test("gradients leave no trace, and hooks are obeyed", () => {
  const x = leaf([1, 2]);
  const y = x.square();
  y.registerHook((g) => g.mul(10));
  const loss = y.sum();
  const dot = toDot(loss);
  assert.equal(read(dot).wires.v1.below, "[20, 40]");
  assert.is(x.grad, null);
  assert.is(
    noGrad(() => toDot(loss)),
    dot,
  );
  loss.backward({ retainGraph: true });
  assert.is(toDot(loss), dot);
  assertClose(x.grad as Tensor, [20, 40], { tolerance: 0 });
  loss.backward();
  const released = "backward through sum: this tape was released by an earlier backward()";
  for (const draw of [toDot, graphTable, drawGraph])
    for (const options of [{}, { gradients: false }]) {
      assert.throws(
        () => draw(loss, options),
        (error: unknown) => error instanceof GradError && error.message.startsWith(released),
      );
    }
});

test("what is not a single number needs a seed, or is drawn without gradients", () => {
  const x = leaf([1, 2]);
  const y = x.square();
  const message =
    "only a single number has a gradient by itself; reduce it with sum() or mean(), give { seed } of this shape, or { gradients: false }";
  assert.is(
    failure(() => toDot(y)),
    `toDot([2]): ${message}`,
  );
  assert.is(
    failure(() => graphTable(y)),
    `graphTable([2]): ${message}`,
  );
  assert.is(
    failure(() => drawGraph(y)),
    `drawGraph([2]): ${message}`,
  );
  const seeded = { seed: tensor([1, 0.5], float64) };
  assert.equal(read(toDot(y, seeded)).wires, {
    v1: { name: "", above: "[1, 2]", below: "[2, 2]" },
    v2: { name: "", above: "[1, 4]", below: "[1, 0.5]" },
  });
  assert.match(
    failure(() => toDot(y, { seed: leaf([1, 2, 3]) })),
    /^toDot\(\[2\]\): the seed must have the shape/,
  );
  const { wires } = read(toDot(y, { gradients: false }));
  assert.equal(
    Object.values(wires).map(({ below }) => below),
    ["", ""],
  );
  assert.equal(Object.keys(rows(graphTable(y, { gradients: false }))[0]), ["step", "op", "inputs", "shape", "value"]);
});

test("what has no tape is refused", () => {
  for (const y of [tensor(1), noGrad(() => leaf(1).mul(2)), leaf(1).detach()])
    assert.match(
      failure(() => toDot(y)),
      /^toDot\(\[\]\): nothing was recorded for this tensor/,
    );
  assert.throws(
    () => toDot(3 as never),
    (error: unknown) => error instanceof DtypeError && error.message.startsWith("toDot: a tensor must be given"),
  );
});

test("a leaf by itself is drawn, too", () => {
  const x = leaf(4);
  assert.equal(read(toDot(x, { names: { x } })), {
    gates: { end: "" },
    wires: { v1: { name: "x", above: "4", below: "1" } },
    edges: ["v1 end"],
  });
});

test("names are an object's, pairs, or a model's; the first of several holds, those of other tensors do not matter", () => {
  const affine = new Affine(2, 3, float64);
  const x = tensor([[1, 2]], float64);
  const y = affine.forward(x).sum();
  const names = (given: GraphOptions["names"]) =>
    Object.values(read(toDot(y, { names: given })).wires).flatMap(({ name }) => name || []);
  assert.equal(names([["x", x], ...affine.namedParameters()]), ["W", "b", "x"]);
  assert.equal(names(affine.namedParameters()), ["W", "b"]);
  assert.equal(names({ input: x, x, W: affine.W, other: leaf(1) }), ["W", "input"]);
  assert.equal(names(new Map([["b", affine.b]])), ["b"]);
  assert.is(rows(graphTable(y, { names: { "": x, W: affine.W } }))[3].inputs, "#3, W");
  assert.equal(
    rows(graphTable(y, { names: { x, W: affine.W, b: affine.b } }))
      .map(({ inputs }) => inputs)
      .slice(3, 5),
    ["x, W", "#4, b"],
  );
  assert.is(
    failure(() => toDot(y, { names: { x: 3 } as never })),
    'toDot: what is named "x": a tensor must be given (given number); make one with tensor(values)',
  );
  for (const wrong of [3, "x", null, x])
    assert.throws(
      () => graphTable(y, { names: wrong as never }),
      (error: unknown) =>
        error instanceof ValueError && /^graphTable: names must be tensors by name/.test(error.message),
    );
});

test("results have their names on the wire, the last one behind it", () => {
  const x = leaf([1, 2, 3, 4, 5]);
  const [h, s] = [x.square(), x.sum()];
  const y = h.sum().add(s);
  const { wires, gates } = read(toDot(y, { names: { h, s, y } }));
  assert.is(wires.v2.above, "h (5,)");
  assert.is(wires.v3.above, "s = 15");
  assert.is(wires.v5.above, "70");
  assert.is(gates.end, "y");
});

test("no name and no op is taken for anything but text", () => {
  const draw = (name: string): string[] => {
    const x = leaf(2);
    const y = customOp(name, { value: (x) => x.mul(3), vjp: [(g) => g.mul(3)] })(x);
    const z = y.neg();
    if (z.origin) z.origin.name = name; // as a composition's would be
    const options = { names: { [name]: x } };
    assert.is(graphTable(z, options).split("\n").length, 4);
    const svg = drawGraph(z, options);
    assert.ok(wellFormed(svg), svg);
    return words(svg).map(({ text }) => text);
  };
  const plainly = draw("name").length;
  for (const name of [
    '</td></tr></table>>]; evil [label="',
    "<b>bold</b>",
    "a & b &amp; c &lt; &#65; &nbsp;",
    '"];}',
    "-->",
    "]]>",
    "\\N \\G \\L \\E \\T \\l\\r\\n",
    "back\\",
    "'single' `ticks`",
    "日本 😀 é",
    "constructor",
    "__proto__",
  ]) {
    const texts = draw(name);
    assert.is(texts.filter((text) => text === name).length, 2, name); // the tensor's and the op's
    assert.ok(texts.includes(`end of ${name}`));
    assert.is(texts.length, plainly);
  }
  assert.ok(draw("two\nlines\tand\u0000nothing\u2028\u001b[31m").includes("two lines and nothing [31m"));
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 12 }), (name) => {
      assert.ok(draw(name).length <= plainly);
    }),
    { numRuns: long ? 100 : 15 },
  );
});

test("what an op was told is in its gate", () => {
  const x = leaf([
    [1, 2],
    [3, 4],
  ]);
  const gates = (y: Tensor) => Object.values(read(toDot(y, { gradients: false })).gates).slice(0, -1);
  assert.equal(gates(x.sum(1, { keepDims: true })), ["sum\naxes=[1]\nkeepDims"]);
  assert.equal(gates(x.sum(1)), ["sum\naxes=[1]"]);
  assert.equal(gates(x.reshape([4])), ["reshape\nshape=[4]"]);
  assert.equal(gates(x.matmul(x)), ["matmul"]);
  assert.equal(gates(x.mean(0)), ["sum\naxes=[0]", "÷\nend of mean"]);
  const long = x.reshape([1, 1, 1, 1, 1, 1, 1, 1, 4]);
  assert.equal(gates(long), ["reshape\nshape=[1,1,1,1,1,1,1,1,…]"]);
  const endless: unknown[] = [1];
  endless.push(endless);
  const odd = x.neg();
  if (odd.origin) odd.origin.attributes = { endless, x, f: () => 1, list: [[1, [2]]], "<b>": "<i>", n: null };
  assert.equal(gates(odd), ["neg\nlist=[[1,[2]]]\n<b>=<i>"]);
  assert.equal(gates(checkpoint((x: Tensor) => x.tanh().sum())(x)), ["checkpoint"]);
  const table = rows(graphTable(x.mean(0), { gradients: false }));
  assert.equal(
    table.map(({ op, inputs }) => `${op}: ${inputs}`),
    ["leaf: ", "sum: #1, axes=[0]", "div, end of mean: #2, 2"],
  );
});

test("large tensors show shape and range, small ones all they hold", () => {
  const x = leaf([
    [1, -2],
    [3, 0.5],
  ]);
  const loss = x.square().sum();
  assert.is(read(toDot(loss)).wires.v1.above, "[[1, −2],\n[3, 0.5]]");
  assert.is(read(toDot(loss)).wires.v1.below, "[[2, −4],\n[6, 1]]");
  const { wires } = read(toDot(loss, { maxValues: 3 }));
  assert.equal(wires.v1, { name: "", above: "(2, 2)", below: "−4 … 6" });
  assert.equal(wires.v2, { name: "", above: "(2, 2)", below: "all 1" });
  assert.equal(
    rows(graphTable(loss, { maxValues: 3 })).map(({ shape, value, gradient }) => [shape, value, gradient]),
    [
      ["[2,2]", "-2 … 3", "-4 … 6"],
      ["[2,2]", "0.25 … 9", "all 1"],
      ["[]", "14.25", "1"],
    ],
  );
  assert.is(read(toDot(leaf([1, NaN, 3]).sum(), { maxValues: 2 })).wires.v1.below, "all 1");
  assert.is(rows(graphTable(leaf([1, NaN, 3]).sum(), { maxValues: 2 }))[0].value, "NaN …");
  assert.is(read(toDot(leaf([1, NaN, -Infinity]).sum())).wires.v1.above, "[1, NaN, −Infinity]");
  assert.is(read(toDot(leaf([]).sum())).wires.v1.above, "[]");
});

test("numbers have as many digits as tell something", () => {
  const shown = (value: number) => read(toDot(leaf(value).mul(1))).wires.v1.above;
  for (const [value, text] of [
    [1234.5678, "1234.57"],
    [12.345678, "12.35"],
    [0.000123456, "0.0001235"],
    [1.5e-12, "1.5e−12"],
    [123456789, "123456789"],
    [1.23456789e20, "123457000000000000000"],
    [-0, "0"],
  ] as const)
    assert.is(shown(value), text);
});

test("inputs may be float32, float64 or int32; those that no gradient reaches have none", () => {
  const x = leaf([[0.5, 0.25]], "float32");
  const t = int32([1]);
  const loss = new SoftmaxWithLoss().forward(x.to("float64"), t);
  const { wires } = read(toDot(loss, { names: { x, t } }));
  assert.equal(wires.v1.name === "x" ? [wires.v1.above, wires.v2.above, wires.v2.below] : [], [
    "[[0.5, 0.25]]",
    "[1]",
    "",
  ]);
  assertClose(number(wires.v1.below), gradient(loss, x), { tolerance: 1e-4 });
  assert.equal(
    rows(graphTable(loss)).map(({ op, gradient }) => [op, gradient !== ""]),
    [
      ["leaf", true],
      ["constant", false],
      ["to", true],
      ["crossEntropy", true],
    ],
  );
  const y = leaf(1.1, "float32").mul(2);
  assert.is(read(toDot(y)).wires.v1.above, "1.1"); // not 1.100000023841858
});

test("ten thousand ops need no stack", () => {
  const x = leaf(1);
  let y: Tensor = x;
  for (let i = 0; i < 10_000; i++) y = y.mul(1);
  const { gates, edges } = read(toDot(y, { maxSteps: 10_001 }));
  assert.is(Object.keys(gates).length, 10_001);
  assert.is(edges.length, 30_001);
  const message =
    ": a drawing may have 200 steps (the tape has 10001); draw a tensor that comes earlier, see graphTable(), or give { maxSteps: 10001 }";
  assert.is(
    failure(() => toDot(y)),
    `toDot([])${message}`,
  );
  assert.is(
    failure(() => drawGraph(y)),
    `drawGraph([])${message}`,
  );
  const lines = graphTable(y).split("\n");
  assert.is(lines.length, 202);
  assert.match(lines[100], /^#100 /);
  assert.is(lines[101], "… 9801 steps more");
  assert.match(lines[102], /^#9902 /);
  assert.match(lines[201], /^#10001 /);
});

test("a tape as long as allowed is drawn whole, even where one value goes everywhere", () => {
  const x = leaf(1);
  let y: Tensor = x;
  for (let i = 0; i < 60; i++) y = y.mul(x);
  assert.is(graphTable(y, { maxSteps: 61 }).split("\n").length, 62);
  const svg = drawGraph(y, { maxSteps: 61 });
  assert.ok(wellFormed(svg));
  assert.is((svg.match(/<ellipse /g) ?? []).length, 60);
});

test("options are checked", () => {
  for (const [options, message] of [
    [{ maxSteps: 0 }, "toDot: maxSteps must be a whole number of at least 1 (given 0)"],
    [{ maxValues: -1 }, "toDot: maxValues must be a whole number of at least 0 (given -1)"],
    [{ maxValues: "4" }, 'toDot: maxValues must be a whole number of at least 0 (given "4")'],
  ] as const)
    assert.is(
      failure(() => toDot(leaf(1), options as never)),
      message,
    );
});

test.run();
