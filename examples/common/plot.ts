/** Figures of the examples: panels side by side in one SVG file, drawn by Observable Plot in a document of linkedom's; as text with --terminal. */
import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { encode } from "fast-png";
import type { Tensor } from "gradtape";
import { parseHTML } from "linkedom";
import { outFile, shown } from "./out.js";

/** From and to, of an axis. */
export type Range = readonly [from: number, to: number];

export type Marker = "dot" | "circle" | "square" | "triangle" | "times" | "plus";

/** What marks have in common: a name for the legend, and a colour, by number (default: one after the other) or as CSS has it. */
type Common = { name?: string; color?: number | string };

/** A line through points, whose x are 0, 1, 2, … unless they are given. */
export type Line = Common & {
  kind?: "line";
  y: ArrayLike<number>;
  x?: ArrayLike<number>;
  dash?: boolean;
  width?: number;
  /** What stands at points (default: dots, if they are 40 or fewer), and at how many: each so many-th. */
  marker?: Marker | "none";
  every?: number;
  /** Draw each point as the mean of so many around it, over the line itself, faint. */
  smooth?: number;
};
export type Points = Common & {
  kind: "points";
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  marker?: Marker;
  size?: number;
};
/** Arrows that start at (x, y) and go (dx, dy), in units of the axes. */
export type Arrows = Common & { kind: "arrows" } & Record<"x" | "y" | "dx" | "dy", ArrayLike<number>>;
/** Lines of equal height of f, over the ranges of the panel; how many, or at which heights. */
export type Contour = Common & {
  kind: "contour";
  f: (x: number, y: number) => number;
  levels?: number | readonly number[];
};
/** How many values lie in each of so many equal parts of a range (default 30, of what the panel shows). */
export type Histogram = Common & { kind: "histogram"; values: ArrayLike<number>; bins?: number; range?: Range };
/** A straight line across the panel, at an x or a y. */
export type Rule = Common & { kind: "rule"; x?: number; y?: number; dash?: boolean };
/** Words at a point. */
export type Label = Common & { kind: "label"; x: number; y: number; text: string };
export type Mark = Line | Points | Arrows | Contour | Histogram | Rule | Label;

/** A chart: marks over common axes. */
export type Chart = {
  title?: string;
  /** What the axes measure. */
  x?: string;
  y?: string;
  /** What the axes show (default: what the marks take, and y = 0). */
  xRange?: Range;
  yRange?: Range;
  /** Whether a unit is as long on one axis as on the other. */
  square?: boolean;
  /** Whether the axes have numbers (default true). */
  ticks?: boolean;
  /** Where the names of marks stand, if there are two or more. */
  legend?: "top-left" | "top-right" | "bottom-left" | "bottom-right";
  marks: readonly Mark[];
};

/** Images [n, height, width] of numbers from 0, which is white, to 1, black, in rows of so many; a caption beneath each. */
export type Picture = { title?: string; images: Tensor; columns: number; captions?: readonly string[] };

export type Panel = Chart | Picture;

export type FigureOptions = {
  /** How many panels stand side by side (default: all). */
  columns?: number;
  /** Of one panel, in pixels. */
  width?: number;
  height?: number;
  /** Where to write (default: examples/.out). */
  folder?: string;
};

/** Colours that colour-blind people can tell apart (Okabe & Ito 2008). */
const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** Draws panels into NAME.svg, and says where it is; with --terminal among the script's options, draws them as text too. */
export function draw(name: string, panels: readonly Panel[], options: FigureOptions = {}): void {
  const { columns = panels.length, width = 440, height = 310, folder } = options;
  const rows = Math.ceil(panels.length / columns);
  const size = `${width * columns}" height="${height * rows}`;
  const inside = panels.map((panel, i) => {
    const place = `translate(${(i % columns) * width},${Math.floor(i / columns) * height})`;
    return `<g transform="${place}">${"images" in panel ? picture(panel, width, height) : chart(panel, width, height)}</g>`;
  });
  const file = outFile(`${name}.svg`, folder);
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" viewBox="0 0 ${width * columns} ${height * rows}" ` +
      `font-family="system-ui, sans-serif" font-size="13" text-anchor="middle" fill="currentColor">` +
      `<style>svg{color:#24292f;--paper:#fff}@media (prefers-color-scheme:dark){svg{color:#e6edf3;--paper:#0d1117}}</style>` +
      `<rect width="100%" height="100%" fill="var(--paper)"/>${inside.join("")}</svg>\n`,
  );
  console.log(`picture: ${shown(file)}`);
}

