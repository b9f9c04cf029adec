/** Figures as text: what Plot draws of charts, in dots of braille, blocks and signs; images in shades. */
import { bold, Canvas, eighths } from "./canvas.js";
import { type Chart, plotted } from "./chart.js";
import { colorOf, colors, type Mark, type Marker, namedOf } from "./marks.js";
import type { Panel } from "./plot.js";
import { picture } from "./shades.js";
import { along, type Place, type Shape, shapes } from "./shapes.js";

/** Where the text is to be read: how many characters a line has, and whether they may be in colour. */
export type Screen = { width: number; colored: boolean };

/** Panels as text, so many side by side, or as many as fit. */
export function asText(panels: readonly Panel[], columns: number, { width, colored }: Screen): string {
  const least = Math.max(36, ...panels.map(({ title = "" }) => title.length));
  const beside = Math.max(1, Math.min(columns, panels.length, Math.floor((width + gap) / (least + gap))));
  const wide = Math.floor((width + gap) / beside) - gap;
  const texts = panels.map((panel) => ("images" in panel ? picture(panel, wide) : chart(panel, Math.min(wide, most))));
  const bands: string[] = [];
  for (let i = 0; i < texts.length; i += beside) {
    const row = texts.slice(i, i + beside);
    const band = new Canvas(width, Math.max(...row.map((text) => text.height)));
    for (const [k, text] of row.entries()) band.paste(text, k * (wide + gap), 0);
    bands.push(band.toString(colored));
  }
  return bands.join("\n\n");
}

/** How wide a chart is at most, and what lies between panels. */
const [most, gap] = [76, 2];

/** How many pixels a character has: charts are laid out in pixels. */
const [charWidth, charHeight] = [8, 16];

function chart(panel: Chart, width: number): Canvas {
  const { title = "", x = "", y = "", ticks = true, square, marks } = panel;
  const high = square ? 20 : Math.max(8, Math.min(15, Math.round(width / 4)));
  const { plot, margins } = plotted(panel, {
    width: charWidth * width,
    height: charHeight * high,
    margins: (longest) => ({ top: 0, right: 2 * charWidth, bottom: 0, left: charWidth * (ticks ? longest + 1 : 1) }),
  });
  const left = Math.round(margins.left / charWidth);
  const [w, h] = [charWidth * width - margins.left - margins.right, charHeight * high - margins.top - margins.bottom];
  const [columns, rows] = [Math.round(w / charWidth), Math.round(h / charHeight)];
  const dotted = ([x, y]: Place): Place => [
    ((x - margins.left) / w) * (2 * columns - 1),
    ((y - margins.top) / h) * (4 * rows - 1),
  ];
  const pieces = shapes(plot).map((shape) => ({ ...shape, places: shape.places.map(dotted) }));
  const signs = signsOf(marks);
  const area = new Canvas(columns, rows);
  fill(area, pieces, signs, new Set(namedOf(marks).map(({ color }) => color)));

  const names = legend(marks, signs, width - left);
  const top = (title ? 1 : 0) + (y ? 1 : 0);
  const bottom = top + rows;
  const text = new Canvas(width, bottom + 1 + (ticks ? 1 : 0) + (x ? 1 : 0) + names.length);
  text.paste(area, left, top);
  for (let row = top; row < bottom; row++) text.write(left - 1, row, "│");
  text.write(left - 1, bottom, `└${"─".repeat(columns)}`);
  let free = 0;
  for (const { kind, places, text: number } of pieces) {
    const [column, row] = cellOf(places[0]);
    if (kind === "y-axis tick label") text.write(left - 1 - number.length, top + row, `${number}┤`);
    if (kind !== "x-axis tick label") continue;
    text.write(left + column, bottom, "┬");
    const from = left + column - (number.length >> 1);
    if (from < free) continue;
    text.write(from, bottom + 1, number);
    free = from + number.length + 1;
  }
  text.center(left + columns / 2, 0, title, bold);
  text.write(Math.max(0, left - y.length), top - 1, y);
  text.center(left + columns / 2, text.height - names.length - 1, x);
  for (const [i, row] of names.entries()) text.paste(row, left, text.height - names.length + i);
  return text;
}

/** The character in which a dot lies; each has 2 × 4. */
const cellOf = ([x, y]: Place): Place => [Math.round(x) >> 1, Math.round(y) >> 2];

/** Draws shapes, whose places are dots; lines that are named bear their signs, where no points do. */
function fill(area: Canvas, pieces: readonly Shape[], signs: Signs, named: Set<string>): void {
  for (const { kind, color } of pieces) if (kind === "dot") named.delete(color);
  const order = [...signs.keys()];
  for (const { kind, color, dashed, faint, places, text } of pieces) {
    const ink = codes.get(color);
    const sign = signs.get(color) ?? "●";
    const [column, row] = cellOf(places[0]);
    if (kind === "line" && !faint) {
      stroke(area, places, ink, dashed ? dashes : undefined);
      if (named.has(color)) sprinkle(area, places, sign, ink, order.indexOf(color));
    } else if (kind === "contour") stroke(area, places, ink, points);
    else if (kind === "arrow") arrow(area, places, ink);
    else if (kind === "dot") area.write(column, row, sign, ink);
    else if (kind === "rect") bar(area, places, sign, ink);
    else if (kind === "rule") rule(area, places, ink, dashed);
    else if (kind === "text") area.center(column + 0.5, row, text, ink);
  }
}

