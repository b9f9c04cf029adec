/** Computation graphs in rows, each under its title, in one SVG file. */
import { writeFileSync } from "node:fs";
import type { GraphOptions, Tensor } from "gradtape";
import { drawGraph } from "gradtape/graph";
import { outFile, shown } from "./out.js";

/** What is computed, and what its tensors are called. */
export type Graph = GraphOptions & { title: string; y: Tensor };

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Draws graphs into NAME.svg, and says where it is. */
export function drawGraphs(name: string, graphs: readonly Graph[]): void {
  const [heading, letter] = [36, 9];
  const drawings = graphs.map(({ title, y, ...options }) => {
    const svg = drawGraph(y, options);
    const [width, height] = ["width", "height"].map((side) => Number(new RegExp(` ${side}="(\\d+)"`).exec(svg)?.[1]));
    return { title, svg, width: Math.max(width, letter * title.length) + 24, height: height + heading };
  });
  const width = Math.max(...drawings.map((drawing) => drawing.width));
  // As words on a page: as many in a row as there is room for.
  let [x, y, deepest] = [0, 0, 0];
  const parts = drawings.map((drawing) => {
    if (x > 0 && x + drawing.width > width) [x, y, deepest] = [0, y + deepest, 0];
    const placed =
      `<text x="${x + 12}" y="${y + 26}" font-size="15" font-weight="600">${escaped(drawing.title)}</text>` +
      drawing.svg.replace("<svg ", `<svg x="${x + 4}" y="${y + heading}" `);
    [x, deepest] = [x + drawing.width, Math.max(deepest, drawing.height)];
    return placed;
  });
  const file = outFile(`${name}.svg`);
  // The class is that of each graph, whose style tells the colours on light pages and on dark ones.
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" class="gradtape" width="${width}" height="${y + deepest}" viewBox="0 0 ${width} ${y + deepest}" ` +
      `font-family="system-ui, sans-serif" fill="currentColor"><rect class="paper" width="100%" height="100%"/>${parts.join("")}</svg>\n`,
  );
  console.log(`picture: ${shown(file)}`);
}