const colorOf = ({ color }: Common, i: number): string =>
  typeof color === "string" ? color : colors[(color ?? i) % colors.length];

function chart(panel: Chart, width: number, height: number): string {
  const { x, y, xRange, yRange, square = false, ticks = true, marks } = panel;
  const counts = marks.some(({ kind }) => kind === "histogram");
  const margins = {
    marginTop: panel.title ? 44 : 16,
    marginRight: 24,
    marginBottom: !ticks ? 12 : x ? 44 : 28,
    marginLeft: !ticks ? 12 : y ? 60 : 44,
  };
  const frame = { ...margins, width, height, ...(square && squared(panel, width, height, margins)) };
  const axis = (label: string | undefined, domain: Range | undefined) => ({
    label: label ?? null,
    labelAnchor: "center" as const,
    labelArrow: "none" as const,
    ticks: Math.round((width - frame.marginLeft - frame.marginRight) / 60),
    domain,
    ...(!ticks && { axis: null }),
  });
  const plot = Plot.plot({
    ...frame,
    document,
    x: axis(x, xRange),
    y: { ...axis(y, yRange), grid: ticks, ...(counts && { tickFormat: "~s" }) }, // 40k, which is shorter than 40,000
    marks: [
      ...(ticks ? [] : [Plot.frame({ strokeOpacity: 0.3 })]),
      ...(yRange || marks.some(({ kind = "line" }) => kind !== "line")
        ? []
        : [Plot.ruleY([0], { strokeOpacity: 0.4 })]),
      ...marks.flatMap((mark, i) => drawn(mark, colorOf(mark, i), panel)),
      heading(panel.title),
    ],
  });
  return innards(plot) + legend(panel, frame);
}

/** Margins that make a unit as long on the x axis as on the y axis. */
function squared(
  { xRange, yRange }: Chart,
  width: number,
  height: number,
  m: Record<"marginTop" | "marginRight" | "marginBottom" | "marginLeft", number>,
) {
  if (!xRange || !yRange) throw new Error("a square chart needs xRange and yRange");
  const [w, h] = [width - m.marginLeft - m.marginRight, height - m.marginTop - m.marginBottom];
  const unit = Math.min(w / (xRange[1] - xRange[0]), h / (yRange[1] - yRange[0]));
  const [left, top] = [(w - unit * (xRange[1] - xRange[0])) / 2, (h - unit * (yRange[1] - yRange[0])) / 2];
  return {
    marginLeft: m.marginLeft + left,
    marginRight: m.marginRight + left,
    marginTop: m.marginTop + top,
    marginBottom: m.marginBottom + top,
  };
}