/** Of a broken line, how many dots are drawn, and after how many it goes on as it began. */
type Pattern = readonly [on: number, period: number];
const [dashes, points]: Pattern[] = [
  [5, 9],
  [1, 3],
];

function stroke(area: Canvas, places: readonly Place[], ink: string | undefined, [on, period]: Pattern = [1, 1]): void {
  let [n, before] = [0, ""];
  for (const place of along(places, 0.5)) {
    const [x, y] = place.map(Math.round);
    if (`${x} ${y}` === before) continue;
    before = `${x} ${y}`;
    if (n++ % period < on) area.dot(x, y, ink);
  }
}

/** Puts a sign on a line now and then, each line's in other columns. */
function sprinkle(area: Canvas, places: readonly Place[], sign: string, ink: string | undefined, i: number): void {
  let before = -1;
  for (const place of along(places, 0.5)) {
    const [column, row] = cellOf(place);
    if (column !== before && (column + 5 * i) % 12 === 4) area.write(column, row, sign, ink);
    before = column;
  }
}

/** A shaft and a head; of an arrow that is shorter than two characters, the head alone, where it starts. */
function arrow(area: Canvas, places: readonly Place[], ink: string | undefined): void {
  if (places.length > 2) return; // the head, as Plot draws it
  const [[x1, y1], [x2, y2]] = places;
  const heads = "→↗↑↖←↙↓↘";
  const eighth = Math.round((Math.atan2(y1 - y2, x2 - x1) / Math.PI) * 4);
  const short = Math.hypot((x2 - x1) / 2, (y2 - y1) / 4) < 2;
  if (!short) stroke(area, places, ink);
  area.write(...cellOf(short ? [x1, y1] : [x2, y2]), heads[(eighth + 8) % 8], ink);
}

/** A bar from the bottom, as high as eighths of characters can say. */
function bar(area: Canvas, [[x1, y1], [x2, y2]]: readonly Place[], sign: string, ink: string | undefined): void {
  const high = Math.round(((y2 - y1) / (4 * area.height - 1)) * area.height * 8);
  for (let column = Math.max(0, Math.ceil(x1 / 2 - 0.3)); column < Math.min(area.width, x2 / 2 - 0.1); column++)
    for (let row = 0; row < Math.min(area.height, high / 8); row++) {
      const eighth = eighths[Math.min(7, high - 8 * row - 1)];
      area.write(column, area.height - 1 - row, sign === "█" ? eighth : sign, ink);
    }
}

function rule(area: Canvas, places: readonly Place[], ink: string | undefined, dashed: boolean): void {
  const [[left, top], [right, bottom]] = places.map(cellOf);
  if (top === bottom) for (let x = left; x <= right; x++) area.behind(x, top, dashed ? "┄" : "─", ink);
  else for (let y = top; y <= bottom; y++) area.behind(left, y, dashed ? "┆" : "│", ink);
}

/** What stands for each colour. */
type Signs = Map<string, string>;

const signOf: Record<Marker, string> = { dot: "●", times: "×", square: "■", triangle: "▲", circle: "○", plus: "+" };

/** Each colour's sign: that of its marker, or another one if that is taken; of histograms, what bars are made of. */
function signsOf(marks: readonly Mark[]): Signs {
  const signs: Signs = new Map();
  const take = (color: string, choice: Iterable<string>) => {
    const free = [...choice].find((sign) => ![...signs.values()].includes(sign));
    if (free && !signs.has(color)) signs.set(color, free);
  };
  for (const [i, mark] of marks.entries())
    if (mark.kind === "histogram") take(colorOf(mark, i), "█▒░▓");
    else if ("marker" in mark && mark.marker && mark.marker !== "none") take(colorOf(mark, i), signOf[mark.marker]);
  for (const [i, mark] of marks.entries())
    if (mark.kind === undefined || mark.kind === "line" || mark.kind === "points")
      take(colorOf(mark, i), [...Object.values(signOf), ..."*#%$"]);
  return signs;
}

/** Colours of terminals, by those of pictures. */
const codes = new Map(["34", "31", "32", "35", "33", "36"].map((code, i) => [colors[i], code]));

/** What a legend names, in rows. */
function legend(marks: readonly Mark[], signs: Signs, width: number): Canvas[] {
  const rows: Canvas[] = [];
  let at = width;
  for (const { mark, name, color } of namedOf(marks)) {
    const text = `${signs.get(color) ?? (mark.kind === "arrows" ? "→" : "─")} ${name}`;
    if (at + text.length > width) {
      rows.push(new Canvas(width, 1));
      at = 0;
    }
    rows.at(-1)!.write(at, 0, text, codes.get(color));
    at += text.length + 3;
  }
  return rows;
}
