/** Marks of charts, and what Observable Plot draws of each. */
import * as Plot from "@observablehq/plot";

/** From and to, of an axis. */
export type Range = readonly [from: number, to: number];

export type Marker = "dot" | "circle" | "square" | "triangle" | "times" | "plus";

/** What marks have: a name for the legend, and a colour, by number (default: one after the other) or as CSS has it. */
type Common = { name?: string; color?: number | string };

/** A line through points, whose x are 0, 1, 2, … unless they are given; it has gaps where numbers are not finite. */
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

/** Colours that colour-blind people can tell apart (Okabe & Ito 2008). */
export const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/** The colour of the i-th mark: what is no data is black on white, or white on black, unless it is told otherwise. */
export function colorOf({ kind, color }: Mark, i: number): string {
  if (typeof color === "string") return color;
  if (color === undefined && (kind === "contour" || kind === "rule" || kind === "label")) return "currentColor";
  return colors[(color ?? i) % colors.length];
}

/** What a legend is to name: nothing, unless two marks have names. */
export function namedOf(marks: readonly Mark[]): { mark: Mark; name: string; color: string }[] {
  const named = marks.flatMap((mark, i) => (mark.name ? [{ mark, name: mark.name, color: colorOf(mark, i) }] : []));
  return named.length > 1 ? named : [];
}

type Ranges = { xRange?: Range; yRange?: Range };

/** What Plot draws of a mark but a contour, in a chart that is to show these ranges. */
export function drawn(mark: Exclude<Mark, Contour>, color: string, { xRange, yRange }: Ranges): Plot.Markish[] {
  switch (mark.kind) {
    case "points": {
      const shown = pointsOf(mark).filter(({ x, y }) => within(x, xRange) && within(y, yRange));
      return [dots(shown, color, mark.marker, mark.size)];
    }
    case "arrows": {
      const ways = pointsOf({ x: mark.dx, y: mark.dy });
      const arrows = pointsOf(mark).map(({ x, y }, i) => ({
        x,
        y,
        x2: near(x + ways[i].x, xRange),
        y2: near(y + ways[i].y, yRange),
      }));
      const places = { x1: "x", y1: "y", x2: "x2", y2: "y2" };
      return [Plot.arrow(arrows, { ...places, stroke: color, strokeWidth: 1.2, headLength: 5, clip: true })];
    }
    case "histogram":
      return [
        Plot.rectY(counted(mark, xRange), { x1: "from", x2: "to", y: "count", fill: color, inset: 0.5, clip: true }),
      ];
    case "rule": {
      const style = { stroke: color, strokeDasharray: mark.dash ? dashes : undefined };
      return [
        ...(mark.x === undefined ? [] : [Plot.ruleX([mark.x], style)]),
        ...(mark.y === undefined ? [] : [Plot.ruleY([mark.y], style)]),
      ];
    }
    case "label":
      return [Plot.text([mark], { x: "x", y: "y", text: "text", fill: color, dy: -8, ...halo })];
    default: {
      const { smooth = 1, every = 1, width = 2, dash, marker = mark.y.length <= 40 ? "dot" : "none" } = mark;
      const points = pointsOf(mark);
      const means = smooth > 1 ? smoothed(points, smooth) : points;
      const marked = means.filter(({ x, y }, i) => i % every === 0 && within(x, xRange) && within(y, yRange));
      const line = (points: Point[], strokeWidth: number, more: Plot.LineOptions) =>
        Plot.line(
          points.map(({ x, y }) => ({ x: near(x, xRange), y: near(y, yRange) })),
          { x: "x", y: "y", stroke: color, strokeWidth, clip: true, ...more },
        );
      return [
        ...(smooth > 1 ? [line(points, 1, { strokeOpacity: 0.25 })] : []),
        line(means, width, { strokeDasharray: dash ? dashes : undefined }),
        ...(marker === "none" ? [] : [dots(marked, color, marker, 3)]),
      ];
    }
  }
}

const dashes = "5 4";
const halo = { stroke: "var(--paper)", strokeWidth: 4 };

/** What Plot draws of a contour, in a chart that shows these ranges. */
export function contour(
  { f, levels = 10 }: Contour,
  color: string,
  { xRange, yRange }: Required<Ranges>,
): Plot.Markish {
  const [[x1, x2], [y1, y2]] = [wider(xRange), wider(yRange)];
  // What lies below a level has a shorter edge than what lies above it: slopes are mostly gone down.
  const depth = (x: number, y: number) => -f(x, y);
  const thresholds = typeof levels === "number" ? levels : levels.map((level) => -level);
  const style = { stroke: color, strokeOpacity: 0.5, fillOpacity: 0, clip: true };
  return Plot.contour({ x1, x2, y1, y2, fill: depth, thresholds, interpolate: "nearest", pixelSize: 2, ...style });
}

/** A bit more than a range: contours end there in a line around all, which is cut off. */
const wider = ([from, to]: Range): Range => [from - (to - from) / 32, to + (to - from) / 32];

type Point = Record<"x" | "y", number>;

/** Points of numbers; NaN, where Plot leaves a gap, for those that are not finite. */
function pointsOf({ x, y }: { x?: ArrayLike<number>; y: ArrayLike<number> }): Point[] {
  return Array.from(y, (y, i) => ({ x: finite(x ? x[i] : i), y: finite(y) }));
}

/** A number, or where there is none, NaN. */
const finite = (value: number) => (Number.isFinite(value) ? value : NaN);

/** Each point at the mean of so many around it, of those that are finite. */
const smoothed = (points: readonly Point[], count: number): Point[] =>
  points.map(({ x, y }, i) => {
    const near = points
      .slice(Math.max(0, i - (count >> 1)), i + ((count + 1) >> 1))
      .filter(({ y }) => !Number.isNaN(y));
    return { x, y: Number.isNaN(y) ? NaN : near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });

const within = (value: number, [from, to]: Range = [-Infinity, Infinity]) => value >= from && value <= to;

/** A value, or if it is far outside, one as far as browsers can draw. */
const near = (value: number, [from, to]: Range = [-Infinity, Infinity]) =>
  Math.max(from - 10 * (to - from), Math.min(to + 10 * (to - from), value));

function dots(points: Point[], color: string, marker: Marker = "dot", size = 4): Plot.Dot {
  const open = marker === "circle" || marker === "times" || marker === "plus";
  const style = open ? { stroke: color, strokeWidth: 2 } : { fill: color };
  return Plot.dot(points, { x: "x", y: "y", r: size, symbol: marker === "dot" ? "circle" : marker, ...style });
}

/** How many of a histogram's values lie in each part of its range; the last part has its end, too. */
function counted({ values, bins = 30, range }: Histogram, xRange?: Range) {
  const [low, high] = range ?? xRange ?? extent(values);
  const counts = new Array<number>(bins).fill(0);
  for (const value of Array.from(values))
    if (within(value, [low, high])) counts[Math.min(bins - 1, Math.floor((bins * (value - low)) / (high - low)))]++;
  const edge = (i: number) => low + ((high - low) * i) / bins;
  return counts.map((count, i) => ({ from: edge(i), to: edge(i + 1), count }));
}

/** A range of finite numbers. */
function extent(values: ArrayLike<number>): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of Array.from(values).filter(Number.isFinite)) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return widened([low, high]);
}

/** A range that has a length: from 0 to 1, where there is none, and around the only number, where there is one. */
export function widened([low, high]: Range): Range {
  if (low < high) return [low, high];
  const room = Math.abs(low) / 2 || 0.5;
  return low === high ? [low - room, high + room] : [0, 1];
}