/** What Plot draws of a mark. */
function drawn(mark: Mark, color: string, { xRange, yRange }: Chart): Plot.Markish[] {
  switch (mark.kind) {
    case "points":
      return [
        Plot.dot(pointsOf(mark.y, mark.x), {
          x: "x",
          y: "y",
          fill: color,
          r: mark.size ?? 4,
          symbol: mark.marker === "dot" ? "circle" : mark.marker,
          ...(["times", "plus", "circle"].includes(mark.marker ?? "") && {
            fill: "none",
            stroke: color,
            strokeWidth: 2,
          }),
        }),
      ];
    case "arrows":
      return [
        Plot.arrow(pointsOf(mark.y, mark.x, mark), {
          x1: "x",
          y1: "y",
          x2: (d) => d.x + d.dx,
          y2: (d) => d.y + d.dy,
          stroke: color,
          strokeWidth: 1.2,
          headLength: 5,
        }),
      ];
    case "contour": {
      if (!xRange || !yRange) throw new Error("contours need xRange and yRange");
      const [x1, x2, y1, y2] = [...xRange, ...yRange];
      const levels =
        mark.levels === undefined || typeof mark.levels === "number" ? (mark.levels ?? 10) : [...mark.levels];
      const line = { x1, x2, y1, y2, thresholds: levels, interpolate: "nearest" as const, strokeOpacity: 0.5 };
      return [
        Plot.contour({
          ...line,
          fill: mark.f,
          fillOpacity: 0,
          stroke: mark.color === undefined ? "currentColor" : color,
          clip: true,
        }),
      ];
    }
    case "histogram": {
      const [low, high] = mark.range ??
        xRange ?? [Math.min(...Array.from(mark.values)), Math.max(...Array.from(mark.values))];
      const thresholds = Array.from(
        { length: (mark.bins ?? 30) + 1 },
        (_, i) => low + ((high - low) * i) / (mark.bins ?? 30),
      );
      const inside = Array.from(mark.values).filter((v) => v >= low && v <= high);
      return [
        Plot.rectY(inside, {
          ...Plot.binX({ y: "count" }, { x: (d: number) => d, thresholds }),
          fill: color,
          inset: 0.5,
          clip: true,
        }),
      ];
    }
    case "rule": {
      const style = {
        stroke: mark.color === undefined ? "currentColor" : color,
        strokeDasharray: mark.dash ? "5 4" : undefined,
      };
      return [
        ...(mark.x === undefined ? [] : [Plot.ruleX([mark.x], style)]),
        ...(mark.y === undefined ? [] : [Plot.ruleY([mark.y], style)]),
      ];
    }
    case "label":
      return [
        Plot.text([mark], {
          x: "x",
          y: "y",
          text: "text",
          fill: mark.color === undefined ? "currentColor" : color,
          dy: -8,
        }),
      ];
    default: {
      const points = pointsOf(mark.y, mark.x);
      const { smooth = 1, every = 1, marker = points.length <= 40 ? "dot" : "none" } = mark;
      const style = { x: "x", y: "y", stroke: color, clip: true };
      const bold = { ...style, strokeWidth: mark.width ?? 2, strokeDasharray: mark.dash ? "5 4" : undefined };
      const means = smooth > 1 ? smoothed(points, smooth) : points;
      const marked = means.filter((_, i) => i % every === 0);
      return [
        ...(smooth > 1 ? [Plot.line(points, { ...style, strokeOpacity: 0.25, strokeWidth: 1 })] : []),
        Plot.line(means, bold),
        ...(marker === "none"
          ? []
          : drawn(
              { kind: "points", x: marked.map((p) => p.x), y: marked.map((p) => p.y), marker, size: 3 },
              color,
              {} as Chart,
            )),
      ];
    }
  }
}

type Point = Record<"x" | "y" | "dx" | "dy", number>;

const pointsOf = (
  y: ArrayLike<number>,
  x?: ArrayLike<number>,
  { dx, dy }: Partial<Record<"dx" | "dy", ArrayLike<number>>> = {},
): Point[] => Array.from(y, (y, i) => ({ x: x?.[i] ?? i, y, dx: dx?.[i] ?? 0, dy: dy?.[i] ?? 0 }));

