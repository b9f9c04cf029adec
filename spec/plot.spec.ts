// usual environment only: no backend takes part
/** The figures of the examples: what their SVG says, what is left out, and how they look as text. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { tensor } from "gradtape";
import * as assert from "uvu/assert";
import { plotted } from "../examples/common/chart.js";
import { commandLine } from "../examples/common/options.js";
import { type Chart, draw, type Mark, type Panel } from "../examples/common/plot.js";
import { shapes } from "../examples/common/shapes.js";
import { asText } from "../examples/common/terminal.js";
import { wellFormed } from "./support/scripts.js";
import { suite } from "./support/suite.js";

const test = suite("plot");

const folder = mkdtempSync(join(tmpdir(), "plot-"));
test.after(() => rmSync(folder, { recursive: true }));

/** What `draw` writes, and prints. */
function drawn(panels: readonly Panel[], ...options: string[]): { svg: string; printed: string } {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line) => lines.push(line);
  process.argv.push(...options);
  try {
    draw("figure", panels, { folder });
  } finally {
    console.log = log;
    process.argv.splice(process.argv.length - options.length);
  }
  return { svg: readFileSync(join(folder, "figure.svg"), "utf8"), printed: lines.join("\n") };
}

/** The shapes of a chart of 100 × 100 pixels without margins. */
const pieces = (chart: Chart, kind: string, [width, height] = [100, 100]) => {
  const margins = () => ({ top: 0, right: 0, bottom: 0, left: 0 });
  return shapes(plotted(chart, { width, height, margins }).plot).filter((shape) => shape.kind === kind);
};

const ranges = { xRange: [-2, 2], yRange: [-2, 2] } as const;

const kinds: Record<string, Mark> = {
  line: { y: [1, -1, 2], smooth: 2, dash: true, marker: "square" },
  dot: { kind: "points", x: [1], y: [1], marker: "times" },
  arrow: { kind: "arrows", x: [0, 1], y: [0, 1], dx: [1, 0], dy: [1, 0] },
  contour: { kind: "contour", f: (x, y) => x * x + y * y, levels: [1, 2] },
  rect: { kind: "histogram", values: [0, 1, 1] },
  rule: { kind: "rule", x: 1, y: -1 },
  text: { kind: "label", x: 1, y: 1, text: "here" },
};

