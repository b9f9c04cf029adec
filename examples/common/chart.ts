/** Charts of marks over common axes, as Observable Plot draws them in a document of linkedom's. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Contour, colorOf, contour, drawn, type Line, type Mark, type Range, widened } from "./marks.js";

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
  /** Where the names of marks stand, if there are two or more (default: in the corner with the least in it). */
  legend?: "top-left" | "top-right" | "bottom-left" | "bottom-right";
  marks: readonly Mark[];
};

/** How large a chart is, in pixels, and its margins, when the longest number of the y axis has so many characters. */
export type Layout = { width: number; height: number; margins: (longest: number) => Margins };
export type Margins = Record<"top" | "right" | "bottom" | "left", number>;

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** A chart as SVG, without its title and legend, and the margins that it has. */
export function plotted(chart: Chart, { width, height, margins }: Layout): { plot: Element; margins: Margins } {
  const size = { width, height };
  const marks = chart.marks.map((mark, i) => (mark.kind === "contour" ? [] : drawn(mark, colorOf(mark, i), chart)));
  const flat = !chart.yRange && chart.marks.every(({ kind = "line" }) => kind === "line");
  const floor = flat ? Plot.ruleY([0], { strokeOpacity: 0.4 }) : null;
  // At first without contours, which take long, to see what the axes show, and how long their numbers are.
  const first = svg(chart, [floor, marks], size, margins(1));
  const shown = (axis: "x" | "y") => widened((first.scale(axis)?.domain ?? [NaN, NaN]) as unknown as Range);
  const whole = { ...chart, xRange: chart.xRange ?? shown("x"), yRange: chart.yRange ?? shown("y") };
  const usual = margins(longest(svg(whole, [floor], size, margins(1))));
  const room = chart.square ? squared(whole, size, usual) : usual;
  for (const [i, mark] of chart.marks.entries())
    if (mark.kind === "contour") marks[i] = [contour(mark, colorOf(mark, i), whole)];
  return { plot: svg(whole, [floor, marks], size, room, usual), margins: room };
}

/** How many characters the longest number of the y axis has. */
function longest(plot: Element): number {
  const numbers = plot.querySelectorAll('[aria-label="y-axis tick label"] text');
  return Math.max(1, ...Array.from(numbers, (text) => text.textContent.length));
}

type Size = Pick<Layout, "width" | "height">;

/** What Plot makes of all; names of axes stand at the outer edges of the inner of two margins. */
function svg(chart: Chart, marks: Plot.Markish[], { width, height }: Size, m: Margins, inner = m) {
  const { x, y, xRange, yRange, ticks = true } = chart;
  const axis = (label: string | undefined, domain: Range | undefined, pixels: number, apart: number) => ({
    label: label ?? null,
    labelAnchor: "center" as const,
    labelArrow: "none" as const,
    ticks: Math.round(pixels / apart),
    tickFormat: numeral,
    domain,
    nice: !domain,
    ...(!ticks && { axis: null }),
  });
  return Plot.plot({
    ...{ document, width, height, marginTop: m.top, marginRight: m.right, marginBottom: m.bottom, marginLeft: m.left },
    x: { ...axis(x, xRange, width - m.left - m.right, 60), labelOffset: inner.bottom - 3 },
    y: { ...axis(y, yRange, height - m.top - m.bottom, 40), labelOffset: inner.left - 3, grid: ticks },
    marks: [ticks ? null : Plot.frame({ strokeOpacity: 0.3 }), marks],
  });
}

/** A small piece of what a mark draws, for a legend. */
export function swatch(mark: Mark, color: string, width: number, height: number): Element {
  const scales = { x: { domain: [0, 1] }, y: { domain: [-1, 1] }, axis: null, margin: 1 };
  return Plot.plot({
    document,
    width,
    height,
    ...scales,
    marks: piece(mark).flatMap((part) => drawn(part, color, {})),
  });
}

function piece(mark: Mark): Exclude<Mark, Contour>[] {
  if (mark.kind === "points") return [{ ...mark, x: [0.5], y: [0] }];
  if (mark.kind === "histogram") return [{ kind: "histogram", values: [0.5], bins: 1, range: [0, 1] }];
  const { dash, width, marker = "none" } = { ...(mark as Line) };
  const line: Line = { y: [0, 0], dash, width, marker: "none" };
  return marker === "none" ? [line] : [line, { kind: "points", x: [0.5], y: [0], marker, size: 3 }];
}

/** A number of an axis. */
function numeral(value: number): string {
  const size = Math.abs(value);
  const text = size > 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential() : value.toLocaleString("en-US", digits);
  return text.replaceAll("-", "−").replace("+", "");
}

const digits = { maximumFractionDigits: 12 };

/** Margins that make a unit as long on the x axis as on the y axis. */
function squared({ xRange, yRange }: { xRange: Range; yRange: Range }, { width, height }: Size, m: Margins): Margins {
  const [w, h] = [width - m.left - m.right, height - m.top - m.bottom];
  const unit = Math.min(w / (xRange[1] - xRange[0]), h / (yRange[1] - yRange[0]));
  const [x, y] = [(w - unit * (xRange[1] - xRange[0])) / 2, (h - unit * (yRange[1] - yRange[0])) / 2];
  return { left: m.left + x, right: m.right + x, top: m.top + y, bottom: m.bottom + y };
}
