/** What Graphviz tells of a layout, as SVG that is legible on light and on dark pages. */

/** A command of Graphviz's: to draw something, or how what follows is drawn. */
export type Command = {
  op: string;
  color?: string;
  size?: number;
  points?: readonly Point[];
  rect?: readonly [x: number, y: number, width: number, height: number];
  pt?: Point;
  align?: string;
  width?: number;
  text?: string;
};
type Point = readonly [x: number, y: number];

/** Something that is drawn: a line and its head, a node and its label. */
type Item = Readonly<Record<"_draw_" | "_hdraw_" | "_ldraw_", readonly Command[] | undefined>>;

/** The parts of Graphviz's "json" that are read. */
export type Layout = { bb: string; objects?: readonly Item[]; edges?: readonly Item[] };

const margin = 8;

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** The layout as an SVG; what has the colour `accent` is of the class "gradient". */
export function svgOf({ bb, objects = [], edges = [] }: Layout, accent: string): string {
  const [, , width, height] = bb.split(",").map(Number);
  const at = ([x, y]: Point): string => `${tenths(x + margin)},${tenths(height - y + margin)}`;
  const drawn = [...edges, ...objects].flatMap(({ _draw_, _hdraw_, _ldraw_ }) =>
    [_draw_, _hdraw_, _ldraw_].map((commands) => draw(commands ?? [], at, accent)),
  );
  const size = [width, height].map((length) => Math.ceil(length + 2 * margin));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="gradtape" width="${size[0]}" height="${size[1]}" viewBox="0 0 ${size.join(" ")}" ` +
    'font-family="system-ui, sans-serif" font-size="14" text-anchor="middle" fill="currentColor"><title>Computation graph</title>' +
    `<style>.gradtape{color:#24292f}.gradtape .paper{fill:#fff}.gradtape .gradient{fill:${accent}}` +
    "@media (prefers-color-scheme:dark){.gradtape{color:#e6edf3}.gradtape .paper{fill:#0d1117}.gradtape .gradient{fill:#ffa657}}</style>" +
    `<rect class="paper" width="100%" height="100%"/>\n${drawn.filter(Boolean).join("\n")}\n</svg>\n`
  );
}

const tenths = (x: number): number => Math.round(10 * x) / 10;

function draw(commands: readonly Command[], at: (point: Point) => string, accent: string): string {
  const line = 'fill="none" stroke="currentColor" stroke-linecap="square"';
  let [size, color] = [14, ""];
  const parts = commands.map(({ op, points = [], rect, pt, ...command }) => {
    if (op === "F") size = command.size ?? size;
    if (op === "c") color = command.color ?? "";
    if (op === "e" && rect) {
      const [x, y] = at([rect[0], rect[1]]).split(",");
      return `<ellipse cx="${x}" cy="${y}" rx="${rect[2]}" ry="${rect[3]}" ${line}/>`;
    }
    if (op === "b") return `<path d="M${at(points[0])}C${points.slice(1).map(at).join(" ")}" ${line}/>`;
    if (op === "P") return `<path d="M${points.map(at).join("L")}Z"/>`;
    if (op !== "T" || !pt) return "";
    const [x, y] = at([pt[0] + (command.align === "l" ? (command.width ?? 0) / 2 : 0), pt[1]]).split(",");
    // Graphviz's "json" has backslashes twice; behind each of `toDot` stands a word joiner.
    const told = (command.text ?? "").replace(/\\+\u2060/g, "\\").trim();
    const text = told.replace(/[&<>]/g, (sign) => escapes[sign]);
    const style = `${size === 14 ? "" : ` font-size="${size}"`}${color === accent ? ' class="gradient"' : ""}`;
    return text && `<text x="${x}" y="${y}"${style}>${text}</text>`;
  });
  return parts.join("");
}
