/** Pictures as text: images in shades, as many columns of them as fit. */
import { bold, Canvas } from "./canvas.js";
import type { Picture } from "./plot.js";

export function picture({ title = "", images, columns, captions }: Picture, width: number): Canvas {
  const [n, h, w] = images.shape;
  // Images are as wide as there is room for, up to two characters a pixel, but not so narrow that nothing is seen.
  const words = Math.max(0, ...(captions ?? []).map((text) => text.length));
  const room = Math.min(width, Math.max(Math.floor((width + 1) / columns) - 1, Math.min(2 * w, 14), words));
  const wide = room < w ? room : w * Math.min(2, Math.floor(room / w));
  const squares = Math.round((wide * h) / w);
  const high = Math.ceil(squares / 2);
  const [across, down] = [Math.max(wide, words) + 1, high + (captions || wide >= w ? 1 : 0)];
  const beside = Math.max(1, Math.min(columns, Math.floor((width + 1) / across)));
  const note = beside < columns ? `the first ${beside} of ${columns} columns` : "";
  const top = title ? 1 : 0;
  const text = new Canvas(width, top + Math.ceil(n / columns) * down + (note ? 1 : 0));
  text.center(width / 2, text.height - 1, note);
  text.center(width / 2, 0, title, bold);
  for (let k = 0; k < n; k++) {
    const [column, y] = [k % columns, top + Math.floor(k / columns) * down];
    if (column >= beside) continue;
    const middle = Math.floor((width + 1 - beside * across) / 2) + (column + 0.5) * across;
    text.paste(
      shaded(images.data.slice(k * h * w, (k + 1) * h * w), h, w, squares, wide),
      Math.round(middle - wide / 2),
      y,
    );
    if (captions) text.center(middle, y + high, captions[k]);
  }
  return text;
}

/** An image in so many rows and columns of squares, of which two, one above the other, make a character. */
function shaded(image: ArrayLike<number>, h: number, w: number, rows: number, columns: number): Canvas {
  const canvas = new Canvas(columns, Math.ceil(rows / 2));
  const part = (i: number, of: number, length: number) => [
    Math.floor((i * length) / of),
    Math.ceil(((i + 1) * length) / of),
  ];
  const ink = (row: number, column: number) => {
    const [[top, bottom], [left, right]] = [part(row, rows, h), part(column, columns, w)];
    let sum = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += image[y * w + x];
    return sum / ((bottom - top) * (right - left));
  };
  for (let y = 0; y < canvas.height; y++)
    for (let x = 0; x < columns; x++)
      canvas.write(x, y, shade(ink(2 * y, x), 2 * y + 1 < rows ? ink(2 * y + 1, x) : 0));
  return canvas;
}

/** The character whose upper and lower half are most like two shades from 0 to 1. */
function shade(upper: number, lower: number): string {
  const far = ([, a, b]: Shade) => (a - upper) ** 2 + (b - lower) ** 2;
  return blocks.reduce((best, block) => (far(block) < far(best) ? block : best))[0];
}

type Shade = [char: string, upper: number, lower: number];
const blocks: Shade[] = [
  [" ", 0, 0],
  ["░", 0.25, 0.25],
  ["▒", 0.5, 0.5],
  ["▓", 0.75, 0.75],
  ["█", 1, 1],
  ["▀", 1, 0],
  ["▄", 0, 1],
];