test("each kind of mark is drawn, with axes and without, in SVG that is well-formed, light and dark", () => {
  for (const [kind, mark] of Object.entries(kinds))
    for (const ticks of [true, false]) {
      const { svg } = drawn([{ ...ranges, ticks, x: "across", y: "up", marks: [mark] }]);
      assert.ok(wellFormed(svg), svg);
      assert.ok(svg.includes(` aria-label="${kind}"`), kind);
      assert.not.match(svg, /NaN|undefined|Infinity/);
      assert.match(svg, /<style>svg\{color:#24292f;--paper:#fff\}@media \(prefers-color-scheme:dark\)\{svg\{color:#/);
      assert.is(svg.includes(">across<") && svg.includes(">−2<"), ticks);
    }
});

test("texts are escaped", () => {
  const text = "a < b & c";
  const named: Mark[] = [
    { y: [1], name: text },
    { y: [2], name: "other" },
    { kind: "label", x: 0, y: 1, text },
  ];
  const images = tensor([[[0]]]);
  const { svg } = drawn([
    { title: text, x: text, y: text, marks: named },
    { title: text, images, columns: 1, captions: [text] },
  ]);
  assert.ok(wellFormed(svg), svg);
  assert.is(svg.split(">a &lt; b &amp; c<").length - 1, 7);
});

test("histograms count what lies in each part of the range, with its end", () => {
  const values = [0, 0.9, 1, 2.5, 4, 5, -1, NaN, Infinity];
  const bars = pieces({ xRange: [0, 4], yRange: [0, 2], marks: [{ kind: "histogram", values, bins: 4 }] }, "rect");
  assert.equal(
    bars.map(({ places: [[left, top], [right, bottom]] }) => [left, right, bottom - top].map(Math.round)),
    [
      [1, 25, 99],
      [26, 50, 49],
      [51, 75, 49],
      [76, 100, 49],
    ],
  );
});

test("units of square charts are equally long", () => {
  const marks: Mark[] = [{ kind: "points", x: [0, 1, 0], y: [0, 0, 1] }];
  for (const size of [
    [300, 100],
    [100, 300],
  ] satisfies [number, number][])
    for (const more of [{}, { xRange: [-1, 4], yRange: [-1, 1] } as const]) {
      const [[x, y], [right], [, up]] = pieces({ ...more, square: true, marks }, "dot", size).map(
        ({ places }) => places[0],
      );
      assert.ok(Math.abs(right - x - (y - up)) < 1e-9 && right > x, `${right - x}, ${y - up}`);
    }
});

test("a legend names two marks or more, in the corner that is told, or has the least in it", () => {
  const corner = (chart: Chart) => {
    const [, x, y] = (/<rect x="([\d.]+)" y="([\d.]+)" [^>]* rx="3"/.exec(drawn([chart]).svg) ?? []).map(Number);
    return x === undefined ? undefined : `${y < 150 ? "top" : "bottom"}-${x < 200 ? "left" : "right"}`;
  };
  const rising = [0, 1, 2, 3, 4];
  const marks = (y: number[]): Mark[] => [
    { name: "one", y },
    { name: "other", y },
  ];
  assert.is(corner({ marks: [{ name: "one", y: rising }, { y: rising }] }), undefined);
  assert.is(corner({ marks: marks(rising) }), "bottom-right");
  assert.is(corner({ marks: marks(rising.map((y) => -y)) }), "top-right");
  assert.is(corner({ marks: marks([0, 0, 0, 0, 0, 0, 0, 4, 0, 4, 0]) }), "top-left");
  for (const told of ["top-left", "top-right", "bottom-left", "bottom-right"] as const)
    assert.is(corner({ marks: marks(rising), legend: told }), told);
});

test("lines have gaps where numbers are not finite", () => {
  const y = [0, 1, NaN, 2, Infinity, 3, 4, -Infinity];
  const rows = (chart: Chart) =>
    pieces(chart, "line").map(({ places }) => places.map(([x, y]) => `${Math.round(x / 10)} ${Math.round(y / 25)}`));
  const [xRange, yRange] = [
    [0, 10],
    [0, 4],
  ] as const;
  assert.equal(rows({ xRange, yRange, marks: [{ y, marker: "none" }] }), [
    ["0 4", "1 3"],
    ["3 2", "3 2"],
    ["5 1", "6 0"],
  ]);
  // Of smoothed lines the first is the line itself.
  assert.equal(rows({ xRange, yRange, marks: [{ y, smooth: 3 }] }).slice(3).length, 3);
});

test("what is far outside is not drawn far outside", () => {
  const marks: Mark[] = [
    { y: [5, 1e30, 5, -1e30] },
    { kind: "points", x: [1, 1], y: [2, 20] },
    { kind: "arrows", x: [0], y: [0], dx: [1], dy: [1e30] },
  ];
  const chart: Chart = { xRange: [0, 10], yRange: [0, 10], marks };
  const places = ["line", "arrow"].flatMap((kind) => pieces(chart, kind).flatMap(({ places }) => places.flat()));
  assert.ok(places.length > 0 && places.every((pixel) => Math.abs(pixel) <= 1100), `${places}`);
  assert.is(pieces(chart, "dot").length, 3);
});

test("charts of nothing, of one number and of one point have axes with numbers", () => {
  for (const [name, mark, numbers] of [
    ["nothing", { y: [] }, [0, 1]],
    ["no number", { y: [NaN, NaN] }, [0, 1]],
    ["no value", { kind: "histogram", values: [] }, [0, 1]],
    ["one value", { kind: "histogram", values: [4, 4] }, [2, 6]],
    ["one number", { y: [3, 3, 3] }, [0, 2]],
    ["zeros", { y: [0, 0] }, [0, 1]],
    ["one point", { kind: "points", x: [4], y: [1] }, [2, 6]],
  ] satisfies [string, Mark, number[]][]) {
    const { svg } = drawn([{ marks: [mark] }]);
    assert.ok(wellFormed(svg) && !/NaN|undefined|Infinity/.test(svg), name);
    const labels = pieces({ marks: [mark] }, "x-axis tick label", [400, 400]).map(({ text }) => Number(text));
    assert.equal([labels[0], labels.at(-1)], numbers, name);
  }
});

test("numbers of axes are short", () => {
  const labels = (top: number) =>
    pieces({ yRange: [-top, top], marks: [] }, "y-axis tick label", [100, 80])
      .map(({ text }) => text)
      .join(" ");
  assert.is(labels(1), "−1 0 1");
  assert.is(labels(0.3), "−0.2 0 0.2");
  assert.is(labels(3e-7), "−2e−7 0 2e−7");
  assert.is(labels(20_000), "−20,000 0 20,000");
  assert.is(labels(2e6), "−2e6 0 2e6");
});

test("images are white at 0 and black at 1, and beyond", () => {
  const { svg } = drawn([
    {
      images: tensor([
        [
          [0, 0.5, 1],
          [-1, 0.2, 3],
        ],
      ]),
      columns: 1,
    },
  ]);
  const [, png] = /href="data:image\/png;base64,([^"]+)"/.exec(svg)!;
  const { width, height, data } = decode(Buffer.from(png, "base64"));
  assert.equal([width, height, ...data], [3, 2, 255, 128, 0, 255, 204, 0]);
});

