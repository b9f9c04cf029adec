/** Line charts and pictures side by side in one SVG file, drawn by Observable Plot in a document of linkedom's. */
import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import { encode } from "fast-png";
import type { Tensor } from "gradtape";
import { parseHTML } from "linkedom";
import { outFile, shown } from "./out.js";

/** A line: its heights, over 0, 1, 2, … or what `x` says. */
export type Line = { name: string; y: ArrayLike<number>; x?: ArrayLike<number> };

/** A chart: lines over a common x axis. */
export type Chart = {
  title: string;
  x: string;
  y: string;
  lines: readonly Line[];
  /** Where on the right the names of several lines stand (default "bottom"). */
  legend?: "top" | "bottom";
  /** Draw each point as the mean of so many around it, over the line itself, faint. */
  smooth?: number;
  /** The y axis from and to (default: what the lines take). */
  range?: readonly [from: number, to: number];
};

/** Images [n, height, width] of numbers from 0, which is white, to 1, black, in rows of so many. */
export type Picture = { title: string; images: Tensor; columns: number };

/** Colours that colour-blind people can tell apart (Okabe & Ito 2008). */
const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const size = { width: 440, height: 310, marginTop: 44, marginRight: 24, marginBottom: 44, marginLeft: 60 };
const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** Writes charts and pictures into NAME.svg in `folder` (default examples/.out), and returns its path as seen from the working directory. */
export function saveCharts(name: string, charts: readonly (Chart | Picture)[], folder?: string): string {
  const [width, height] = [size.width * charts.length, size.height];
  const panels = charts.map((chart, i) => `<g transform="translate(${i * size.width},0)">${inside(chart)}</g>`);
  const file = outFile(`${name}.svg`, folder);
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `font-family="system-ui, sans-serif" font-size="13" text-anchor="middle" fill="currentColor" color="#24292f">` +
      // A page may be dark.
      `<rect width="100%" height="100%" fill="white"/>${panels.join("")}</svg>\n`,
  );
  return shown(file);
}

/** The inside of an SVG. */
function inside(panel: Chart | Picture): string {
  const plot = "images" in panel ? picture(panel) : lineChart(panel);
  for (const style of plot.querySelectorAll("style")) style.remove(); // it is for charts that are alone in a page
  return plot.innerHTML;
}

const heading = (title: string) => Plot.text([title], { frameAnchor: "top", dy: -28, fontSize: 15, fontWeight: 600 });

function lineChart({ title, x, y, lines, legend = "bottom", smooth = 1, range }: Chart) {
  const marks = lines.flatMap((line, i) => {
    const points = Array.from(line.y, (y, k) => ({ x: line.x?.[k] ?? k, y }));
    const few = points.length <= 40;
    const style = { x: "x", y: "y", stroke: colors[i % colors.length], ...(few && { marker: "dot" as const }) };
    return [
      ...(smooth > 1 ? [Plot.line(points, { ...style, strokeOpacity: 0.25, strokeWidth: 1 })] : []),
      Plot.line(points, Plot.windowY(smooth, { ...style, strokeWidth: 2, strokeDasharray: i % 2 ? "5 4" : undefined })),
    ];
  });
  const names = lines.length > 1 ? lines : [];
  return Plot.plot({
    ...size,
    document,
    x: { label: x, labelAnchor: "center", labelArrow: "none", ticks: 6 },
    y: { label: y, labelAnchor: "center", labelArrow: "none", grid: true, ticks: 6, domain: range },
    marks: [
      Plot.ruleY([range?.[0] ?? 0]),
      ...marks,
      heading(title),
      ...names.flatMap(({ name }, i) => {
        const dy = legend === "top" ? 14 + 18 * i : -14 - 18 * (names.length - 1 - i);
        const frameAnchor = `${legend}-right` as const;
        return [
          Plot.dot([0], { frameAnchor, dx: -10, dy, r: 4.5, fill: colors[i % colors.length] }),
          Plot.text([name], { frameAnchor, dx: -22, dy, lineAnchor: "middle" }),
        ];
      }),
    ],
  });
}

/** All images as one, which is a PNG inside the SVG. */
function picture({ title, images, columns }: Picture) {
  const [n, h, w] = images.shape;
  const [width, height] = [w * columns, (h * n) / columns];
  const whole = images.reshape([n / columns, columns, h, w]).permute([0, 2, 1, 3]);
  const data = Uint8Array.from(whole.data, (ink) => Math.round(255 * (1 - ink)));
  const png = Buffer.from(encode({ width, height, data, channels: 1 })).toString("base64");
  const room = { width: size.width - 20, height: size.height - size.marginTop - 10 };
  return Plot.plot({
    ...size,
    marginLeft: 10,
    marginRight: 10,
    marginBottom: 10,
    document,
    marks: [Plot.image([0], { ...room, src: `data:image/png;base64,${png}`, frameAnchor: "middle" }), heading(title)],
  });
}
