/** Characters in rows, some in colour, with dots of braille among them: what text is drawn on. */

type Cell = { char: string; color?: string };

export const bold = "1";

export const eighths = "▁▂▃▄▅▆▇█";

/** What dots may cover. */
const ground = ` ─│┄┆░▒▓${eighths}`;

const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** What lies outside is left out; colours are codes of terminals: "31" is red. */
export class Canvas {
  private readonly rows: Cell[][];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.rows = Array.from({ length: height }, () => Array.from({ length: width }, () => ({ char: " " })));
  }

  private set(x: number, y: number, cell: Cell): void {
    if (this.rows[y]?.[x]) this.rows[y][x] = cell;
  }

  /** Writes from a place to the right. */
  write(x: number, y: number, text: string, color?: string): void {
    for (const [i, char] of [...text].entries()) this.set(x + i, y, { char, color });
  }

  /** Writes around a column, or beside it, where there is room. */
  center(x: number, y: number, text: string, color?: string): void {
    this.write(Math.max(0, Math.min(this.width - text.length, Math.round(x - text.length / 2))), y, text, color);
  }

  /** Writes a character that stands behind all others. */
  behind(x: number, y: number, char: string, color?: string): void {
    if (this.rows[y]?.[x]?.char === " ") this.set(x, y, { char, color });
  }

  /** Sets a dot, of which a character has 2 × 4, unless a sign stands there. */
  dot(x: number, y: number, color?: string): void {
    const code = this.rows[y >> 2]?.[x >> 1]?.char.codePointAt(0) ?? 0;
    const braille = code >> 8 === 0x28;
    if (!braille && !ground.includes(String.fromCodePoint(code))) return;
    const char = String.fromCodePoint((braille ? code : 0x2800) | bits[y & 3][x & 1]);
    this.set(x >> 1, y >> 2, { char, color });
  }

  paste({ rows }: Canvas, left: number, top: number): void {
    for (const [y, row] of rows.entries()) for (const [x, cell] of row.entries()) this.set(left + x, top + y, cell);
  }

  toString(colored: boolean): string {
    const painted = ({ char, color = "" }: Cell, i: number, row: Cell[]) =>
      color === (row[i - 1]?.color ?? "") ? char : `\x1b[0${color && `;${color}`}m${char}`;
    const plain = ({ char }: Cell) => char;
    const end = (row: Cell[]) => (colored && row.at(-1)?.color ? "\x1b[0m" : "");
    return this.rows
      .map(
        (row) =>
          row
            .map(colored ? painted : plain)
            .join("")
            .trimEnd() + end(row),
      )
      .join("\n");
  }
}