const screen = { width: 36, colored: false };
const text = (...panels: Panel[]) => asText(panels, 1, screen);
/** Lines without the margin that a template has in code. */
const template = ([template]: TemplateStringsArray) =>
  template
    .replace(/\n {4}/g, "\n")
    .slice(1)
    .trimEnd();
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

test("lines as text", () => {
  const marks: Mark[] = [
    { name: "SGD", y: upTo(50).map((i) => 4 - i / 20) },
    { name: "Adam", x: [0, 10, 20, 30, 49], y: [3, 1, NaN, 1, 0], marker: "circle", dash: true },
  ];
  const chart: Chart = { title: "Loss", x: "steps", y: "loss", yRange: [0, 4], marks };
  assert.is(
    text(chart),
    template`
                    Loss
    loss
    4┤⠉⠒⠢⠤⣀⡀
     │     ⠉⠙⠒⠦⢄⣀
    3┤○⡀         ●⠑⠒⠤⣄⣀
     │ ⠁⣀             ⠈⠉⠓⠲⠤⣄⣀
    2┤  ⠈⠆                  ⠈●⠒⠦⢤⣀⡀
     │    ⠰⣄                      ⠉⠙⠒⠂
    1┤      ○            ○⣀
     │                     ⠁ ⠢⠤⡀
    0┤                           ⠙⠒ ⢀○
     └┬─────┬─────┬──────┬─────┬─────┬
      0    10    20     30    40    50
                    steps
      ● SGD   ○ Adam`,
  );
});

test("histograms as text", () => {
  const values = [0.1, 0.1, 0.1, 0.1, 0.3, 0.6, 0.6, 0.6, 0.7, 0.9, 0.9];
  const marks: Mark[] = [{ kind: "histogram", values, bins: 4 }];
  assert.is(
    text({ x: "activation", xRange: [0, 1], yRange: [0, 4], marks }),
    template`
    4┤████████        ████████
     │████████        ████████
    3┤████████        ████████
     │████████        ████████
    2┤████████        ████████▄▄▄▄▄▄▄▄
     │████████        ████████████████
    1┤████████▁▁▁▁▁▁▁▁████████████████
     │████████████████████████████████
    0┤████████████████████████████████
     └┬─────┬─────┬──────┬─────┬─────┬
      0    0.2   0.4    0.6   0.8    1
                 activation`,
  );
});

test("contours, points, rules and labels as text", () => {
  const marks: Mark[] = [
    { kind: "contour", f: (x, y) => x * x + y * y, levels: [1, 3] },
    { kind: "points", x: [0, 9], y: [0, 9], marker: "plus" },
    { kind: "rule", x: -1.5, dash: true },
    { kind: "label", x: 1.5, y: -1.5, text: "here" },
  ];
  assert.is(
    text({ ...ranges, ticks: false, marks }),
    template`
    │    ┆       ⡀⢀ ⠄⠠ ⢄ ⡀⢀
    │    ┆ ⡀⠄⠂⠁⠈            ⠁⠂⠄⡀
    │    ⠄⠂     ⢀⠠⠐ ⠂⠐⠂⠐⠠ ⠄⡀    ⠈⠄
    │  ⠠⠁┆   ⠠⠐⠈            ⠡     ⠁⠂
    │  ⡁ ┆   ⡁       +       ⠡     ⠡
    │  ⠐⡀┆   ⠐⠠⢀           ⢀⠠⠁    ⠠⠁
    │    ⠂⠄     ⠈⠐⠠ ⠄⠠ ⠄⠠⠐⠈     ⡀⠄⠁
    │    ┆ ⠁⠂⠄⡀⢀           ⢀⠠ ⠄⠂here
    │    ┆       ⠁⠈ ⠂⠐ ⠂⠈ ⠁
    └─────────────────────────────────`,
  );
});

test("arrows as text, on axes of one unit", () => {
  const places = { x: [-1.5, 0, 1.5, 0, 0], y: [0, 1.5, 0, -1.5, 0], dx: [1, 0, 0.1, 0, 0], dy: [0, -1, 0.1, 0.1, 0] };
  const marks: Mark[] = [{ kind: "arrows", ...places }];
  assert.is(
    text({ ...ranges, square: true, title: "Slopes", marks }),
    template`
                     Slopes
       2┤
     1.5┤              ⢀
        │              ⢸
       1┤              ⢸
        │              ⢸
     0.5┤              ↓
        │
       0┤   ⠠⠤⠤⠤⠤⠤⠤→              ↗
        │
    −0.5┤
        │
      −1┤
        │
    −1.5┤              ↑
      −2┤
        └┬──────┬──────┬──────┬──────┬
        −2     −1      0      1      2`,
  );
});

