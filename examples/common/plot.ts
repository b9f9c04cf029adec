/** Figures of the examples: panels side by side in one SVG file, and as text with --terminal. */
import { writeFileSync } from "node:fs";
import { encode } from "fast-png";
import type { Tensor } from "gradtape";
import { type Chart, type Margins, plotted, swatch } from "./chart.js";
import { namedOf } from "./marks.js";
import { outFile, shown } from "./out.js";
import { along, shapes } from "./shapes.js";
import { asText } from "./terminal.js";

export type { Chart } from "./chart.js";
export type * from "./marks.js";

/** Images [n, height, width] of numbers from 0 (white) to 1 (black), in rows of so many; a caption beneath each. */
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

/** Draws panels into NAME.svg, and says where it is; with --terminal among the script's options, as text, too. */
export function draw(name: string, panels: readonly Panel[], options: FigureOptions = {}): void {
  const { columns = panels.length, width = 440, height = 310, folder } = options;
  const [wide, high] = [width * columns, height * Math.ceil(panels.length / columns)];
  const inside = panels.map((panel, i) => {
    const [x, y] = [(i % columns) * width, Math.floor(i / columns) * height];
    const drawn = "images" in panel ? picture(panel, width, height) : chart(panel, width, height);
    return `<g transform="translate(${x},${y})">${drawn}</g>`;
  });
  const file = outFile(`${name}.svg`, folder);
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}" ` +
      `font-family="system-ui, sans-serif" font-size="13" text-anchor="middle" fill="currentColor">` +
      `<style>${style}</style><rect width="100%" height="100%" fill="var(--paper)"/>${inside.join("")}</svg>\n`,
  );
  const { stdout } = process;
  const screen = { width: stdout.columns || 80, colored: stdout.hasColors?.() ?? false };
  if (process.argv.includes("--terminal")) console.log(asText(panels, columns, screen));
  console.log(`picture: ${shown(file)}`);
}

const light = "svg{color:#24292f;--paper:#fff}";
const dark = "svg{color:#e6edf3;--paper:#0d1117}";
const style = `${light}@media (prefers-color-scheme:dark){${dark}}`;

function chart(panel: Chart, width: number, height: number): string {
  const { title, x, y, ticks = true } = panel;
  const margins = (longest: number) => ({
    top: title ? 44 : 16,
    right: 24,
    bottom: !ticks ? 12 : x ? 44 : 28,
    left: !ticks ? 12 : 16 + 7.5 * longest + (y ? 18 : 0),
  });
  const { plot, margins: room } = plotted(panel, { width, height, margins });
  return heading(title, width) + innards(plot) + legend(panel, plot, width, height, room);
}

const heading = (title: string | undefined, width: number) =>
  title ? `<text x="${width / 2}" y="26" font-size="15" font-weight="600">${escaped(title)}</text>` : "";

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The inside of an SVG that Plot made. */
function innards(plot: Element): string {
  for (const style of plot.querySelectorAll("style")) style.remove(); // it is for charts that are alone in a page
  return plot.innerHTML;
}

const corners = ["bottom-right", "top-right", "top-left", "bottom-left"] as const;

/** The names of marks in a corner, each beside a piece of what it names. */
function legend({ marks, legend: given }: Chart, plot: Element, width: number, height: number, m: Margins): string {
  const named = namedOf(marks);
  if (named.length === 0) return "";
  const [wide, high] = [40 + 7.2 * Math.max(...named.map(({ name }) => name.length)), 18 * named.length + 6];
  const place = (corner: string) => ({
    left: corner.endsWith("left") ? m.left + 8 : width - m.right - wide - 4,
    top: corner.startsWith("top") ? m.top + 6 : height - m.bottom - high - 6,
  });
  const data = shapes(plot).filter(({ kind }) => ["line", "dot", "rect", "arrow", "text"].includes(kind));
  const places = data.flatMap(({ places }) => [...along(places, 4)]);
  const covered = (corner: string) => {
    const { left, top } = place(corner);
    return places.filter(([x, y]) => x > left && x < left + wide && y > top && y < top + high).length;
  };
  const corner = given ?? corners.reduce((best, other) => (covered(other) < covered(best) ? other : best));
  const { left, top } = place(corner);
  const rows = named.map(({ mark, name, color }, i) => {
    const y = top + 3 + 18 * i;
    return (
      `<g transform="translate(${left + 5},${y})">${innards(swatch(mark, color, 24, 18))}</g>` +
      `<text x="${left + 34}" y="${y + 9}" dy="0.32em" text-anchor="start">${escaped(name)}</text>`
    );
  });
  const paper = `<rect x="${left}" y="${top}" width="${wide}" height="${high}" rx="3" fill="var(--paper)"`;
  return `${paper} fill-opacity="0.8"/>${rows.join("")}`;
}

/** All images, each of which is a PNG inside the SVG. */
function picture({ title, images, columns, captions }: Picture, width: number, height: number): string {
  const [n, h, w] = images.shape;
  const [top, under] = [title ? 44 : 8, captions ? 18 : 0];
  const rows = Math.ceil(n / columns);
  const gap = 3;
  // How many pixels of the screen one of an image takes.
  const side = Math.min((width - 20) / columns / w, ((height - top - 10) / rows - under) / h);
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
      `<image x="${x + gap / 2}" y="${y + gap / 2}" width="${side * w - gap}" height="${side * h - gap}" ` +
      `preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,${png}"/>${caption}`
    );
  });
  return heading(title, width) + cells.join("");
}