/** Each point as the mean of `count` around it, of fewer at the ends. */
const smoothed = (points: readonly Point[], count: number): Point[] =>
  points.map((point, i) => {
    const near = points.slice(Math.max(0, i - Math.floor((count - 1) / 2)), i + Math.floor(count / 2) + 1);
    return { ...point, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });

const heading = (title = "") => Plot.text([title], { frameAnchor: "top", dy: -28, fontSize: 15, fontWeight: 600 });

/** The inside of an SVG that Plot made. */
function innards(plot: Element): string {
  for (const style of plot.querySelectorAll("style")) style.remove(); // it is for charts that are alone in a page
  return plot.innerHTML;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The names of marks in a corner, each beside a piece of what it names. */
function legend({ marks, legend: corner = "bottom-right" }: Chart, frame: Record<string, number | boolean>): string {
  const named = marks.flatMap((mark, i) => (mark.name ? [{ mark, name: mark.name, color: colorOf(mark, i) }] : []));
  if (named.length < 2) return "";
  const [step, room] = [18, 28];
  const [vertical, side] = corner.split("-");
  const width = room + 10 + 8 * Math.max(...named.map(({ name }) => name.length));
  const left =
    side === "left" ? Number(frame.marginLeft) + 8 : Number(frame.width) - Number(frame.marginRight) - width - 4;
  const high = step * named.length + 6;
  const top =
    vertical === "top" ? Number(frame.marginTop) + 6 : Number(frame.height) - Number(frame.marginBottom) - high - 6;
  const rows = named.map(({ mark, name, color }, i) => {
    const y = top + 12 + step * i;
    const dash = "dash" in mark && mark.dash ? ' stroke-dasharray="5 4"' : "";
    const sample =
      mark.kind === "points"
        ? `<circle cx="${left + 16}" cy="${y}" r="4.5" fill="${color}"/>`
        : mark.kind === "histogram"
          ? `<rect x="${left + 6}" y="${y - 5}" width="20" height="10" fill="${color}"/>`
          : `<path d="M${left + 5},${y}h22" stroke="${color}" stroke-width="2.5"${dash}/>` +
            ("marker" in mark ? symbol(mark.marker, left + 16, y, color) : "");
    return `${sample}<text x="${left + room + 6}" y="${y}" dy="0.32em" text-anchor="start">${escaped(name)}</text>`;
  });
  const paper = `<rect x="${left}" y="${top}" width="${width}" height="${high}" rx="3" fill="var(--paper)" fill-opacity="0.8"/>`;
  return paper + rows.join("");
}

/** What stands at the points of a line, around a place. */
function symbol(marker: Marker | "none" | undefined, x: number, y: number, color: string): string {
  const paths = {
    dot: `<circle cx="${x}" cy="${y}" r="4" fill="${color}"/>`,
    circle: `<circle cx="${x}" cy="${y}" r="4" fill="none" stroke="${color}" stroke-width="2"/>`,
    square: `<rect x="${x - 4}" y="${y - 4}" width="8" height="8" fill="${color}"/>`,
    triangle: `<path d="M${x},${y - 5}l5,9h-10z" fill="${color}"/>`,
    times: `<path d="M${x - 4},${y - 4}l8,8m0,-8l-8,8" stroke="${color}" stroke-width="2"/>`,
    plus: `<path d="M${x - 5},${y}h10m-5,-5v10" stroke="${color}" stroke-width="2"/>`,
    none: "",
  };
  return paths[marker ?? "none"];
}

/** All images, each of which is a PNG inside the SVG. */
function picture({ title, images, columns, captions }: Picture, width: number, height: number): string {
  const [n, h, w] = images.shape;
  const [top, under] = [title ? 44 : 8, captions ? 18 : 0];
  const rows = Math.ceil(n / columns);
  const gap = 3;
  const side = Math.min((width - 20) / columns / w, ((height - top - 10) / rows - under) / h); // pixels of the screen to one of an image
  const [cellWidth, cellHeight] = [side * w, side * h + under];
  const left = (width - cellWidth * columns) / 2;
  const data = images.data;
  const cells = Array.from({ length: n }, (_, i) => {
    const [x, y] = [left + (i % columns) * cellWidth, top + Math.floor(i / columns) * cellHeight];
    const pixels = Uint8Array.from(data.slice(i * h * w, (i + 1) * h * w), (ink) =>
      Math.round(255 * (1 - Math.min(1, Math.max(0, ink)))),
    );
    const png = Buffer.from(encode({ width: w, height: h, data: pixels, channels: 1 })).toString("base64");
    const caption = captions
      ? `<text x="${x + cellWidth / 2}" y="${y + side * h + 13}">${escaped(captions[i])}</text>`
      : "";
    return (
      `<image x="${x + gap / 2}" y="${y + gap / 2}" width="${side * w - gap}" height="${side * h - gap}" preserveAspectRatio="none" ` +
      `style="image-rendering:pixelated" href="data:image/png;base64,${png}"/>${caption}`
    );
  });
  const name = title ? `<text x="${width / 2}" y="26" font-size="15" font-weight="600">${escaped(title)}</text>` : "";
  return name + cells.join("");
}