test("images as text: shades, captions, and as many columns as fit", () => {
  const shades = upTo(16).map((i) => (i % 4) / 3);
  const halves = upTo(16).map((i) => (i < 4 ? 1 : 0));
  const images = tensor([...shades, ...shades.map(Math.round), ...halves], { shape: [3, 4, 4] });
  assert.is(
    text({ title: "Images", columns: 2, captions: ["one", "two", "three"], images }),
    template`
                   Images
                ░░▓▓██     ████
                ░░▓▓██     ████
                ░░▓▓██     ████
                ░░▓▓██     ████
                one      two
              ████████



               three`,
  );

  const ring = upTo(784).map((i) => {
    const far = Math.hypot((i % 28) - 13.5, Math.floor(i / 28) - 13.5);
    return far > 6 && far < 11 ? 1 : 0;
  });
  const rings = tensor(
    upTo(6).flatMap(() => ring),
    { shape: [6, 28, 28] },
  );
  assert.is(
    text({ columns: 3, images: rings }),
    template`
              ░░             ░░
           ▄██████▄       ▄██████▄
          ██▓░  ░▓██     ██▓░  ░▓██
         ▒██      ██▒   ▒██      ██▒
          ██▓░  ░▓██     ██▓░  ░▓██
           ▀██████▀       ▀██████▀
              ░░             ░░
              ░░             ░░
           ▄██████▄       ▄██████▄
          ██▓░  ░▓██     ██▓░  ░▓██
         ▒██      ██▒   ▒██      ██▒
          ██▓░  ░▓██     ██▓░  ░▓██
           ▀██████▀       ▀██████▀
              ░░             ░░
          the first 2 of 3 columns`,
  );
});

test("marks whose names a legend tells differ by their signs as text, whatever their markers", () => {
  const ys = upTo(6).map((i) => upTo(60).map((x) => x * i));
  const named = text({ marks: ys.map((y, i): Mark => ({ name: `n${i}`, y, marker: i > 3 ? "circle" : "none" })) });
  assert.equal(named.split("\n").slice(-2), ["    ● n0   × n1   ■ n2   ▲ n3   ○ n4", "    + n5"]);
  assert.equal(
    [..."●×■▲○+"].filter((sign) => named.split(sign).length < 3),
    [],
  );
  // Without names there is nothing to tell apart.
  assert.not.match(text({ marks: ys.map((y): Mark => ({ y })) }), /[●×■▲○+]/);
});

test("signs stay where other lines pass, as text", () => {
  const marks: Mark[] = [
    { y: [1, 1, 1], marker: "square" },
    { y: [1, 1, 1], marker: "none" },
  ];
  assert.is(text({ marks }).split("■").length - 1, 3);
});

test("text has colours where the screen has", () => {
  const marks: Mark[] = [
    { name: "one", y: upTo(60) },
    { name: "two", y: upTo(60).reverse() },
  ];
  const chart: Chart = { title: "Title", marks };
  const colored = asText([chart], 1, { ...screen, colored: true });
  for (const code of ["\x1b[0;1m", "\x1b[0;34m● one\x1b[0m", "\x1b[0;31m× two\x1b[0m"])
    assert.ok(colored.includes(code), code);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.is(colored.replace(/\x1b\[[\d;]*m/g, "").replace(/ +$/gm, ""), text(chart));
});

test("panels of text stand side by side where they fit", () => {
  const panels = upTo(3).map((i): Panel => ({ title: `Panel ${i}`, marks: [{ y: upTo(60) }] }));
  const images = tensor(upTo(12), { shape: [3, 2, 2] });
  for (const [width, columns, beside] of [
    [30, 3, 1],
    [73, 3, 1],
    [74, 3, 2],
    [120, 3, 3],
    [120, 1, 1],
  ]) {
    const rows = asText([...panels, { title: "Panel 3", images, columns: 1 }], columns, { ...screen, width }).split(
      "\n",
    );
    assert.ok(
      rows.every((row) => row.length <= width),
      `${width}`,
    );
    assert.is(rows.filter((row) => row.includes("Panel")).length, Math.ceil(4 / beside), `${width}`);
  }
});

test("draw prints text where it is asked for, without colours where there is no terminal, and where the picture is", () => {
  const panel: Panel = { title: "Title", marks: [{ y: [0, 1] }] };
  const { printed } = drawn([panel]);
  assert.match(printed, /^picture: .*figure\.svg$/);
  const wide = { width: process.stdout.columns || 80, colored: process.stdout.isTTY && process.stdout.hasColors() };
  assert.is(drawn([panel], "--terminal").printed, `${asText([panel], 1, wide)}\n${printed}`);
  assert.match(commandLine("name", "What it does.").helpInformation(), /--terminal/);
});

test.run();
